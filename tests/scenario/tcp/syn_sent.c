/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.3: a segment arrives in SYN-SENT. */
#include "peer.h"

SCENARIO(first_an_ack_of_nothing_that_was_sent_is_reset)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_fate(sends(p, .seq = 9, .ack = 0), TCP_UNACCEPTABLE_ACK);
	gets_back(p, .flags = RST, .seq = 0);
	assert_fate(sends(p, .flags = SYN | ACK, .seq = 0, .ack = 2), TCP_UNACCEPTABLE_ACK);
	gets_back(p, .flags = RST, .seq = 2);
	sends(p, .flags = FIN | ACK, .seq = 9, .ack = -1);
	gets_back(p, .flags = RST, .seq = 0xffffffff);
	still_in(p, TCP_SYN_SENT);
}

SCENARIO(first_a_rst_with_such_an_ack_is_dropped)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_fate(sends(p, .flags = RST | ACK, .seq = 0, .ack = 0), TCP_UNACCEPTABLE_ACK);
	assert_fate(sends(p, .flags = RST | ACK, .seq = 0, .ack = 2), TCP_UNACCEPTABLE_ACK);
	gets_nothing(p);
	still_in(p, TCP_SYN_SENT);
}

SCENARIO(second_a_rst_that_acknowledges_the_syn_refuses)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_fate(sends(p, .flags = RST | ACK, .seq = 0), TCP_RESET);
	gets_nothing(p);
	now_in(p, TCP_CLOSED);
	assert_result(tenon_connect_outcome(p->socket), PEER_REFUSED);
	assert_int_equal(p->cause.kind, TENON_CAUSE_SEGMENT);
	assert_int_equal(p->cause.detail.segment.flags, RST | ACK);
	assert_int_equal(p->cause.transmissions, 1);
}

SCENARIO(second_a_rst_without_ack_is_dropped)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_fate(sends(p, .flags = RST, .seq = 0), TCP_NO_ACK);
	gets_nothing(p);
	still_in(p, TCP_SYN_SENT);
}

SCENARIO(fourth_a_syn_ack_establishes)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_fate(sends(p, .flags = SYN | ACK), DELIVERED);
	gets_back(p, .seq = 1, .ack = 1);
	gets_nothing(p);
	now_in(p, TCP_ESTABLISHED);
	assert_result(tenon_connect_outcome(p->socket), OK);
}

/* MUST-10: both sides open at once. */
SCENARIO(fourth_a_syn_without_ack_is_a_simultaneous_open)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_fate(sends(p, .flags = SYN), DELIVERED);
	gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
	gets_nothing(p);
	now_in(p, TCP_SYN_RECEIVED);
	assert_result(tenon_connect_outcome(p->socket), CONNECT_PENDING);
	sends(p);
	now_in(p, TCP_ESTABLISHED);
	assert_result(tenon_connect_outcome(p->socket), OK);
}

/* MUST-10: figure 8. The peer's SYN,ACK lies below the window and so is acknowledged and dropped;
 * what it does with our SYN,ACK is the same, and the ACKs establish both. */
SCENARIO(acks_of_the_syn_acks_end_a_simultaneous_open)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .simultaneous = true);

	sends(p, .len = 10);
	assert_int_equal(user_receives(p, 100), 10);
	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .seq = 1, .ack = 11, .len = 10);
}

SCENARIO(fourth_text_and_fin_with_the_syn_ack_are_taken)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	sends(p, .flags = SYN | ACK | FIN, .len = 10);
	gets_back(p, .seq = 1, .ack = 12);
	now_in(p, TCP_CLOSE_WAIT);
	assert_int_equal(user_receives(p, 100), 10);
	assert_int_equal(user_receives(p, 100), 0);
}

SCENARIO(fifth_neither_syn_nor_rst_is_dropped)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_fate(sends(p, .seq = 1, .len = 10), TCP_STATE_IGNORES);
	assert_fate(sends(p, .flags = FIN | ACK, .seq = 1), TCP_STATE_IGNORES);
	assert_fate(sends(p, .flags = 0, .seq = 1, .ack = AUTO, .len = 4), TCP_STATE_IGNORES);
	gets_nothing(p);
	still_in(p, TCP_SYN_SENT);
}

/* MUST-3 */
SCENARIO(a_syn_ack_with_a_wrong_checksum_does_not_arrive)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_fate(sends(p, .flags = SYN | ACK, .seq = 0, .corrupt = true), TCP_CHECKSUM);
	gets_nothing(p);
	still_in(p, TCP_SYN_SENT);
}

/* 3.4.1: what is old is reset, and then the real SYN,ACK comes. Figure 9. */
SCENARIO(an_old_duplicate_is_cleared_away)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	sends(p, .seq = 700, .ack = 300, .len = 1);
	gets_back(p, .flags = RST, .seq = 300);
	sends(p, .flags = SYN | ACK);
	gets_back(p, .seq = 1, .ack = 1);
	now_in(p, TCP_ESTABLISHED);
}

SCENARIO(after_a_refusal_the_socket_may_try_again)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	sends(p, .flags = RST | ACK, .seq = 0);
	assert_result(connects(p), PEER_REFUSED);
	peer_turns_to(p, PEER_PORT);
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN, .seq = 0);
	sends(p, .flags = SYN | ACK);
	gets_back(p, .seq = 1, .ack = 1);
	now_in(p, TCP_ESTABLISHED);
}
