/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_table.h"

enum {
	TAKE_OVER_MS = 1000, /* a peer's timestamp clock has moved by then, RFC 7323 5.4 */
	ISN_TICK_US = 4,     /* RFC 9293 3.4.1 */
};

/* Addresses and ports as octets, to be hashed. */
struct tuple_octets {
	uint8_t local[16], peer[16], local_port[2], peer_port[2];
};

static struct tuple_octets octets_of(const struct tcp_tuple *t)
{
	struct tuple_octets o;

	memcpy(o.local, t->local.octets, sizeof o.local);
	memcpy(o.peer, t->peer.octets, sizeof o.peer);
	put16(o.local_port, t->local_port);
	put16(o.peer_port, t->peer_port);
	return o;
}

enum { V4_TUPLE_LEN = 12 };

/* Of IPv4 only what differs: a third of the octets. */
static size_t v4_octets_of(const struct tcp_tuple *t, uint8_t to[V4_TUPLE_LEN])
{
	memcpy(to, t->local.octets + 12, 4);
	memcpy(to + 4, t->peer.octets + 12, 4);
	put16(to + 8, t->local_port);
	put16(to + 10, t->peer_port);
	return V4_TUPLE_LEN;
}

static uint64_t keyed_hash(struct siphash_key key, const struct tcp_tuple *t)
{
	uint8_t v4[V4_TUPLE_LEN];
	struct tuple_octets o;

	if (tenon_ip_is_v4(&t->local) && tenon_ip_is_v4(&t->peer))
		return siphash24(key, v4, v4_octets_of(t, v4));
	o = octets_of(t);
	return siphash24(key, &o, sizeof o);
}

static uint32_t tuple_hash(const struct tcp *tcp, const struct tcp_tuple *t)
{
	uint8_t v4[V4_TUPLE_LEN];
	struct tuple_octets o;

	if (tenon_ip_is_v4(&t->local) && tenon_ip_is_v4(&t->peer))
		return (uint32_t)siphash13(tcp->table_key, v4, v4_octets_of(t, v4));
	o = octets_of(t);
	return (uint32_t)siphash13(tcp->table_key, &o, sizeof o);
}

struct tcp_tuple tcp_tuple_of(const struct tcp_conn *c)
{
	return (struct tcp_tuple){
		.local = c->flow.source,
		.peer = c->flow.destination,
		.local_port = c->local_port,
		.peer_port = c->peer_port,
	};
}

static bool has_tuple(const struct tcp_conn *c, const struct tcp_tuple *t)
{
	return c->local_port == t->local_port && c->peer_port == t->peer_port &&
	       tenon_ip_equal(&c->flow.source, &t->local) &&
	       tenon_ip_equal(&c->flow.destination, &t->peer);
}

struct tcp_conn *tcp_conn_find(const struct tcp *tcp, const struct tcp_tuple *t)
{
	struct hash_node *n = hash_first(&tcp->tuples, tuple_hash(tcp, t));

	while (n != NULL) {
		struct tcp_conn *c = container_of(n, struct tcp_conn, tuple);

		if (has_tuple(c, t))
			return c;
		n = hash_next(n);
	}
	return NULL;
}

void tcp_table_insert(struct tcp_conn *c)
{
	struct tcp_tuple t = tcp_tuple_of(c);

	hash_insert(&c->tcp->tuples, &c->tuple, tuple_hash(c->tcp, &t));
}

void tcp_table_remove(struct tcp_conn *c)
{
	hash_remove(&c->tcp->tuples, &c->tuple);
}

static struct tcp_port *same_number(struct hash_node *n, uint16_t number)
{
	while (n != NULL && container_of(n, struct tcp_port, node)->number != number)
		n = hash_next(n);
	return n == NULL ? NULL : container_of(n, struct tcp_port, node);
}

static struct tcp_port *port_first(const struct tcp *tcp, uint16_t number)
{
	return same_number(hash_first(&tcp->port_table, number), number);
}

static struct tcp_port *port_next(const struct tcp_port *p)
{
	return same_number(hash_next(&p->node), p->number);
}

/* Does a holder of (any, v6_only) take segments to this address? */
static bool any_covers(const struct tenon_ip *any, bool v6_only, const struct tenon_ip *ip)
{
	if (tenon_ip_is_v4(any))
		return tenon_ip_is_v4(ip) || tenon_ip_is_any(ip);
	return !v6_only || !tenon_ip_is_v4(ip);
}

static bool overlaps(const struct tcp_port *p, const struct tcp_claim *claim)
{
	bool p_any = tenon_ip_is_any(&p->ip), claim_any = tenon_ip_is_any(&claim->ip);

	if (!p_any && !claim_any)
		return tenon_ip_equal(&p->ip, &claim->ip);
	if (p_any && !any_covers(&p->ip, p->v6_only, &claim->ip))
		return false;
	return !claim_any || any_covers(&claim->ip, claim->v6_only, &p->ip);
}

/* Who shares may also LISTEN beside connections that are being opened: MUST-42. */
static bool may_share(const struct tcp_port *p, unsigned hold)
{
	if ((hold & HOLD_REUSE_PORT) && p->reuse_port == p->holders)
		return true;
	return (hold & HOLD_REUSE) && p->reuse == p->holders && p->listening == 0;
}

bool tcp_port_conflicts(const struct tcp *tcp, const struct tcp_claim *claim)
{
	const struct tcp_port *p;

	for (p = port_first(tcp, claim->number); p != NULL; p = port_next(p))
		if (overlaps(p, claim) && !may_share(p, claim->hold))
			return true;
	return false;
}

static void count_holder(struct tcp_port *p, unsigned hold, uint32_t by)
{
	p->holders += by;
	if (hold & HOLD_BOUND)
		p->bound += by;
	if (hold & HOLD_REUSE)
		p->reuse += by;
	if (hold & HOLD_REUSE_PORT)
		p->reuse_port += by;
	if (hold & HOLD_LISTENING)
		p->listening += by;
}

static struct tcp_port *port_make(struct tcp *tcp, const struct tcp_claim *claim)
{
	struct tcp_port *p = pool_take(&tcp->ports);

	if (p == NULL)
		return NULL;
	*p = (struct tcp_port){
		.ip = claim->ip,
		.number = claim->number,
		.v6_only = claim->v6_only,
	};
	hash_insert(&tcp->port_table, &p->node, claim->number);
	bitmap_set(&tcp->ports_held, claim->number);
	return p;
}

struct tcp_port *tcp_port_hold(struct tcp *tcp, const struct tcp_claim *claim)
{
	struct tcp_port *p = port_first(tcp, claim->number);

	while (p != NULL && !(p->v6_only == claim->v6_only && tenon_ip_equal(&p->ip, &claim->ip)))
		p = port_next(p);
	if (p == NULL)
		p = port_make(tcp, claim);
	if (p != NULL)
		count_holder(p, claim->hold, 1);
	return p;
}

void tcp_port_release(struct tcp *tcp, struct tcp_port *p, unsigned hold)
{
	uint16_t number = p->number;

	assert_that(p->holders > 0);
	count_holder(p, hold, UINT32_MAX);
	if (p->holders > 0)
		return;
	hash_remove(&tcp->port_table, &p->node);
	pool_give(&tcp->ports, p);
	if (port_first(tcp, number) == NULL)
		bitmap_clear(&tcp->ports_held, number);
}

/* The range that is asked for, its ends in order. */
static uint32_t port_range(const struct tcp *tcp, uint16_t *low)
{
	uint16_t first = tcp->behavior->port_first, last = tcp->behavior->port_last;

	*low = first < last ? first : last;
	return (uint32_t)(first < last ? last - first : first - last) + 1;
}

enum tenon_result tcp_port_for_bind(struct tcp *tcp, struct tcp_claim *claim)
{
	uint16_t low;
	uint32_t count = port_range(tcp, &low), i;
	uint32_t start = low + random_below(tcp->ip->random, count);
	uint32_t found = bitmap_clear_round(&tcp->ports_held, low, low + count - 1, start);

	if (found != BITMAP_NONE) {
		claim->number = (uint16_t)found;
		return TENON_OK;
	}
	for (i = 0; i < count; i++) {
		claim->number = (uint16_t)(low + (start - low + i) % count);
		if (!tcp_port_conflicts(tcp, claim))
			return TENON_OK;
	}
	claim->number = 0;
	return TENON_NO_PORT_LEFT;
}

static bool is_bound(const struct tcp *tcp, uint16_t number)
{
	const struct tcp_port *p;

	for (p = port_first(tcp, number); p != NULL; p = port_next(p))
		if (p->bound > 0)
			return true;
	return false;
}

/* RFC 6191 2, seen from the side that opens: timestamps tell the old connection's segments. */
static bool may_take_over(const struct tcp_conn *c)
{
	uint32_t now_ms = (uint32_t)(c->tcp->timers->now / MILLISECOND_US);

	return c->state == TCP_TIME_WAIT && (c->flags & CONN_TIMESTAMPS) &&
	       now_ms - c->ts_recent_ms >= TAKE_OVER_MS;
}

bool tcp_tuple_is_free(const struct tcp *tcp, const struct tcp_tuple *t)
{
	const struct tcp_conn *c = tcp_conn_find(tcp, t);

	return c == NULL || may_take_over(c);
}

/* RFC 6056 3.3.3: where the search begins depends on the destination and on a secret. */
static uint32_t port_offset(struct tcp *tcp, const struct tcp_tuple *t)
{
	struct tcp_tuple any_port = *t;

	any_port.local_port = 0;
	return (uint32_t)keyed_hash(tcp->port_key, &any_port) + tcp->port_counter++;
}

enum tenon_result tcp_port_for_connect(struct tcp *tcp, struct tcp_tuple *t)
{
	uint16_t low;
	uint32_t count = port_range(tcp, &low), i;
	uint32_t start = low + port_offset(tcp, t) % count;
	uint32_t found = bitmap_clear_round(&tcp->ports_held, low, low + count - 1, start);

	if (found != BITMAP_NONE) {
		t->local_port = (uint16_t)found;
		return TENON_OK;
	}
	for (i = 0; i < count; i++) {
		t->local_port = (uint16_t)(low + (start - low + i) % count);
		if (!is_bound(tcp, t->local_port) && tcp_tuple_is_free(tcp, t))
			return TENON_OK;
	}
	t->local_port = 0;
	return TENON_NO_PORT_LEFT;
}

static uint32_t secret_of(const struct tcp *tcp, const struct tcp_tuple *t)
{
	return (uint32_t)keyed_hash(tcp->isn_key, t); /* MUST-9 */
}

seq32 tcp_isn(const struct tcp *tcp, const struct tcp_tuple *t)
{
	return seq(secret_of(tcp, t) + (uint32_t)(tcp->timers->now / ISN_TICK_US)); /* SHLD-1 */
}

uint32_t tcp_timestamp_offset(const struct tcp *tcp, const struct tcp_tuple *t)
{
	struct tcp_tuple turned = { t->peer, t->local, t->peer_port, t->local_port };

	return secret_of(tcp, &turned);
}
