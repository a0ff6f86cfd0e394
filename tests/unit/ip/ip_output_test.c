/* SPDX-License-Identifier: MIT */
#include "ip_neighbors.h"

static struct ip_flow flow;

static enum tenon_result route_to(const struct tenon_ip *destination)
{
	flow = (struct ip_flow){ .destination = *destination, .protocol = IP_PROTOCOL_UDP };
	return ip_route(&host.ip, &flow);
}

static enum tenon_result route_from(const struct tenon_ip *source,
				    const struct tenon_ip *destination)
{
	flow = (struct ip_flow){ .source = *source, .destination = *destination };
	return ip_route(&host.ip, &flow);
}

static enum tenon_result reject(const struct side *s, uint8_t kind)
{
	struct tenon_route r = { .prefix = s->far, .prefix_len = s->all_bits, .reject = kind };

	return route_add(&host.ip, &r);
}

BOTH(an_on_link_peer_is_its_own_next_hop)
{
	struct link *link = make_host_on(s);

	assert_int_equal(route_to(&s->peer), TENON_OK);
	assert_ptr_equal(flow.path.link, link);
	assert_true(tenon_ip_equal(&flow.path.next_hop, &s->peer));
	assert_true(tenon_ip_equal(&flow.source, &s->us));
	assert_int_equal(flow.path.mtu, 1500);
	assert_false(flow.path.is_local);
}

BOTH(a_far_peer_is_reached_through_the_gateway)
{
	make_host_on(s);
	assert_int_equal(route_to(&s->far), TENON_OK);
	assert_true(tenon_ip_equal(&flow.path.next_hop, &s->gateway));
}

BOTH(our_own_addresses_are_reached_by_the_loopback)
{
	make_host_on(s);
	assert_int_equal(route_to(&s->us), TENON_OK);
	assert_int_equal(flow.path.link->index, LINK_LOOPBACK);
	assert_true(tenon_ip_equal(&flow.source, &s->us));
	assert_int_equal(route_to(&s->loopback), TENON_OK);
	assert_true(flow.path.is_local);
	assert_true(tenon_ip_equal(&flow.source, &s->loopback));
}

BOTH(without_a_route_there_is_none_and_the_cause_says_so)
{
	make_host();
	assert_int_equal(route_to(&s->far), TENON_NO_ROUTE);
	assert_int_equal(host.trace.cause.kind, TENON_CAUSE_ROUTE);
	assert_int_equal(host.trace.cause.detail.route.found, 0);
	assert_true(tenon_ip_equal(&host.trace.cause.peer.ip, &s->far));
}

BOTH(each_kind_of_rejecting_route_has_its_result_and_is_named)
{
	static const enum tenon_result results[] = { TENON_ROUTE_UNREACHABLE,
						     TENON_ROUTE_PROHIBITED,
						     TENON_ROUTE_BLACKHOLE };
	unsigned i;

	for (i = 0; i < 3; i++) {
		make_host_on(s);
		assert_int_equal(reject(s, (uint8_t)(TENON_REJECT_UNREACHABLE + i)), TENON_OK);
		assert_int_equal(route_to(&s->far), results[i]);
		assert_int_equal(host.trace.cause.kind, TENON_CAUSE_ROUTE);
		assert_int_equal(host.trace.cause.result, results[i]);
		assert_int_equal(host.trace.cause.detail.route.found, 1);
		assert_int_equal(host.trace.cause.detail.route.prefix_len, s->all_bits);
		assert_true(tenon_ip_equal(&host.trace.cause.detail.route.prefix, &s->far));
		assert_int_equal(send_datagram(&s->far, 1), results[i]);
		assert_int_equal(host.trace.counts[FATE_IP_ROUTE_REJECTS], 1);
	}
}

BOTH(a_route_over_a_link_that_is_down_is_not_used)
{
	struct link *link = make_host_on(s);

	link->is_up = false;
	ip_link_changed(&host.ip, link);
	assert_int_equal(route_to(&s->peer), TENON_LINK_DOWN);
	assert_int_equal(host.trace.cause.kind, TENON_CAUSE_LINK);
	assert_int_equal(host.trace.cause.link, link->index);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_LINK_DOWN);
	nothing_left();
	link->is_up = true;
	ip_link_changed(&host.ip, link);
	assert_int_equal(route_to(&s->peer), TENON_OK);
}

BOTH(a_loopback_source_cannot_leave_the_host)
{
	make_host_on(s);
	assert_int_equal(route_from(&s->loopback, &s->peer), TENON_SOURCE_UNUSABLE);
	assert_int_equal(route_from(&s->loopback, &s->us), TENON_OK);
	assert_int_equal(route_from(&s->us, &s->loopback), TENON_OK);
}

BOTH(a_source_that_is_not_ours_is_refused)
{
	struct link *link = make_host_on(s);

	assert_int_equal(route_from(&s->also_us, &s->peer), TENON_ADDRESS_NOT_LOCAL);
	assert_int_equal(route_from(&s->us, &s->peer), TENON_OK);
	assert_int_equal(address_remove(&host.ip, link->index, &s->us), TENON_OK);
	assert_int_equal(route_from(&s->us, &s->far), TENON_ADDRESS_NOT_LOCAL);
}

BOTH(a_host_without_addresses_has_no_source)
{
	struct tenon_route all = { .prefix = s->any };

	make_host();
	all.link = add_link(false, 1500)->index;
	assert_int_equal(route_add(&host.ip, &all), TENON_OK);
	assert_int_equal(route_to(&s->far), TENON_NO_SOURCE_ADDRESS);
}

BOTH(the_any_address_is_this_host_where_the_dialect_says_so)
{
	make_host_on(s);
	assert_int_equal(route_to(&s->any), TENON_OK);
	assert_true(tenon_ip_equal(&flow.destination, &s->loopback));
	assert_true(flow.path.is_local);
	host.behavior.any_means_loopback = false;
	assert_int_equal(route_to(&s->any), TENON_NO_ROUTE);
}

BOTH(a_family_that_is_not_configured_is_absent)
{
	make_host_on(s);
	host.ip.v4 = tenon_ip_is_v4(&s->us) ? NULL : &tenon_ipv4;
	host.ip.v6 = tenon_ip_is_v4(&s->us) ? &tenon_ipv6 : NULL;
	assert_int_equal(route_to(&s->peer), TENON_FAMILY_ABSENT);
}

BOTH(dont_route_means_on_link_only)
{
	make_host_on(s);
	flow = (struct ip_flow){ .destination = s->far, .flags = IP_DONT_ROUTE };
	assert_int_equal(ip_route(&host.ip, &flow), TENON_NO_ROUTE);
	flow.destination = s->peer;
	assert_int_equal(ip_route(&host.ip, &flow), TENON_OK);
}

BOTH(a_bound_link_is_the_only_way)
{
	struct link *two;

	make_host_on(s);
	two = add_link(true, 1500);
	flow = (struct ip_flow){ .destination = s->far, .bound_link = two->index };
	assert_int_equal(ip_route(&host.ip, &flow), TENON_NO_ROUTE);
	flow.bound_link = LINK_LOOPBACK + 1;
	assert_int_equal(ip_route(&host.ip, &flow), TENON_OK);
}

BOTH(a_remembered_path_is_chosen_again_when_the_tables_change)
{
	struct tenon_slice octets = { "12345678", 8 };
	struct packet p;

	make_host_on(s);
	know_peer(s);
	assert_int_equal(route_to(&s->peer), TENON_OK);
	assert_int_equal(address_remove(&host.ip, LINK_LOOPBACK + 1, &s->us), TENON_OK);
	packet_init(&p, &octets, 1);
	assert_int_equal(ip_send(&host.ip, &flow, &p), TENON_ADDRESS_NOT_LOCAL);
	assert_int_equal(host.trace.counts[FATE_IP_SOURCE], 1);
	nothing_left();
}

BOTH(a_packet_of_the_mtu_leaves_and_one_octet_more_does_not)
{
	static uint8_t octets[1500];
	struct tenon_slice slice = { octets, 1500u - s->family->header_len };
	struct packet p;

	make_host_on(s);
	know_peer(s);
	assert_int_equal(route_to(&s->peer), TENON_OK);
	packet_init(&p, &slice, 1);
	assert_int_equal(ip_send(&host.ip, &flow, &p), TENON_OK);
	assert_int_equal(take_sent().packet.len, 1500);
	slice.len++;
	packet_init(&p, &slice, 1);
	assert_int_equal(ip_send(&host.ip, &flow, &p), TENON_MESSAGE_TOO_LONG);
	assert_int_equal(host.trace.counts[FATE_IP_MTU], 1);
	nothing_left();
}

BOTH(a_routes_own_mtu_counts_when_it_is_smaller)
{
	struct tenon_route r = { .prefix = s->far, .prefix_len = s->all_bits, .mtu = 1300 };

	make_host_on(s);
	r.link = LINK_LOOPBACK + 1;
	assert_int_equal(route_add(&host.ip, &r), TENON_OK);
	assert_int_equal(route_to(&s->far), TENON_OK);
	assert_int_equal(flow.path.mtu, 1300);
}

BOTH(a_link_without_ethernet_gets_bare_packets)
{
	struct link *link;
	const struct frame *frame;

	make_host();
	link = add_link(false, 1500);
	assert_int_equal(address_add(&host.ip, link->index, &s->us, s->prefix_len), TENON_OK);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	frame = take_frame();
	assert_int_equal(frame->octets[0] >> 4, s->family->version);
	assert_int_equal(frame->len, s->family->header_len + UDP_LEN);
}

BOTH(the_next_hops_mac_is_in_the_cause)
{
	struct tenon_cause cause = { 0 };

	make_host_on(s);
	assert_int_equal(route_to(&s->peer), TENON_OK);
	ip_path_cause(&host.ip, &flow.path, &cause);
	assert_false(cause.next_hop_known);
	know_peer(s);
	ip_path_cause(&host.ip, &flow.path, &cause);
	assert_true(cause.next_hop_known);
	assert_memory_equal(cause.next_hop_mac, peer_mac.octets, 6);
	assert_int_equal(cause.link, LINK_LOOPBACK + 1);
}

TEST(a_link_local_destination_needs_a_link)
{
	struct tenon_ip peer = { { 0xfe, 0x80, [15] = 9 } }, all_nodes = { { 0xff, 2, [15] = 1 } };
	struct link *link = make_host_on(&sides[1]);

	assert_int_equal(route_to(&peer), TENON_SCOPE_MISSING);
	assert_int_equal(route_to(&all_nodes), TENON_SCOPE_MISSING);
	flow = (struct ip_flow){ .destination = peer, .bound_link = link->index };
	assert_int_equal(ip_route(&host.ip, &flow), TENON_OK);
	assert_true(tenon_ip_is_link_local(&flow.source));
	assert_true(tenon_ip_equal(&flow.path.next_hop, &peer));
	flow = (struct ip_flow){ .destination = peer, .bound_link = 4 };
	assert_int_equal(ip_route(&host.ip, &flow), TENON_NO_ROUTE);
}

TEST(our_own_link_local_address_is_reached_by_the_loopback)
{
	struct tenon_ip own = { { 0xfe, 0x80, [11] = 0xff, [12] = 0xfe, [15] = 1 } };
	struct link *link = make_host_on(&sides[1]);

	flow = (struct ip_flow){ .destination = own, .bound_link = link->index };
	assert_int_equal(ip_route(&host.ip, &flow), TENON_OK);
	assert_true(flow.path.is_local);
	assert_true(tenon_ip_equal(&flow.source, &own));
}

/* The whole address of a subnet goes to all of its link, without a question. */
TEST(a_subnets_broadcast_is_a_broadcast_frame)
{
	struct tenon_ip subnet = tenon_ip4(10, 0, 0, 255);
	struct sent sent;

	make_host_on(&sides[0]);
	assert_int_equal(route_to(&subnet), TENON_OK);
	assert_true(flow.path.is_broadcast);
	assert_int_equal(send_datagram(&subnet, 1), TENON_OK);
	sent = take_sent();
	assert_true(mac_equal(sent.ethernet.destination, mac_broadcast()));
	nothing_left();
}

TEST(the_limited_broadcast_needs_a_default_route_or_a_link)
{
	struct tenon_ip all = tenon_ip4(255, 255, 255, 255);
	struct link *link;

	make_host();
	link = add_link(true, 1500);
	assert_int_equal(address_add(&host.ip, link->index, &sides[0].us, 24), TENON_OK);
	assert_int_equal(route_to(&all), TENON_NO_ROUTE);
	flow.bound_link = link->index;
	assert_int_equal(ip_route(&host.ip, &flow), TENON_OK);
	assert_true(flow.path.is_broadcast);
	link = make_host_on(&sides[0]);
	assert_int_equal(route_to(&all), TENON_OK);
	assert_true(tenon_ip_equal(&flow.path.next_hop, &all));
}

TEST(a_group_goes_by_the_default_routes_link_to_its_mac_with_one_hop)
{
	static const struct tenon_ip groups[] = { V4(239, 1, 2, 3), { { 0xff, 0x0e, [15] = 3 } } };
	static const struct mac macs[] = { { { 1, 0, 0x5e, 1, 2, 3 } },
					   { { 0x33, 0x33, 0, 0, 0, 3 } } };
	struct sent sent;
	unsigned i;

	for (i = 0; i < 2; i++) {
		make_host();
		assert_int_equal(route_to(&groups[i]), TENON_NO_ROUTE);
		make_host_on(&sides[i]);
		assert_int_equal(send_datagram(&groups[i], 1), TENON_OK);
		sent = take_sent();
		assert_true(mac_equal(sent.ethernet.destination, macs[i]));
		assert_int_equal(sent.hop_limit, 1);
		assert_true(tenon_ip_equal(&sent.source, &sides[i].us));
	}
}

/* The packet was built for a link that would have completed its checksum; its path is another now.
 */
BOTH(a_checksum_that_the_link_cannot_complete_is_completed_here)
{
	struct packet p;
	struct sent sent;

	make_host_on(s);
	know_peer(s);
	assert_int_equal(route_to(&s->peer), TENON_OK);
	packet_init(&p, NULL, 0);
	memset(packet_push(&p, UDP_LEN), 3, UDP_LEN);
	p.offload = TENON_OFFLOAD_CHECKSUM;
	p.transport = p.head;
	p.checksum_offset = 6;
	put16(p.headroom + p.head + 6, (uint16_t)~checksum_finish(ip_pseudo_sum(&flow, UDP_LEN)));
	assert_int_equal(ip_send(&host.ip, &flow, &p), TENON_OK);
	sent = take_sent();
	assert_int_equal(checksum_finish(checksum_add(ip_pseudo_sum(&flow, UDP_LEN),
						      sent.payload.at, sent.payload.len)),
			 0);
}
