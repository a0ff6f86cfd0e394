/* SPDX-License-Identifier: MIT */
#include "links/pcapng_notes.h"

#include <stdarg.h>
#include <stdio.h>

struct text {
	char *at;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *text, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text->at + text->len, NOTE_MAX - text->len, format, arguments);
	va_end(arguments);
	if (n > 0)
		text->len += (size_t)n;
	if (text->len > NOTE_MAX - 1)
		text->len = NOTE_MAX - 1;
}

/* RFC 5952 4.2: the longest run of zero groups, at least two, is the one that "::" stands for. */
static void find_zeros(const struct tenon_ip *ip, int *from, int *to)
{
	int start, end;

	*from = *to = 8;
	for (start = 0; start < 8; start = end + 1) {
		for (end = start; end < 8; end++)
			if (ip->octets[2 * end] != 0 || ip->octets[2 * end + 1] != 0)
				break;
		if (end - start >= 2 && end - start > *to - *from) {
			*from = start;
			*to = end;
		}
	}
}

static void say_ip(struct text *text, const struct tenon_ip *ip)
{
	const uint8_t *o = ip->octets;
	int from, to, i;

	if (tenon_ip_is_v4(ip)) {
		say(text, "%d.%d.%d.%d", o[12], o[13], o[14], o[15]);
		return;
	}
	find_zeros(ip, &from, &to);
	for (i = 0; i < 8; i++) {
		if (i == from && to > from) {
			say(text, "::");
			i = to - 1;
			continue;
		}
		say(text, "%s%x", i != 0 && i != to ? ":" : "", o[2 * i] << 8 | o[2 * i + 1]);
	}
}

static void say_endpoint(struct text *text, const struct tenon_endpoint *endpoint)
{
	bool is_v4 = tenon_ip_is_v4(&endpoint->ip);

	say(text, is_v4 ? "" : "[");
	say_ip(text, &endpoint->ip);
	say(text, is_v4 ? ":%u" : "]:%u", endpoint->port);
}

static void say_pair(struct text *text, const struct tenon_endpoint *local,
		     const struct tenon_endpoint *peer)
{
	say_endpoint(text, local);
	say(text, " > ");
	say_endpoint(text, peer);
}

static void say_why(struct text *text, const struct tenon_cause *cause)
{
	static const char *const timers[TENON_TIMER_COUNT] = {
		[TENON_TIMER_RETRANSMIT] = "retransmission",
		[TENON_TIMER_PERSIST] = "persist",
		[TENON_TIMER_DELAYED_ACK] = "delayed ACK",
		[TENON_TIMER_KEEPALIVE] = "keepalive",
		[TENON_TIMER_USER] = "user",
		[TENON_TIMER_TIME_WAIT] = "TIME-WAIT",
	};

	switch (cause->kind) {
	case TENON_CAUSE_TIMER:
		say(text, ", %s timer, sent %u times", timers[cause->detail.timer.name],
		    cause->transmissions);
		break;
	case TENON_CAUSE_ICMP:
		say(text, ", ICMP type %u code %u from ", cause->detail.icmp.type,
		    cause->detail.icmp.code);
		say_ip(text, &cause->detail.icmp.from);
		break;
	case TENON_CAUSE_NEIGHBOR:
		say(text, ", ");
		say_ip(text, &cause->detail.neighbor.next_hop);
		say(text, " asked %u times", cause->detail.neighbor.probes);
		break;
	case TENON_CAUSE_TABLE:
		say(text, ", %s: %u", cause->detail.table.name, cause->detail.table.size);
		break;
	case TENON_CAUSE_RULE:
		say(text, ", rule %u", cause->detail.rule.number);
		break;
	case TENON_CAUSE_NONE:
	case TENON_CAUSE_SEGMENT:
	case TENON_CAUSE_ROUTE:
	case TENON_CAUSE_LINK:
		break;
	}
}

static bool is_worth_a_note(enum tenon_fate fate)
{
	return fate != TENON_FATE_PASS && fate != TENON_FATE_DELIVERED && fate != TENON_FATE_SENT &&
	       fate != TENON_FATE_NEIGHBOR_WAITS;
}

size_t note_of_event(char to[NOTE_MAX], const struct tenon_event *event)
{
	struct text text = { to, 0 };

	switch (event->kind) {
	case TENON_EVENT_FRAME_IN: case TENON_EVENT_FRAME_OUT: case TENON_EVENT_LOST:
		if (is_worth_a_note(event->fate))
			say(&text, "%s (%s)", tenon_fate_text(event->fate),
			    tenon_fate_name(event->fate));
		break;
	case TENON_EVENT_STATE:
		say_pair(&text, event->local, event->peer);
		say(&text, " %s -> %s", event->old_state, event->new_state);
		break;
	case TENON_EVENT_FAILURE:
		say_pair(&text, &event->cause->local, &event->cause->peer);
		say(&text, " failed: %s (%s)", tenon_result_text(event->cause->result),
		    tenon_result_name(event->cause->result));
		say_why(&text, event->cause);
		break;
	}
	return text.len;
}
