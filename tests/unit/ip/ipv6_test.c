/* SPDX-License-Identifier: MIT */
#include "ip_neighbors.h"
#include "wire/ipv6_ext.h"

static const struct side *s = &sides[1];
static const struct tenon_ip our_group = { { 0xff, 2, [11] = 1, [12] = 0xff, [15] = 1 } };
static const struct tenon_ip all_nodes = { { 0xff, 2, [15] = 1 } };

static enum fate hears(struct tenon_ip from, struct tenon_ip to)
{
	struct frame frame = datagram(&from, &to, 1);

	return receives_frame(&frame);
}

/* A packet from the peer whose payload is these octets, of that kind. */
static struct frame packet_with(struct tenon_ip to, uint8_t next_header, struct bytes payload)
{
	struct ip_flow flow = { .source = s->peer, .destination = to, .protocol = next_header };
	struct tenon_slice slice = { payload.at, payload.len };
	struct packet p;

	packet_init(&p, &slice, 1);
	return frame_of(&flow, &p);
}

static enum fate hears_packet(struct tenon_ip to, uint8_t next_header, struct bytes payload)
{
	struct frame frame = packet_with(to, next_header, payload);

	return receives_frame(&frame);
}

static struct icmp6_header problem_that_left(void)
{
	struct sent sent = take_sent();
	struct pseudo_header pseudo = { sent.source, sent.destination, IP_PROTOCOL_ICMP6,
					(uint32_t)sent.payload.len };
	struct icmp6_header header;

	assert_int_equal(icmp6_verify(&pseudo, sent.payload), FATE_PASS);
	assert_int_equal(icmp6_parse(&header, &sent.payload), FATE_PASS);
	assert_true(tenon_ip_equal(&sent.destination, &s->peer));
	return header;
}

TEST(a_packet_for_us_arrives_whole_and_without_padding)
{
	struct frame frame;

	make_host_on(s);
	frame = datagram(&s->peer, &s->us, 5);
	frame.len += 7;
	assert_int_equal(receives_frame(&frame), FATE_PASS);
	assert_true(tenon_ip_equal(&host.arrival.source, &s->peer));
	assert_int_equal(host.arrival.protocol, IP_PROTOCOL_UDP);
	assert_int_equal(host.arrival.protocol_at, 6);
	assert_int_equal(host.arrival.packet.len, IPV6_HEADER_LEN + UDP_LEN);
	assert_int_equal(host.arrival.payload.at[0], 5);
}

TEST(our_groups_are_for_us_and_others_are_not)
{
	struct tenon_ip other_group = our_group;

	make_host_on(s);
	other_group.octets[14] = 9;
	assert_int_equal(hears(s->peer, all_nodes), FATE_PASS);
	assert_true(host.arrival.is_multicast);
	assert_int_equal(hears(s->peer, our_group), FATE_PASS);
	assert_int_equal(hears(s->peer, other_group), FATE_IP_NOT_FOR_US);
	assert_int_equal(hears(s->peer, s->other), FATE_IP_NOT_FOR_US);
	assert_int_equal(hears(s->peer, s->loopback), FATE_IP_NOT_FOR_US);
}

TEST(a_link_local_address_of_another_link_is_not_for_us)
{
	struct tenon_ip theirs = { { 0xfe, 0x80, [15] = 0x77 } },
			peer = { { 0xfe, 0x80, [15] = 2 } };
	struct link *two;

	make_host_on(s);
	two = add_link(true, 1500);
	assert_int_equal(address_add(&host.ip, two->index, &theirs, 64), TENON_OK);
	assert_int_equal(hears(peer, theirs), FATE_IP_NOT_FOR_US);
	assert_int_equal(address_add(&host.ip, LINK_LOOPBACK + 1, &theirs, 64), TENON_OK);
	assert_int_equal(hears(peer, theirs), FATE_PASS);
	assert_int_equal(host.arrival.link, LINK_LOOPBACK + 1);
}

/* MUST-63. */
TEST(martian_sources_are_refused)
{
	make_host_on(s);
	assert_int_equal(hears(s->loopback, s->us), FATE_IP_SOURCE);
	assert_int_equal(hears(all_nodes, s->us), FATE_IP_SOURCE);
	assert_int_equal(hears(s->us, s->us), FATE_IP_SOURCE);
	assert_int_equal(hears(s->any, s->us), FATE_IP_SOURCE);
}

TEST(extension_headers_are_stepped_over)
{
	static const uint8_t octets[] = { 60,
					  0,
					  1,
					  4,
					  0,
					  0,
					  0,
					  0, /* hop-by-hop */
					  IP_PROTOCOL_UDP,
					  0,
					  1,
					  4,
					  0,
					  0,
					  0,
					  0, /* destination */
					  9,
					  9,
					  9,
					  9,
					  9,
					  9,
					  9,
					  9 };

	make_host_on(s);
	assert_int_equal(hears_packet(s->us, 0, (struct bytes){ octets, sizeof octets }),
			 FATE_PASS);
	assert_int_equal(host.arrival.protocol, IP_PROTOCOL_UDP);
	assert_int_equal(host.arrival.payload.len, UDP_LEN);
	assert_int_equal(host.arrival.protocol_at, IPV6_HEADER_LEN + 8);
}

/* RFC 8200 4.2: option types 10xxxxxx are reported to all, 11xxxxxx not about multicast. */
TEST(an_unknown_option_is_reported_as_its_type_asks)
{
	static const struct {
		uint8_t option;
		bool to_group, reported;
	} rows[] = { { 0x1e, false, false }, { 0x5e, false, false }, { 0x9e, false, true },
		     { 0x9e, true, true },   { 0xde, false, true },  { 0xde, true, false } };
	uint8_t octets[] = { IP_PROTOCOL_UDP, 0, 0, 4, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9 };
	struct icmp6_header problem;
	unsigned i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		make_host_on(s);
		know_peer(s);
		octets[2] = rows[i].option;
		assert_int_equal(hears_packet(rows[i].to_group ? all_nodes : s->us, 60,
					      (struct bytes){ octets, sizeof octets }),
				 rows[i].option == 0x1e ? FATE_PASS : FATE_IP_EXTENSION);
		if (rows[i].reported) {
			problem = problem_that_left();
			assert_int_equal(problem.type, ICMP6_PARAMETER_PROBLEM);
			assert_int_equal(problem.code, ICMP6_OPTION);
			assert_int_equal(problem.rest, IPV6_HEADER_LEN + 2);
		}
		nothing_left();
	}
}

TEST(an_unknown_next_header_is_reported_with_its_place)
{
	static const uint8_t octets[16] = { 9 };
	struct icmp6_header problem;

	make_host_on(s);
	know_peer(s);
	assert_int_equal(hears_packet(s->us, 200, (struct bytes){ octets, 16 }), FATE_PASS);
	ip_send_error(&host.ip, &host.arrival, ICMP_ERROR_PROTOCOL_UNREACHABLE);
	problem = problem_that_left();
	assert_int_equal(problem.type, ICMP6_PARAMETER_PROBLEM);
	assert_int_equal(problem.code, ICMP6_NEXT_HEADER);
	assert_int_equal(problem.rest, 6);
}

TEST(no_next_header_means_that_there_is_nothing_to_do)
{
	make_host_on(s);
	assert_int_equal(hears_packet(s->us, IPV6_NO_NEXT_HEADER, (struct bytes){ NULL, 0 }),
			 FATE_IP_PROTOCOL_UNKNOWN);
	nothing_left();
}

TEST(a_fragment_is_refused)
{
	static const uint8_t octets[] = {
		IP_PROTOCOL_UDP, 0, 0, 1, 0, 0, 0, 7, 9, 9, 9, 9, 9, 9, 9, 9
	};

	make_host_on(s);
	assert_int_equal(hears_packet(s->us, IPV6_FRAGMENT,
				      (struct bytes){ octets, sizeof octets }),
			 FATE_IP_FRAGMENT);
}

/* MUST-48, MUST-49. */
TEST(the_header_says_what_the_flow_says)
{
	struct ip_flow flow = { .source = s->us,
				.destination = s->peer,
				.traffic_class = 0x2e,
				.hop_limit = 9,
				.protocol = IP_PROTOCOL_TCP };
	struct tenon_slice octets = { "12345", 5 };
	struct ipv6_header header;
	struct bytes packet;
	struct packet p;

	make_host_on(s);
	packet_init(&p, &octets, 1);
	tenon_ipv6.emit(&host.ip, &flow, &p);
	packet = packet_headers(&p);
	assert_int_equal(get16(packet.at + 4), 5);
	assert_int_equal(ipv6_parse_quoted(&header, &packet), FATE_PASS);
	assert_int_equal(header.traffic_class, 0x2e);
	assert_int_equal(header.hop_limit, 9);
	assert_int_equal(header.next_header, IP_PROTOCOL_TCP);
}
