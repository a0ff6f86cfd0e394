/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.8.2: congestion control; RFC 5681, 6582 (NewReno), 6928, 3042. MUST-19 */
#include "peer.h"

enum { MSS = PEER_MSS, RTO_MS = 200 };

/* That many octets were given, and the first ten segments of them have left. */
static struct peer *sending(size_t octets)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, octets), octets);
	assert_int_equal(ignores(p), 10);
	return p;
}

static void gets_full_segments(struct peer *p, unsigned from, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		gets_back(p, .seq = from + i * MSS, .len = MSS);
	gets_nothing(p);
}

/* A segment beyond `una` has arrived, that of `una` has not. */
static void repeats_ack(struct peer *p, unsigned una)
{
	sends(p, .ack = una);
}

/* RFC 6928 */
SCENARIO(ten_segments_leave_at_first)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 30000), 30000);
	gets_full_segments(p, 1, 10);
}

/* MUST-19, slow start: each acknowledged segment lets out two. */
SCENARIO(in_slow_start_the_window_doubles)
{
	struct peer *p = sending(60000);

	sends(p, .ack = 1 + MSS);
	gets_full_segments(p, 1 + 10 * MSS, 2);
	sends(p, .ack = 1 + 3 * MSS);
	gets_full_segments(p, 1 + 12 * MSS, 4);
}

/* RFC 3465 2.2: one ACK lets the window grow by two segments at most. */
SCENARIO(an_ack_of_many_segments_grows_the_window_by_two)
{
	struct peer *p = sending(60000);

	sends(p, .ack = 1 + 6 * MSS);
	gets_full_segments(p, 1 + 10 * MSS, 8);
}

/* RFC 3042, */
SCENARIO(the_first_two_duplicate_acks_let_out_new_text)
{
	struct peer *p = sending(30000);

	repeats_ack(p, 1);
	gets_full_segments(p, 1 + 10 * MSS, 1);
	repeats_ack(p, 1);
	gets_full_segments(p, 1 + 11 * MSS, 1);
}

/* RFC 5681 3.2: and the third the one that was lost. */
SCENARIO(the_third_duplicate_ack_lets_out_what_was_lost)
{
	struct peer *p = sending(10 * MSS);

	repeats_ack(p, 1);
	repeats_ack(p, 1);
	gets_nothing(p);
	repeats_ack(p, 1);
	gets_full_segments(p, 1, 1);
	assert_int_equal(status_of(p).slow_start_threshold, 5 * MSS);
	assert_int_equal(status_of(p).congestion_window, 8 * MSS);
}

/* RFC 5681 3.2, step 4: further ones tell that further segments have left the network. */
SCENARIO(further_duplicate_acks_let_out_new_text)
{
	struct peer *p = sending(30 * MSS);
	int i;

	for (i = 0; i < 3; i++)
		repeats_ack(p, 1);
	(void)ignores(p);
	for (i = 0; i < 4; i++)
		repeats_ack(p, 1);
	assert_int_equal(status_of(p).congestion_window, 12 * MSS);
	gets_nothing(p);
	repeats_ack(p, 1);
	gets_full_segments(p, 1 + 12 * MSS, 1);
}

/* RFC 6582 3.2, step 3, full acknowledgment. */
SCENARIO(recovery_ends_when_all_that_was_sent_before_it_is_acknowledged)
{
	struct peer *p = sending(10 * MSS);
	int i;

	for (i = 0; i < 3; i++)
		repeats_ack(p, 1);
	gets_full_segments(p, 1, 1);
	sends(p, .ack = 1 + 10 * MSS);
	assert_int_equal(status_of(p).congestion_window, 2 * MSS);
	assert_int_equal(status_of(p).slow_start_threshold, 5 * MSS);
	gets_nothing(p);
}

/* RFC 6582 3.2, step 3, partial acknowledgments: the next hole is known at once. */
SCENARIO(a_partial_ack_lets_out_the_next_hole)
{
	struct peer *p = sending(10 * MSS);
	int i;

	for (i = 0; i < 3; i++)
		repeats_ack(p, 1);
	gets_full_segments(p, 1, 1);
	sends(p, .ack = 1 + 4 * MSS);
	gets_full_segments(p, 1 + 4 * MSS, 1);
	assert_int_equal(status_of(p).congestion_window, (8 - 4 + 1) * MSS);
	sends(p, .ack = 1 + 7 * MSS);
	gets_full_segments(p, 1 + 7 * MSS, 1);
	assert_int_equal(status_of(p).congestion_window, (5 - 3 + 1) * MSS);
	sends(p, .ack = 1 + 10 * MSS);
	gets_nothing(p);
	passes(p, SECONDS(5));
	gets_nothing(p);
}

/* RFC 5681 2: an ACK with another window, or with text, is no duplicate. */
SCENARIO(a_window_update_is_no_duplicate_ack)
{
	struct peer *p = sending(10 * MSS);
	int i;

	for (i = 0; i < 5; i++)
		sends(p, .ack = 1, .wnd = 40000 - i * 1000);
	for (i = 0; i < 5; i++)
		sends(p, .ack = 1, .wnd = 36000, .len = 10);
	passes(p, MILLISECONDS(100));
	while (p->count > 0)
		gets_back(p, .seq = 1 + 10 * MSS);
}

/* MUST-19: RFC 5681 3.1, equation 4: after a timeout one segment, and half of what was in flight
 * is where slow start ends. */
SCENARIO(after_a_timeout_one_segment_leaves)
{
	struct peer *p = sending(20 * MSS);

	passes(p, MILLISECONDS(RTO_MS));
	gets_full_segments(p, 1, 1);
	assert_int_equal(status_of(p).congestion_window, MSS);
	assert_int_equal(status_of(p).slow_start_threshold, 5 * MSS);
	sends(p, .ack = 1 + MSS);
	gets_full_segments(p, 1 + MSS, 2);
	sends(p, .ack = 1 + 3 * MSS);
	gets_full_segments(p, 1 + 3 * MSS, 4);
}

/* RFC 6582 3.2, step 1: the duplicates of what a timeout sent again are no loss. */
SCENARIO(after_a_timeout_duplicate_acks_do_not_begin_a_recovery)
{
	struct peer *p = sending(10 * MSS);
	int i;

	passes(p, MILLISECONDS(RTO_MS));
	gets_full_segments(p, 1, 1);
	for (i = 0; i < 6; i++)
		repeats_ack(p, 1);
	assert_int_equal(status_of(p).congestion_window, MSS);
	gets_nothing(p);
}

/* MUST-19, congestion avoidance: above ssthresh one segment more for each window. */
SCENARIO(in_congestion_avoidance_the_window_grows_by_a_segment_each_round)
{
	struct peer *p = sending(80 * MSS);
	struct caught c;
	int i;

	passes(p, MILLISECONDS(RTO_MS));
	(void)ignores(p);
	sends(p, .ack = 1 + 10 * MSS);
	for (i = 0; status_of(p).congestion_window < 5 * MSS; i++) {
		assert_true(catches(p, &c));
		sends(p);
		assert_true(i < 20);
	}
	for (i = 0; i < 5 + 6; i++) {
		assert_int_equal(status_of(p).congestion_window, (i < 5 ? 5 : 6) * MSS);
		assert_true(catches(p, &c));
		sends(p);
	}
	assert_int_equal(status_of(p).congestion_window, 7 * MSS);
}

/* RFC 5681 4.1: what was learned is stale after a while of silence. */
SCENARIO(after_idleness_sending_begins_anew)
{
	struct peer *p = sending(40 * MSS);
	struct caught c;

	while (catches(p, &c) || tenon_unacknowledged(p->socket) > 0)
		sends(p);
	assert_true(status_of(p).congestion_window > 20 * MSS);
	passes(p, SECONDS(5));
	assert_int_equal(user_sends(p, 40 * MSS), 40 * MSS);
	gets_full_segments(p, 1 + 40 * MSS, 10);
}

/* RFC 5681 2: nor is one that comes while nothing is on its way. */
SCENARIO(acks_of_nothing_are_no_duplicate_acks)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int i;

	for (i = 0; i < 5; i++)
		sends(p);
	assert_int_equal(status_of(p).congestion_window, 10 * MSS);
	assert_true(status_of(p).slow_start_threshold > 100 * MSS);
	gets_nothing(p);
}

/* RFC 6582 4: a timeout ends the recovery; further duplicates grow nothing. */
SCENARIO(a_timeout_ends_a_recovery)
{
	struct peer *p = sending(20 * MSS);
	int i;

	for (i = 0; i < 3; i++)
		repeats_ack(p, 1);
	passes(p, SECONDS(1));
	(void)ignores(p);
	assert_int_equal(status_of(p).congestion_window, MSS);
	for (i = 0; i < 5; i++)
		repeats_ack(p, 1);
	assert_int_equal(status_of(p).congestion_window, MSS);
	gets_nothing(p);
}

/* A new ACK begins the count of duplicates anew. */
SCENARIO(duplicate_acks_count_from_the_last_new_one)
{
	struct peer *p = sending(10 * MSS);
	int i;

	for (i = 0; i < 4; i++) {
		repeats_ack(p, 1 + (unsigned)i * MSS);
		repeats_ack(p, 1 + (unsigned)i * MSS);
		sends(p, .ack = 1 + (i + 1) * MSS);
	}
	gets_nothing(p);
	assert_true(status_of(p).slow_start_threshold > 100 * MSS);
}

/* RFC 5681 3.1, equation 4: two segments at least. */
SCENARIO(ssthresh_is_two_segments_at_least)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 100), 100);
	passes(p, MILLISECONDS(RTO_MS));
	assert_int_equal(ignores(p), 2);
	assert_int_equal(status_of(p).slow_start_threshold, 2 * MSS);
}

/* RFC 6928 2: 14600 octets where segments are long. */
SCENARIO(of_long_segments_fewer_leave_at_first)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .mtu = 2000, .mss = 1900);

	assert_int_equal(user_sends(p, 30000), 30000);
	assert_int_equal(ignores(p), 14600 / 1900);
}

/* MUST-18: what was sent again before its time gives no sample either. */
SCENARIO(a_fast_retransmission_gives_no_sample)
{
	struct peer *p = sending(10 * MSS);
	uint32_t srtt = status_of(p).srtt_us;
	int i;

	passes(p, MILLISECONDS(50));
	for (i = 0; i < 3; i++)
		repeats_ack(p, 1);
	gets_full_segments(p, 1, 1);
	passes(p, MILLISECONDS(50));
	sends(p, .ack = 1 + 10 * MSS);
	assert_int_equal(status_of(p).srtt_us, srtt);
}
