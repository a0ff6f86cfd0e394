/* SPDX-License-Identifier: MIT */
#include "ip_host.h"

static uint16_t where(const struct tenon_ip *ip)
{
	return address_link(&host.ip, ip, LINK_NONE);
}

static enum tenon_result add(const struct link *link, const struct tenon_ip *ip, unsigned len)
{
	return address_add(&host.ip, link->index, ip, len);
}

/* The source for a destination that is on the link. */
static struct tenon_ip source_for(struct link *link, const struct tenon_ip *destination)
{
	struct ip_flow flow = { .destination = *destination };
	struct ip_path path = { .link = link, .next_hop = *destination };
	struct tenon_ip source;

	assert_true(address_choose(&host.ip, &flow, &path, &source));
	return source;
}

static void source_is(struct link *link, const struct tenon_ip *destination,
		      const struct tenon_ip *expected)
{
	struct tenon_ip source = source_for(link, destination);

	assert_memory_equal(source.octets, expected->octets, 16);
}

BOTH(an_address_is_ours_until_it_is_removed)
{
	struct link *link = make_host_on(s);

	assert_int_equal(where(&s->us), link->index);
	assert_int_equal(where(&s->peer), LINK_NONE);
	assert_int_equal(address_remove(&host.ip, link->index, &s->us), TENON_OK);
	assert_int_equal(where(&s->us), LINK_NONE);
	assert_int_equal(address_remove(&host.ip, link->index, &s->us), TENON_NOT_FOUND);
}

BOTH(an_address_brings_its_subnets_route_and_takes_it_along)
{
	struct route_query query = { .destination = s->peer, .is_on_link = true };
	const struct tenon_route *found;
	struct link *link = make_host_on(s);

	assert_int_equal(add(link, &s->also_us, s->prefix_len), TENON_OK);
	assert_int_equal(route_find(&host.ip, &query, &found), TENON_OK);
	assert_int_equal(address_remove(&host.ip, link->index, &s->us), TENON_OK);
	assert_int_equal(route_find(&host.ip, &query, &found), TENON_OK);
	assert_int_equal(address_remove(&host.ip, link->index, &s->also_us), TENON_OK);
	assert_int_equal(route_find(&host.ip, &query, &found), TENON_NO_ROUTE);
}

BOTH(an_address_that_cannot_be_is_refused)
{
	struct tenon_ip group = s->us;
	struct link *link = make_host_on(s), *small;

	group.octets[tenon_ip_is_v4(&s->us) ? 12 : 0] = tenon_ip_is_v4(&s->us) ? 224 : 0xff;
	assert_int_equal(add(link, &s->us, s->prefix_len), TENON_EXISTS);
	assert_int_equal(add(link, &s->any, s->prefix_len), TENON_BAD_VALUE);
	assert_int_equal(add(link, &group, s->prefix_len), TENON_BAD_VALUE);
	assert_int_equal(add(link, &s->also_us, s->all_bits + 1u), TENON_BAD_VALUE);
	assert_int_equal(address_add(&host.ip, 9, &s->also_us, s->prefix_len), TENON_BAD_VALUE);
	small = add_link(true, 576);
	assert_int_equal(add(small, &s->also_us, s->prefix_len),
			 tenon_ip_is_v4(&s->us) ? TENON_OK : TENON_BAD_VALUE);
}

BOTH(a_family_that_is_not_configured_has_no_addresses)
{
	struct link *link = make_host_on(s);

	if (tenon_ip_is_v4(&s->us))
		host.ip.v4 = NULL;
	else
		host.ip.v6 = NULL;
	assert_int_equal(add(link, &s->also_us, s->prefix_len), TENON_FAMILY_ABSENT);
}

BOTH(a_full_table_says_so_and_names_itself)
{
	struct link *link = make_host_on(s);
	struct tenon_ip ip = s->us;

	while (address_pool_use(&host.ip).used < address_pool_use(&host.ip).limit) {
		ip.octets[15]++;
		assert_int_equal(add(link, &ip, s->prefix_len), TENON_OK);
	}
	ip.octets[15]++;
	assert_int_equal(add(link, &ip, s->prefix_len), TENON_TABLE_FULL);
	assert_string_equal(host.trace.cause.detail.table.name, "addresses");
	assert_int_equal(where(&ip), LINK_NONE);
}

BOTH(a_link_that_leaves_takes_its_addresses_and_routes_along)
{
	struct link *link = make_host_on(s);
	uint32_t loopbacks = 2;

	ip_link_leaves(&host.ip, link);
	assert_int_equal(address_pool_use(&host.ip).used, loopbacks);
	assert_int_equal(route_pool_use(&host.ip).used, 0);
	assert_int_equal(where(&s->us), LINK_NONE);
}

TEST(all_of_127_is_ours_but_its_broadcast)
{
	struct tenon_ip ip = tenon_ip4(127, 9, 9, 9), broadcast = tenon_ip4(127, 255, 255, 255);

	make_host();
	assert_int_equal(where(&ip), LINK_LOOPBACK);
	assert_int_equal(where(&broadcast), LINK_NONE);
	assert_true(ip_is_broadcast(&host.ip, &broadcast));
}

TEST(a_subnets_broadcast_is_its_last_address)
{
	struct tenon_ip us = tenon_ip4(10, 1, 2, 3), last = tenon_ip4(10, 1, 3, 255);
	struct tenon_ip before = tenon_ip4(10, 1, 3, 254), all = tenon_ip4(255, 255, 255, 255);
	struct link *link;

	make_host();
	link = add_link(true, 1500);
	assert_int_equal(add(link, &us, 23), TENON_OK);
	assert_int_equal(address_broadcast_link(&host.ip, &last, LINK_NONE), link->index);
	assert_false(ip_is_broadcast(&host.ip, &before));
	assert_true(ip_is_broadcast(&host.ip, &all));
	assert_int_equal(address_broadcast_link(&host.ip, &all, LINK_NONE), LINK_NONE);
	assert_int_equal(address_remove(&host.ip, link->index, &us), TENON_OK);
	assert_false(ip_is_broadcast(&host.ip, &last));
}

/* RFC 3021: in a subnet of two both are hosts. */
TEST(a_subnet_of_two_has_no_broadcast)
{
	struct tenon_ip us = tenon_ip4(10, 1, 2, 2), other = tenon_ip4(10, 1, 2, 3);

	make_host();
	assert_int_equal(add(add_link(true, 1500), &us, 31), TENON_OK);
	assert_false(ip_is_broadcast(&host.ip, &other));
}

/* RFC 4291 appendix A, with its own example of a MAC's bits: the universal bit is inverted. */
TEST(an_ethernet_link_gives_itself_a_link_local_address)
{
	struct tenon_ip own = { { 0xfe, 0x80, [8] = 0, [11] = 0xff, [12] = 0xfe, [15] = 1 } };
	struct link *link;

	make_host();
	link = add_link(true, 1500);
	assert_int_equal(address_link(&host.ip, &own, link->index), link->index);
	ip_link_changed(&host.ip, link);
	assert_int_equal(address_pool_use(&host.ip).used, 3);
	(void)add_link(false, 1500);
	assert_int_equal(address_pool_use(&host.ip).used, 3);
}

TEST(a_link_local_address_counts_on_its_own_link_only)
{
	struct tenon_ip own = { { 0xfe, 0x80, [15] = 7 } };
	struct link *one, *two;

	make_host();
	one = add_link(true, 1500);
	two = add_link(true, 1500);
	assert_int_equal(add(one, &own, 64), TENON_OK);
	assert_int_equal(address_link(&host.ip, &own, two->index), LINK_NONE);
	assert_int_equal(address_link(&host.ip, &own, one->index), one->index);
}

/* RFC 4861 7.2.1: the group is joined with the first of its addresses and left with the last. */
TEST(addresses_join_their_solicited_node_group)
{
	struct tenon_ip a = V6(1, 5), b = V6(2, 5);
	struct mac group = { { 0x33, 0x33, 0xff, 0, 0, 5 } };
	struct link *link;
	unsigned before;

	make_host();
	link = add_link(true, 1500);
	before = host.join_count;
	assert_int_equal(add(link, &a, 64), TENON_OK);
	assert_true(host.join_count > before && host.joins[before].join);
	assert_true(mac_equal(host.joins[before].mac, group));
	assert_int_equal(add(link, &b, 64), TENON_OK);
	before = host.join_count;
	assert_int_equal(address_remove(&host.ip, link->index, &a), TENON_OK);
	assert_int_equal(host.join_count, before);
	assert_int_equal(address_remove(&host.ip, link->index, &b), TENON_OK);
	assert_int_equal(host.join_count, before + 1);
	assert_false(host.joins[before].join);
}

BOTH(of_two_subnets_the_next_hops_own_gives_the_source)
{
	struct tenon_ip us_2 = s->us, peer_2 = s->peer;
	struct link *link = make_host_on(s);
	unsigned subnet = tenon_ip_is_v4(&s->us) ? 13 : 7;

	us_2.octets[subnet] = peer_2.octets[subnet] = 77;
	assert_int_equal(add(link, &us_2, s->prefix_len), TENON_OK);
	source_is(link, &peer_2, &us_2);
	source_is(link, &s->peer, &s->us);
}

BOTH(of_two_equal_addresses_the_older_is_the_source)
{
	struct link *link = make_host_on(s);
	struct tenon_ip far = s->far;

	assert_int_equal(add(link, &s->also_us, s->prefix_len), TENON_OK);
	source_is(link, &far, &s->us);
}

BOTH(rule_5_the_outgoing_links_address_is_preferred)
{
	struct link *one = make_host_on(s), *two = add_link(true, 1500);

	assert_int_equal(add(two, &s->also_us, s->prefix_len), TENON_OK);
	source_is(one, &s->far, &s->us);
	source_is(two, &s->far, &s->also_us);
}

BOTH(a_link_without_address_borrows_anothers)
{
	struct link *two;

	make_host_on(s);
	two = add_link(false, 1500);
	source_is(two, &s->far, &s->us);
}

/* RFC 6724 10.1, as far as it needs no deprecated, temporary or home addresses. */
TEST(sources_are_chosen_as_rfc_6724_shows)
{
	static const struct {
		struct tenon_ip destination, one, two, chosen;
	} rows[] = {
		{ V6(1, 1), V6(3, 1), { { 0xfe, 0x80, [15] = 9 } }, V6(3, 1) },
		{ { { 0xff, 0x05, [15] = 1 } }, V6(3, 1), { { 0xfe, 0x80, [15] = 9 } }, V6(3, 1) },
		{ V6(1, 1), V6(1, 2), V6(3, 2), V6(1, 2) },
		{ V6(1, 1), V6(3, 2), V6(1, 2), V6(1, 2) },
		{ { { 0xfe, 0x80, [15] = 1 } },
		  V6(1, 2),
		  { { 0xfe, 0x80, [15] = 9 } },
		  { { 0xfe, 0x80, [15] = 9 } } },
		/* Rule 6: a 6to4 destination from a 6to4 source. */
		{ { { 0x20, 0x02, 0xc6, 0x33, 0x64, 1, [15] = 1 } },
		  { { 0x20, 0x02, 0xc6, 0x33, 0x64, 1, [8] = 0xd5, [15] = 2 } },
		  V6(1, 2),
		  { { 0x20, 0x02, 0xc6, 0x33, 0x64, 1, [8] = 0xd5, [15] = 2 } } },
		/* Rule 6: a unique local one for a unique local one, not for the world. */
		{ { { 0xfd, 1, [15] = 1 } },
		  V6(1, 2),
		  { { 0xfd, 2, [15] = 2 } },
		  { { 0xfd, 2, [15] = 2 } } },
		{ V6(5, 1), { { 0xfd, 2, [15] = 2 } }, V6(1, 2), V6(1, 2) },
		/* Rule 6 before rule 8: 2002::/16 is nearer to 2003::/16, but of another kind. */
		{ { { 0x20, 0x03, [15] = 1 } },
		  { { 0x20, 0x02, [15] = 2 } },
		  { { 0x2a, 0, [15] = 2 } },
		  { { 0x2a, 0, [15] = 2 } } },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct link *link;

		make_host();
		link = add_link(false, 1500);
		assert_int_equal(add(link, &rows[i].one, 64), TENON_OK);
		assert_int_equal(add(link, &rows[i].two, 64), TENON_OK);
		source_is(link, &rows[i].destination, &rows[i].chosen);
	}
}

BOTH(to_ourselves_we_speak_from_the_address_spoken_to)
{
	struct ip_flow flow = { .destination = s->also_us };
	struct link *link = make_host_on(s);

	assert_int_equal(add(link, &s->also_us, s->prefix_len), TENON_OK);
	assert_int_equal(ip_route(&host.ip, &flow), TENON_OK);
	assert_true(flow.path.is_local);
	assert_true(tenon_ip_equal(&flow.source, &s->also_us));
}

/* RFC 6724 2.2: bits beyond the source's own prefix do not count as common. */
TEST(rule_8_looks_no_farther_than_the_sources_prefix)
{
	struct tenon_ip to = V6(8, 1), wide = V6(8, 2), narrow = V6(9, 2);
	struct link *link;

	make_host();
	link = add_link(false, 1500);
	assert_int_equal(add(link, &wide, 32), TENON_OK);
	assert_int_equal(add(link, &narrow, 64), TENON_OK);
	source_is(link, &to, &narrow);
}
