/* SPDX-License-Identifier: MIT */
#include "tcp/tcp.h"

#include "ip/transport.h"
#include "tcp/tcp_handshake.h"
#include "tcp/tcp_listen.h"
#include "tcp/tcp_timeouts.h"
#include "tcp/tcp_user.h"

enum { PORT_COUNT = 65536 };

static const char *const names[TCP_STATE_COUNT] = {
	[TCP_CLOSED] = "CLOSED",
	[TCP_SYN_SENT] = "SYN-SENT",
	[TCP_SYN_RECEIVED] = "SYN-RECEIVED",
	[TCP_ESTABLISHED] = "ESTABLISHED",
	[TCP_FIN_WAIT_1] = "FIN-WAIT-1",
	[TCP_FIN_WAIT_2] = "FIN-WAIT-2",
	[TCP_CLOSE_WAIT] = "CLOSE-WAIT",
	[TCP_CLOSING] = "CLOSING",
	[TCP_LAST_ACK] = "LAST-ACK",
	[TCP_TIME_WAIT] = "TIME-WAIT",
};

/* The arrows of RFC 9293 figure 5, LISTEN and CLOSED being one, and from everywhere to CLOSED, for
 * a reset, an abort or a timeout may come in every state. */
static const uint16_t moves[TCP_STATE_COUNT] = {
	[TCP_CLOSED] = 1 << TCP_SYN_SENT | 1 << TCP_SYN_RECEIVED,
	[TCP_SYN_SENT] = 1 << TCP_ESTABLISHED | 1 << TCP_SYN_RECEIVED | 1 << TCP_CLOSED,
	[TCP_SYN_RECEIVED] = 1 << TCP_ESTABLISHED | 1 << TCP_CLOSED,
	[TCP_ESTABLISHED] = 1 << TCP_FIN_WAIT_1 | 1 << TCP_CLOSE_WAIT | 1 << TCP_CLOSED,
	[TCP_FIN_WAIT_1] =
		1 << TCP_FIN_WAIT_2 | 1 << TCP_CLOSING | 1 << TCP_TIME_WAIT | 1 << TCP_CLOSED,
	[TCP_FIN_WAIT_2] = 1 << TCP_TIME_WAIT | 1 << TCP_CLOSED,
	[TCP_CLOSE_WAIT] = 1 << TCP_LAST_ACK | 1 << TCP_CLOSED,
	[TCP_CLOSING] = 1 << TCP_TIME_WAIT | 1 << TCP_CLOSED,
	[TCP_LAST_ACK] = 1 << TCP_CLOSED,
	[TCP_TIME_WAIT] = 1 << TCP_CLOSED,
};

const char *tcp_state_name(enum tcp_state state)
{
	return names[state];
}

static uint32_t port_limit(const struct tenon_config *config)
{
	return config->limits.tcp_port_bindings + config->limits.tcp_connections;
}

size_t tcp_need(const struct tenon_config *config)
{
	const struct tenon_limits *l = &config->limits;
	size_t need = arena_need(1, sizeof(struct tcp));

	need = arena_sum(need, pool_need(l->tcp_connections, sizeof(struct tcp_conn)));
	need = arena_sum(need, pool_need(l->tcp_listeners, sizeof(struct tcp_listener)));
	need = arena_sum(need, pool_need(l->sockets, sizeof(struct tcp_user)));
	need = arena_sum(need, pool_need(port_limit(config), sizeof(struct tcp_port)));
	need = arena_sum(need, hash_need(2 * l->tcp_connections));
	need = arena_sum(need, hash_need(l->tcp_listeners));
	need = arena_sum(need, hash_need(port_limit(config)));
	return arena_sum(need, bitmap_need(PORT_COUNT));
}

uint32_t tcp_timer_limit(const struct tenon_config *config)
{
	return config->limits.tcp_connections;
}

/* The number under which the stack hands our timers back: our place among the transports. */
static uint8_t timer_owner(const struct tenon_config *config)
{
	uint8_t n = 0;

	while (config->transports[n]->protocol != IP_PROTOCOL_TCP)
		n++;
	return (uint8_t)(TIMER_TRANSPORT + n);
}

struct tcp *tcp_init(struct arena *arena, struct ip *ip, struct pages *pages,
		     const struct tenon_config *config)
{
	const struct tenon_limits *l = &config->limits;
	struct tcp *tcp = arena_take(arena, 1, sizeof *tcp);

	*tcp = (struct tcp){
		.ip = ip,
		.timers = ip->timers,
		.trace = ip->trace,
		.pages = pages,
		.behavior = ip->behavior,
		.congestions = config->congestions,
		.table_key = random_key(ip->random),
		.isn_key = random_key(ip->random),
		.port_key = random_key(ip->random),
		.timer_owner = timer_owner(config),
	};
	pool_init(&tcp->conns, arena, l->tcp_connections, sizeof(struct tcp_conn), false);
	pool_init(&tcp->listeners, arena, l->tcp_listeners, sizeof(struct tcp_listener), false);
	pool_init(&tcp->users, arena, l->sockets, sizeof(struct tcp_user), false);
	pool_init(&tcp->ports, arena, port_limit(config), sizeof(struct tcp_port), false);
	hash_init(&tcp->tuples, arena, 2 * l->tcp_connections);
	hash_init(&tcp->listening, arena, l->tcp_listeners);
	hash_init(&tcp->port_table, arena, port_limit(config));
	bitmap_init(&tcp->ports_held, arena, PORT_COUNT);
	list_init(&tcp->news);
	return tcp;
}

bool tcp_pool_use(const struct tcp *tcp, unsigned index, struct tenon_pool_use *use)
{
	const struct pool *pools[] = { &tcp->conns, &tcp->listeners, &tcp->users, &tcp->ports };
	static const char *const pool_names[] = {
		"tcp connections",
		"tcp listeners",
		"tcp sockets",
		"tcp ports",
	};

	if (index >= sizeof pools / sizeof pools[0])
		return false;
	*use = (struct tenon_pool_use){
		.name = pool_names[index],
		.used = pools[index]->used,
		.high_water = pools[index]->high_water,
		.limit = pools[index]->limit,
	};
	return true;
}

struct tcp_conn *tcp_conn_take(struct tcp *tcp)
{
	struct tcp_conn *c = pool_take(&tcp->conns);

	if (c == NULL)
		return NULL;
	*c = (struct tcp_conn){
		.tcp = tcp,
		.state = TCP_CLOSED,
		.due = { NEVER, NEVER, NEVER },
		.flow = { .protocol = IP_PROTOCOL_TCP, .flags = IP_DONT_FRAGMENT },
	};
	timer_init(&c->timer, tcp->timer_owner);
	return c;
}

struct tenon_endpoint tcp_local_of(const struct tcp_conn *c)
{
	return (struct tenon_endpoint){
		.ip = c->flow.source,
		.port = c->local_port,
		.link = tenon_ip_is_link_local(&c->flow.source) ? c->flow.bound_link : 0,
	};
}

struct tenon_endpoint tcp_peer_of(const struct tcp_conn *c)
{
	return (struct tenon_endpoint){
		.ip = c->flow.destination,
		.port = c->peer_port,
		.link = tenon_ip_is_link_local(&c->flow.destination) ? c->flow.bound_link : 0,
	};
}

/* Nothing came back because a rule of ours let nothing out; or what came back is its answer. */
static void blame_rule(const struct tcp_conn *c, struct tenon_cause *cause)
{
	bool is_opening = c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;

	if (c->user == NULL || c->user->rule == 0)
		return;
	if (!is_opening && cause->kind != TENON_CAUSE_TIMER)
		return;
	memset(&cause->detail, 0, sizeof cause->detail);
	cause->kind = TENON_CAUSE_RULE;
	cause->detail.rule.number = c->user->rule;
}

void tcp_cause_about(const struct tcp_conn *c, struct tenon_cause *cause)
{
	uint16_t came_by = cause->link;

	cause->local = tcp_local_of(c);
	cause->peer = tcp_peer_of(c);
	cause->since_us = c->began;
	cause->transmissions = (uint16_t)(c->retries + 1);
	ip_path_cause(c->tcp->ip, &c->flow.path, cause);
	if (came_by != 0)
		cause->link = came_by;
	blame_rule(c, cause);
}

/* It cannot be found any more, holds no port and no memory but its own. */
static void leave_tables(struct tcp_conn *c)
{
	unsigned hold = (c->flags & CONN_REUSE ? HOLD_REUSE : 0U) |
			(c->flags & CONN_REUSE_PORT ? HOLD_REUSE_PORT : 0U);

	tcp_timers_stop(c);
	tcp_table_remove(c);
	if (c->port != NULL)
		tcp_port_release(c->tcp, c->port, hold);
	c->port = NULL;
	stream_clear(&c->out, c->tcp->pages);
	tcp_forget_early(c);
	if (c->listener != NULL)
		tcp_listener_forget(c);
}

static void put_on_ended(struct tcp_conn *c)
{
	if (c->user != NULL || c->listener != NULL || (c->flags & CONN_ENDED))
		return;
	c->flags |= CONN_ENDED;
	c->link.next_ended = c->tcp->ended;
	c->tcp->ended = c;
}

static void begin_state(struct tcp_conn *c)
{
	switch ((enum tcp_state)c->state) {
	case TCP_ESTABLISHED:
		c->flags |= CONN_WAS_OPEN;
		tcp_handshake_done(c);
		tcp_timers_data_acked(c);
		tcp_timers_heard(c);
		if (c->user != NULL)
			tcp_mark(c->user, TENON_WRITABLE);
		else if (c->listener != NULL)
			tcp_listener_established(c);
		return;
	case TCP_FIN_WAIT_2:
		if (c->user == NULL)
			tcp_timers_life(c, tcp_fin_wait_us(c));
		return;
	case TCP_TIME_WAIT:
		c->due[DUE_RETRANSMIT] = NEVER;
		stream_clear(&c->out, c->tcp->pages);
		tcp_timers_life(c, c->tcp->behavior->time_wait_us); /* MUST-13 */
		return;
	case TCP_CLOSED:
		leave_tables(c);
		put_on_ended(c);
		return;
	case TCP_SYN_SENT: case TCP_SYN_RECEIVED: case TCP_FIN_WAIT_1: case TCP_CLOSE_WAIT:
	case TCP_CLOSING: case TCP_LAST_ACK: case TCP_STATE_COUNT:
		return;
	}
}

static void show_move(const struct tcp_conn *c, enum tcp_state before)
{
	struct tenon_endpoint local, peer;

	if (!trace_is_watched(c->tcp->trace))
		return;
	local = tcp_local_of(c);
	peer = tcp_peer_of(c);
	trace_state(c->tcp->trace, names[before], names[c->state], &local, &peer);
}

void tcp_enter(struct tcp_conn *c, enum tcp_state state)
{
	enum tcp_state before = (enum tcp_state)c->state;

	assert_that((moves[before] & 1U << state) != 0);
	c->state = (uint8_t)state;
	show_move(c, before);
	begin_state(c);
}

/* An attempt that failed leaves nothing to be read: its user is free for the next, but until then
 * is seen as closed in both directions. */
static void tell_user(struct tcp_conn *c, enum tenon_result result)
{
	struct tcp_user *user = c->user;

	if (result != TENON_OK)
		user->failure = (uint8_t)result;
	tcp_mark(user, TENON_READABLE | TENON_WRITABLE | TENON_CLOSED);
	if (c->flags & CONN_WAS_OPEN)
		return;
	user->has_failed = true;
	user->conn = NULL;
	c->user = NULL;
}

void tcp_end(struct tcp_conn *c, enum tenon_result result)
{
	c->error = (uint8_t)result;
	if (c->user != NULL)
		tell_user(c, result);
	tcp_enter(c, TCP_CLOSED);
}

void tcp_conn_release(struct tcp_conn *c)
{
	c->user = NULL;
	stream_clear(&c->in, c->tcp->pages);
	if (c->state == TCP_CLOSED)
		put_on_ended(c);
}

void tcp_settle(struct tcp *tcp)
{
	while (tcp->ended != NULL) {
		struct tcp_conn *c = tcp->ended;

		tcp->ended = c->link.next_ended;
		stream_clear(&c->in, tcp->pages);
		pool_give(&tcp->conns, c);
	}
}
