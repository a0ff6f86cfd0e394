/* SPDX-License-Identifier: MIT */
#include "ip_frames.h"

static const struct side *s = &sides[0];

static enum fate hears(struct tenon_ip from, struct tenon_ip to)
{
	struct frame frame = datagram(&from, &to, 1);

	return receives_frame(&frame);
}

/* A datagram from the peer to us with these options. */
static struct frame with_options(const void *options, size_t len)
{
	struct ipv4_header header = { .source = s->peer,
				      .destination = s->us,
				      .ttl = 64,
				      .protocol = IP_PROTOCOL_UDP,
				      .options = { options, len } };
	struct ethernet_header ethernet = { our_mac, peer_mac, ETHERTYPE_IPV4 };
	struct frame frame = { .link = LINK_LOOPBACK + 1 };
	size_t at = sizeof(struct ethernet_octets);

	ethernet_emit((void *)frame.octets, &ethernet);
	at += ipv4_emit(frame.octets + at, &header, UDP_LEN);
	frame.len = at + UDP_LEN;
	return frame;
}

TEST(a_datagram_for_us_arrives_whole_and_without_padding)
{
	struct frame frame;

	make_host_on(s);
	frame = datagram(&s->peer, &s->us, 5);
	frame.len += 18;
	assert_int_equal(receives_frame(&frame), FATE_PASS);
	assert_true(tenon_ip_equal(&host.arrival.source, &s->peer));
	assert_true(tenon_ip_equal(&host.arrival.destination, &s->us));
	assert_int_equal(host.arrival.protocol, IP_PROTOCOL_UDP);
	assert_int_equal(host.arrival.packet.len, IPV4_HEADER_LEN + UDP_LEN);
	assert_int_equal(host.arrival.payload.len, UDP_LEN);
	assert_int_equal(host.arrival.payload.at[0], 5);
	assert_false(host.arrival.is_broadcast || host.arrival.is_multicast);
}

/* RFC 1122 3.3.4.2: the weak model. */
TEST(a_datagram_for_another_links_address_is_for_us_too)
{
	struct link *two;

	make_host_on(s);
	two = add_link(true, 1500);
	assert_int_equal(address_add(&host.ip, two->index, &s->far, 24), TENON_OK);
	assert_int_equal(hears(s->peer, s->far), FATE_PASS);
}

TEST(broadcasts_and_the_group_of_all_hosts_are_for_us)
{
	make_host_on(s);
	assert_int_equal(hears(s->peer, tenon_ip4(10, 0, 0, 255)), FATE_PASS);
	assert_true(host.arrival.is_broadcast);
	assert_int_equal(hears(s->peer, tenon_ip4(255, 255, 255, 255)), FATE_PASS);
	assert_true(host.arrival.is_broadcast);
	assert_int_equal(hears(s->peer, tenon_ip4(224, 0, 0, 1)), FATE_PASS);
	assert_true(host.arrival.is_multicast);
}

TEST(what_is_for_others_is_not_for_us)
{
	make_host_on(s);
	assert_int_equal(hears(s->peer, s->other), FATE_IP_NOT_FOR_US);
	assert_int_equal(hears(s->peer, tenon_ip4(224, 0, 0, 5)), FATE_IP_NOT_FOR_US);
	assert_int_equal(hears(s->peer, tenon_ip4(127, 0, 0, 1)), FATE_IP_NOT_FOR_US);
	assert_int_equal(hears(s->peer, tenon_ip4(0, 0, 0, 0)), FATE_IP_NOT_FOR_US);
	nothing_left();
}

/* RFC 1122 3.2.1.3, MUST-63. */
TEST(martian_sources_are_refused)
{
	struct tenon_ip martians[] = { V4(127, 0, 0, 1),  V4(0, 0, 0, 0),   V4(0, 1, 2, 3),
				       V4(224, 0, 0, 1),  V4(239, 9, 9, 9), V4(255, 255, 255, 255),
				       V4(10, 0, 0, 255), V4(10, 0, 0, 1) };
	unsigned i;

	make_host_on(s);
	for (i = 0; i < sizeof martians / sizeof *martians; i++)
		assert_int_equal(hears(martians[i], s->us), FATE_IP_SOURCE);
}

/* RFC 1122 3.2.1.3 (a): a host that does not know its address yet. */
TEST(nobody_may_speak_to_everybody)
{
	make_host_on(s);
	assert_int_equal(hears(s->any, tenon_ip4(255, 255, 255, 255)), FATE_PASS);
	assert_int_equal(hears(s->any, tenon_ip4(10, 0, 0, 255)), FATE_IP_SOURCE);
}

/* RFC 1122 3.3.6. */
TEST(our_address_in_a_frame_to_all_is_refused)
{
	struct frame frame;

	make_host_on(s);
	frame = datagram(&s->peer, &s->us, 1);
	memset(frame.octets, 0xff, 6);
	assert_int_equal(receives_frame(&frame), FATE_IP_NOT_FOR_US);
}

TEST(a_damaged_header_is_refused)
{
	struct frame frame;

	make_host_on(s);
	frame = datagram(&s->peer, &s->us, 1);
	frame.octets[sizeof(struct ethernet_octets) + 8] ^= 1;
	assert_int_equal(receives_frame(&frame), FATE_IP_CHECKSUM);
}

TEST(a_fragment_is_refused)
{
	struct ipv4_header header = {
		.source = s->peer, .destination = s->us, .ttl = 64, .protocol = IP_PROTOCOL_UDP
	};
	struct frame frame;
	unsigned i;

	make_host_on(s);
	for (i = 0; i < 2; i++) {
		frame = datagram(&s->peer, &s->us, 1);
		header.more_fragments = i == 0;
		header.fragment_offset = i == 0 ? 0 : 8;
		(void)ipv4_emit(frame.octets + sizeof(struct ethernet_octets), &header, UDP_LEN);
		assert_int_equal(receives_frame(&frame), FATE_IP_FRAGMENT);
	}
}

/* MUST-50. */
TEST(harmless_options_are_stepped_over)
{
	static const uint8_t options[] = { 1, 1, 7, 7, 4, 0, 0, 0, 0, 99, 2, 0 };
	struct frame frame;

	make_host_on(s);
	frame = with_options(options, sizeof options);
	assert_int_equal(receives_frame(&frame), FATE_PASS);
	assert_int_equal(host.arrival.payload.len, UDP_LEN);
}

TEST(source_routes_are_refused_in_silence)
{
	static const uint8_t loose[] = { 131, 7, 4, 10, 0, 0, 9, 0 };
	static const uint8_t strict[] = { 1, 137, 7, 4, 10, 0, 0, 9 };
	struct frame frame;

	make_host_on(s);
	frame = with_options(loose, sizeof loose);
	assert_int_equal(receives_frame(&frame), FATE_IP_OPTION);
	frame = with_options(strict, sizeof strict);
	assert_int_equal(receives_frame(&frame), FATE_IP_OPTION);
	nothing_left();
}

/* RFC 1122 3.2.2.5, RFC 792: the pointer names the octet. */
TEST(options_that_make_no_sense_are_reported_to_their_sender)
{
	static const uint8_t bad[][4] = { { 1, 7, 0, 0 }, { 1, 7, 1, 0 }, { 1, 7, 4, 0 } };
	struct frame frame;
	struct sent sent;
	unsigned i;

	for (i = 0; i < 3; i++) {
		make_host_on(s);
		frame = with_options(bad[i], sizeof bad[i]);
		assert_int_equal(receives_frame(&frame), FATE_IP_OPTION);
		assert_int_equal(take_frame()->octets[13], ETHERTYPE_ARP & 0xff);
		assert_int_equal(host.trace.counts[FATE_NEIGHBOR_WAITS], 1);
	}
	neighbor_heard(&host.ip, link_find(&host.links, 2), &s->peer, &peer_mac, true);
	sent = take_sent();
	assert_int_equal(sent.payload.at[0], ICMP4_PARAMETER_PROBLEM);
	assert_int_equal(sent.payload.at[4], 21);
	assert_int_equal(icmp4_verify(sent.payload), FATE_PASS);
}

/* MUST-48, MUST-49. RFC 6864: without the bit each datagram has an identification of its own. */
TEST(identifications_differ_and_the_bit_is_set_when_asked_for)
{
	struct ip_flow flow = { .source = s->us,
				.destination = s->peer,
				.protocol = IP_PROTOCOL_UDP };
	struct ipv4_header header[3];
	unsigned i;

	make_host_on(s);
	for (i = 0; i < 3; i++) {
		struct bytes packet;
		struct packet p;

		flow.flags = i == 2 ? IP_DONT_FRAGMENT : 0;
		flow.traffic_class = 0x2e;
		flow.hop_limit = (uint8_t)(i * 9);
		packet_init(&p, NULL, 0);
		tenon_ipv4.emit(&host.ip, &flow, &p);
		packet = packet_headers(&p);
		assert_int_equal(ipv4_parse(&header[i], &packet), FATE_PASS);
		assert_int_equal(header[i].dont_fragment, i == 2);
		assert_int_equal(header[i].tos, 0x2e);
		assert_int_equal(header[i].ttl, i == 0 ? 64 : i * 9);
	}
	assert_int_equal((uint16_t)(header[0].identification + 1), header[1].identification);
	assert_int_equal(header[2].identification, 0);
}

TEST(a_link_that_comes_up_listens_to_the_group_of_all_hosts)
{
	struct mac all_hosts = { { 1, 0, 0x5e, 0, 0, 1 } };

	make_host();
	(void)add_link(true, 576);
	assert_int_equal(host.join_count, 1);
	assert_true(mac_equal(host.joins[0].mac, all_hosts) && host.joins[0].join);
}
