/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.4, second: check the RST bit; RFC 5961 3. */
#include "peer.h"

static void three_challenges(struct tenon_config *config)
{
	config->behavior.challenge_acks_per_second = 3;
}

SCENARIO(an_exact_rst_ends_the_connection_in_every_state)
{
	int i;

	for (i = 0; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i]);

		assert_fate(sends(p, .flags = RST), TCP_RESET);
		gets_nothing(p);
		now_in(p, TCP_CLOSED);
		passes(p, SECONDS(300));
		gets_nothing(p);
	}
}

/* MUST-12: the user is told, with the segment that did it. */
SCENARIO(the_user_is_told_of_a_reset_where_data_may_be_lost)
{
	static const enum tcp_state states[] = { TCP_ESTABLISHED, TCP_FIN_WAIT_1, TCP_FIN_WAIT_2,
						 TCP_CLOSE_WAIT };
	size_t i;

	for (i = 0; i < sizeof states / sizeof states[0]; i++) {
		struct peer *p = peer_in(states[i]);

		sends(p, .flags = RST);
		assert_true(tenon_readiness(p->socket) & TENON_ERROR);
		assert_int_equal(p->cause.kind, TENON_CAUSE_SEGMENT);
		assert_int_equal(p->cause.detail.segment.flags, RST);
		assert_result(tenon_take_error(p->socket), PEER_RESET);
		assert_result(tenon_take_error(p->socket), OK);
	}
}

SCENARIO(the_user_is_not_told_of_a_reset_after_both_have_closed)
{
	static const enum tcp_state states[] = { TCP_CLOSING, TCP_LAST_ACK, TCP_TIME_WAIT };
	size_t i;

	for (i = 0; i < sizeof states / sizeof states[0]; i++) {
		struct peer *p = peer_in(states[i]);

		sends(p, .flags = RST);
		now_in(p, TCP_CLOSED);
		assert_result(tenon_take_error(p->socket), OK);
	}
}

/* MUST-11: what came from LISTEN goes back to LISTEN, and nobody is told. */
SCENARIO(a_rst_sends_a_passive_opening_back_to_listen)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED);
	struct tenon_socket *s;

	assert_fate(sends(p, .flags = RST), TCP_RESET);
	now_in(p, TCP_CLOSED);
	assert_result(tenon_accept(p->listener, &s), WOULD_BLOCK);
	assert_result(tenon_take_error(p->listener), OK);
	peer_turns_to(p, PEER_PORT);
	sends(p, .flags = SYN);
	gets_back(p, .flags = SYN | ACK, .ack = 1);
}

/* MUST-11: what came from SYN-SENT was refused. */
SCENARIO(a_rst_refuses_a_simultaneous_opening)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED, .simultaneous = true);

	assert_fate(sends(p, .flags = RST), TCP_RESET);
	now_in(p, TCP_CLOSED);
	assert_result(tenon_connect_outcome(p->socket), PEER_RESET_OPENING);
}

/* RFC 5961 3.2: in the window but not exact, it might be anybody's. */
SCENARIO(a_rst_inside_the_window_is_challenged_in_every_state)
{
	int i;

	for (i = 0; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i]);

		assert_fate(sends(p, .flags = RST, .seq = p->seq + 100), TCP_RST_CHALLENGED);
		gets_back(p, .seq = p->ack, .ack = p->seq);
		gets_nothing(p);
		still_in(p, peer_states[i]);
	}
}

/* RFC 5961 3.2: who has really closed answers the challenge with an exact RST. */
SCENARIO(the_answer_to_the_challenge_resets)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .flags = RST, .seq = p->seq + 100);
	gets_back(p, .ack = p->seq);
	sends(p, .flags = RST, .seq = p->got.ack);
	now_in(p, TCP_CLOSED);
}

/* RFC 5961 7 */
SCENARIO(challenges_are_limited_to_so_many_a_second)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = three_challenges);
	int i;

	for (i = 0; i < 3; i++)
		assert_fate(sends(p, .flags = RST, .seq = p->seq + 100), TCP_RST_CHALLENGED);
	assert_int_equal(ignores(p), 3);
	assert_fate(sends(p, .flags = RST, .seq = p->seq + 100), TCP_CHALLENGE_LIMITED);
	gets_nothing(p);
	passes(p, SECONDS(1));
	assert_fate(sends(p, .flags = RST, .seq = p->seq + 100), TCP_RST_CHALLENGED);
	gets_back(p, .ack = p->seq);
	still_in(p, TCP_ESTABLISHED);
}

/* What had arrived before can still be read. */
SCENARIO(text_that_came_before_the_rst_is_still_read)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 10);
	sends(p, .flags = RST);
	assert_result(tenon_take_error(p->socket), PEER_RESET);
	assert_int_equal(user_receives(p, 100), 10);
	assert_int_equal(user_receives(p, 100), 0);
}

/* The RST may have text, SHLD-2. */
SCENARIO(a_rst_with_text_resets)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_fate(sends(p, .flags = RST, .len = 20), TCP_RESET);
	now_in(p, TCP_CLOSED);
}
