/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_user.h"

#include "tcp/tcp_arrives.h"
#include "tcp/tcp_handshake.h"
#include "tcp/tcp_listen.h"
#include "tcp/tcp_output.h"
#include "tcp/tcp_segment.h"
#include "tcp/tcp_timeouts.h"

static const uint32_t SETTABLE =
	CONN_NO_DELAY | CONN_CORK | CONN_QUICK_ACK | CONN_KEEPALIVE | CONN_SOFT_ERRORS;

struct tcp_user *tcp_user_take(struct tcp *tcp, void *owner, enum tenon_ip_version version)
{
	const struct tenon_behavior *b = tcp->behavior;
	struct tcp_user *u = pool_take(&tcp->users);

	if (u == NULL)
		return NULL;
	*u = (struct tcp_user){
		.tcp = tcp,
		.owner = owner,
		.any = version == TENON_IP_V4 ? tenon_ip4(0, 0, 0, 0) : (struct tenon_ip){ { 0 } },
		.set = {
			.receive_bytes = b->receive_bytes,
			.send_bytes = b->send_bytes,
			.keep_idle_s = 7200, /* MUST-28; keepalive itself is off: MUST-25 */
			.keep_interval_s = 75,
			.keep_count = 9,
		},
	};
	u->local.ip = u->shown.ip = u->any;
	list_node_init(&u->news);
	return u;
}

void tcp_mark(struct tcp_user *u, unsigned what)
{
	u->what |= (uint16_t)what;
	if (!list_has(&u->news))
		list_append(&u->tcp->news, &u->news);
}

static void release_port(struct tcp_user *u)
{
	if (u->port != NULL)
		tcp_port_release(u->tcp, u->port, u->hold);
	u->port = NULL;
	u->hold = 0;
}

static enum tenon_result table_full(struct tcp *tcp, enum tenon_result result, const char *name,
				    uint32_t size)
{
	struct tenon_cause *cause = trace_cause(tcp->trace, result, TENON_CAUSE_TABLE);

	cause->detail.table.name = name;
	cause->detail.table.size = size;
	return result;
}

static uint32_t range_size(const struct tenon_behavior *b)
{
	return (uint32_t)(b->port_last > b->port_first ? b->port_last - b->port_first
						       : b->port_first - b->port_last) +
	       1;
}

static struct tcp_claim claim_for(const struct tcp_user *u, const struct tenon_endpoint *local)
{
	return (struct tcp_claim){
		.ip = local->ip,
		.number = local->port,
		.v6_only = u->set.v6_only && !tenon_ip_is_v4(&local->ip),
		.hold = (uint8_t)(HOLD_BOUND | (u->set.reuse ? HOLD_REUSE : 0) |
				  (u->set.reuse_port ? HOLD_REUSE_PORT : 0)),
	};
}

static enum tenon_result hold_port(struct tcp_user *u, const struct tenon_endpoint *local)
{
	struct tcp_claim claim = claim_for(u, local);

	if (claim.number == 0 && tcp_port_for_bind(u->tcp, &claim) != TENON_OK)
		return table_full(u->tcp, TENON_NO_PORT_LEFT, "tcp ports",
				  range_size(u->tcp->behavior));
	if (tcp_port_conflicts(u->tcp, &claim))
		return TENON_PORT_TAKEN;
	u->port = tcp_port_hold(u->tcp, &claim);
	if (u->port == NULL)
		return table_full(u->tcp, TENON_TABLE_FULL, "tcp ports", u->tcp->ports.limit);
	u->hold = claim.hold;
	u->local = *local;
	u->local.port = claim.number;
	u->shown = u->local;
	return TENON_OK;
}

enum tenon_result tcp_bind_any_port(struct tcp_user *u)
{
	struct tenon_endpoint local = u->local;

	local.port = 0;
	return hold_port(u, &local);
}

enum tenon_result tcp_bind(struct tcp_user *u, const struct tenon_endpoint *local)
{
	if (u->port != NULL || u->conn != NULL)
		return TENON_ALREADY_BOUND;
	if (!tenon_ip_is_any(&local->ip) && !ip_is_local(u->tcp->ip, &local->ip))
		return TENON_ADDRESS_NOT_LOCAL;
	if (local->port == 0 && u->set.no_port) {
		u->local = u->shown = *local;
	} else {
		enum tenon_result result = hold_port(u, local);

		if (result != TENON_OK)
			return result;
	}
	u->is_address_given = !tenon_ip_is_any(&local->ip);
	u->is_port_given = local->port != 0;
	return TENON_OK;
}

void tcp_settings_apply(const struct tcp_settings *set, struct tcp_conn *c)
{
	c->flags = (c->flags & ~SETTABLE) | (set->flags & SETTABLE);
	c->receive_bytes = set->receive_bytes;
	c->send_bytes = set->send_bytes;
	c->fin_wait_s = set->fin_wait_s;
	c->flow.hop_limit = set->hop_limit;
	c->flow.traffic_class = set->traffic_class;
	if (set->dont_route)
		c->flow.flags |= IP_DONT_ROUTE;
	else
		c->flow.flags &= (uint8_t)~IP_DONT_ROUTE;
	if (set->max_segment != 0)
		c->user_mss = set->max_segment;
}

static void hold_as_set(struct tcp_user *u)
{
	struct tcp_claim claim = claim_for(u, &u->local);

	claim.hold |= u->hold & HOLD_LISTENING;
	if (u->port == NULL || claim.hold == u->hold)
		return;
	tcp_port_release(u->tcp, u->port, u->hold);
	u->port = tcp_port_hold(u->tcp, &claim);
	u->hold = claim.hold;
}

void tcp_settings_changed(struct tcp_user *u)
{
	struct tcp_conn *c = u->conn;

	hold_as_set(u);
	if (c == NULL || c->state == TCP_CLOSED)
		return;
	tcp_settings_apply(&u->set, c);
	if (c->state != TCP_SYN_SENT)
		tcp_update_mss(c);
	if ((c->flags & CONN_KEEPALIVE) && c->state != TCP_TIME_WAIT) {
		c->due[DUE_LIFE] = NEVER;
		tcp_timers_heard(c);
	}
	tcp_output(c);
}

/* A connection in TIME-WAIT, or one that ended, makes room for what comes. */
static void let_go(struct tcp_user *u)
{
	struct tcp_conn *c = u->conn;

	if (c == NULL)
		return;
	u->conn = NULL;
	tcp_conn_release(c);
}

/* Source address, route and port. */
static enum tenon_result place(struct tcp_user *u, struct tcp_conn *c,
			       const struct tenon_endpoint *peer)
{
	struct tcp_tuple tuple;
	enum tenon_result result;

	c->flow.source = u->local.ip; /* MUST-43, MUST-45 */
	c->flow.destination = peer->ip;
	c->flow.bound_link = peer->link != 0 ? peer->link : u->set.link;
	if (c->flow.bound_link == 0)
		c->flow.bound_link = u->local.link;
	if (tenon_ip_is_any(&c->flow.source) &&
	    tenon_ip_is_v4(&c->flow.source) != tenon_ip_is_v4(&peer->ip))
		c->flow.source = tenon_ip_is_v4(&peer->ip) ? tenon_ip4(0, 0, 0, 0)
							   : (struct tenon_ip){ { 0 } };
	result = ip_route(u->tcp->ip, &c->flow); /* MUST-44 */
	if (result != TENON_OK)
		return result;
	if (c->flow.path.is_multicast)
		return TENON_MULTICAST_CONNECTION; /* MUST-46 */
	if (c->flow.path.is_broadcast)
		return TENON_BROADCAST_CONNECTION; /* MUST-46 */
	c->peer_port = peer->port;
	c->local_port = u->port != NULL ? u->local.port : 0;
	tuple = tcp_tuple_of(c);
	if (c->local_port != 0)
		return tcp_tuple_is_free(u->tcp, &tuple) ? TENON_OK : TENON_TUPLE_TAKEN;
	if (tcp_port_for_connect(u->tcp, &tuple) != TENON_OK)
		return table_full(u->tcp, TENON_NO_PORT_LEFT, "tcp ports",
				  range_size(u->tcp->behavior));
	c->local_port = tuple.local_port;
	return TENON_OK;
}

static enum tenon_result hold_for(struct tcp_user *u, struct tcp_conn *c)
{
	struct tcp_claim claim = {
		.ip = c->flow.source,
		.number = c->local_port,
		.hold = (uint8_t)((u->set.reuse ? HOLD_REUSE : 0) |
				  (u->set.reuse_port ? HOLD_REUSE_PORT : 0)),
	};

	c->port = tcp_port_hold(u->tcp, &claim);
	if (c->port == NULL)
		return table_full(u->tcp, TENON_TABLE_FULL, "tcp ports", u->tcp->ports.limit);
	c->flags |= u->set.reuse ? CONN_REUSE : 0U;
	c->flags |= u->set.reuse_port ? CONN_REUSE_PORT : 0U;
	return TENON_OK;
}

/* RFC 9293 3.10.1, active: a SYN leaves. */
static void open_actively(struct tcp_user *u, struct tcp_conn *c)
{
	struct tcp_tuple tuple = tcp_tuple_of(c);
	struct tcp_conn *old = tcp_conn_find(u->tcp, &tuple);
	seq32 not_before = seq(0);

	if (old != NULL) {
		not_before = seq_add(old->snd.nxt, UINT16_MAX + 2);
		tcp_end(old, TENON_OK);
	}
	tcp_settings_apply(&u->set, c);
	tcp_handshake_init(c, old != NULL ? &not_before : NULL);
	tcp_table_insert(c);
	c->user = u;
	u->conn = c;
	u->soft_error = TENON_OK;
	u->rule = 0;
	u->shown = tcp_local_of(c);
	tcp_enter(c, TCP_SYN_SENT);
	tcp_output(c);
}

/* LX-26 by the letter: the attempt ends before it was known to anybody. */
static enum tenon_result keep_back(struct tcp_user *u)
{
	struct tcp_conn *c = u->conn;

	u->conn = NULL;
	c->user = NULL;
	tcp_end(c, TENON_OK);
	return TENON_FILTER_DROPPED;
}

enum tenon_result tcp_open(struct tcp_user *u, const struct tenon_endpoint *peer)
{
	struct tcp_conn *c;
	enum tenon_result result;

	let_go(u);
	u->has_failed = false;
	c = tcp_conn_take(u->tcp);
	if (c == NULL)
		return table_full(u->tcp, TENON_NO_CONNECTION_LEFT, "tcp connections",
				  u->tcp->conns.limit);
	result = place(u, c, peer);
	if (result == TENON_OK)
		result = hold_for(u, c);
	if (result != TENON_OK) {
		pool_give(&u->tcp->conns, c);
		return result;
	}
	open_actively(u, c);
	return u->rule != 0 && u->tcp->behavior->filter_ends_attempts ? keep_back(u)
								      : TENON_CONNECT_STARTED;
}

/* RFC 9293 3.10.2. */
enum tenon_result tcp_send(struct tcp_user *u, const struct tenon_slice *slices, unsigned count,
			   bool more_follows, size_t *sent)
{
	struct tcp_conn *c = u->conn;
	unsigned i;
	size_t wanted = 0;

	*sent = 0;
	if (c == NULL)
		return u->has_failed ? TENON_SEND_SIDE_CLOSED : TENON_NOT_CONNECTED;
	if (tcp_is_opening(c) && !(c->flags & CONN_FIN_QUEUED))
		return TENON_WOULD_BLOCK;
	if (!tcp_may_send(c))
		return TENON_SEND_SIDE_CLOSED;
	for (i = 0; i < count; i++) {
		uint32_t room = tcp_send_room(u);
		size_t part = slices[i].len < room ? slices[i].len : room;

		wanted += slices[i].len;
		*sent += stream_append(&c->out, u->tcp->pages, slices[i].at, part);
		if (*sent < wanted)
			break;
	}
	c->flags &= ~(uint32_t)CONN_MORE;
	c->flags |= more_follows ? CONN_MORE : 0U;
	tcp_output(c);
	if (*sent > 0 || wanted == 0)
		return TENON_OK;
	return c->out.len == 0 ? TENON_NO_MEMORY : TENON_WOULD_BLOCK;
}

/* RFC 9293 3.10.3. */
enum tenon_result tcp_receive(struct tcp_user *u, struct tcp_reading *r)
{
	struct tcp_conn *c = u->conn;
	unsigned i;

	r->len = 0;
	if (c == NULL)
		return u->has_failed ? TENON_OK : TENON_NOT_CONNECTED;
	if (c->in.len == 0)
		return tcp_is_at_end(c) ? TENON_OK : TENON_WOULD_BLOCK;
	for (i = 0; i < r->count; i++)
		r->len +=
			stream_peek(&c->in, u->tcp->pages, r->len, r->rooms[i].at, r->rooms[i].len);
	if (r->is_peek)
		return TENON_OK;
	stream_drop(&c->in, u->tcp->pages, r->len);
	if ((c->flags & CONN_URGENT) && seq_le(c->rcv.up, seq_add(c->rcv.nxt, 0U - c->in.len)))
		c->flags &= ~(uint32_t)CONN_URGENT;
	/* RFC 9293 3.8.6.2.2: the window has grown by enough to be told. MUST-39 */
	if (!tcp_is_at_end(c) && tcp_window_grows(c)) {
		c->flags |= CONN_ACK_NOW;
		tcp_output(c);
	}
	return TENON_OK;
}

static void queue_fin(struct tcp_conn *c)
{
	c->flags |= CONN_FIN_QUEUED;
	c->flags &= ~(uint32_t)(CONN_CORK | CONN_MORE);
	if (c->state == TCP_ESTABLISHED)
		tcp_enter(c, TCP_FIN_WAIT_1);
	else if (c->state == TCP_CLOSE_WAIT)
		tcp_enter(c, TCP_LAST_ACK);
	tcp_output(c);
}

/* RFC 9293 3.10.4. In SYN-RECEIVED the FIN waits until the connection is ESTABLISHED. */
enum tenon_result tcp_close(struct tcp_user *u)
{
	struct tcp_conn *c = u->conn;

	if (c == NULL || c->state == TCP_CLOSED || c->state == TCP_TIME_WAIT)
		return TENON_NOT_CONNECTED;
	if (c->state == TCP_SYN_SENT) {
		trace_cause(u->tcp->trace, TENON_ABORTED, TENON_CAUSE_NONE);
		tcp_cause_about(c, &u->tcp->trace->cause);
		tcp_end(c, TENON_ABORTED);
		return TENON_OK;
	}
	if (!(c->flags & CONN_FIN_QUEUED))
		queue_fin(c);
	tcp_mark(u, TENON_WRITABLE | TENON_SEND_CLOSED);
	return TENON_OK;
}

enum tenon_result tcp_close_receiving(struct tcp_user *u)
{
	struct tcp_conn *c = u->conn;

	if (c == NULL || c->state == TCP_CLOSED || c->state == TCP_TIME_WAIT)
		return TENON_NOT_CONNECTED;
	c->flags |= CONN_SHUT_RECEIVE;
	tcp_mark(u, TENON_READABLE | TENON_RECEIVE_CLOSED);
	return TENON_OK;
}

/* RFC 9293 3.10.5: a RST in the states in which the peer knows of the connection. */
static void abort_conn(struct tcp_conn *c)
{
	switch ((enum tcp_state)c->state) {
	case TCP_SYN_RECEIVED: case TCP_ESTABLISHED: case TCP_FIN_WAIT_1: case TCP_FIN_WAIT_2:
	case TCP_CLOSE_WAIT:
		tcp_send_abort(c);
		break;
	case TCP_CLOSED: case TCP_SYN_SENT: case TCP_CLOSING: case TCP_LAST_ACK:
	case TCP_TIME_WAIT: case TCP_STATE_COUNT:
		break;
	}
	if (c->state != TCP_CLOSED)
		tcp_end(c, TENON_OK);
}

/* The user leaves its connection, which closes by itself. RFC 2525 2.17: not if text was left
 * unread. */
static void leave(struct tcp_user *u, bool is_reset)
{
	struct tcp_conn *c = u->conn;

	u->conn = NULL;
	c->user = NULL;
	if (is_reset || c->in.len > 0 || c->state == TCP_SYN_SENT) {
		abort_conn(c);
	} else if (c->state != TCP_CLOSED) {
		c->flags |= CONN_ABANDONED;
		c->flags &= ~(uint32_t)CONN_KEEPALIVE;
		c->due[DUE_LIFE] = c->state == TCP_TIME_WAIT ? c->due[DUE_LIFE] : NEVER;
		if (c->state == TCP_FIN_WAIT_2)
			tcp_timers_life(c, tcp_fin_wait_us(c));
		else if (!(c->flags & CONN_FIN_QUEUED))
			queue_fin(c);
	}
	tcp_conn_release(c);
}

void tcp_abort(struct tcp_user *u)
{
	if (u->listener != NULL)
		tcp_listener_close(u->listener);
	if (u->conn != NULL)
		leave(u, true);
	u->failure = TENON_OK;
	u->has_failed = false;
	if (!u->is_port_given) {
		release_port(u);
		u->local.port = 0;
	}
	if (!u->is_address_given)
		u->local = (struct tenon_endpoint){ .ip = u->any, .port = u->local.port };
	u->shown.ip = u->local.ip;
}

void tcp_user_give(struct tcp_user *u, bool is_reset)
{
	if (u->listener != NULL)
		tcp_listener_close(u->listener);
	if (u->conn != NULL)
		leave(u, is_reset);
	release_port(u);
	list_remove(&u->news);
	pool_give(&u->tcp->users, u);
}
