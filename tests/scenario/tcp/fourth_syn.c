/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.4, fourth: check the SYN bit; RFC 5961 4; TIME-WAIT: RFC 6191. */
#include "peer.h"

SCENARIO(a_syn_in_the_window_is_challenged_in_synchronized_states)
{
	int i;

	for (i = 1; i < PEER_STATES - 1; i++) {
		struct peer *p = peer_in(peer_states[i]);

		assert_fate(sends(p, .flags = SYN, .seq = p->seq), TCP_SYN_CHALLENGED);
		gets_back(p, .seq = p->ack, .ack = p->seq);
		assert_fate(sends(p, .flags = SYN | ACK, .seq = p->seq + 50), TCP_SYN_CHALLENGED);
		gets_back(p, .seq = p->ack, .ack = p->seq);
		gets_nothing(p);
		still_in(p, peer_states[i]);
	}
}

/* 3.5.1: a peer that has forgotten the connection and opens it anew learns of it by our ACK, to
 * which it answers with RST. Figure 10. */
SCENARIO(a_half_open_connection_is_discovered)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .flags = SYN, .seq = 4000);
	gets_back(p, .seq = 1, .ack = 1);
	sends(p, .flags = RST, .seq = p->got.ack);
	now_in(p, TCP_CLOSED);
	assert_result(tenon_take_error(p->socket), PEER_RESET);
}

/* Our SYN,ACK was lost. */
SCENARIO(the_same_syn_again_gets_the_same_syn_ack_again)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED);

	assert_fate(sends(p, .flags = SYN, .seq = 0), TCP_DUPLICATE);
	gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
	gets_nothing(p);
	sends(p);
	now_in(p, TCP_ESTABLISHED);
}

/* MUST-11: a passive opening goes back to LISTEN. */
SCENARIO(another_syn_sends_a_passive_opening_back_to_listen)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED);

	sends(p, .flags = SYN, .seq = 1);
	gets_nothing(p);
	now_in(p, TCP_CLOSED);
	p->peer_isn++;
	sends(p, .flags = SYN, .seq = 0);
	gets_back(p, .flags = SYN | ACK, .ack = 1);
	now_in(p, TCP_SYN_RECEIVED);
}

SCENARIO(another_syn_in_a_simultaneous_opening_is_challenged)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED, .simultaneous = true);

	assert_fate(sends(p, .flags = SYN, .seq = 5), TCP_SYN_CHALLENGED);
	gets_back(p, .seq = 1, .ack = 1);
	still_in(p, TCP_SYN_RECEIVED);
}

/* RFC 1337: an old SYN does not end TIME-WAIT. */
SCENARIO(a_syn_that_is_not_newer_leaves_time_wait_alone)
{
	struct peer *p = peer_in(TCP_TIME_WAIT, .passive = true);

	sends(p, .flags = SYN, .seq = p->seq - 10);
	gets_back(p, .seq = p->ack, .ack = p->seq);
	still_in(p, TCP_TIME_WAIT);
}

/* MAY-2: a newer SYN opens the connection again, and our number lies above all that were used. */
SCENARIO(a_newer_syn_reopens_from_time_wait)
{
	struct peer *p = peer_in(TCP_TIME_WAIT, .passive = true);
	uint32_t last = p->stack_isn + (uint32_t)p->ack;

	closes(p, p->socket);
	sends(p, .flags = SYN, .seq = p->seq + 10);
	gets_back(p, .flags = SYN | ACK, .ack = p->seq + 11);
	now_in(p, TCP_SYN_RECEIVED);
	assert_true((int32_t)(p->stack_isn - last) > 65535);
}

/* MAY-2 needs somebody who listens. */
SCENARIO(without_a_listener_time_wait_stays)
{
	struct peer *p = peer_in(TCP_TIME_WAIT);

	sends(p, .flags = SYN, .seq = p->seq + 10);
	gets_back(p, .seq = p->ack, .ack = p->seq);
	still_in(p, TCP_TIME_WAIT);
}

/* SHLD-4: the timestamp tells that the SYN is newer, though its number does not. */
SCENARIO(a_newer_timestamp_reopens_from_time_wait)
{
	struct peer *p = peer_in(TCP_TIME_WAIT, .passive = true, .timestamps = true);

	closes(p, p->socket);
	passes(p, SECONDS(2));
	sends(p, .flags = SYN, .seq = p->seq - 1000, .ts_echo = 0);
	gets_back(p, .flags = SYN | ACK, .ack = p->seq - 999);
	now_in(p, TCP_SYN_RECEIVED);
}

SCENARIO(an_older_timestamp_does_not_reopen_from_time_wait)
{
	struct peer *p = peer_in(TCP_TIME_WAIT, .passive = true, .timestamps = true);

	passes(p, SECONDS(2));
	sends(p, .flags = SYN, .seq = p->seq + 10, .ts_value = ts_now(p) - 5000);
	gets_back(p, .seq = p->ack, .ack = p->seq);
	still_in(p, TCP_TIME_WAIT);
}

/* There the peer's SYN lies below the window; our SYN,ACK goes again when its time has come. */
SCENARIO(the_same_syn_again_in_a_simultaneous_opening_is_acknowledged)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED, .simultaneous = true);

	sends(p, .flags = SYN, .seq = 0);
	gets_back(p, .seq = 1, .ack = 1);
	passes(p, SECONDS(2));
	gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
	still_in(p, TCP_SYN_RECEIVED);
}
