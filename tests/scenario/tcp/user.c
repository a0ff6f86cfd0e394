/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.1 to 3.10.6: the user's calls in each state. */
#include "peer.h"

/* 3.10.1, OPEN: once a socket has a connection or listens, there is no second one. */
SCENARIO(open_in_each_state)
{
	struct peer *p = peer_in_listen();
	int i;

	p->socket = p->listener;
	assert_result(connects(p), IS_LISTENING);
	gets_nothing(p);
	p->socket = NULL;
	p = peer_in(TCP_SYN_SENT);
	assert_result(connects(p), CONNECT_PENDING);
	p = peer_in(TCP_SYN_RECEIVED, .simultaneous = true);
	assert_result(connects(p), CONNECT_PENDING);
	for (i = 1; i < PEER_STATES - 1; i++) {
		p = peer_in(peer_states[i]);
		assert_result(connects(p), OK);
		assert_result(connects(p), ALREADY_CONNECTED);
		gets_nothing(p);
		still_in(p, peer_states[i]);
	}
}

/* 3.10.2, SEND. */
SCENARIO(send_in_states_that_do_not_send_yet)
{
	struct peer *p = peer_in(TCP_CLOSED);

	p->socket = opens(p);
	assert_result(send_result(p), NOT_CONNECTED);
	p = peer_in_listen();
	p->socket = p->listener;
	assert_result(send_result(p), NOT_CONNECTED);
	p->socket = NULL;
	p = peer_in(TCP_SYN_SENT);
	assert_result(send_result(p), WOULD_BLOCK);
	p = peer_in(TCP_SYN_RECEIVED, .simultaneous = true);
	assert_result(send_result(p), WOULD_BLOCK);
	gets_nothing(p);
}

SCENARIO(send_in_states_that_send)
{
	static const enum tcp_state states[] = { TCP_ESTABLISHED, TCP_CLOSE_WAIT };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct peer *p = peer_in(states[i]);

		assert_result(send_result(p), OK);
		gets_back(p, .flags = PSH | ACK, .seq = 1, .ack = p->seq, .len = 1);
	}
}

/* "error: connection closing" */
SCENARIO(send_in_states_that_send_no_more)
{
	static const enum tcp_state states[] = { TCP_FIN_WAIT_1, TCP_FIN_WAIT_2, TCP_CLOSING,
						 TCP_LAST_ACK, TCP_TIME_WAIT };
	size_t i;

	for (i = 0; i < 5; i++) {
		struct peer *p = peer_in(states[i]);

		assert_result(send_result(p), SEND_SIDE_CLOSED);
		gets_nothing(p);
	}
}

/* 3.10.3, RECEIVE: before there is text it waits, behind a FIN there is the end. */
SCENARIO(receive_in_each_state)
{
	static const struct {
		enum tcp_state state;
		enum tenon_result result;
	} cases[] = {
		{ TCP_SYN_SENT, TENON_WOULD_BLOCK },
		{ TCP_ESTABLISHED, TENON_WOULD_BLOCK },
		{ TCP_FIN_WAIT_1, TENON_WOULD_BLOCK },
		{ TCP_FIN_WAIT_2, TENON_WOULD_BLOCK },
		{ TCP_CLOSE_WAIT, TENON_OK },
		{ TCP_CLOSING, TENON_OK },
		{ TCP_LAST_ACK, TENON_OK },
		{ TCP_TIME_WAIT, TENON_OK },
	};
	struct peer *p = peer_in(TCP_CLOSED);
	size_t i;

	p->socket = opens(p);
	assert_result(receive_result(p), NOT_CONNECTED);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		p = peer_in(cases[i].state);
		assert_int_equal(receive_result(p), cases[i].result);
		assert_int_equal(p->user_received, 0);
	}
}

/* What came before the FIN is read before the end. */
SCENARIO(receive_gives_the_text_before_the_end)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_2);

	sends(p, .flags = FIN | ACK, .len = 100);
	now_in(p, TCP_TIME_WAIT);
	assert_int_equal(user_receives(p, 60), 60);
	assert_int_equal(user_receives(p, 60), 40);
	assert_int_equal(user_receives(p, 60), 0);
}

/* 3.10.4, CLOSE: nothing leaves of what never was. */
SCENARIO(close_in_listen_and_syn_sent_sends_nothing)
{
	struct peer *p = peer_in_listen();

	closes(p, p->listener);
	gets_nothing(p);
	p = peer_in(TCP_SYN_SENT);
	closes(p, p->socket);
	gets_nothing(p);
	now_in(p, TCP_CLOSED);
	assert_fate(sends(p, .flags = SYN | ACK), TCP_CLOSED_PORT);
	gets_back(p, .flags = RST, .seq = 1);
}

/* In SYN-RECEIVED it waits for ESTABLISHED. */
SCENARIO(close_in_syn_received_sends_its_fin_behind_the_syn)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED, .simultaneous = true);

	closes(p, p->socket);
	gets_nothing(p);
	sends(p);
	gets_back(p, .flags = FIN | ACK, .seq = 1, .ack = 1);
	now_in(p, TCP_FIN_WAIT_1);
}

SCENARIO(close_sends_a_fin_behind_all_text)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 500), 500);
	gets_back(p, .seq = 1, .len = 500);
	closes(p, p->socket);
	gets_back(p, .flags = FIN | ACK, .seq = 501, .ack = 1);
	now_in(p, TCP_FIN_WAIT_1);
	p = peer_in(TCP_CLOSE_WAIT);
	closes(p, p->socket);
	gets_back(p, .flags = FIN | ACK, .seq = 1, .ack = 2);
	now_in(p, TCP_LAST_ACK);
}

SCENARIO(a_second_close_sends_nothing)
{
	static const enum tcp_state states[] = { TCP_FIN_WAIT_1, TCP_FIN_WAIT_2, TCP_CLOSING,
						 TCP_LAST_ACK, TCP_TIME_WAIT };
	size_t i;

	for (i = 0; i < 5; i++) {
		struct peer *p = peer_in(states[i]);

		closes(p, p->socket);
		gets_nothing(p);
		still_in(p, states[i]);
	}
}

/* RFC 2525 2.17: text that was not read is lost, and the peer must know. */
SCENARIO(close_with_unread_text_resets)
{
	static const enum tcp_state states[] = { TCP_ESTABLISHED, TCP_FIN_WAIT_2 };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct peer *p = peer_in(states[i]);

		sends(p, .len = 100);
		closes(p, p->socket);
		gets_back(p, .flags = RST | ACK, .seq = p->ack, .ack = 101);
		now_in(p, TCP_CLOSED);
	}
}

/* 3.10.5, ABORT: where the peer knows of the connection it gets a RST at SND.NXT. */
SCENARIO(abort_sends_a_rst_where_the_peer_has_not_closed_with_us)
{
	static const enum tcp_state states[] = { TCP_ESTABLISHED, TCP_FIN_WAIT_1, TCP_FIN_WAIT_2,
						 TCP_CLOSE_WAIT };
	size_t i;

	for (i = 0; i < 4; i++) {
		struct peer *p = peer_in(states[i]);

		assert_result(tenon_disconnect(p->socket), OK);
		gets_back(p, .flags = RST | ACK, .seq = p->ack, .ack = p->seq);
		gets_nothing(p);
		now_in(p, TCP_CLOSED);
	}
}

SCENARIO(abort_of_a_simultaneous_opening_sends_a_rst)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED, .simultaneous = true);

	assert_result(tenon_disconnect(p->socket), OK);
	gets_back(p, .flags = RST | ACK, .seq = 1, .ack = 1);
	now_in(p, TCP_CLOSED);
}

SCENARIO(abort_sends_nothing_where_both_have_closed_or_nobody_knows)
{
	static const enum tcp_state states[] = { TCP_SYN_SENT, TCP_CLOSING, TCP_LAST_ACK,
						 TCP_TIME_WAIT };
	size_t i;

	for (i = 0; i < 4; i++) {
		struct peer *p = peer_in(states[i]);

		assert_result(tenon_disconnect(p->socket), OK);
		gets_nothing(p);
		now_in(p, TCP_CLOSED);
	}
}

/* Text that waits to be sent or acknowledged is thrown away. */
SCENARIO(abort_throws_away_what_was_not_sent)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .wnd = 500);

	assert_int_equal(user_sends(p, 400), 400);
	gets_back(p, .seq = 1, .len = 400);
	assert_int_equal(user_sends(p, 2000), 2000);
	sets(p, TENON_OPTION_LINGER, 0);
	closes(p, p->socket);
	gets_back(p, .flags = RST | ACK, .seq = 401);
	passes(p, SECONDS(100));
	gets_nothing(p);
}

/* 3.10.6, STATUS. */
SCENARIO(status_tells_the_state_and_the_windows)
{
	struct peer *p = peer_in(TCP_CLOSED);
	struct tenon_tcp_status status;
	size_t i;

	p->socket = opens(p);
	assert_result(tenon_tcp_status(p->socket, &status), NOT_CONNECTED);
	for (i = 1; i < PEER_STATES; i++) {
		p = peer_in(peer_states[i]);
		assert_string_equal(status_of(p).state, tcp_state_name(peer_states[i]));
	}
	p = peer_in(TCP_ESTABLISHED);
	assert_int_equal(status_of(p).send_window, PEER_WND);
	assert_int_equal(status_of(p).send_mss, PEER_MSS);
	assert_int_equal(user_sends(p, 700), 700);
	assert_int_equal(status_of(p).in_flight, 700);
	sends(p, .len = 30);
	assert_int_equal(status_of(p).unread, 30);
}

/* 3.10.2: "insufficient resources" is for a while only. */
SCENARIO(send_waits_while_the_buffer_is_full)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 200000), 87380);
	assert_result(send_result(p), WOULD_BLOCK);
	assert_false(tenon_readiness(p->socket) & TENON_WRITABLE);
	assert_int_equal(ignores(p), 10);
	sends(p);
	assert_result(send_result(p), OK);
}
