/* SPDX-License-Identifier: MIT */
#include "ip_frames.h"

TEST(init_takes_exactly_the_octets_that_need_says)
{
	make_host();
	assert_int_equal(host.arena_left, 0);
}

TEST(a_need_beyond_all_memory_saturates)
{
	make_host();
	host.config.limits.parked_packets = UINT32_MAX;
	host.config.limits.packet_bytes = UINT32_MAX;
	host.config.limits.neighbors = UINT32_MAX;
	host.config.limits.addresses = UINT32_MAX;
	assert_true(ip_need(&host.config) > SIZE_MAX / 1024);
}

TEST(a_family_is_found_by_its_ethertypes_and_by_its_packets)
{
	static const uint8_t v4[] = { 0x45 }, v6[] = { 0x60 }, neither[] = { 0x50 };

	make_host();
	assert_ptr_equal(ip_family_find(&host.ip, ETHERTYPE_IPV4), &tenon_ipv4);
	assert_ptr_equal(ip_family_find(&host.ip, ETHERTYPE_ARP), &tenon_ipv4);
	assert_ptr_equal(ip_family_find(&host.ip, ETHERTYPE_IPV6), &tenon_ipv6);
	assert_null(ip_family_find(&host.ip, 0));
	assert_null(ip_family_find(&host.ip, 0x88cc));
	assert_ptr_equal(ip_family_of_packet(&host.ip, (struct bytes){ v4, 1 }), &tenon_ipv4);
	assert_ptr_equal(ip_family_of_packet(&host.ip, (struct bytes){ v6, 1 }), &tenon_ipv6);
	assert_null(ip_family_of_packet(&host.ip, (struct bytes){ neither, 1 }));
	assert_null(ip_family_of_packet(&host.ip, (struct bytes){ v4, 0 }));
}

BOTH(a_host_of_one_family_does_not_know_the_other)
{
	make_host();
	host.ip.v4 = s->family == &tenon_ipv4 ? NULL : host.ip.v4;
	host.ip.v6 = s->family == &tenon_ipv6 ? NULL : host.ip.v6;
	assert_null(ip_family_find(&host.ip, s->family->ethertype));
	assert_null(ip_family_of(&host.ip, &s->peer));
}

TEST(every_pool_can_be_looked_at)
{
	static const char *const names[] = { "addresses", "routes", "neighbors", "parked packets" };
	struct tenon_pool_use use;
	unsigned i;

	make_host_on(&sides[0]);
	for (i = 0; i < 4; i++) {
		assert_true(ip_pool_use(&host.ip, i, &use));
		assert_string_equal(use.name, names[i]);
		assert_true(use.used <= use.high_water && use.high_water <= use.limit);
	}
	assert_false(ip_pool_use(&host.ip, 5, &use));
}

BOTH(nothing_stays_behind_when_all_links_have_left)
{
	struct tenon_pool_use use;
	unsigned i;

	make_host_on(s);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	assert_int_equal(send_datagram(&s->far, 1), TENON_OK);
	ip_link_leaves(&host.ip, link_find(&host.links, LINK_LOOPBACK + 1));
	for (i = 0; ip_pool_use(&host.ip, i, &use); i++)
		assert_int_equal(use.used, i == 0 ? 2 : 0);
	assert_true(timers_next(&host.timers) == NEVER);
}
