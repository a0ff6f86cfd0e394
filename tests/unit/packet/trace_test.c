/* SPDX-License-Identifier: MIT */
/* trace_test.c - every fate is counted, and whoever watches sees it. */
#include "../../test.h"

#include <string.h>

#include "packet/trace.h"

static struct timers timers = { .now = 77 };
static struct tenon_event seen;
static unsigned seen_count;
static char seen_octets[64];

static void watch(void *context, const struct tenon_event *event)
{
	size_t len = 0;
	unsigned i;

	assert_ptr_equal(context, &seen);
	seen = *event;
	seen_count++;
	for (i = 0; i < event->frame_slices; i++) {
		memcpy(seen_octets + len, event->frame[i].at, event->frame[i].len);
		len += event->frame[i].len;
	}
	seen_octets[len] = '\0';
}

static struct trace watched(void)
{
	struct trace trace;

	trace_init(&trace, &(struct tenon_observer){ watch, &seen }, &timers);
	seen_count = 0;
	return trace;
}

TEST(an_arrival_is_counted_and_shown)
{
	struct trace trace = watched();
	struct bytes frame = { (const uint8_t *)"frame", 5 };

	assert_int_equal(trace_arrived(&trace, 2, frame, FATE_TCP_CHECKSUM), FATE_TCP_CHECKSUM);
	assert_int_equal(trace.counts[FATE_TCP_CHECKSUM], 1);
	assert_int_equal(seen.kind, TENON_EVENT_FRAME_IN);
	assert_int_equal(seen.fate, TENON_FATE_TCP_CHECKSUM);
	assert_int_equal(seen.at_us, 77);
	assert_int_equal(seen.link, 2);
	assert_string_equal(seen_octets, "frame");
}

TEST(a_leaving_packet_is_shown_whole)
{
	struct tenon_slice payload = { "load", 4 };
	struct trace trace = watched();
	struct packet p;

	packet_init(&p, &payload, 1);
	memcpy(packet_push(&p, 3), "pay", 3);
	trace_left(&trace, 1, &p, FATE_SENT);
	assert_int_equal(seen.kind, TENON_EVENT_FRAME_OUT);
	assert_string_equal(seen_octets, "payload");
	trace_left(&trace, 1, &p, FATE_IP_NO_ROUTE);
	assert_int_equal(seen.kind, TENON_EVENT_LOST);
	assert_int_equal(seen_count, 2);
}

TEST(without_an_observer_it_still_counts)
{
	static const struct tenon_observer nobody;
	struct trace trace;

	trace_init(&trace, &nobody, &timers);
	trace_arrived(&trace, 1, (struct bytes){ NULL, 0 }, FATE_DELIVERED);
	trace_left_octets(&trace, 1, (struct bytes){ NULL, 0 }, FATE_NEIGHBOR_SILENT);
	assert_int_equal(trace.counts[FATE_DELIVERED], 1);
	assert_int_equal(trace.counts[FATE_NEIGHBOR_SILENT], 1);
}

TEST(a_new_cause_begins_empty_and_dated)
{
	struct trace trace = watched();
	struct tenon_cause *cause = trace_cause(&trace, TENON_NO_ROUTE, TENON_CAUSE_ROUTE);

	cause->transmissions = 9;
	cause = trace_cause(&trace, TENON_PEER_REFUSED, TENON_CAUSE_SEGMENT);
	assert_int_equal(cause->transmissions, 0);
	assert_int_equal(cause->at_us, 77);
	trace_failure(&trace, cause);
	assert_int_equal(seen.kind, TENON_EVENT_FAILURE);
	assert_ptr_equal(seen.cause, cause);
}
