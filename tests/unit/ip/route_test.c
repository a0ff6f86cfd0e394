/* SPDX-License-Identifier: MIT */
#include "ip_host.h"

static struct link *one, *two;

static void make_host_on_two_links(void)
{
	make_host();
	one = add_link(true, 1500);
	two = add_link(true, 1500);
}

static struct tenon_route to(const struct tenon_ip *ip, unsigned prefix_len,
			     const struct link *link)
{
	return (struct tenon_route){ .prefix = route_prefix(ip, prefix_len),
				     .prefix_len = (uint8_t)prefix_len,
				     .link = link->index };
}

static enum tenon_result add(struct tenon_route route)
{
	return route_add(&host.ip, &route);
}

/* The link by which a lookup goes; LINK_NONE when it says anything but OK. */
static uint16_t link_to(const struct tenon_ip *destination)
{
	struct route_query query = { .destination = *destination };
	const struct tenon_route *found;

	return route_find(&host.ip, &query, &found) == TENON_OK ? found->link : LINK_NONE;
}

BOTH(the_longest_prefix_wins)
{
	make_host_on_two_links();
	assert_int_equal(add(to(&s->any, 0, one)), TENON_OK);
	assert_int_equal(link_to(&s->far), one->index);
	assert_int_equal(add(to(&s->far, s->all_bits, two)), TENON_OK);
	assert_int_equal(link_to(&s->far), two->index);
	assert_int_equal(add(to(&s->far, s->all_bits - 1u, one)), TENON_OK);
	assert_int_equal(link_to(&s->far), two->index);
	assert_int_equal(link_to(&s->peer), one->index);
}

BOTH(a_prefix_covers_its_bits_and_no_other)
{
	struct tenon_ip outside = s->far;
	unsigned bits;

	outside.octets[15] ^= 0x80;
	for (bits = s->all_bits - 7u; bits <= s->all_bits; bits++) {
		make_host_on_two_links();
		assert_int_equal(add(to(&s->far, bits, one)), TENON_OK);
		assert_int_equal(link_to(&s->far), one->index);
		assert_int_equal(link_to(&outside), LINK_NONE);
	}
}

BOTH(of_equal_prefixes_the_lowest_metric_wins_then_the_oldest)
{
	struct tenon_route dear, cheap, late;

	make_host_on_two_links();
	dear = to(&s->any, 0, one);
	cheap = to(&s->any, 0, two);
	dear.metric = 20;
	cheap.metric = 10;
	late = dear;
	late.metric = 10;
	assert_int_equal(add(dear), TENON_OK);
	assert_int_equal(add(cheap), TENON_OK);
	assert_int_equal(link_to(&s->far), two->index);
	assert_int_equal(add(late), TENON_OK);
	assert_int_equal(link_to(&s->far), two->index);
	assert_int_equal(route_remove(&host.ip, &cheap), TENON_OK);
	assert_int_equal(link_to(&s->far), one->index);
}

BOTH(the_families_do_not_see_each_other)
{
	const struct side *else_where = s == &sides[0] ? &sides[1] : &sides[0];

	make_host_on_two_links();
	assert_int_equal(add(to(&s->any, 0, one)), TENON_OK);
	assert_int_equal(link_to(&else_where->far), LINK_NONE);
}

BOTH(a_route_whose_link_is_down_is_passed_over)
{
	struct route_query query = { .destination = s->far };
	const struct tenon_route *found;

	make_host_on_two_links();
	assert_int_equal(add(to(&s->any, 0, one)), TENON_OK);
	assert_int_equal(add(to(&s->far, s->all_bits, two)), TENON_OK);
	two->is_up = false;
	assert_int_equal(link_to(&s->far), one->index);
	one->is_up = false;
	assert_int_equal(route_find(&host.ip, &query, &found), TENON_LINK_DOWN);
	assert_int_equal(found->link, two->index);
}

BOTH(a_query_may_ask_for_a_link_and_for_no_gateway)
{
	struct route_query query = { .destination = s->far };
	const struct tenon_route *found;
	struct tenon_route by_gateway;

	make_host_on_two_links();
	by_gateway = to(&s->any, 0, one);
	by_gateway.has_gateway = true;
	by_gateway.gateway = s->gateway;
	assert_int_equal(add(by_gateway), TENON_OK);
	query.link = two->index;
	assert_int_equal(route_find(&host.ip, &query, &found), TENON_NO_ROUTE);
	query.link = one->index;
	assert_int_equal(route_find(&host.ip, &query, &found), TENON_OK);
	query.is_on_link = true;
	assert_int_equal(route_find(&host.ip, &query, &found), TENON_NO_ROUTE);
}

BOTH(what_makes_no_sense_is_refused)
{
	struct tenon_route r;

	make_host_on_two_links();
	r = to(&s->far, s->all_bits, one);
	r.prefix_len = s->prefix_len;
	assert_int_equal(add(r), TENON_BAD_VALUE);
	r.prefix_len = (uint8_t)(s->all_bits + 1);
	assert_int_equal(add(r), TENON_BAD_VALUE);
	r = to(&s->far, s->all_bits, one);
	r.link = 9;
	assert_int_equal(add(r), TENON_BAD_VALUE);
	r = to(&s->far, s->all_bits, one);
	r.has_gateway = true;
	r.gateway = s->loopback;
	assert_int_equal(add(r), TENON_BAD_VALUE);
	r.gateway = s == &sides[0] ? sides[1].gateway : sides[0].gateway;
	assert_int_equal(add(r), TENON_BAD_VALUE);
	r = to(&s->far, s->all_bits, one);
	r.reject = TENON_REJECT_PROHIBIT;
	assert_int_equal(add(r), TENON_BAD_VALUE);
	r.link = LINK_NONE;
	assert_int_equal(add(r), TENON_OK);
	r.reject = TENON_REJECT_BLACKHOLE + 1;
	assert_int_equal(add(r), TENON_BAD_VALUE);
}

BOTH(a_route_is_there_once_and_can_be_removed_once)
{
	struct tenon_route r;

	make_host_on_two_links();
	r = to(&s->far, s->all_bits, one);
	assert_int_equal(add(r), TENON_OK);
	assert_int_equal(add(r), TENON_EXISTS);
	assert_int_equal(route_remove(&host.ip, &r), TENON_OK);
	assert_int_equal(link_to(&s->far), LINK_NONE);
	assert_int_equal(route_remove(&host.ip, &r), TENON_NOT_FOUND);
}

BOTH(a_full_table_says_so_and_names_itself)
{
	struct tenon_route r;
	uint32_t metric = 0, limit;

	make_host_on_two_links();
	limit = route_pool_use(&host.ip).limit;
	r = to(&s->far, s->all_bits, one);
	while (route_pool_use(&host.ip).used < limit) {
		r.metric = metric++;
		assert_int_equal(add(r), TENON_OK);
	}
	r.metric = metric;
	assert_int_equal(add(r), TENON_TABLE_FULL);
	assert_int_equal(host.trace.cause.kind, TENON_CAUSE_TABLE);
	assert_string_equal(host.trace.cause.detail.table.name, "routes");
	assert_int_equal(host.trace.cause.detail.table.size, limit);
}

BOTH(a_change_makes_remembered_paths_old)
{
	struct tenon_route r;
	uint32_t before;

	make_host_on_two_links();
	before = host.ip.generation;
	r = to(&s->far, s->all_bits, one);
	assert_int_equal(add(r), TENON_OK);
	assert_int_not_equal(host.ip.generation, before);
	before = host.ip.generation;
	assert_int_equal(route_remove(&host.ip, &r), TENON_OK);
	assert_int_not_equal(host.ip.generation, before);
}

BOTH(routes_may_come_and_go_for_ever)
{
	unsigned i;

	make_host_on_two_links();
	for (i = 0; i < 1000; i++) {
		struct tenon_route r = to(&s->far, i % (s->all_bits + 1u), one);

		assert_int_equal(add(r), TENON_OK);
		assert_int_equal(link_to(&s->far), one->index);
		assert_int_equal(route_remove(&host.ip, &r), TENON_OK);
		assert_int_equal(link_to(&s->far), LINK_NONE);
	}
}

enum { KEPT = 6, ROUNDS = 300 };

/* The plainest possible lookup: all routes, the longest that covers. */
static uint16_t scan(const struct tenon_route *kept, const struct tenon_ip *at)
{
	const struct tenon_route *best = NULL;
	unsigned i;

	for (i = 0; i < KEPT; i++) {
		struct tenon_ip prefix = route_prefix(at, kept[i].prefix_len);

		if (tenon_ip_equal(&prefix, &kept[i].prefix) &&
		    (best == NULL || kept[i].prefix_len > best->prefix_len))
			best = &kept[i];
	}
	return best == NULL ? LINK_NONE : best->link;
}

BOTH(lookups_agree_with_a_scan_of_all_routes)
{
	struct tenon_route kept[KEPT];
	struct tenon_ip at = s->far;
	unsigned round, n;

	for (round = 0; round < ROUNDS; round++) {
		make_host_on_two_links();
		random_init(&host.random, (struct siphash_key){ round, 0 });
		for (n = 0; n < KEPT;) {
			at.octets[15] = (uint8_t)random_below(&host.random, 8);
			kept[n] = to(&at, s->all_bits - random_below(&host.random, 9),
				     n % 2 == 0 ? one : two);
			n += add(kept[n]) == TENON_OK;
		}
		for (at.octets[15] = 0; at.octets[15] < 16; at.octets[15]++)
			assert_int_equal(link_to(&at), scan(kept, &at));
	}
}
