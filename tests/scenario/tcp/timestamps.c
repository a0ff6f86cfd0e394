/* SPDX-License-Identifier: MIT */
/* RFC 7323 3 to 5: timestamps, round trips, PAWS. */
#include "peer.h"

static void no_timestamps(struct tenon_config *config)
{
	config->behavior.timestamps = false;
}

SCENARIO(timestamps_are_agreed_in_the_syns)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_true(p->got.options.present & TCP_HAS_TIMESTAMPS);
	assert_int_equal(p->got.options.ts_echo, 0);
	p = peer_in(TCP_SYN_SENT, .change = no_timestamps);
	assert_int_equal(p->got.options.present & TCP_HAS_TIMESTAMPS, 0);
	p = peer_in(TCP_SYN_RECEIVED, .timestamps = true);
	assert_int_equal(p->got.options.ts_echo, ts_now(p));
	p = peer_in(TCP_SYN_RECEIVED);
	assert_int_equal(p->got.options.present & TCP_HAS_TIMESTAMPS, 0);
}

/* 3.2: once agreed, in every segment; RST may be without. */
SCENARIO(every_segment_has_a_timestamp_once_agreed)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .timestamps = true);

	assert_true(status_of(p).timestamps);
	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10, .has_ts = true, .ts_echo = ts_now(p));
	sends(p, .seq = p->seq - 1);
	gets_back(p, .has_ts = true);
	shuts_down(p);
	gets_back(p, .flags = FIN | ACK, .has_ts = true);
}

SCENARIO(no_segment_has_a_timestamp_if_the_peer_did_not_offer_it)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10);
	assert_int_equal(p->got.options.present & TCP_HAS_TIMESTAMPS, 0);
}

/* 3.2: a segment without the option is dropped, */
SCENARIO(a_segment_without_the_agreed_timestamp_is_dropped)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .timestamps = true);

	assert_fate(sends(p, .seq = 1, .len = 10, .no_ts = true), TCP_NO_TIMESTAMP);
	gets_nothing(p);
	assert_result(receive_result(p), WOULD_BLOCK);
}

/* 3.2, 5.2: but not a RST. */
SCENARIO(a_rst_needs_no_timestamp)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .timestamps = true);

	assert_fate(sends(p, .flags = RST, .no_ts = true), TCP_RESET);
	p = peer_in(TCP_ESTABLISHED, .timestamps = true);
	assert_fate(sends(p, .flags = RST, .ts_value = ts_now(p) - 9000), TCP_RESET);
}

/* 5.3 R1 */
SCENARIO(an_older_timestamp_is_acknowledged_and_dropped)
{
	int i;

	for (i = 0; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i], .timestamps = true);

		assert_fate(sends(p, .seq = p->seq, .ts_value = ts_now(p) - 1, .len = 5), TCP_PAWS);
		gets_back(p, .seq = p->ack, .ack = p->seq, .has_ts = true);
		still_in(p, peer_states[i]);
	}
}

SCENARIO(an_equal_timestamp_is_not_old)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .timestamps = true);

	assert_fate(sends(p, .len = 10), DELIVERED);
	assert_fate(sends(p, .len = 10), DELIVERED);
	assert_int_equal(user_receives(p, 100), 20);
}

/* 5.5: after 24 days without a segment the peer's clock may have gone half around. */
SCENARIO(after_24_days_no_timestamp_is_old)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .timestamps = true);
	uint32_t before = ts_now(p);

	passes(p, SECONDS(24) * 3600 * 24 - SECONDS(1));
	assert_fate(sends(p, .seq = 1, .ts_value = before - 1, .len = 10), TCP_PAWS);
	passes(p, SECONDS(2));
	assert_fate(sends(p, .ts_value = before - 1, .len = 10), DELIVERED);
}

/* 4.3: of segments acknowledged together the first one's timestamp is echoed, */
SCENARIO(the_echo_is_that_of_the_first_segment_not_yet_acknowledged)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .timestamps = true);
	uint32_t first = ts_now(p) + 10;

	sends(p, .len = 10, .ts_value = first);
	sends(p, .len = 10, .ts_value = first + 10);
	passes(p, MILLISECONDS(40));
	gets_back(p, .ack = 21, .ts_echo = first);
}

/* 4.3: and a segment beyond a gap does not count. */
SCENARIO(a_segment_beyond_a_gap_is_not_echoed)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .timestamps = true);
	uint32_t first = ts_now(p) + 10;

	sends(p, .len = 1000, .ts_value = first);
	sends(p, .len = 1000, .ts_value = first);
	gets_back(p, .ack = 2001, .ts_echo = first);
	sends(p, .seq = 3001, .len = 1000, .ts_value = first + 20);
	gets_back(p, .ack = 2001, .ts_echo = first);
	sends(p, .seq = 2001, .len = 1000, .ts_value = first + 30);
	gets_back(p, .ack = 4001, .ts_echo = first + 30);
}

/* 4.1: the echo of a retransmission's own timestamp is a good sample. */
SCENARIO(a_round_trip_is_measured_by_the_echo)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .timestamps = true);
	uint32_t sent;

	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .len = 100);
	passes(p, SECONDS(1));
	while (p->count > 0)
		gets_back(p, .seq = 1, .len = 100);
	sent = p->got.options.ts_value;
	passes(p, MILLISECONDS(80));
	(void)ignores(p);
	sends(p, .ts_echo = sent);
	assert_true(status_of(p).srtt_us > 1000);
	assert_true(status_of(p).srtt_us < SECONDS(1));
}

/* The clock ticks in milliseconds from a secret beginning for each connection. */
SCENARIO(our_timestamps_tick_in_milliseconds)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .timestamps = true);
	uint32_t first;

	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10);
	first = p->got.options.ts_value;
	sends(p);
	passes(p, SECONDS(5));
	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10, .ts_value = first + 5000);
}
