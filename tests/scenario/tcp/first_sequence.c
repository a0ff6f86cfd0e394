/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.4, first: check sequence number. */
#include "peer.h"

/* An acceptable segment's answer, or that of one which is not: <SEQ=SND.NXT><ACK=RCV.NXT>. */
static void gets_bare_ack(struct peer *p)
{
	gets_back(p, .seq = p->ack, .ack = p->seq);
	gets_nothing(p);
}

SCENARIO(text_below_the_window_is_acknowledged_and_dropped)
{
	int i;

	for (i = 0; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i]);
		enum tenon_fate fate = sends(p, .seq = p->seq - 20, .len = 10);

		assert_true(fate == TENON_FATE_TCP_DUPLICATE || fate == TENON_FATE_TCP_TIME_WAIT);
		gets_bare_ack(p);
		still_in(p, peer_states[i]);
	}
}

SCENARIO(text_above_the_window_is_acknowledged_and_dropped)
{
	int i;

	for (i = 0; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i]);
		enum tenon_fate fate = sends(p, .seq = p->seq + 200000, .len = 10);

		assert_true(fate == TENON_FATE_TCP_UNACCEPTABLE_SEQ ||
			    fate == TENON_FATE_TCP_TIME_WAIT);
		gets_bare_ack(p);
		still_in(p, peer_states[i]);
	}
}

SCENARIO(an_empty_segment_outside_the_window_is_acknowledged_and_dropped)
{
	int i;

	for (i = 0; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i]);

		assert_fate(sends(p, .seq = p->seq - 1), TCP_UNACCEPTABLE_SEQ);
		gets_bare_ack(p);
		assert_fate(sends(p, .seq = p->seq + 200000), TCP_UNACCEPTABLE_SEQ);
		gets_bare_ack(p);
		still_in(p, peer_states[i]);
	}
}

SCENARIO(a_rst_outside_the_window_is_dropped_in_silence)
{
	int i;

	for (i = 0; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i]);

		assert_fate(sends(p, .flags = RST, .seq = p->seq - 1), TCP_UNACCEPTABLE_SEQ);
		assert_fate(sends(p, .flags = RST, .seq = p->seq + 200000), TCP_UNACCEPTABLE_SEQ);
		gets_nothing(p);
		still_in(p, peer_states[i]);
	}
}

/* Table 6, a window that is open: RCV.NXT =< SEG.SEQ < RCV.NXT+RCV.WND. */
SCENARIO(the_right_edge_is_outside)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int64_t edge = p->seq + p->got.wnd;

	assert_fate(sends(p, .seq = edge), TCP_UNACCEPTABLE_SEQ);
	gets_bare_ack(p);
	assert_fate(sends(p, .seq = edge - 1), DELIVERED);
	gets_nothing(p);
	assert_fate(sends(p, .seq = edge, .len = 1), TCP_UNACCEPTABLE_SEQ);
	gets_bare_ack(p);
	assert_fate(sends(p, .seq = edge - 1, .len = 1), DELIVERED);
	gets_bare_ack(p);
}

/* A segment of which the end alone is in the window is acceptable. */
SCENARIO(what_overlaps_the_left_edge_is_trimmed)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 10);
	assert_fate(sends(p, .seq = 5, .len = 20), DELIVERED);
	p->seq = 25;
	assert_int_equal(user_receives(p, 100), 24);
}

static void small_window(struct tenon_config *config)
{
	config->behavior.receive_bytes = 2048;
}

static struct peer *with_a_full_window(void)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = small_window);

	assert_int_equal(p->got.wnd, 2048);
	sends(p, .len = 1024);
	sends(p, .len = 1024);
	gets_back(p, .ack = 2049, .wnd = 0);
	return p;
}

/* Table 6, a window of zero: only an empty segment at RCV.NXT. */
SCENARIO(nothing_but_an_empty_segment_at_rcv_nxt_enters_a_closed_window)
{
	struct peer *p = with_a_full_window();

	assert_fate(sends(p), DELIVERED);
	gets_nothing(p);
	assert_fate(sends(p, .seq = p->seq + 2), TCP_UNACCEPTABLE_SEQ);
	gets_bare_ack(p);
	assert_fate(sends(p, .seq = p->seq + 1, .len = 1), TCP_UNACCEPTABLE_SEQ);
	gets_bare_ack(p);
}

/* Where both windows are closed, the peer's ACKs stand behind the octet of its probe; not to take
 * them would be an endless exchange of ACKs. */
SCENARIO(an_ack_from_behind_a_refused_probe_is_heard)
{
	struct peer *p = with_a_full_window();

	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .seq = 1, .len = 100);
	assert_fate(sends(p, .seq = p->seq, .wnd = 0, .ack = 1, .len = 1), TCP_WINDOW_FULL);
	gets_back(p, .ack = 2049);
	assert_fate(sends(p, .seq = p->seq + 1, .ack = 101), DELIVERED);
	gets_nothing(p);
	assert_int_equal(tenon_unacknowledged(p->socket), 0);
}

SCENARIO(a_probe_of_a_closed_window_is_answered_and_not_taken)
{
	struct peer *p = with_a_full_window();

	assert_fate(sends(p, .seq = p->seq, .len = 1), TCP_WINDOW_FULL);
	gets_back(p, .ack = 2049, .wnd = 0);
	assert_int_equal(user_receives(p, 4096), 2048);
}

/* MUST-66: ACK counts though the window is closed. */
SCENARIO(the_ack_of_a_probe_counts_though_the_window_is_closed)
{
	struct peer *p = with_a_full_window();

	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .seq = 1, .len = 100);
	assert_int_equal(tenon_unacknowledged(p->socket), 100);
	sends(p, .seq = p->seq, .ack = 101, .len = 1);
	assert_int_equal(tenon_unacknowledged(p->socket), 0);
}

/* MUST-66: so does RST, */
SCENARIO(a_rst_resets_though_the_window_is_closed)
{
	struct peer *p = with_a_full_window();

	assert_fate(sends(p, .flags = RST, .seq = p->seq), TCP_RESET);
	now_in(p, TCP_CLOSED);
}

/* MUST-66: and URG. */
SCENARIO(urgent_data_is_told_of_though_the_window_is_closed)
{
	struct peer *p = with_a_full_window();

	assert_false(tenon_readiness(p->socket) & TENON_URGENT);
	sends(p, .seq = p->seq, .flags = URG | ACK, .len = 1, .urgent = 1);
	assert_true(tenon_readiness(p->socket) & TENON_URGENT);
}

/* The number that follows 2^32 - 1 is 0, 3.4. */
SCENARIO(the_window_goes_over_the_top_of_the_numbers)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_true(p->peer_isn > 0U - 1000);
	sends(p, .len = 1000);
	assert_true(p->peer_isn + (uint32_t)p->seq < 1000);
	assert_int_equal(user_receives(p, 2000), 1000);
	sends(p, .seq = p->seq - 600, .len = 600);
	gets_bare_ack(p);
}
