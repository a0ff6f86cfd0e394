/* SPDX-License-Identifier: MIT */
/* The table's answers beside those of a search through all endpoints. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "udp/udp.h"

enum { ENDPOINTS = 24, ROUNDS = 400, QUESTIONS = 40 };

struct world {
	struct udp_table table;
	struct random random;
	struct udp_endpoint e[ENDPOINTS]; /* in the order of their adding */
	void *memory;
};

static const struct tenon_ip v6_any;

static struct tenon_ip own(struct random *r, bool v4)
{
	uint8_t host = (uint8_t)random_below(r, 2);

	return v4 ? tenon_ip4(10, 0, 0, host) : (struct tenon_ip){ { 0xfd, [15] = host } };
}

static struct tenon_ip peer(struct random *r, bool v4)
{
	uint8_t host = (uint8_t)random_below(r, 2);

	return v4 ? tenon_ip4(10, 0, 1, host) : (struct tenon_ip){ { 0xfd, 1, [15] = host } };
}

static void fill_endpoint(struct world *w, struct udp_endpoint *e)
{
	struct random *r = &w->random;
	bool v4 = random_below(r, 2) == 0;

	*e = (struct udp_endpoint){ .version = v4 ? TENON_IP_V4 : TENON_IP_V6,
				    .port = (uint16_t)(1 + random_below(r, 2)) };
	e->local = v4 ? tenon_ip4(0, 0, 0, 0) : v6_any;
	if (!v4 && random_below(r, 4) == 0)
		e->flags |= UDP_V6_ONLY;
	else if (!v4 && random_below(r, 4) == 0)
		v4 = true; /* speaks IPv4 by v4-mapped addresses */
	if (random_below(r, 2) == 0)
		e->local = own(r, v4);
	if (random_below(r, 4) == 0)
		e->link = (uint16_t)(1 + random_below(r, 2));
	if (random_below(r, 2) == 0)
		return;
	e->local = own(r, v4);
	e->flow.destination = peer(r, v4);
	e->peer_port = (uint16_t)random_below(r, 3);
	e->flags |= UDP_CONNECTED;
}

static bool takes(const struct udp_endpoint *e, const struct udp_tuple *q)
{
	bool v4 = tenon_ip_is_v4(&q->local);

	if (e->port != q->local_port || (e->link != 0 && e->link != q->link))
		return false;
	if (v4 ? (e->flags & UDP_V6_ONLY) != 0 : e->version == TENON_IP_V4)
		return false;
	if (!tenon_ip_is_any(&e->local) && !tenon_ip_equal(&e->local, &q->local))
		return false;
	if ((e->flags & UDP_CONNECTED) == 0)
		return true;
	return tenon_ip_equal(&e->flow.destination, &q->peer) &&
	       (e->peer_port == 0 || e->peer_port == q->peer_port);
}

/* Linux's order: exact tuple, then bound address, then any; then link, peer, family. */
static unsigned rank(const struct udp_endpoint *e, const struct udp_tuple *q)
{
	bool is_connected = (e->flags & UDP_CONNECTED) != 0;
	unsigned place = is_connected && e->peer_port != 0 ? 2 : !tenon_ip_is_any(&e->local);

	return place * 8 + (e->link != 0) * 4u + is_connected * 2u +
	       (e->version == tenon_ip_version(&q->local));
}

static const struct udp_endpoint *search(const struct world *w, const struct udp_tuple *q)
{
	const struct udp_endpoint *best = NULL;
	size_t i;

	for (i = 0; i < ENDPOINTS; i++)
		if (takes(&w->e[i], q) && (best == NULL || rank(&w->e[i], q) >= rank(best, q)))
			best = &w->e[i];
	return best;
}

static size_t count_takers(const struct world *w, const struct udp_tuple *q)
{
	size_t i, n = 0;

	for (i = 0; i < ENDPOINTS; i++)
		n += takes(&w->e[i], q);
	return n;
}

static struct udp_tuple question(struct random *r)
{
	bool v4 = random_below(r, 2) == 0;

	return (struct udp_tuple){ .local = own(r, v4),
				   .peer = peer(r, v4),
				   .local_port = (uint16_t)(1 + random_below(r, 2)),
				   .peer_port = (uint16_t)random_below(r, 3),
				   .link = (uint16_t)(1 + random_below(r, 2)) };
}

static struct world *world_new(uint64_t seed)
{
	struct world *w = calloc(1, sizeof *w);
	size_t size = udp_table_need(ENDPOINTS), i;
	struct arena arena;

	assert_non_null(w);
	w->memory = aligned_alloc(ARENA_ALIGN, size);
	arena_init(&arena, w->memory, size);
	random_init(&w->random, (struct siphash_key){ seed, 1 });
	udp_table_init(&w->table, &arena, ENDPOINTS, &w->random);
	assert_int_equal(arena.left, 0);
	for (i = 0; i < ENDPOINTS; i++) {
		fill_endpoint(w, &w->e[i]);
		udp_table_add(&w->table, &w->e[i]);
	}
	return w;
}

static void world_free(struct world *w)
{
	size_t i;

	for (i = 0; i < ENDPOINTS; i++)
		udp_table_remove(&w->table, &w->e[i]);
	assert_int_equal(w->table.by_port.count, 0);
	assert_int_equal(w->table.by_place.count, 0);
	assert_false(bitmap_test(&w->table.ports, 1));
	assert_false(bitmap_test(&w->table.ports, 2));
	free(w->memory);
	free(w);
}

TEST(a_datagram_is_found_the_endpoint_that_a_search_finds)
{
	uint64_t seed;
	int i;

	for (seed = 0; seed < ROUNDS; seed++) {
		struct world *w = world_new(seed);

		for (i = 0; i < QUESTIONS; i++) {
			struct udp_tuple q = question(&w->random);

			if (udp_table_find(&w->table, &q) != search(w, &q))
				fail_msg("seed %d, question %d", (int)seed, i);
		}
		world_free(w);
	}
}

TEST(a_datagram_for_many_is_given_to_each_taker_once)
{
	uint64_t seed;
	int i;

	for (seed = 0; seed < ROUNDS; seed++) {
		struct world *w = world_new(seed);

		for (i = 0; i < QUESTIONS; i++) {
			struct udp_tuple q = question(&w->random);
			const struct udp_endpoint *e = NULL;
			size_t n = 0;

			while ((e = udp_table_each(&w->table, &q, e)) != NULL) {
				assert_true(takes(e, &q));
				assert_true(++n <= ENDPOINTS);
			}
			assert_int_equal(n, count_takers(w, &q));
		}
		world_free(w);
	}
}

/* A sender of all zeros, whom only a crafted packet has, does not lead in circles. */
TEST(an_unspecified_sender_ends_the_walk)
{
	struct world *w = world_new(7);
	struct udp_tuple q = { .local = tenon_ip4(10, 0, 0, 1), .local_port = 1, .link = 1 };
	const struct udp_endpoint *e = NULL;
	size_t n = 0;

	while ((e = udp_table_each(&w->table, &q, e)) != NULL)
		assert_true(++n <= ENDPOINTS);
	assert_int_equal(n, count_takers(w, &q));
	world_free(w);
}

TEST(every_free_port_is_chosen_before_one_is_shared)
{
	struct world *w = world_new(3);
	struct udp_endpoint fresh = { .local = tenon_ip4(0, 0, 0, 0), .version = TENON_IP_V4 };
	uint16_t port;
	int i;

	for (i = 0; i < 200; i++) {
		port = udp_table_choose(&w->table, &fresh, 1, 4);
		assert_in_range(port, 3, 4);
	}
	assert_int_equal(udp_table_choose(&w->table, &fresh, 1, 2), 0);
	fresh.local = tenon_ip4(192, 168, 7, 7);
	fresh.link = 3;
	assert_in_range(udp_table_choose(&w->table, &fresh, 65535, 65535), 65535, 65535);
	world_free(w);
}
