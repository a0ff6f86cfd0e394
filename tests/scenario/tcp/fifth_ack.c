/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.4, fifth: check the ACK field; RFC 5961 5. */
#include "peer.h"

SCENARIO(without_ack_a_segment_is_dropped_in_every_state)
{
	int i;

	for (i = 0; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i]);

		assert_fate(sends(p, .flags = 0, .seq = p->seq, .len = 10), TCP_NO_ACK);
		assert_fate(sends(p, .flags = FIN, .seq = p->seq), TCP_NO_ACK);
		gets_nothing(p);
		still_in(p, peer_states[i]);
	}
}

SCENARIO(an_unacceptable_ack_of_a_syn_ack_is_reset_at_its_number)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED);

	assert_fate(sends(p, .ack = 0), TCP_UNACCEPTABLE_ACK);
	gets_back(p, .flags = RST, .seq = 0);
	assert_fate(sends(p, .ack = 2), TCP_UNACCEPTABLE_ACK);
	gets_back(p, .flags = RST, .seq = 2);
	still_in(p, TCP_SYN_RECEIVED);
}

SCENARIO(the_ack_of_our_syn_establishes_and_sets_the_window)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED);

	assert_fate(sends(p, .wnd = 1234), DELIVERED);
	gets_nothing(p);
	now_in(p, TCP_ESTABLISHED);
	p->socket = accepts(p);
	assert_int_equal(status_of(p).send_window, 1234);
}

SCENARIO(text_and_fin_with_the_ack_of_our_syn_are_taken)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED);

	sends(p, .flags = FIN | ACK, .len = 10);
	gets_back(p, .seq = 1, .ack = 12);
	now_in(p, TCP_CLOSE_WAIT);
	p->socket = accepts(p);
	assert_int_equal(user_receives(p, 100), 10);
}

/* 3.10.7.4, fifth: "If the ACK acks something not yet sent, then send an ACK, drop the segment". */
SCENARIO(an_ack_of_what_was_not_sent_is_answered_and_dropped)
{
	int i;

	for (i = 1; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i]);

		assert_fate(sends(p, .ack = p->ack + 1, .seq = p->seq, .len = 10),
			    TCP_UNACCEPTABLE_ACK);
		gets_back(p, .seq = p->ack, .ack = p->seq);
		gets_nothing(p);
		still_in(p, peer_states[i]);
	}
}

/* RFC 5961 5.2; MAY-12: older than the largest window ever offered. */
SCENARIO(a_very_old_ack_is_challenged)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_fate(sends(p, .ack = -(int64_t)PEER_WND + 1, .seq = 1, .len = 10), DELIVERED);
	passes(p, SECONDS(1));
	gets_back(p, .ack = 11);
	assert_fate(sends(p, .ack = -(int64_t)PEER_WND, .seq = 11, .len = 10),
		    TCP_OLD_ACK_CHALLENGED);
	gets_back(p, .seq = 1, .ack = 11);
}

SCENARIO(an_ack_of_a_part_drops_that_part)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 300), 300);
	gets_back(p, .seq = 1, .len = 300);
	sends(p, .ack = 101);
	assert_int_equal(tenon_unacknowledged(p->socket), 200);
	sends(p, .ack = 50);
	assert_int_equal(tenon_unacknowledged(p->socket), 200);
	passes(p, SECONDS(2));
	gets_back(p, .seq = 101, .len = 200);
}

/* SND.WL1 and SND.WL2 keep an older segment from setting the window. */
SCENARIO(only_a_newer_segment_sets_the_window)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 10);
	sends(p, .len = 10, .wnd = 3000);
	assert_int_equal(status_of(p).send_window, 3000);
	sends(p, .seq = 1, .len = 30, .wnd = 500);
	assert_int_equal(status_of(p).send_window, 3000);
	sends(p, .seq = 31, .wnd = 700);
	assert_int_equal(status_of(p).send_window, 700);
}

/* "If SND.UNA =< SEG.ACK =< SND.NXT, the send window should be updated": not by an older ACK. */
SCENARIO(an_older_ack_does_not_set_the_window)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 300), 300);
	gets_back(p, .seq = 1, .len = 300);
	sends(p, .wnd = 4000);
	assert_int_equal(status_of(p).send_window, 4000);
	sends(p, .seq = 11, .ack = 100, .len = 10, .wnd = 9);
	assert_int_equal(status_of(p).send_window, 4000);
}

/* MUST-1: a window is an unsigned number. */
SCENARIO(a_window_of_65535_is_that_large)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .wnd = 65535);
	assert_int_equal(status_of(p).send_window, 65535);
}

SCENARIO(the_ack_of_our_fin_moves_fin_wait_1_to_fin_wait_2)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_1);

	sends(p, .ack = 1);
	still_in(p, TCP_FIN_WAIT_1);
	sends(p, .ack = 2);
	now_in(p, TCP_FIN_WAIT_2);
	gets_nothing(p);
}

SCENARIO(the_ack_of_our_fin_moves_closing_to_time_wait)
{
	struct peer *p = peer_in(TCP_CLOSING);

	sends(p, .ack = 1);
	still_in(p, TCP_CLOSING);
	sends(p, .ack = 2);
	now_in(p, TCP_TIME_WAIT);
	gets_nothing(p);
}

SCENARIO(the_ack_of_our_fin_ends_last_ack)
{
	struct peer *p = peer_in(TCP_LAST_ACK);

	sends(p, .ack = 1);
	still_in(p, TCP_LAST_ACK);
	sends(p, .ack = 2);
	now_in(p, TCP_CLOSED);
	gets_nothing(p);
}

/* The peer's FIN again means that our ACK was lost: it goes again, and the 2 MSL begin anew. */
SCENARIO(a_fin_in_time_wait_is_acknowledged_and_restarts_the_wait)
{
	struct peer *p = peer_in(TCP_TIME_WAIT);

	passes(p, SECONDS(50));
	sends(p, .flags = FIN | ACK, .seq = p->seq - 1);
	gets_back(p, .seq = p->ack, .ack = p->seq);
	passes(p, SECONDS(59));
	still_in(p, TCP_TIME_WAIT);
	passes(p, SECONDS(1));
	now_in(p, TCP_CLOSED);
}
