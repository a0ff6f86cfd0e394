/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_listen.h"

#include "tcp/tcp_handshake.h"
#include "tcp/tcp_output.h"
#include "tcp/tcp_segment.h"
#include "tcp/tcp_timeouts.h"
#include "tcp/tcp_user.h"

enum { HALF_OPEN_MIN = 8 };

/* No key: who listens where is this host's own choice. */
static uint32_t listener_hash(const struct tenon_ip *ip, uint16_t port)
{
	uint64_t mixed = tenon_ip_half(ip, 0) * 3 + tenon_ip_half(ip, 8) * 5 + port;

	return (uint32_t)(mixed * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* Which peer gets which of those that share a port must not be for the peer to choose. */
static uint32_t peer_hash(const struct tcp *tcp, const struct tcp_segment *seg)
{
	uint8_t octets[18];

	memcpy(octets, seg->arrival->source.octets, 16);
	put16(octets + 16, seg->peer_port);
	return (uint32_t)siphash13(tcp->table_key, octets, sizeof octets);
}

static bool takes(const struct tcp_listener *l, const struct tenon_ip *ip,
		  const struct tcp_segment *seg)
{
	if (l->port != seg->local_port || !tenon_ip_equal(&l->ip, ip))
		return false;
	if (l->link != 0 && l->link != seg->arrival->link)
		return false;
	return !(l->v6_only && tenon_ip_is_v4(&seg->arrival->destination));
}

/* The n-th listener on this address that takes the segment; *count is how many there are. */
static struct tcp_listener *pick(const struct tcp *tcp, const struct tenon_ip *ip,
				 const struct tcp_segment *seg, uint32_t n, uint32_t *count)
{
	struct hash_node *node = hash_first(&tcp->listening, listener_hash(ip, seg->local_port));
	struct tcp_listener *picked = NULL;

	*count = 0;
	for (; node != NULL; node = hash_next(node)) {
		struct tcp_listener *l = container_of(node, struct tcp_listener, node);

		if (takes(l, ip, seg) && (*count)++ == n)
			picked = l;
	}
	return picked;
}

/* Of those that share address and port, the one that the peer's hash chooses. */
static struct tcp_listener *find_on(const struct tcp *tcp, const struct tenon_ip *ip,
				    const struct tcp_segment *seg)
{
	uint32_t count, ignored;
	struct tcp_listener *first = pick(tcp, ip, seg, 0, &count);

	if (count < 2)
		return first;
	return pick(tcp, ip, seg, peer_hash(tcp, seg) % count, &ignored);
}

struct tcp_listener *tcp_listener_find(const struct tcp *tcp, const struct tcp_segment *seg)
{
	static const struct tenon_ip any6 = { { 0 } };
	const struct tenon_ip any4 = tenon_ip4(0, 0, 0, 0);
	struct tcp_listener *l = find_on(tcp, &seg->arrival->destination, seg);

	if (l == NULL && tenon_ip_is_v4(&seg->arrival->destination))
		l = find_on(tcp, &any4, seg);
	if (l == NULL)
		l = find_on(tcp, &any6, seg);
	return l;
}

static uint32_t backlog_for(const struct tcp *tcp, unsigned backlog)
{
	uint32_t most = tcp->behavior->backlog_max;

	return backlog < most ? backlog : most;
}

static struct tcp_claim claim_of(const struct tcp_user *u, unsigned hold)
{
	return (struct tcp_claim){
		.ip = u->local.ip,
		.number = u->local.port,
		.v6_only = u->set.v6_only && !tenon_ip_is_v4(&u->local.ip),
		.hold = (uint8_t)hold,
	};
}

/* The user's port is held as a listener's from now on: that may conflict where a mere bind() did
 * not. Nothing that exists already is touched (MUST-41). */
static enum tenon_result hold_for_listening(struct tcp_user *u)
{
	struct tcp_claim claim = claim_of(u, u->hold | HOLD_LISTENING);
	struct tcp_claim before = claim_of(u, u->hold);
	enum tenon_result result = TENON_OK;

	tcp_port_release(u->tcp, u->port, u->hold);
	if (tcp_port_conflicts(u->tcp, &claim)) {
		claim = before;
		result = TENON_PORT_TAKEN;
	}
	u->port = tcp_port_hold(u->tcp, &claim);
	u->hold = claim.hold;
	return u->port != NULL ? result : TENON_TABLE_FULL;
}

static struct tcp_listener *listener_make(struct tcp_user *u)
{
	struct tcp_listener *l = pool_take(&u->tcp->listeners);

	if (l == NULL)
		return NULL;
	*l = (struct tcp_listener){
		.user = u,
		.ip = u->local.ip,
		.port = u->local.port,
		.link = u->set.link != 0 ? u->set.link : u->local.link,
		.v6_only = u->set.v6_only,
	};
	list_init(&l->half_open);
	list_init(&l->waiting);
	return l;
}

enum tenon_result tcp_listen(struct tcp_user *u, unsigned backlog)
{
	struct tcp_listener *l = u->listener;
	enum tenon_result result = TENON_OK;

	if (l != NULL) {
		l->backlog = backlog_for(u->tcp, backlog);
		return TENON_OK;
	}
	if (u->port == NULL)
		result = tcp_bind_any_port(u);
	if (result == TENON_OK)
		result = hold_for_listening(u);
	if (result != TENON_OK)
		return result;
	l = listener_make(u);
	if (l == NULL) {
		struct tenon_cause *cause =
			trace_cause(u->tcp->trace, TENON_TABLE_FULL, TENON_CAUSE_TABLE);

		cause->detail.table.name = "tcp listeners";
		cause->detail.table.size = u->tcp->listeners.limit;
		return TENON_TABLE_FULL;
	}
	l->backlog = backlog_for(u->tcp, backlog);
	u->listener = l;
	hash_insert(&u->tcp->listening, &l->node, listener_hash(&l->ip, l->port));
	return TENON_OK;
}

static void drop_all(struct list *queue, bool with_rst)
{
	struct list_node *n;

	while ((n = list_take_first(queue)) != NULL) {
		struct tcp_conn *c = container_of(n, struct tcp_conn, link.queue);

		c->listener = NULL;
		if (c->state == TCP_CLOSED) {
			tcp_conn_release(c);
			continue;
		}
		if (with_rst)
			tcp_send_abort(c);
		tcp_end(c, TENON_OK);
	}
}

void tcp_listener_close(struct tcp_listener *l)
{
	struct tcp_user *u = l->user;

	hash_remove(&u->tcp->listening, &l->node);
	drop_all(&l->half_open, false);
	drop_all(&l->waiting, true);
	u->listener = NULL;
	pool_give(&u->tcp->listeners, l);
	if (u->port != NULL) {
		struct tcp_claim claim = claim_of(u, u->hold & ~(unsigned)HOLD_LISTENING);

		tcp_port_release(u->tcp, u->port, u->hold);
		u->port = tcp_port_hold(u->tcp, &claim);
		u->hold = claim.hold;
	}
}

enum tenon_result tcp_accept(struct tcp_user *listening, struct tcp_user *fresh)
{
	struct tcp_listener *l = listening->listener;
	struct list_node *n;
	struct tcp_conn *c;

	if (l == NULL)
		return TENON_NOT_LISTENING;
	n = list_take_first(&l->waiting);
	if (n == NULL)
		return TENON_WOULD_BLOCK;
	l->waiting_count--;
	c = container_of(n, struct tcp_conn, link.queue);
	c->listener = NULL;
	c->user = fresh;
	fresh->conn = c;
	fresh->set = listening->set;
	fresh->local = tcp_local_of(c);
	fresh->failure = c->error;
	fresh->octets_received = c->in.len; /* what came before there was anybody to count it */
	if (c->error != TENON_OK)
		tcp_mark(fresh, TENON_READABLE | TENON_WRITABLE | TENON_CLOSED);
	tcp_timers_heard(c);
	return TENON_OK;
}

bool tcp_listener_has_room(const struct tcp_listener *l)
{
	return l->waiting_count <= l->backlog;
}

void tcp_listener_established(struct tcp_conn *c)
{
	struct tcp_listener *l = c->listener;

	list_remove(&c->link.queue);
	l->half_open_count--;
	list_append(&l->waiting, &c->link.queue);
	l->waiting_count++;
	tcp_mark(l->user, TENON_READABLE);
}

/* One that was established stays in the queue: accept() gives it with its error. */
void tcp_listener_forget(struct tcp_conn *c)
{
	if (c->flags & CONN_WAS_OPEN)
		return;
	list_remove(&c->link.queue);
	c->listener->half_open_count--;
	c->listener = NULL;
}

/* The connection's addresses, route and port. */
static enum fate place(struct tcp_conn *c, const struct tcp_listener *l,
		       const struct tcp_segment *seg)
{
	const struct tcp_settings *set = &l->user->set;
	struct tcp_claim claim;

	c->flow.source = seg->arrival->destination;
	c->flow.destination = seg->arrival->source;
	c->flow.bound_link = l->link;
	if (tenon_ip_is_link_local(&c->flow.destination))
		c->flow.bound_link = seg->arrival->link;
	c->flow.hop_limit = set->hop_limit;
	c->flow.traffic_class = set->traffic_class;
	c->local_port = seg->local_port;
	c->peer_port = seg->peer_port;
	if (ip_route(c->tcp->ip, &c->flow) != TENON_OK)
		return FATE_IP_NO_ROUTE;
	claim = (struct tcp_claim){
		.ip = c->flow.source,
		.number = c->local_port,
		.hold = l->user->hold & (HOLD_REUSE | HOLD_REUSE_PORT),
	};
	c->port = tcp_port_hold(c->tcp, &claim);
	if (c->port == NULL)
		return FATE_TCP_NO_CONNECTION_LEFT;
	c->flags |= claim.hold & HOLD_REUSE ? CONN_REUSE : 0U;
	c->flags |= claim.hold & HOLD_REUSE_PORT ? CONN_REUSE_PORT : 0U;
	return FATE_PASS;
}

static void open_passively(struct tcp_conn *c, struct tcp_listener *l,
			   const struct tcp_segment *seg, const seq32 *not_before)
{
	tcp_settings_apply(&l->user->set, c);
	c->flags |= CONN_PASSIVE; /* MUST-11 */
	tcp_handshake_init(c, not_before);
	c->irs = seg->seq;
	c->rcv.nxt = seq_add(seg->seq, 1);
	c->rcv.up = c->rcv.nxt;
	tcp_handshake_agree(c, &seg->options);
	tcp_table_insert(c);
	c->listener = l;
	list_append(&l->half_open, &c->link.queue);
	l->half_open_count++;
	tcp_enter(c, TCP_SYN_RECEIVED);
	tcp_update_send_window(c, seg);
	tcp_output(c);
}

enum fate tcp_listen_syn(struct tcp_listener *l, const struct tcp_segment *seg,
			 const seq32 *not_before)
{
	struct tcp *tcp = l->user->tcp;
	struct tcp_conn *c;
	enum fate fate;

	if (!tcp_listener_has_room(l))
		return FATE_TCP_BACKLOG_FULL;
	if (l->half_open_count >= (l->backlog > HALF_OPEN_MIN ? l->backlog : HALF_OPEN_MIN))
		return FATE_TCP_SYN_QUEUE_FULL;
	c = tcp_conn_take(tcp);
	if (c == NULL)
		return FATE_TCP_NO_CONNECTION_LEFT;
	fate = place(c, l, seg);
	if (fate != FATE_PASS) {
		pool_give(&tcp->conns, c);
		return fate;
	}
	open_passively(c, l, seg, not_before);
	return FATE_DELIVERED;
}
