/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.2: a segment arrives in LISTEN. */
#include "peer.h"

SCENARIO(first_a_rst_to_a_listener_is_ignored)
{
	struct peer *p = peer_in_listen();

	assert_fate(sends(p, .flags = RST), TCP_LISTEN_RST);
	assert_fate(sends(p, .flags = RST | ACK), TCP_LISTEN_RST);
	assert_fate(sends(p, .flags = RST | SYN), TCP_LISTEN_RST);
	gets_nothing(p);
	still_in(p, TCP_CLOSED);
}

SCENARIO(second_an_ack_to_a_listener_is_reset)
{
	struct peer *p = peer_in_listen();

	assert_fate(sends(p, .seq = 5, .ack = 4321), TCP_LISTEN_ACK);
	gets_back(p, .flags = RST, .seq = 4321);
	assert_fate(sends(p, .flags = SYN | ACK, .seq = 5, .ack = 99), TCP_LISTEN_ACK);
	gets_back(p, .flags = RST, .seq = 99);
	still_in(p, TCP_CLOSED);
}

SCENARIO(third_a_syn_to_a_listener_opens_a_connection)
{
	struct peer *p = peer_in_listen();

	assert_fate(sends(p, .flags = SYN), DELIVERED);
	gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
	gets_nothing(p);
	now_in(p, TCP_SYN_RECEIVED);
	assert_int_equal(tenon_readiness(p->listener), TENON_LISTENING);
	sends(p);
	gets_nothing(p);
	now_in(p, TCP_ESTABLISHED);
	assert_int_equal(tenon_readiness(p->listener), TENON_LISTENING | TENON_READABLE);
}

/* Text that came with the SYN is not acknowledged, so the peer sends it again. */
SCENARIO(third_text_with_a_syn_is_taken_when_it_comes_again)
{
	struct peer *p = peer_in_listen();

	sends(p, .flags = SYN, .len = 10);
	gets_back(p, .flags = SYN | ACK, .ack = 1);
	sends(p, .seq = 1, .len = 10);
	p->socket = accepts(p);
	assert_int_equal(user_receives(p, 100), 10);
}

SCENARIO(fourth_anything_else_to_a_listener_is_dropped)
{
	struct peer *p = peer_in_listen();

	assert_fate(sends(p, .flags = 0, .len = 10), TCP_LISTEN_OTHER);
	assert_fate(sends(p, .flags = FIN), TCP_LISTEN_OTHER);
	gets_nothing(p);
	still_in(p, TCP_CLOSED);
}

/* MUST-42: the same port is listened to on two addresses, each with its own connections; MUST-41:
 * and the one that came later disturbs nothing. */
SCENARIO(two_sockets_listen_on_two_addresses_of_one_port)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .passive = true);
	struct tenon_endpoint second = at(p->f->nobody, STACK_PORT + 1), first = second;
	struct tenon_socket *one = opens(p), *two = opens(p), *accepted;

	first.ip = p->f->a;
	assert_result(tenon_address_add(p->stack, p->link, &p->f->nobody,
					p->f->version == TENON_IP_V4 ? 24 : 64),
		      OK);
	assert_result(tenon_bind(one, &first), OK);
	assert_result(tenon_listen(one, 4), OK);
	assert_result(tenon_bind(two, &second), OK);
	assert_result(tenon_listen(two, 4), OK);
	sends(p, .len = 5);
	assert_int_equal(user_receives(p, 10), 5);
	peer_turns_to(p, 1234);
	sends(p, .flags = SYN, .to_port = STACK_PORT + 1);
	assert_int_equal(ignores(p), 1);
	sends(p, .to_port = STACK_PORT + 1);
	assert_result(tenon_accept(two, &accepted), WOULD_BLOCK);
	p->listener = one;
	(void)accepts(p);
}

/* A listener that is bound to an address takes nothing that goes to another. */
SCENARIO(a_syn_to_another_address_than_the_listeners_is_reset)
{
	struct peer *p = peer_in(TCP_CLOSED);
	struct tenon_endpoint local = at(p->f->nobody, STACK_PORT);
	struct tenon_socket *s = opens(p);

	assert_result(tenon_address_add(p->stack, p->link, &p->f->nobody,
					p->f->version == TENON_IP_V4 ? 24 : 64),
		      OK);
	assert_result(tenon_bind(s, &local), OK);
	assert_result(tenon_listen(s, 4), OK);
	assert_fate(sends(p, .flags = SYN), TCP_CLOSED_PORT);
	gets_back(p, .flags = RST | ACK);
	assert_fate(sends(p, .flags = SYN, .to = &p->f->nobody), DELIVERED);
}

SCENARIO(after_close_the_port_is_closed)
{
	struct peer *p = peer_in_listen();

	closes(p, p->listener);
	assert_fate(sends(p, .flags = SYN), TCP_CLOSED_PORT);
	gets_back(p, .flags = RST | ACK, .seq = 0, .ack = 1);
}
