/* SPDX-License-Identifier: MIT */
#include "unit/wire/wire_test.h"

#include "wire/arp.h"

static const uint8_t request[] = { 0,   1, 8, 0, 6, 4, 0, 1, 2, 0, 0,   0, 0, 1,
				   192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2 };

static bool parse(struct bytes packet)
{
	struct arp_packet p;

	return arp_parse(&p, packet) == FATE_PASS;
}

static enum fate fate_with(size_t at, uint8_t octet)
{
	uint8_t octets[sizeof request];
	struct arp_packet p;

	memcpy(octets, request, sizeof octets);
	octets[at] = octet;
	return arp_parse(&p, (struct bytes){ octets, sizeof octets });
}

static void same(const struct arp_packet *a, const struct arp_packet *b)
{
	assert_int_equal(a->operation, b->operation);
	assert_true(mac_equal(a->sender_mac, b->sender_mac));
	assert_true(mac_equal(a->target_mac, b->target_mac));
	assert_true(tenon_ip_equal(&a->sender_ip, &b->sender_ip));
	assert_true(tenon_ip_equal(&a->target_ip, &b->target_ip));
}

TEST(a_request_is_read_and_written)
{
	struct arp_packet p, expected = {
		.operation = ARP_REQUEST,
		.sender_mac = { { 2, 0, 0, 0, 0, 1 } },
		.sender_ip = tenon_ip4(192, 0, 2, 1),
		.target_ip = tenon_ip4(192, 0, 2, 2),
	};
	struct arp_octets octets;

	assert_int_equal(arp_parse(&p, (struct bytes){ request, sizeof request }), FATE_PASS);
	same(&p, &expected);
	arp_emit(&octets, &p);
	assert_memory_equal(&octets, request, sizeof request);
}

TEST(what_is_emitted_parses_to_the_same)
{
	struct random r = test_random();
	struct arp_packet in, out;
	struct arp_octets octets;
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		in.operation = (uint16_t)random_u32(&r);
		random_octets(&r, in.sender_mac.octets, 6);
		random_octets(&r, in.target_mac.octets, 6);
		in.sender_ip = random_ip4(&r);
		in.target_ip = random_ip4(&r);
		arp_emit(&octets, &in);
		assert_int_equal(arp_parse(&out, (struct bytes){ (void *)&octets, sizeof octets }),
				 FATE_PASS);
		same(&in, &out);
	}
}

TEST(other_hardware_and_protocols_are_refused)
{
	assert_int_equal(fate_with(1, 6), FATE_ARP_KIND);
	assert_int_equal(fate_with(2, 0x86), FATE_ARP_KIND);
	assert_int_equal(fate_with(4, 8), FATE_ARP_KIND);
	assert_int_equal(fate_with(5, 16), FATE_ARP_KIND);
	assert_int_equal(fate_with(7, 9), FATE_PASS);
}

TEST(padding_behind_the_packet_is_allowed)
{
	uint8_t padded[46] = { 0 };
	struct arp_packet p;

	memcpy(padded, request, sizeof request);
	assert_int_equal(arp_parse(&p, (struct bytes){ padded, sizeof padded }), FATE_PASS);
}

TEST(every_truncation_is_refused)
{
	refuses_every_truncation(parse, request, sizeof request);
}

TEST(random_input_does_no_harm)
{
	assert_true(survives_random_input(parse, (struct bytes){ request, sizeof request }) > 0);
}
