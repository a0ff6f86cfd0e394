/* SPDX-License-Identifier: MIT */
#include "unit/wire/wire_test.h"

#include "wire/ipv6.h"

enum { LEN = 44 };

/* 2001:db8::1 to 2001:db8::2, TCP, traffic class 0xb9, flow 0xabcde, four octets of payload. */
static const uint8_t packet[LEN] = { 0x6b, 0x9a, 0xbc, 0xde, 0x00, 0x04, 0x06, 0x40, 0x20,
				     0x01, 0x0d, 0xb8, 0,    0,    0,    0,    0,    0,
				     0,    0,    0,    0,    0,    1,    0x20, 0x01, 0x0d,
				     0xb8, 0,    0,    0,    0,    0,    0,    0,    0,
				     0,    0,    0,    2,    1,    2,    3,    4 };

static const struct tenon_ip one = { { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				       1 } };
static const struct tenon_ip two = { { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				       2 } };

static bool parse(struct bytes octets)
{
	struct ipv6_header h;

	if (ipv6_parse(&h, &octets) != FATE_PASS)
		return false;
	touch(octets);
	return true;
}

static bool parse_quoted(struct bytes octets)
{
	struct ipv6_header h;

	if (ipv6_parse_quoted(&h, &octets) != FATE_PASS)
		return false;
	touch(octets);
	return true;
}

static enum fate fate_with(size_t at, struct bytes change)
{
	uint8_t octets[LEN];
	struct bytes range = { octets, LEN };
	struct ipv6_header h;

	memcpy(octets, packet, LEN);
	memcpy(octets + at, change.at, change.len);
	return ipv6_parse(&h, &range);
}

TEST(a_packet_is_read)
{
	struct bytes range = { packet, LEN };
	struct ipv6_header h;

	assert_int_equal(ipv6_parse(&h, &range), FATE_PASS);
	assert_true(tenon_ip_equal(&h.source, &one));
	assert_true(tenon_ip_equal(&h.destination, &two));
	assert_int_equal(h.traffic_class, 0xb9);
	assert_int_equal(h.flow_label, 0xabcde);
	assert_int_equal(h.next_header, 6);
	assert_int_equal(h.hop_limit, 64);
	assert_ptr_equal(range.at, packet + 40);
	assert_int_equal(range.len, 4);
}

TEST(the_same_packet_is_written)
{
	struct bytes range = { packet, LEN };
	struct ipv6_octets octets;
	struct ipv6_header h;

	assert_int_equal(ipv6_parse(&h, &range), FATE_PASS);
	ipv6_emit(&octets, &h, 4);
	assert_memory_equal(&octets, packet, IPV6_HEADER_LEN);
}

TEST(what_is_emitted_parses_to_the_same)
{
	struct random r = test_random();
	uint8_t octets[IPV6_HEADER_LEN + 100] = { 0 };
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct ipv6_header out, in = {
			random_ip6(&r),          random_ip6(&r),          random_below(&r, 1 << 20),
			(uint8_t)random_u32(&r), (uint8_t)random_u32(&r), (uint8_t)random_u32(&r)
		};
		struct bytes range = { octets, sizeof octets };

		ipv6_emit((void *)octets, &in, (size_t)i % 101);
		assert_int_equal(ipv6_parse(&out, &range), FATE_PASS);
		assert_true(tenon_ip_equal(&in.source, &out.source));
		assert_true(tenon_ip_equal(&in.destination, &out.destination));
		assert_int_equal(in.flow_label, out.flow_label);
		assert_int_equal(in.traffic_class, out.traffic_class);
		assert_int_equal(in.next_header, out.next_header);
		assert_int_equal(in.hop_limit, out.hop_limit);
		assert_int_equal(range.len, i % 101);
	}
}

TEST(octets_beyond_the_payload_length_are_cut_off)
{
	assert_int_equal(fate_with(5, (struct bytes){ (const uint8_t *)"\3", 1 }), FATE_PASS);
	assert_int_equal(fate_with(5, (struct bytes){ (const uint8_t *)"\5", 1 }),
			 FATE_IP_TRUNCATED);
}

TEST(another_version_is_refused)
{
	assert_int_equal(fate_with(0, (struct bytes){ (const uint8_t *)"\x4b", 1 }),
			 FATE_IP_VERSION);
}

/* Inside the core ::ffff:a.b.c.d means IPv4; it never stands on the wire. */
TEST(a_v4_mapped_address_is_refused)
{
	struct tenon_ip mapped = tenon_ip4(192, 0, 2, 1);
	struct bytes change = { mapped.octets, 16 };

	assert_int_equal(fate_with(8, change), FATE_IP_SOURCE);
	assert_int_equal(fate_with(24, change), FATE_IP_NOT_FOR_US);
}

TEST(a_quoted_packet_may_be_cut_short)
{
	struct bytes range = { packet, 42 };
	struct ipv6_header h;

	assert_int_equal(ipv6_parse_quoted(&h, &range), FATE_PASS);
	assert_int_equal(range.len, 2);
}

TEST(every_truncation_is_refused)
{
	refuses_every_truncation(parse, packet, LEN);
	refuses_every_truncation(parse_quoted, packet, IPV6_HEADER_LEN);
}

TEST(random_input_does_no_harm)
{
	struct bytes intact = { packet, LEN };

	assert_true(survives_random_input(parse, intact) > 0);
	assert_true(survives_random_input(parse_quoted, intact) > 0);
}
