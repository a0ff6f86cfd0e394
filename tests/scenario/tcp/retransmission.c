/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.8.1 to 3.8.3: retransmission and its end; RFC 6298. */
#include "peer.h"

enum { RTO_MIN_MS = 200 };

/* The peer's answer to a segment of 100 octets takes this long. */
static void round_trip(struct peer *p, unsigned ms)
{
	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .len = 100);
	passes(p, MILLISECONDS(ms));
	gets_nothing(p);
	sends(p);
}

/* How long after sending it a segment is sent again. */
static uint64_t time_until_again(struct peer *p)
{
	uint64_t first;

	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .len = 100);
	first = p->got.at_us;
	passes(p, SECONDS(120));
	gets_back(p, .len = 100);
	return p->got.at_us - first;
}

/* RFC 6298 2.2: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 RTTVAR. Here 100 ms, in the handshake. */
SCENARIO(the_first_round_trip_sets_the_rto_to_three_times_it)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	passes(p, MILLISECONDS(100));
	sends(p, .flags = SYN | ACK);
	gets_back(p);
	assert_int_equal(status_of(p).srtt_us, MILLISECONDS(100));
	assert_int_equal(status_of(p).rttvar_us, MILLISECONDS(50));
	assert_int_equal(status_of(p).rto_us, MILLISECONDS(300));
	assert_int_equal(time_until_again(p), MILLISECONDS(300));
}

/* RFC 6298 2.3: RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|, SRTT = 7/8 SRTT + 1/8 R. */
SCENARIO(later_round_trips_are_smoothed)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	passes(p, MILLISECONDS(100));
	sends(p, .flags = SYN | ACK);
	gets_back(p);
	round_trip(p, 180);
	assert_int_equal(status_of(p).rttvar_us, 37500 + 20000);
	assert_int_equal(status_of(p).srtt_us, 87500 + 22500);
	assert_int_equal(status_of(p).rto_us, 110000 + 4 * 57500);
}

/* The same with timestamps, of which each ACK gives a sample. */
SCENARIO(echoed_timestamps_are_smoothed_likewise)
{
	struct peer *p = peer_in(TCP_SYN_SENT, .timestamps = true);

	passes(p, MILLISECONDS(100));
	sends(p, .flags = SYN | ACK);
	gets_back(p);
	round_trip(p, 180);
	assert_int_equal(status_of(p).srtt_us, 87500 + 22500);
	assert_int_equal(status_of(p).rto_us, 110000 + 4 * 57500);
}

/* RFC 6298 2.4, with Linux's least RTO. */
SCENARIO(the_rto_is_no_less_than_its_least)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int i;

	for (i = 0; i < 20; i++)
		round_trip(p, 1);
	assert_int_equal(status_of(p).rto_us, MILLISECONDS(RTO_MIN_MS));
	assert_int_equal(time_until_again(p), MILLISECONDS(RTO_MIN_MS));
}

/* MUST-19: RFC 6298 5.5, up to the largest RTO. */
SCENARIO(the_rto_doubles_until_two_minutes)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	uint64_t rto = MILLISECONDS(RTO_MIN_MS), last;
	int i;

	round_trip(p, 1);
	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .len = 100);
	last = p->got.at_us;
	passes(p, SECONDS(900));
	for (i = 0; i < 15; i++) {
		gets_back(p, .seq = 101, .len = 100);
		assert_int_equal(p->got.at_us - last, rto);
		last = p->got.at_us;
		rto = rto * 2 < SECONDS(120) ? rto * 2 : SECONDS(120);
	}
	gets_nothing(p);
}

/* MUST-18: Karn. What was sent twice gives no sample, and the longer RTO stays for the next. */
SCENARIO(what_was_sent_again_gives_no_sample)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	uint32_t srtt;

	round_trip(p, 50);
	srtt = status_of(p).srtt_us;
	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .seq = 101, .len = 100);
	passes(p, MILLISECONDS(500));
	gets_back(p, .seq = 101, .len = 100);
	(void)ignores(p);
	sends(p);
	assert_int_equal(status_of(p).srtt_us, srtt);
}

/* MUST-20: R2, Linux's fifteen retransmissions from the least RTO on: 924.6 s. */
SCENARIO(without_any_answer_the_connection_ends)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	unsigned again;

	round_trip(p, 1);
	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .len = 100);
	passes(p, MILLISECONDS(924600) - 1);
	still_in(p, TCP_ESTABLISHED);
	again = ignores(p);
	assert_int_equal(again, 15);
	passes(p, 1);
	gets_nothing(p);
	now_in(p, TCP_CLOSED);
	assert_int_equal(p->cause.kind, TENON_CAUSE_TIMER);
	assert_int_equal(p->cause.detail.timer.name, TENON_TIMER_RETRANSMIT);
	assert_int_equal(p->cause.transmissions, 16);
	assert_result(tenon_take_error(p->socket), TRANSFER_TIMED_OUT);
}

static void three_retries(struct tenon_config *config)
{
	config->behavior.retries_hard = 3;
}

/* MUST-20: R2 is configurable, MUST-21: and the user sets it for a connection. */
SCENARIO(r2_is_configurable_and_a_user_timeout_goes_before_it)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = three_retries);

	round_trip(p, 1);
	assert_int_equal(user_sends(p, 100), 100);
	passes(p, MILLISECONDS(3000) - 1);
	still_in(p, TCP_ESTABLISHED);
	passes(p, 1);
	now_in(p, TCP_CLOSED);
	assert_int_equal(ignores(p), 4);
	p = peer_in(TCP_ESTABLISHED);
	sets(p, TENON_OPTION_USER_TIMEOUT, 5000);
	round_trip(p, 1);
	assert_int_equal(user_sends(p, 100), 100);
	passes(p, MILLISECONDS(5000) - 1);
	still_in(p, TCP_ESTABLISHED);
	passes(p, 1);
	now_in(p, TCP_CLOSED);
	(void)ignores(p);
	assert_result(tenon_take_error(p->socket), USER_TIMED_OUT);
}

/* An answer begins the count anew, and a round trip the RTO. */
SCENARIO(an_answer_begins_r2_anew)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = three_retries);
	int i;

	for (i = 0; i < 5; i++) {
		round_trip(p, 1);
		assert_int_equal(user_sends(p, 100), 100);
		passes(p, MILLISECONDS(1600));
		assert_int_equal(ignores(p), 4);
		sends(p);
	}
	still_in(p, TCP_ESTABLISHED);
}

/* 3.8.1: what goes again may be packed anew. */
SCENARIO(what_goes_again_goes_in_full_segments)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int i;

	sets(p, TENON_OPTION_NO_DELAY, 1);
	for (i = 0; i < 5; i++) {
		assert_int_equal(user_sends(p, 100), 100);
		gets_back(p, .seq = 1 + 100 * i, .len = 100);
	}
	passes(p, SECONDS(1));
	gets_back(p, .seq = 1, .len = 500);
}

static void five_orphan_retries(struct tenon_config *config)
{
	config->behavior.orphan_retries = 5;
}

/* Nobody waits for it: it is given up sooner. */
SCENARIO(a_connection_without_user_is_given_up_sooner)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = five_orphan_retries);

	round_trip(p, 1);
	closes(p, p->socket);
	passes(p, MILLISECONDS(12600) - 1);
	still_in(p, TCP_FIN_WAIT_1);
	passes(p, 1);
	now_in(p, TCP_CLOSED);
	assert_int_equal(ignores(p), 6);
}

/* FIN-WAIT-2 would last for ever if the peer never closed: Linux's tcp_fin_timeout. */
SCENARIO(fin_wait_2_ends_after_a_minute_without_user)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_2);

	passes(p, SECONDS(1000));
	still_in(p, TCP_FIN_WAIT_2);
	closes(p, p->socket);
	passes(p, SECONDS(60) - 1);
	still_in(p, TCP_FIN_WAIT_2);
	passes(p, 1);
	now_in(p, TCP_CLOSED);
	gets_nothing(p);
}

/* RFC 6298 3: the sample is of the whole segment. */
SCENARIO(an_ack_of_a_part_gives_no_sample)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	uint32_t srtt = status_of(p).srtt_us;

	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .seq = 1, .len = 100);
	passes(p, MILLISECONDS(80));
	sends(p, .ack = 51);
	assert_int_equal(status_of(p).srtt_us, srtt);
	sends(p, .ack = 101);
	assert_true(status_of(p).srtt_us > srtt);
}

/* Nor need it be an answer to everything. */
SCENARIO(an_answer_to_a_part_begins_r2_anew)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = three_retries);
	int i;

	round_trip(p, 1);
	assert_int_equal(user_sends(p, 900), 900);
	for (i = 1; i <= 5; i++) {
		passes(p, MILLISECONDS(1600));
		(void)ignores(p);
		sends(p, .ack = 101 + 100 * i);
		still_in(p, TCP_ESTABLISHED);
	}
}

/* What goes again goes with the FIN behind it, if the window has room for that too. */
SCENARIO(a_fin_goes_again_with_its_text_within_the_window)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 500), 500);
	shuts_down(p);
	assert_int_equal(ignores(p), 2);
	passes(p, MILLISECONDS(RTO_MIN_MS));
	gets_back(p, .flags = FIN | ACK, .seq = 1, .len = 500);
	sends(p, .ack = 1, .wnd = 500);
	passes(p, MILLISECONDS(2 * RTO_MIN_MS));
	gets_back(p, .seq = 1, .len = 500);
}
