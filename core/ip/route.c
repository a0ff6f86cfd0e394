/* SPDX-License-Identifier: MIT */
#include "ip/route.h"

#include "base/hash.h"
#include "ip/address.h"
#include "ip/family.h"

enum {
	V4_BITS = 32,
	V6_BITS = 128,
	V4_BEGINS = 96, /* bits of ::ffff:0:0/96, before an IPv4 address's own */
};

struct route {
	struct hash_node node;
	struct list_node place;
	struct tenon_route is;
};

/* The prefix lengths of one family that some route has, longest first, and how many have each. */
struct lengths {
	uint32_t routes[V6_BITS + 1];
	uint8_t in_use[V6_BITS + 1];
	uint8_t count;
};

struct route_table {
	struct pool pool;
	struct hash_table hash;
	struct list all;
	struct siphash_key key;
	struct lengths v4, v6;
};

static unsigned bits_of(const struct tenon_ip *ip)
{
	return tenon_ip_is_v4(ip) ? V4_BITS : V6_BITS;
}

struct tenon_ip route_prefix(const struct tenon_ip *ip, unsigned prefix_len)
{
	unsigned keep = prefix_len + (tenon_ip_is_v4(ip) ? V4_BEGINS : 0u);
	struct tenon_ip prefix = *ip;
	unsigned i;

	for (i = keep / 8; i < sizeof prefix.octets; i++)
		prefix.octets[i] &= (uint8_t)(i == keep / 8 ? 0xff00u >> keep % 8 : 0u);
	return prefix;
}

/* Each address may bring an on-link route. */
static uint32_t route_limit(const struct tenon_config *config)
{
	uint32_t on_link = address_limit(config);

	return on_link > UINT32_MAX - config->limits.routes ? UINT32_MAX
							    : config->limits.routes + on_link;
}

size_t route_need(const struct tenon_config *config)
{
	uint32_t limit = route_limit(config);
	size_t need = arena_need(1, sizeof(struct route_table));

	need = arena_sum(need, pool_need(limit, sizeof(struct route)));
	return arena_sum(need, hash_need(limit));
}

struct route_table *route_table_new(struct arena *arena, const struct tenon_config *config,
				    struct random *random)
{
	uint32_t limit = route_limit(config);
	struct route_table *t = arena_take(arena, 1, sizeof *t);

	*t = (struct route_table){ .key = random_key(random) };
	pool_init(&t->pool, arena, limit, sizeof(struct route), false);
	hash_init(&t->hash, arena, limit);
	list_init(&t->all);
	return t;
}

static uint32_t hash_of(const struct route_table *t, const struct tenon_ip *prefix, uint8_t len)
{
	uint8_t key[sizeof prefix->octets + 1];

	memcpy(key, prefix->octets, sizeof prefix->octets);
	key[sizeof prefix->octets] = len;
	return (uint32_t)siphash13(t->key, key, sizeof key);
}

static struct lengths *lengths_of(struct route_table *t, const struct tenon_ip *ip)
{
	return tenon_ip_is_v4(ip) ? &t->v4 : &t->v6;
}

static void count_length(struct lengths *lengths, uint8_t len)
{
	unsigned i = lengths->count;

	if (lengths->routes[len]++ != 0)
		return;
	for (; i > 0 && lengths->in_use[i - 1] < len; i--)
		lengths->in_use[i] = lengths->in_use[i - 1];
	lengths->in_use[i] = len;
	lengths->count++;
}

static void uncount_length(struct lengths *lengths, uint8_t len)
{
	unsigned i = 0;

	if (--lengths->routes[len] != 0)
		return;
	while (lengths->in_use[i] != len)
		i++;
	lengths->count--;
	for (; i < lengths->count; i++)
		lengths->in_use[i] = lengths->in_use[i + 1];
}

static bool has_prefix(const struct route *r, const struct tenon_ip *prefix, uint8_t len)
{
	return r->is.prefix_len == len && tenon_ip_equal(&r->is.prefix, prefix);
}

static bool is_same(const struct tenon_route *a, const struct tenon_route *b)
{
	if (a->reject != b->reject || a->link != b->link || a->metric != b->metric)
		return false;
	if (a->has_gateway != b->has_gateway)
		return false;
	return !a->has_gateway || tenon_ip_equal(&a->gateway, &b->gateway);
}

static struct route *same_find(const struct route_table *t, const struct tenon_route *wanted)
{
	struct hash_node *n = hash_first(&t->hash, hash_of(t, &wanted->prefix, wanted->prefix_len));

	for (; n != NULL; n = hash_next(n)) {
		struct route *r = container_of(n, struct route, node);

		if (has_prefix(r, &wanted->prefix, wanted->prefix_len) && is_same(&r->is, wanted))
			return r;
	}
	return NULL;
}

static bool is_prefix(const struct tenon_ip *ip, unsigned len)
{
	struct tenon_ip prefix;

	if (len > bits_of(ip))
		return false;
	prefix = route_prefix(ip, len);
	return tenon_ip_equal(&prefix, ip);
}

static bool is_gateway(const struct tenon_ip *gateway, const struct tenon_ip *prefix)
{
	if (tenon_ip_version(gateway) != tenon_ip_version(prefix) || tenon_ip_is_any(gateway))
		return false;
	return !tenon_ip_is_multicast(gateway) && !tenon_ip_is_loopback(gateway) &&
	       !tenon_ip_is_limited_broadcast(gateway);
}

/* Does the route say where to, one way or the other? */
static bool has_target(const struct ip *ip, const struct tenon_route *r)
{
	if (r->reject != TENON_REJECT_NONE)
		return r->reject <= TENON_REJECT_BLACKHOLE && r->link == LINK_NONE &&
		       !r->has_gateway;
	if (link_find(ip->links, r->link) == NULL)
		return false;
	return !r->has_gateway || is_gateway(&r->gateway, &r->prefix);
}

static enum tenon_result refuse_full(struct ip *ip, const struct pool *pool)
{
	struct tenon_cause *cause = trace_cause(ip->trace, TENON_TABLE_FULL, TENON_CAUSE_TABLE);

	cause->detail.table.name = "routes";
	cause->detail.table.size = pool->limit;
	return TENON_TABLE_FULL;
}

enum tenon_result route_add(struct ip *ip, const struct tenon_route *wanted)
{
	const struct tenon_family_module *family = ip_family_of(ip, &wanted->prefix);
	struct route_table *t = ip->routes;
	struct route *r;

	if (family == NULL)
		return TENON_FAMILY_ABSENT;
	if (!is_prefix(&wanted->prefix, wanted->prefix_len) || !has_target(ip, wanted))
		return TENON_BAD_VALUE;
	if (wanted->mtu != 0 && wanted->mtu < family->mtu_min)
		return TENON_BAD_VALUE;
	if (same_find(t, wanted) != NULL)
		return TENON_EXISTS;
	r = pool_take(&t->pool);
	if (r == NULL)
		return refuse_full(ip, &t->pool);

	r->is = *wanted;
	hash_insert(&t->hash, &r->node, hash_of(t, &wanted->prefix, wanted->prefix_len));
	list_append(&t->all, &r->place);
	count_length(lengths_of(t, &wanted->prefix), wanted->prefix_len);
	route_paths_changed(ip);
	return TENON_OK;
}

static void forget(struct ip *ip, struct route *r)
{
	struct route_table *t = ip->routes;

	uncount_length(lengths_of(t, &r->is.prefix), r->is.prefix_len);
	list_remove(&r->place);
	hash_remove(&t->hash, &r->node);
	pool_give(&t->pool, r);
	route_paths_changed(ip);
}

enum tenon_result route_remove(struct ip *ip, const struct tenon_route *wanted)
{
	struct route *r;

	if (!is_prefix(&wanted->prefix, wanted->prefix_len))
		return TENON_NOT_FOUND;
	r = same_find(ip->routes, wanted);
	if (r == NULL)
		return TENON_NOT_FOUND;
	forget(ip, r);
	return TENON_OK;
}

void route_remove_all(struct ip *ip, uint16_t link)
{
	struct list_node *n = list_first(&ip->routes->all);

	while (n != NULL) {
		struct route *r = container_of(n, struct route, place);

		n = list_next(&ip->routes->all, n);
		if (r->is.link == link)
			forget(ip, r);
	}
}

static bool is_asked_for(const struct tenon_route *r, const struct route_query *query)
{
	if (r->reject != TENON_REJECT_NONE)
		return true;
	if (query->is_on_link && r->has_gateway)
		return false;
	return query->link == LINK_NONE || query->link == r->link;
}

static bool is_usable(const struct ip *ip, const struct tenon_route *r)
{
	return r->reject != TENON_REJECT_NONE || link_find(ip->links, r->link)->is_up;
}

/* Of the routes with one prefix the best that can be used; the best that cannot into *down, if
 * there is none yet. The chain has the newest first, and of equal metrics the oldest wins. */
static const struct tenon_route *best_of_prefix(const struct ip *ip,
						const struct route_query *query, uint8_t len,
						const struct tenon_route **down)
{
	const struct tenon_route *best = NULL, *best_down = NULL;
	struct tenon_ip prefix = route_prefix(&query->destination, len);
	struct hash_node *n = hash_first(&ip->routes->hash, hash_of(ip->routes, &prefix, len));

	for (; n != NULL; n = hash_next(n)) {
		const struct route *r = container_of(n, struct route, node);
		const struct tenon_route **found = is_usable(ip, &r->is) ? &best : &best_down;

		if (!has_prefix(r, &prefix, len) || !is_asked_for(&r->is, query))
			continue;
		if (*found == NULL || r->is.metric <= (*found)->metric)
			*found = &r->is;
	}
	if (*down == NULL)
		*down = best_down;
	return best;
}

enum tenon_result route_find(const struct ip *ip, const struct route_query *query,
			     const struct tenon_route **out)
{
	const struct lengths *lengths = lengths_of(ip->routes, &query->destination);
	const struct tenon_route *down = NULL;
	unsigned i;

	for (i = 0; i < lengths->count; i++) {
		*out = best_of_prefix(ip, query, lengths->in_use[i], &down);
		if (*out != NULL)
			return TENON_OK;
	}
	*out = down;
	return down == NULL ? TENON_NO_ROUTE : TENON_LINK_DOWN;
}

struct tenon_pool_use route_pool_use(const struct ip *ip)
{
	const struct pool *pool = &ip->routes->pool;

	return (struct tenon_pool_use){ "routes", pool->used, pool->high_water, pool->limit };
}
