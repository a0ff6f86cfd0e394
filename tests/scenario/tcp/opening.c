/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.4.1 and 3.9.1.1: initial numbers, ports and addresses of what we open. */
#include "peer.h"

enum { OWN_PORT = 5000 };

/* The number of a SYN from OWN_PORT; the attempt is then abandoned. */
static uint32_t isn_now(struct peer *p)
{
	struct tenon_endpoint local = at(p->f->any, OWN_PORT);

	p->socket = opens(p);
	assert_result(tenon_bind(p->socket, &local), OK);
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN);
	assert_int_equal(p->got.src_port, OWN_PORT);
	closes(p, p->socket);
	return p->stack_isn;
}

/* MUST-8, SHLD-1: a clock of four microseconds and a secret for each connection. */
SCENARIO(initial_numbers_follow_a_clock)
{
	struct peer *p = peer_in(TCP_CLOSED);
	uint32_t first = isn_now(p);

	passes(p, SECONDS(1));
	assert_int_equal(isn_now(p) - first, 250000);
	passes(p, SECONDS(3600));
	assert_int_equal(isn_now(p) - first, 250000U * 3601);
}

/* MUST-9: who does not know the secret cannot tell one connection's numbers from another's. */
SCENARIO(initial_numbers_depend_on_the_connection_and_on_a_secret)
{
	struct peer *p = peer_in(TCP_CLOSED), *other = peer_in(TCP_CLOSED, .seed = 1);
	uint32_t one = isn_now(p), two;

	peer_turns_to(p, PEER_PORT + 1);
	two = isn_now(p);
	assert_true(one - two > 1000 && two - one > 1000);
	two = isn_now(other);
	assert_true(one - two > 1000 && two - one > 1000);
}

static void three_ports(struct tenon_config *config)
{
	config->behavior.port_first = 40000;
	config->behavior.port_last = 40002;
}

SCENARIO(ports_are_of_the_range_and_each_is_used_once)
{
	struct peer *p = peer_in(TCP_CLOSED, .change = three_ports);
	unsigned seen = 0, i;

	for (i = 0; i < 3; i++) {
		p->socket = NULL;
		assert_result(connects(p), CONNECT_STARTED);
		gets_back(p, .flags = SYN);
		assert_true(p->got.src_port >= 40000 && p->got.src_port <= 40002);
		seen |= 1U << (p->got.src_port - 40000);
	}
	assert_int_equal(seen, 7);
	p->socket = NULL;
	assert_result(connects(p), NO_PORT_LEFT);
	gets_nothing(p);
	peer_turns_to(p, PEER_PORT + 1);
	assert_result(connects(p), CONNECT_STARTED);
	assert_int_equal(ignores(p), 1);
}

/* RFC 6056: the next port to the same peer is not easily guessed by another. */
SCENARIO(ports_to_different_peers_are_unrelated)
{
	struct peer *p = peer_in(TCP_CLOSED);
	uint16_t ports[6], i, neighbors = 0;

	for (i = 0; i < 6; i++) {
		p->socket = NULL;
		peer_turns_to(p, (uint16_t)(100 + i));
		assert_result(connects(p), CONNECT_STARTED);
		gets_back(p, .flags = SYN);
		ports[i] = p->got.src_port;
		assert_true(ports[i] >= 32768 && ports[i] <= 60999);
		if (i > 0 && (uint16_t)(ports[i] - ports[i - 1] + 2) <= 4)
			neighbors++;
	}
	assert_true(neighbors < 2);
}

/* MUST-44: IP chooses the source; MUST-43, MUST-45: unless the user has. */
SCENARIO(the_source_is_the_users_choice_or_ips)
{
	struct peer *p = peer_in(TCP_CLOSED);
	struct tenon_endpoint local = at(p->f->nobody, 0);

	assert_result(tenon_address_add(p->stack, p->link, &p->f->nobody,
					p->f->version == TENON_IP_V4 ? 24 : 64),
		      OK);
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN);
	assert_true(tenon_ip_equal(&p->got.from, &p->f->a) ||
		    tenon_ip_equal(&p->got.from, &p->f->nobody));
	peer_turns_to(p, 1234);
	p->socket = opens(p);
	assert_result(tenon_bind(p->socket, &local), OK);
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN);
	assert_true(tenon_ip_equal(&p->got.from, &p->f->nobody));
}

/* MUST-45: the SYN,ACK and all that follows come from where the SYN went. */
SCENARIO(a_passive_connection_keeps_the_address_it_was_opened_at)
{
	struct peer *p = peer_in_listen();

	assert_result(tenon_address_add(p->stack, p->link, &p->f->nobody,
					p->f->version == TENON_IP_V4 ? 24 : 64),
		      OK);
	sends(p, .flags = SYN, .to = &p->f->nobody);
	gets_back(p, .flags = SYN | ACK);
	assert_true(tenon_ip_equal(&p->got.from, &p->f->nobody));
	sends(p, .to = &p->f->nobody);
	p->socket = accepts(p);
	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10);
	assert_true(tenon_ip_equal(&p->got.from, &p->f->nobody));
}

/* MUST-46 */
SCENARIO(nothing_is_opened_to_a_multicast_or_broadcast_address)
{
	static const struct tenon_ip group6 = { { 0xff, 0x0e, [15] = 9 } };
	struct peer *p = peer_in(TCP_CLOSED);
	struct tenon_endpoint group = at(group6, 80), all = at(tenon_ip4(10, 1, 0, 255), 80);

	if (p->f->version == TENON_IP_V4)
		group.ip = tenon_ip4(224, 0, 0, 9);
	p->socket = opens(p);
	assert_result(tenon_connect(p->socket, &group), MULTICAST_CONNECTION);
	if (p->f->version == TENON_IP_V4)
		assert_result(tenon_connect(p->socket, &all), BROADCAST_CONNECTION);
	gets_nothing(p);
}

/* MUST-48, SHLD-22: the user's traffic class, SHLD-21: also a new one; MUST-49: and hop limit. */
SCENARIO(traffic_class_and_hop_limit_are_the_users)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(p->got.hop_limit, 64);
	assert_int_equal(p->got.traffic_class, 0);
	sets(p, TENON_OPTION_HOP_LIMIT, 9);
	sets(p, TENON_OPTION_TRAFFIC_CLASS, 0xb8);
	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10);
	assert_int_equal(p->got.hop_limit, 9);
	assert_int_equal(p->got.traffic_class, 0xb8);
	sets(p, TENON_OPTION_TRAFFIC_CLASS, 0x28);
	sends(p);
	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10);
	assert_int_equal(p->got.traffic_class, 0x28);
}

static struct tenon_socket *binds_own_port(struct peer *p)
{
	struct tenon_endpoint local = at(p->f->any, OWN_PORT);
	struct tenon_socket *s = opens(p);

	assert_result(tenon_option_set(s, TENON_OPTION_REUSE_ADDRESS, 1), OK);
	assert_result(tenon_bind(s, &local), OK);
	return s;
}

SCENARIO(the_same_connection_is_not_opened_twice)
{
	struct peer *p = peer_in(TCP_CLOSED);

	p->socket = binds_own_port(p);
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN);
	p->socket = binds_own_port(p);
	assert_result(connects(p), TUPLE_TAKEN);
	gets_nothing(p);
}

/* From OWN_PORT to the peer and closed by us, so that it is in TIME-WAIT. */
static struct peer *in_time_wait(bool timestamps)
{
	struct peer *p = peer_new(&(struct peer_terms){ .timestamps = timestamps });

	p->socket = binds_own_port(p);
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN);
	sends(p, .flags = SYN | ACK);
	shuts_down(p);
	sends(p, .flags = FIN | ACK, .ack = 2);
	now_in(p, TCP_TIME_WAIT);
	closes(p, p->socket);
	(void)ignores(p);
	p->socket = binds_own_port(p);
	return p;
}

/* RFC 6191, from the side that opens: timestamps tell old segments from new ones. */
SCENARIO(with_timestamps_time_wait_makes_room_for_a_new_opening)
{
	struct peer *p = in_time_wait(true);
	uint32_t last = p->stack_isn + 2;

	assert_result(connects(p), TUPLE_TAKEN);
	passes(p, SECONDS(2));
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN);
	assert_true((int32_t)(p->stack_isn - last) > 65535);
}

SCENARIO(without_timestamps_time_wait_keeps_its_place)
{
	struct peer *p = in_time_wait(false);

	passes(p, SECONDS(59));
	assert_result(connects(p), TUPLE_TAKEN);
	passes(p, SECONDS(1));
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN);
}

SCENARIO(the_next_port_to_a_peer_is_another_one)
{
	struct peer *p = peer_in(TCP_SYN_SENT);
	uint16_t first = p->got.src_port;

	closes(p, p->socket);
	peer_turns_to(p, PEER_PORT);
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN);
	assert_int_not_equal(p->got.src_port, first);
}
