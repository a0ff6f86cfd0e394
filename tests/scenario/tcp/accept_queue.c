/* SPDX-License-Identifier: MIT */
/* A listener's two queues, and what Linux does when they are full. */
#include "peer.h"

static void abort_on_overflow(struct tenon_config *config)
{
	config->behavior.abort_on_overflow = true;
}

static void half_opens(struct peer *p, uint16_t port)
{
	peer_turns_to(p, port);
	sends(p, .flags = SYN);
	gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
}

static void opens_one(struct peer *p, uint16_t port)
{
	half_opens(p, port);
	sends(p);
	now_in(p, TCP_ESTABLISHED);
}

/* Another one, beside that which the test looks at. */
static void opens_beside(struct peer *p, uint16_t port)
{
	uint32_t isn = p->stack_isn;

	sends(p, .flags = SYN, .seq = 0, .from_port = port);
	gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
	sends(p, .seq = 1, .ack = 1, .from_port = port);
	p->stack_isn = isn;
}

/* Half open, when two others have filled the queue of backlog 1. */
static struct peer *with_one_too_many(void (*change)(struct tenon_config *))
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED, .backlog = 1, .change = change);

	opens_beside(p, 1001);
	opens_beside(p, 1002);
	gets_nothing(p);
	return p;
}

/* Linux: one more than the backlog says. */
SCENARIO(a_syn_is_dropped_when_the_accept_queue_is_full)
{
	struct peer *p = peer_in_listen(.backlog = 1);
	unsigned waiting, backlog;

	opens_one(p, 1001);
	opens_one(p, 1002);
	assert_result(tenon_listen_queue(p->listener, &waiting, &backlog), OK);
	assert_int_equal(waiting, 2);
	assert_int_equal(backlog, 1);
	peer_turns_to(p, 1003);
	assert_fate(sends(p, .flags = SYN), TCP_BACKLOG_FULL);
	gets_nothing(p);
	(void)accepts(p);
	opens_one(p, 1003);
}

/* The ACK that would establish one too many is dropped; the SYN,ACK goes again, and then there may
 * be room. */
SCENARIO(an_opening_waits_for_room_in_the_accept_queue)
{
	struct peer *p = with_one_too_many(NULL);

	assert_fate(sends(p), TCP_BACKLOG_FULL);
	gets_nothing(p);
	still_in(p, TCP_SYN_RECEIVED);
	passes(p, SECONDS(1));
	gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
	(void)accepts(p);
	assert_fate(sends(p), DELIVERED);
	now_in(p, TCP_ESTABLISHED);
}

SCENARIO(an_opening_is_reset_if_overflow_aborts)
{
	struct peer *p = with_one_too_many(abort_on_overflow);

	assert_fate(sends(p), TCP_BACKLOG_FULL);
	gets_back(p, .flags = RST, .seq = 1);
	now_in(p, TCP_CLOSED);
}

SCENARIO(a_syn_is_dropped_when_the_syn_queue_is_full)
{
	struct peer *p = peer_in_listen(.backlog = 4);
	uint16_t port;

	for (port = 2000; port < 2008; port++)
		half_opens(p, port);
	peer_turns_to(p, port);
	assert_fate(sends(p, .flags = SYN), TCP_SYN_QUEUE_FULL);
	gets_nothing(p);
	passes(p, SECONDS(63));
	(void)ignores(p);
	half_opens(p, 2100);
}

static void two_connections(struct tenon_config *config)
{
	config->limits.tcp_connections = 2;
}

SCENARIO(a_syn_is_dropped_when_the_connection_table_is_full)
{
	struct peer *p = peer_in_listen(.change = two_connections);

	opens_one(p, 1001);
	opens_one(p, 1002);
	peer_turns_to(p, 1003);
	assert_fate(sends(p, .flags = SYN), TCP_NO_CONNECTION_LEFT);
	gets_nothing(p);
}

SCENARIO(connections_are_accepted_in_their_order)
{
	struct peer *p = peer_in_listen();
	struct tenon_endpoint peer;
	uint16_t port;

	for (port = 1001; port < 1005; port++)
		opens_one(p, port);
	for (port = 1001; port < 1005; port++) {
		assert_result(tenon_peer(accepts(p), &peer), OK);
		assert_int_equal(peer.port, port);
		assert_true(tenon_ip_equal(&peer.ip, &p->f->b));
	}
}

/* Those whom nobody will accept any more are told; half-open ones find it out. */
SCENARIO(closing_a_listener_resets_what_waits)
{
	struct peer *p = peer_in_listen();

	half_opens(p, 1001);
	opens_one(p, 1002);
	closes(p, p->listener);
	gets_back(p, .flags = RST | ACK, .seq = 1, .ack = 1);
	gets_nothing(p);
	now_in(p, TCP_CLOSED);
	peer_turns_to(p, 1001);
	assert_fate(sends(p, .seq = 1, .ack = 77), TCP_CLOSED_PORT);
	gets_back(p, .flags = RST, .seq = 77);
}

/* It stays in the queue, with its error. */
SCENARIO(a_connection_that_was_reset_is_accepted_with_its_error)
{
	struct peer *p = peer_in_listen();

	opens_one(p, 1001);
	sends(p, .len = 10);
	sends(p, .flags = RST);
	now_in(p, TCP_CLOSED);
	p->socket = accepts(p);
	assert_result(tenon_take_error(p->socket), PEER_RESET);
	assert_int_equal(user_receives(p, 100), 10);
}

/* What arrives before accept() is there after it. */
SCENARIO(text_and_fin_before_accept_are_there_after_it)
{
	struct peer *p = peer_in_listen();

	opens_one(p, 1001);
	sends(p, .flags = FIN | ACK, .len = 10);
	gets_back(p, .seq = 1, .ack = 12);
	p->socket = accepts(p);
	now_in(p, TCP_CLOSE_WAIT);
	assert_int_equal(user_receives(p, 100), 10);
	assert_int_equal(user_receives(p, 100), 0);
}

/* A listener's settings are those of what it accepts. */
SCENARIO(what_is_accepted_has_the_listeners_settings)
{
	struct peer *p = peer_in_listen();
	int value;

	assert_result(tenon_option_set(p->listener, TENON_OPTION_NO_DELAY, 1), OK);
	opens_one(p, 1001);
	p->socket = accepts(p);
	assert_result(tenon_option_get(p->socket, TENON_OPTION_NO_DELAY, &value), OK);
	assert_int_equal(value, 1);
	assert_int_equal(user_sends(p, 10), 10);
	assert_int_equal(user_sends(p, 10), 10);
	assert_int_equal(ignores(p), 2);
}
