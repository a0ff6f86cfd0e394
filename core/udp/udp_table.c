/* SPDX-License-Identifier: MIT */
#include "udp/udp_table.h"

#include "udp/udp.h"

enum { PORTS = 65536, PLACES = 3 };

/* Where endpoints stand; what does not count is zero. */
struct place {
	struct tenon_ip local, peer;
	uint16_t local_port, peer_port;
};
_Static_assert(sizeof(struct place) == 36, "hashed as octets: no padding");

size_t udp_table_need(uint32_t limit)
{
	return arena_sum(arena_sum(hash_need(limit), hash_need(limit)), bitmap_need(PORTS));
}

void udp_table_init(struct udp_table *t, struct arena *arena, uint32_t limit, struct random *random)
{
	hash_init(&t->by_port, arena, limit);
	hash_init(&t->by_place, arena, limit);
	bitmap_init(&t->ports, arena, PORTS);
	t->key = random_key(random);
	t->random = random;
}

static uint32_t hash_of_port(uint16_t port)
{
	return port * UINT32_C(0x9e3779b1) >> 8;
}

static uint32_t hash_of_place(const struct udp_table *t, const struct place *place)
{
	return (uint32_t)siphash13(t->key, place, sizeof *place);
}

/* A peer without port is none that a four-tuple could name. */
static bool has_tuple(const struct udp_endpoint *e)
{
	return (e->flags & UDP_CONNECTED) != 0 && e->peer_port != 0;
}

static uint32_t place_of(const struct udp_table *t, const struct udp_endpoint *e)
{
	struct place place = { .local_port = e->port };

	if (!tenon_ip_is_any(&e->local))
		place.local = e->local;
	if (has_tuple(e)) {
		place.peer = e->flow.destination;
		place.peer_port = e->peer_port;
	}
	return hash_of_place(t, &place);
}

void udp_table_add(struct udp_table *t, struct udp_endpoint *e)
{
	assert_that(e->port != 0);
	hash_insert(&t->by_port, &e->by_port, hash_of_port(e->port));
	hash_insert(&t->by_place, &e->by_place, place_of(t, e));
	bitmap_set(&t->ports, e->port);
}

static struct udp_endpoint *first_on_port(const struct udp_table *t, uint16_t port)
{
	struct hash_node *n = hash_first(&t->by_port, hash_of_port(port));

	while (n != NULL && container_of(n, struct udp_endpoint, by_port)->port != port)
		n = hash_next(n);
	return n != NULL ? container_of(n, struct udp_endpoint, by_port) : NULL;
}

void udp_table_remove(struct udp_table *t, struct udp_endpoint *e)
{
	hash_remove(&t->by_port, &e->by_port);
	hash_remove(&t->by_place, &e->by_place);
	if (first_on_port(t, e->port) == NULL)
		bitmap_clear(&t->ports, e->port);
}

/* Is there a datagram that both addresses would take? */
static bool addresses_meet(const struct udp_endpoint *a, const struct udp_endpoint *b)
{
	const struct udp_endpoint *v6 = tenon_ip_is_v4(&a->local) ? b : a;

	if (tenon_ip_is_v4(&a->local) == tenon_ip_is_v4(&b->local))
		return tenon_ip_is_any(&a->local) || tenon_ip_is_any(&b->local) ||
		       tenon_ip_equal(&a->local, &b->local);
	return tenon_ip_is_any(&v6->local) && (v6->flags & UDP_V6_ONLY) == 0;
}

static bool clash(const struct udp_endpoint *a, const struct udp_endpoint *b)
{
	unsigned both = (unsigned)a->flags & b->flags;

	if ((both & (UDP_REUSE_ADDRESS | UDP_REUSE_PORT)) != 0)
		return false;
	if (a->link != 0 && b->link != 0 && a->link != b->link)
		return false;
	return addresses_meet(a, b);
}

bool udp_table_clashes(const struct udp_table *t, const struct udp_endpoint *e, uint16_t port)
{
	struct hash_node *n = hash_first(&t->by_port, hash_of_port(port));

	for (; n != NULL; n = hash_next(n)) {
		const struct udp_endpoint *other = container_of(n, struct udp_endpoint, by_port);

		if (other != e && other->port == port && clash(e, other))
			return true;
	}
	return false;
}

static uint16_t choose_shared(const struct udp_table *t, const struct udp_endpoint *e,
			      uint16_t first, uint16_t last)
{
	uint32_t port;

	for (port = first; port <= last; port++)
		if (!udp_table_clashes(t, e, (uint16_t)port))
			return (uint16_t)port;
	return 0;
}

uint16_t udp_table_choose(struct udp_table *t, const struct udp_endpoint *e, uint16_t first,
			  uint16_t last)
{
	uint32_t start = first + random_below(t->random, (uint32_t)(last - first) + 1);
	uint32_t port = bitmap_clear_round(&t->ports, first, last, start);

	return port != BITMAP_NONE ? (uint16_t)port : choose_shared(t, e, first, last);
}

enum { SCORE_NONE = 0, SCORE_TAKES = 1, SCORE_FAMILY = 2, SCORE_PEER = 4, SCORE_LINK = 8 };

static bool takes_address(const struct udp_endpoint *e, const struct tenon_ip *ip)
{
	if (!tenon_ip_is_any(&e->local))
		return tenon_ip_equal(&e->local, ip);
	if (tenon_ip_is_v4(&e->local))
		return tenon_ip_is_v4(ip);
	return !tenon_ip_is_v4(ip) || (e->flags & UDP_V6_ONLY) == 0;
}

static bool takes_peer(const struct udp_endpoint *e, const struct udp_tuple *q)
{
	if ((e->flags & UDP_CONNECTED) == 0)
		return true;
	return tenon_ip_equal(&e->flow.destination, &q->peer) &&
	       (e->peer_port == 0 || e->peer_port == q->peer_port);
}

static unsigned score_of(const struct udp_endpoint *e, const struct udp_tuple *q)
{
	unsigned score = SCORE_TAKES;

	if (e->port != q->local_port || !takes_address(e, &q->local) || !takes_peer(e, q))
		return SCORE_NONE;
	if (e->link != 0 && e->link != q->link)
		return SCORE_NONE;
	if (e->link != 0)
		score += SCORE_LINK;
	if ((e->flags & UDP_CONNECTED) != 0)
		score += SCORE_PEER;
	if (e->version == tenon_ip_version(&q->local))
		score += SCORE_FAMILY;
	return score;
}

/* The hashes of the places where takers of a datagram stand, the most exact first. */
static void places_of(const struct udp_table *t, const struct udp_tuple *q, uint32_t hash[PLACES])
{
	struct place place = { q->local, q->peer, q->local_port, q->peer_port };

	hash[0] = hash_of_place(t, &place);
	memset(&place.peer, 0, sizeof place.peer);
	place.peer_port = 0;
	hash[1] = hash_of_place(t, &place);
	memset(&place.local, 0, sizeof place.local);
	hash[2] = hash_of_place(t, &place);
}

static struct udp_endpoint *endpoint_at(struct hash_node *n)
{
	return container_of(n, struct udp_endpoint, by_place);
}

/* Those that share a port divide the peers: the same peer always comes to the same endpoint. */
static struct udp_endpoint *share(const struct udp_table *t, struct hash_node *n,
				  const struct udp_tuple *q, unsigned score)
{
	struct place peer = { .peer = q->peer, .peer_port = q->peer_port };
	uint32_t count = 0, chosen;
	struct hash_node *i;

	for (i = n; i != NULL; i = hash_next(i))
		count += score_of(endpoint_at(i), q) == score &&
			 (endpoint_at(i)->flags & UDP_REUSE_PORT) != 0;
	chosen = hash_of_place(t, &peer) % count;
	for (i = n;; i = hash_next(i)) {
		if (score_of(endpoint_at(i), q) != score ||
		    (endpoint_at(i)->flags & UDP_REUSE_PORT) == 0)
			continue;
		if (chosen-- == 0)
			return endpoint_at(i);
	}
}

static struct udp_endpoint *best_at(const struct udp_table *t, uint32_t hash,
				    const struct udp_tuple *q)
{
	struct hash_node *first = hash_first(&t->by_place, hash), *n;
	struct udp_endpoint *best = NULL;
	unsigned best_score = SCORE_NONE;

	for (n = first; n != NULL; n = hash_next(n)) {
		unsigned score = score_of(endpoint_at(n), q);

		if (score > best_score) {
			best = endpoint_at(n);
			best_score = score;
		}
	}
	if (best == NULL || (best->flags & UDP_REUSE_PORT) == 0 ||
	    (best->flags & UDP_CONNECTED) != 0)
		return best;
	return share(t, first, q, best_score);
}

struct udp_endpoint *udp_table_find(const struct udp_table *t, const struct udp_tuple *q)
{
	struct udp_endpoint *found = NULL;
	uint32_t hash[PLACES];
	int i;

	places_of(t, q, hash);
	for (i = 0; i < PLACES && found == NULL; i++)
		found = best_at(t, hash[i], q);
	return found;
}

bool udp_table_has_tuple(const struct udp_table *t, const struct udp_tuple *q,
			 const struct udp_endpoint *but)
{
	struct place place = { q->local, q->peer, q->local_port, q->peer_port };
	struct hash_node *n = hash_first(&t->by_place, hash_of_place(t, &place));

	for (; n != NULL; n = hash_next(n)) {
		const struct udp_endpoint *e = endpoint_at(n);

		if (e != but && has_tuple(e) && e->port == q->local_port &&
		    tenon_ip_equal(&e->local, &q->local) && takes_peer(e, q))
			return true;
	}
	return false;
}

static struct udp_endpoint *next_taker(struct hash_node *n, const struct udp_tuple *q)
{
	while (n != NULL && score_of(endpoint_at(n), q) == SCORE_NONE)
		n = hash_next(n);
	return n != NULL ? endpoint_at(n) : NULL;
}

struct udp_endpoint *udp_table_each(const struct udp_table *t, const struct udp_tuple *q,
				    const struct udp_endpoint *after)
{
	struct udp_endpoint *found = NULL;
	uint32_t hash[PLACES];
	int i = 0;

	places_of(t, q, hash);
	if (after != NULL) {
		/* From the end: an unspecified sender makes the first two places one. */
		for (i = PLACES; hash[i - 1] != after->by_place.hash; i--)
			;
		found = next_taker(hash_next(&after->by_place), q);
	}
	for (; i < PLACES && found == NULL; i++)
		found = next_taker(hash_first(&t->by_place, hash[i]), q);
	return found;
}

bool udp_table_has_other(const struct udp_table *t, const struct udp_tuple *q)
{
	const struct udp_endpoint *e = first_on_port(t, q->local_port);

	return e != NULL && takes_address(e, &q->local) && !takes_peer(e, q);
}
