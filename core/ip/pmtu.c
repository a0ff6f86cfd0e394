/* SPDX-License-Identifier: MIT */
#include "ip/pmtu.h"

#include "base/hash.h"
#include "ip/route.h"

enum { IPV6_MTU_LEAST = 1280 };

static const uint64_t BELIEVED_US = 600 * SECOND_US;

struct path_mtu {
	struct hash_node node;
	struct list_node age;
	struct tenon_ip destination;
	time_us until;
	uint32_t mtu;
	bool may_be_cut;
};

struct pmtu_table {
	struct pool pool;
	struct hash_table table;
	struct list by_age; /* learnt first, first */
	struct siphash_key key;
};

size_t pmtu_need(const struct tenon_config *config)
{
	uint32_t limit = config->limits.path_mtus;
	size_t need = arena_sum(arena_need(1, sizeof(struct pmtu_table)), hash_need(limit));

	return arena_sum(need, pool_need(limit, sizeof(struct path_mtu)));
}

struct pmtu_table *pmtu_table_new(struct arena *arena, const struct tenon_config *config,
				  struct random *random)
{
	struct pmtu_table *t = arena_take(arena, 1, sizeof *t);

	pool_init(&t->pool, arena, config->limits.path_mtus, sizeof(struct path_mtu), true);
	hash_init(&t->table, arena, config->limits.path_mtus);
	list_init(&t->by_age);
	t->key = random_key(random);
	return t;
}

struct tenon_pool_use pmtu_pool_use(const struct ip *ip)
{
	const struct pool *pool = &ip->path_mtus->pool;

	return (struct tenon_pool_use){
		.name = "path MTUs",
		.used = pool->used,
		.high_water = pool->high_water,
		.limit = pool->limit,
	};
}

static uint32_t hash_of(const struct pmtu_table *t, const struct tenon_ip *destination)
{
	return (uint32_t)siphash13(t->key, destination->octets, sizeof destination->octets);
}

static struct path_mtu *find(const struct pmtu_table *t, const struct tenon_ip *destination)
{
	struct hash_node *n = hash_first(&t->table, hash_of(t, destination));

	while (n != NULL &&
	       !tenon_ip_equal(&container_of(n, struct path_mtu, node)->destination, destination))
		n = hash_next(n);
	return n == NULL ? NULL : container_of(n, struct path_mtu, node);
}

static void forget(struct pmtu_table *t, struct path_mtu *p)
{
	hash_remove(&t->table, &p->node);
	list_remove(&p->age);
	pool_give(&t->pool, p);
}

static struct path_mtu *take(struct pmtu_table *t, const struct tenon_ip *destination)
{
	struct path_mtu *p = find(t, destination);
	struct list_node *oldest = list_first(&t->by_age);

	if (p != NULL) {
		list_remove(&p->age);
	} else {
		p = pool_take(&t->pool);
		if (p == NULL && oldest != NULL) {
			forget(t, container_of(oldest, struct path_mtu, age));
			p = pool_take(&t->pool);
		}
		if (p == NULL)
			return NULL;
		p->destination = *destination;
		hash_insert(&t->table, &p->node, hash_of(t, destination));
	}
	list_append(&t->by_age, &p->age);
	return p;
}

void pmtu_learn(struct ip *ip, const struct icmp_report *report)
{
	bool is_v4 = tenon_ip_is_v4(&report->peer);
	uint32_t least = is_v4 ? ip->behavior->path_mtu_min : IPV6_MTU_LEAST;
	struct path_mtu *p;

	if (!is_v4 && report->mtu < least)
		return;
	p = take(ip->path_mtus, &report->peer);
	if (p == NULL)
		return;
	p->until = time_add(ip->timers->now, BELIEVED_US);
	p->may_be_cut = report->mtu < least;
	p->mtu = p->may_be_cut ? least : report->mtu;
	route_paths_changed(ip);
}

void pmtu_apply(const struct ip *ip, const struct tenon_ip *destination, struct ip_path *path)
{
	const struct path_mtu *p;

	if (path->is_local || ip->path_mtus->table.count == 0)
		return;
	p = find(ip->path_mtus, destination);
	if (p == NULL || p->until <= ip->timers->now || p->mtu >= path->mtu)
		return;
	path->mtu = p->mtu;
	path->may_be_cut = p->may_be_cut;
}
