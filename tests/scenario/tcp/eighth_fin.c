/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.4, eighth: check the FIN bit; 3.6. */
#include "peer.h"

SCENARIO(a_fin_closes_the_receiving_side)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 10);
	sends(p, .flags = FIN | ACK);
	gets_back(p, .seq = 1, .ack = 12);
	now_in(p, TCP_CLOSE_WAIT);
	assert_true(tenon_readiness(p->socket) & TENON_RECEIVE_CLOSED);
	assert_int_equal(user_receives(p, 100), 10);
	assert_int_equal(user_receives(p, 100), 0);
	assert_int_equal(user_receives(p, 100), 0);
}

SCENARIO(a_fin_moves_fin_wait_1_to_closing)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_1);

	sends(p, .flags = FIN | ACK, .ack = 1);
	gets_back(p, .seq = 2, .ack = 2);
	now_in(p, TCP_CLOSING);
}

SCENARIO(a_fin_with_the_ack_of_ours_moves_fin_wait_1_to_time_wait)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_1);

	sends(p, .flags = FIN | ACK, .ack = 2);
	gets_back(p, .seq = 2, .ack = 2);
	now_in(p, TCP_TIME_WAIT);
}

SCENARIO(a_fin_moves_fin_wait_2_to_time_wait)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_2);

	sends(p, .flags = FIN | ACK);
	gets_back(p, .seq = 2, .ack = 2);
	now_in(p, TCP_TIME_WAIT);
}

SCENARIO(the_same_fin_again_is_acknowledged_and_changes_nothing)
{
	static const enum tcp_state states[] = { TCP_CLOSE_WAIT, TCP_CLOSING, TCP_LAST_ACK };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct peer *p = peer_in(states[i]);

		sends(p, .flags = FIN | ACK, .seq = 1, .ack = 1);
		gets_back(p, .seq = p->ack, .ack = 2);
		gets_nothing(p);
		still_in(p, states[i]);
	}
}

SCENARIO(a_fin_ahead_of_missing_text_is_remembered)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .flags = FIN | ACK, .seq = 11, .len = 10);
	gets_back(p, .ack = 1);
	still_in(p, TCP_ESTABLISHED);
	sends(p, .seq = 1, .len = 10);
	gets_back(p, .ack = 22);
	now_in(p, TCP_CLOSE_WAIT);
	assert_int_equal(user_receives(p, 100), 20);
}

/* MUST-13: TIME-WAIT lasts 2 MSL (60 s, as Linux has it), */
SCENARIO(time_wait_lasts_a_minute)
{
	struct peer *p = peer_in(TCP_TIME_WAIT);

	passes(p, SECONDS(60) - 1);
	still_in(p, TCP_TIME_WAIT);
	passes(p, 1);
	now_in(p, TCP_CLOSED);
	gets_nothing(p);
}

static void two_msl_of_240_seconds(struct tenon_config *config)
{
	config->behavior.time_wait_us = 240 * 1000000;
}

/* MUST-13: or as long as one wants, also after its user has gone. */
SCENARIO(time_wait_lasts_as_long_as_is_set_and_without_its_user)
{
	struct peer *p = peer_in(TCP_TIME_WAIT, .change = two_msl_of_240_seconds);

	closes(p, p->socket);
	passes(p, SECONDS(240) - 1);
	still_in(p, TCP_TIME_WAIT);
	passes(p, 1);
	now_in(p, TCP_CLOSED);
}

/* MAY-1 is not taken: closing is in both directions, each for itself; 3.6. */
SCENARIO(who_has_received_a_fin_goes_on_sending)
{
	struct peer *p = peer_in(TCP_CLOSE_WAIT);

	assert_int_equal(user_sends(p, 3000), 3000);
	gets_back(p, .seq = 1, .len = 1000);
	gets_back(p, .seq = 1001, .len = 1000);
	gets_back(p, .seq = 2001, .len = 1000);
	sends(p);
	assert_int_equal(tenon_unacknowledged(p->socket), 0);
	still_in(p, TCP_CLOSE_WAIT);
}

/* Figure 13: both close at once. */
SCENARIO(both_sides_close_at_once)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_1);

	sends(p, .flags = FIN | ACK, .ack = 1);
	gets_back(p, .seq = 2, .ack = 2);
	sends(p, .ack = 2);
	now_in(p, TCP_TIME_WAIT);
	passes(p, SECONDS(60));
	now_in(p, TCP_CLOSED);
}

/* A FIN that is lost is sent again. */
SCENARIO(our_fin_is_sent_again_until_it_is_acknowledged)
{
	static const enum tcp_state states[] = { TCP_FIN_WAIT_1, TCP_CLOSING, TCP_LAST_ACK };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct peer *p = peer_in(states[i]);

		passes(p, SECONDS(2));
		gets_back(p, .flags = FIN | ACK, .seq = 1);
		sends(p, .ack = 2);
		(void)ignores(p);
		passes(p, SECONDS(30));
		gets_nothing(p);
	}
}

/* The FIN follows the last octet, and is sent with it. */
SCENARIO(our_fin_goes_with_the_last_text)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .wnd = 1500);

	assert_int_equal(user_sends(p, 2000), 2000);
	gets_back(p, .seq = 1, .len = 1000);
	shuts_down(p);
	gets_nothing(p);
	now_in(p, TCP_FIN_WAIT_1);
	sends(p);
	gets_back(p, .flags = FIN | ACK, .seq = 1001, .len = 1000);
}
