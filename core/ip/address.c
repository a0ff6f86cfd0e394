/* SPDX-License-Identifier: MIT */
#include "ip/address.h"

#include "base/hash.h"
#include "ip/family.h"
#include "ip/route.h"

enum {
	LOOPBACK_ADDRESSES = 2,
	BROADCAST_PREFIX_MAX = 30, /* RFC 3021: a subnet of two hosts has no broadcast */
	LABEL_V4 = 4,              /* RFC 6724 2.1: ::ffff:0:0/96 */
	GROUP_TAIL_LEN = 3, /* RFC 4291 2.7.1: a solicited-node group's octets of the address */
};

/* RFC 4291 2.7: how far an address reaches; greater is farther. */
enum scope {
	SCOPE_LINK_LOCAL = 2,
	SCOPE_SITE_LOCAL = 5,
	SCOPE_GLOBAL = 14,
};

struct address {
	struct hash_node by_ip;
	struct hash_node by_broadcast; /* in its table where has_broadcast */
	struct list_node place;
	struct tenon_ip ip, broadcast;
	uint16_t link;
	uint8_t prefix_len;
	bool has_broadcast;
};

struct address_table {
	struct pool pool;
	struct hash_table by_ip, by_broadcast;
	struct list all; /* oldest first */
};

uint32_t address_limit(const struct tenon_config *config)
{
	uint64_t limit = (uint64_t)config->limits.addresses + config->limits.links;

	limit += LOOPBACK_ADDRESSES;
	return limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit;
}

size_t address_need(const struct tenon_config *config)
{
	uint32_t limit = address_limit(config);
	size_t need = arena_need(1, sizeof(struct address_table));

	need = arena_sum(need, pool_need(limit, sizeof(struct address)));
	need = arena_sum(need, hash_need(limit));
	return arena_sum(need, hash_need(limit));
}

struct address_table *address_table_new(struct arena *arena, const struct tenon_config *config)
{
	uint32_t limit = address_limit(config);
	struct address_table *t = arena_take(arena, 1, sizeof *t);

	pool_init(&t->pool, arena, limit, sizeof(struct address), false);
	hash_init(&t->by_ip, arena, limit);
	hash_init(&t->by_broadcast, arena, limit);
	list_init(&t->all);
	return t;
}

/* No key: the table is small, and mostly its host's owner has filled it. */
static uint32_t hash_of(const struct tenon_ip *ip)
{
	uint64_t mixed = tenon_ip_half(ip, 0) * 3 + tenon_ip_half(ip, 8);

	return (uint32_t)(mixed * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static unsigned bits_of(const struct tenon_ip *ip)
{
	return tenon_ip_is_v4(ip) ? 32 : 128;
}

/* A link-local address of IPv6 is another one on each link (RFC 4007 6). */
static bool is_zoned(const struct tenon_ip *ip)
{
	return !tenon_ip_is_v4(ip) && tenon_ip_is_link_local(ip);
}

static struct address *address_find(const struct ip *ip, const struct tenon_ip *wanted,
				    uint16_t link)
{
	struct hash_node *n = hash_first(&ip->addresses->by_ip, hash_of(wanted));

	for (; n != NULL; n = hash_next(n)) {
		struct address *a = container_of(n, struct address, by_ip);

		if (a->link == link && tenon_ip_equal(&a->ip, wanted))
			return a;
	}
	return NULL;
}

uint16_t address_link(const struct ip *ip, const struct tenon_ip *wanted, uint16_t link)
{
	bool any_link = !is_zoned(wanted) || link == LINK_NONE || link == LINK_LOOPBACK;
	uint16_t found = LINK_NONE;
	struct hash_node *n = hash_first(&ip->addresses->by_ip, hash_of(wanted));

	for (; n != NULL; n = hash_next(n)) {
		const struct address *a = container_of(n, struct address, by_ip);

		if (!tenon_ip_equal(&a->ip, wanted))
			continue;
		if (a->link == link)
			return link;
		if (any_link)
			found = a->link;
	}
	if (found == LINK_NONE && ip->v4 != NULL && tenon_ip_is_v4(wanted) &&
	    tenon_ip_is_loopback(wanted) &&
	    address_broadcast_link(ip, wanted, LINK_NONE) == LINK_NONE)
		return LINK_LOOPBACK;
	return found;
}

uint16_t address_broadcast_link(const struct ip *ip, const struct tenon_ip *wanted, uint16_t link)
{
	uint16_t found = LINK_NONE;
	struct hash_node *n = hash_first(&ip->addresses->by_broadcast, hash_of(wanted));

	for (; n != NULL; n = hash_next(n)) {
		const struct address *a = container_of(n, struct address, by_broadcast);

		if (!tenon_ip_equal(&a->broadcast, wanted))
			continue;
		if (a->link == link)
			return link;
		found = a->link;
	}
	return found;
}

bool address_has_group(const struct ip *ip, uint16_t link, const struct tenon_ip *group)
{
	static const uint8_t head[] = { 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff };
	const struct list *all = &ip->addresses->all;
	const struct list_node *n;

	if (memcmp(group->octets, head, sizeof head) != 0)
		return false;
	for (n = list_first(all); n != NULL; n = list_next(all, n)) {
		const struct address *a = container_of(n, struct address, place);

		if (a->link == link && !tenon_ip_is_v4(&a->ip) &&
		    memcmp(a->ip.octets + sizeof head, group->octets + sizeof head,
			   GROUP_TAIL_LEN) == 0)
			return true;
	}
	return false;
}

/* The prefix of an address is reached over its link without a gateway. */
static struct tenon_route on_link_route(const struct address *a)
{
	return (struct tenon_route){
		.prefix = route_prefix(&a->ip, a->prefix_len),
		.prefix_len = a->prefix_len,
		.link = a->link,
	};
}

/* On the loopback nothing but the addresses themselves can be reached. */
static bool brings_route(const struct address *a)
{
	return a->link != LINK_LOOPBACK && a->prefix_len < bits_of(&a->ip);
}

static struct tenon_ip subnet_broadcast(const struct tenon_ip *ip, unsigned prefix_len)
{
	struct tenon_ip broadcast = *ip;
	uint32_t host_bits = prefix_len == 0 ? UINT32_MAX : (UINT32_C(1) << (32 - prefix_len)) - 1;

	put32(broadcast.octets + 12, get32(ip->octets + 12) | host_bits);
	return broadcast;
}

static bool is_host_address(const struct tenon_ip *ip)
{
	return !tenon_ip_is_any(ip) && !tenon_ip_is_multicast(ip) &&
	       !tenon_ip_is_limited_broadcast(ip);
}

static void insert(struct address_table *t, struct address *a)
{
	hash_insert(&t->by_ip, &a->by_ip, hash_of(&a->ip));
	if (a->has_broadcast)
		hash_insert(&t->by_broadcast, &a->by_broadcast, hash_of(&a->broadcast));
	list_append(&t->all, &a->place);
}

static enum tenon_result refuse_full(struct ip *ip, const struct pool *pool)
{
	struct tenon_cause *cause = trace_cause(ip->trace, TENON_TABLE_FULL, TENON_CAUSE_TABLE);

	cause->detail.table.name = "addresses";
	cause->detail.table.size = pool->limit;
	return TENON_TABLE_FULL;
}

/* EXISTS is as good as OK: another address of the subnet brought the route, or the user did. */
static enum tenon_result add_on_link_route(struct ip *ip, const struct address *a)
{
	struct tenon_route route = on_link_route(a);
	enum tenon_result result = brings_route(a) ? route_add(ip, &route) : TENON_OK;

	return result == TENON_EXISTS ? TENON_OK : result;
}

enum tenon_result address_add(struct ip *ip, unsigned index, const struct tenon_ip *wanted,
			      unsigned prefix_len)
{
	const struct tenon_family_module *family = ip_family_of(ip, wanted);
	struct link *link = link_find(ip->links, index);
	struct address *a;
	enum tenon_result result;

	if (family == NULL)
		return TENON_FAMILY_ABSENT;
	if (link == NULL || !is_host_address(wanted) || prefix_len > bits_of(wanted))
		return TENON_BAD_VALUE;
	if (link->facts.mtu < family->mtu_min)
		return TENON_BAD_VALUE;
	if (address_find(ip, wanted, link->index) != NULL)
		return TENON_EXISTS;
	a = pool_take(&ip->addresses->pool);
	if (a == NULL)
		return refuse_full(ip, &ip->addresses->pool);

	*a = (struct address){ .ip = *wanted,
			       .link = link->index,
			       .prefix_len = (uint8_t)prefix_len };
	a->has_broadcast = tenon_ip_is_v4(wanted) && prefix_len <= BROADCAST_PREFIX_MAX;
	if (a->has_broadcast)
		a->broadcast = subnet_broadcast(wanted, prefix_len);
	result = add_on_link_route(ip, a);
	if (result != TENON_OK) {
		pool_give(&ip->addresses->pool, a);
		return result;
	}
	insert(ip->addresses, a);
	family->address_changed(ip, link, wanted, true);
	route_paths_changed(ip);
	return TENON_OK;
}

static bool another_needs_route(const struct ip *ip, const struct tenon_route *route)
{
	const struct list *all = &ip->addresses->all;
	const struct list_node *n;

	for (n = list_first(all); n != NULL; n = list_next(all, n)) {
		const struct address *a = container_of(n, struct address, place);
		struct tenon_route its = on_link_route(a);

		if (its.link == route->link && its.prefix_len == route->prefix_len &&
		    tenon_ip_equal(&its.prefix, &route->prefix))
			return true;
	}
	return false;
}

static void forget(struct ip *ip, struct address *a)
{
	struct address_table *t = ip->addresses;
	struct tenon_route route = on_link_route(a);
	bool had_route = brings_route(a);
	struct tenon_ip gone = a->ip;
	struct link *link = link_find(ip->links, a->link);

	hash_remove(&t->by_ip, &a->by_ip);
	if (a->has_broadcast)
		hash_remove(&t->by_broadcast, &a->by_broadcast);
	list_remove(&a->place);
	pool_give(&t->pool, a);
	if (had_route && !another_needs_route(ip, &route))
		(void)!route_remove(ip, &route); /* the user may have removed it before */
	ip_family_of(ip, &gone)->address_changed(ip, link, &gone, false);
	route_paths_changed(ip);
}

enum tenon_result address_remove(struct ip *ip, unsigned link, const struct tenon_ip *wanted)
{
	struct address *a;

	if (link_find(ip->links, link) == NULL)
		return TENON_NOT_FOUND;
	a = address_find(ip, wanted, (uint16_t)link);
	if (a == NULL)
		return TENON_NOT_FOUND;
	forget(ip, a);
	return TENON_OK;
}

void address_remove_all(struct ip *ip, uint16_t link)
{
	struct list *all = &ip->addresses->all;
	struct list_node *n = list_first(all);

	while (n != NULL) {
		struct address *a = container_of(n, struct address, place);

		n = list_next(all, n);
		if (a->link == link)
			forget(ip, a);
	}
}

/* What RFC 6724 5 compares the candidates with. */
struct wanted {
	struct tenon_ip destination, next_hop;
	uint16_t link;
	uint8_t scope;
	uint8_t label;
	bool is_v4;
	bool only_link; /* RFC 6724 4: candidates on the outgoing link alone */
};

/* RFC 6724 3.1 and, for IPv4, 3.2. */
static uint8_t scope_of(const struct tenon_ip *ip)
{
	if (tenon_ip_is_multicast(ip))
		return tenon_ip_is_v4(ip) ? SCOPE_GLOBAL : ip->octets[1] & 0x0f;
	if (tenon_ip_is_link_local(ip) || tenon_ip_is_loopback(ip))
		return SCOPE_LINK_LOCAL;
	if (ip->octets[0] == 0xfe && (ip->octets[1] & 0xc0) == 0xc0)
		return SCOPE_SITE_LOCAL;
	return SCOPE_GLOBAL;
}

static unsigned common_bits(const struct tenon_ip *a, const struct tenon_ip *b)
{
	unsigned n = 0;

	while (n < 128 && ((a->octets[n / 8] ^ b->octets[n / 8]) >> (7 - n % 8) & 1) == 0)
		n++;
	return n;
}

/* RFC 6724 2.1, the default policy table, longest prefixes first. */
static uint8_t label_of(const struct tenon_ip *ip)
{
	static const struct {
		struct tenon_ip prefix;
		uint8_t len, label;
	} policies[] = {
		{ { { [15] = 1 } }, 128, 0 },   { { { 0 } }, 96, 3 },
		{ { { 0x20, 0x01 } }, 32, 5 },  { { { 0x20, 0x02 } }, 16, 2 },
		{ { { 0x3f, 0xfe } }, 16, 12 }, { { { 0xfe, 0xc0 } }, 10, 11 },
		{ { { 0xfc } }, 7, 13 },
	};
	size_t i;

	if (tenon_ip_is_v4(ip))
		return LABEL_V4;
	for (i = 0; i < sizeof policies / sizeof *policies; i++)
		if (common_bits(ip, &policies[i].prefix) >= policies[i].len)
			return policies[i].label;
	return 1; /* ::/0 */
}

/* Each rule says which of two candidates it prefers: above 0 the first, below 0 the second. */
static int rule_2_scope(const struct wanted *w, const struct address *a, const struct address *b)
{
	uint8_t scope_a = scope_of(&a->ip), scope_b = scope_of(&b->ip);

	if (scope_a == scope_b)
		return 0;
	if (scope_a < scope_b)
		return scope_a < w->scope ? -1 : 1;
	return scope_b < w->scope ? 1 : -1;
}

static int rule_5_link(const struct wanted *w, const struct address *a, const struct address *b)
{
	return (a->link == w->link) - (b->link == w->link);
}

static int rule_6_label(const struct wanted *w, const struct address *a, const struct address *b)
{
	return (label_of(&a->ip) == w->label) - (label_of(&b->ip) == w->label);
}

static unsigned prefix_match(const struct wanted *w, const struct address *a)
{
	struct tenon_ip subnet, of_next_hop;
	unsigned n;

	if (w->is_v4) {
		subnet = route_prefix(&a->ip, a->prefix_len);
		of_next_hop = route_prefix(&w->next_hop, a->prefix_len);
		return tenon_ip_equal(&subnet, &of_next_hop);
	}
	n = common_bits(&a->ip, &w->destination);
	return n < a->prefix_len ? n : a->prefix_len;
}

static int rule_8_prefix(const struct wanted *w, const struct address *a, const struct address *b)
{
	return (int)prefix_match(w, a) - (int)prefix_match(w, b);
}

static bool is_better(const struct wanted *w, const struct address *a, const struct address *best)
{
	int preferred = rule_2_scope(w, a, best);

	if (preferred == 0)
		preferred = rule_5_link(w, a, best);
	if (preferred == 0)
		preferred = rule_6_label(w, a, best);
	if (preferred == 0)
		preferred = rule_8_prefix(w, a, best);
	return preferred > 0;
}

static bool is_candidate(const struct wanted *w, const struct address *a)
{
	if (tenon_ip_is_v4(&a->ip) != w->is_v4)
		return false;
	if (w->only_link)
		return a->link == w->link;
	return a->link != LINK_LOOPBACK && (a->link == w->link || !is_zoned(&a->ip));
}

static const struct address *best_candidate(const struct ip *ip, const struct wanted *w)
{
	const struct list *all = &ip->addresses->all;
	const struct address *best = NULL;
	const struct list_node *n;

	for (n = list_first(all); n != NULL; n = list_next(all, n)) {
		const struct address *a = container_of(n, struct address, place);

		if (is_candidate(w, a) && (best == NULL || is_better(w, a, best)))
			best = a;
	}
	return best;
}

bool address_choose(const struct ip *ip, const struct ip_flow *flow, const struct ip_path *path,
		    struct tenon_ip *source)
{
	const struct tenon_ip *to = &flow->destination;
	const struct address *best;
	struct wanted w = {
		.destination = *to,
		.next_hop = path->next_hop,
		.link = path->link->index,
		.scope = scope_of(to),
		.label = label_of(to),
		.is_v4 = tenon_ip_is_v4(to),
		.only_link = tenon_ip_is_loopback(to) || tenon_ip_is_multicast(to) || is_zoned(to),
	};

	if (path->is_local && !tenon_ip_is_loopback(to)) {
		*source = *to; /* rule 1 */
		return true;
	}
	best = best_candidate(ip, &w);
	if (best == NULL)
		return false;
	*source = best->ip;
	return true;
}

struct tenon_pool_use address_pool_use(const struct ip *ip)
{
	const struct pool *pool = &ip->addresses->pool;

	return (struct tenon_pool_use){ "addresses", pool->used, pool->high_water, pool->limit };
}
