/* SPDX-License-Identifier: MIT */
#include "base/checksum.h"
#include "unit/wire/wire_test.h"
#include "wire/udp.h"

enum { LEN = 13 };

/* From port 1025 to 53, "hello"; 192.0.2.1 to 198.51.100.7, and 2001:db8::1 to 2001:db8::2. */
static const uint8_t over_ipv4[LEN] = { 0x04, 0x01, 0x00, 0x35, 0x00, 0x0d, 0xcb,
					0x8f, 'h',  'e',  'l',  'l',  'o' };
static const uint8_t over_ipv6[LEN] = { 0x04, 0x01, 0x00, 0x35, 0x00, 0x0d, 0x5c,
					0x57, 'h',  'e',  'l',  'l',  'o' };

static struct pseudo_header pseudo4(void)
{
	return (struct pseudo_header){ tenon_ip4(192, 0, 2, 1), tenon_ip4(198, 51, 100, 7),
				       IP_PROTOCOL_UDP, LEN };
}

static struct pseudo_header pseudo6(void)
{
	return (struct pseudo_header){ { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
				       { { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 } },
				       IP_PROTOCOL_UDP,
				       LEN };
}

static bool parse(struct bytes datagram)
{
	struct pseudo_header pseudo = pseudo4();
	struct bytes whole = datagram;
	enum fate verified = udp_verify(&pseudo, whole);
	struct udp_header h;

	if (udp_parse(&h, &datagram) != FATE_PASS)
		return false;
	assert_true(verified == FATE_PASS || verified == FATE_UDP_CHECKSUM);
	touch(datagram);
	return true;
}

static enum fate fate_of_length(uint16_t length)
{
	uint8_t octets[LEN];
	struct bytes datagram = { octets, LEN };
	struct udp_header h;

	memcpy(octets, over_ipv4, LEN);
	put16(octets + 4, length);
	return udp_parse(&h, &datagram);
}

TEST(a_datagram_is_read)
{
	struct bytes datagram = { over_ipv4, LEN };
	struct pseudo_header pseudo = pseudo4();
	struct udp_header h;

	assert_int_equal(udp_verify(&pseudo, datagram), FATE_PASS);
	assert_int_equal(udp_parse(&h, &datagram), FATE_PASS);
	assert_int_equal(h.src_port, 1025);
	assert_int_equal(h.dst_port, 53);
	assert_int_equal(h.checksum, 0xcb8f);
	assert_int_equal(datagram.len, 5);
	assert_memory_equal(datagram.at, "hello", 5);
}

TEST(the_same_datagram_is_written_over_both_families)
{
	struct udp_header h = { .src_port = 1025, .dst_port = 53 };
	struct pseudo_header v4 = pseudo4(), v6 = pseudo6();
	struct udp_octets octets;

	udp_emit(&octets, &h, 5, checksum_add(pseudo_sum(&v4), "hello", 5));
	assert_memory_equal(&octets, over_ipv4, sizeof octets);
	udp_emit(&octets, &h, 5, checksum_add(pseudo_sum(&v6), "hello", 5));
	assert_memory_equal(&octets, over_ipv6, sizeof octets);
}

TEST(what_is_emitted_parses_to_the_same_and_verifies)
{
	struct random r = test_random();
	uint8_t octets[8 + 64];
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct udp_header out,
			in = { (uint16_t)random_u32(&r), (uint16_t)random_u32(&r), 0 };
		uint16_t len = (uint16_t)random_below(&r, 65);
		struct pseudo_header p = { random_ip4(&r), random_ip4(&r), IP_PROTOCOL_UDP,
					   8u + len };
		struct bytes datagram = { octets, sizeof octets };

		random_octets(&r, octets, sizeof octets);
		udp_emit((void *)octets, &in, len, checksum_add(pseudo_sum(&p), octets + 8, len));
		assert_int_equal(udp_verify(&p, datagram), FATE_PASS);
		assert_int_equal(udp_parse(&out, &datagram), FATE_PASS);
		assert_int_equal(in.src_port, out.src_port);
		assert_int_equal(in.dst_port, out.dst_port);
		assert_int_equal(datagram.len, len);
	}
}

/* RFC 768: a checksum that comes out as zero is sent as all ones. These payloads give zero. */
TEST(a_checksum_of_zero_is_sent_as_ones)
{
	struct udp_header h = { .src_port = 1025, .dst_port = 53 };
	struct pseudo_header v4 = pseudo4(), v6 = pseudo6();
	uint8_t octets[10] = { [8] = 0x0f, 0x68 };

	v4.length = v6.length = sizeof octets;
	udp_emit((void *)octets, &h, 2, checksum_add(pseudo_sum(&v4), octets + 8, 2));
	assert_int_equal(get16(octets + 6), 0xffff);
	assert_int_equal(udp_verify(&v4, (struct bytes){ octets, sizeof octets }), FATE_PASS);
	put16(octets + 8, 0xa02f);
	udp_emit((void *)octets, &h, 2, checksum_add(pseudo_sum(&v6), octets + 8, 2));
	assert_int_equal(get16(octets + 6), 0xffff);
	assert_int_equal(udp_verify(&v6, (struct bytes){ octets, sizeof octets }), FATE_PASS);
}

/* RFC 768 allows none; RFC 8200 8.1 does not. */
TEST(no_checksum_is_right_over_ipv4_and_wrong_over_ipv6)
{
	struct pseudo_header v4 = pseudo4(), v6 = pseudo6();
	uint8_t octets[LEN];
	struct bytes datagram = { octets, LEN };

	memcpy(octets, over_ipv4, LEN);
	put16(octets + 6, 0);
	assert_int_equal(udp_verify(&v4, datagram), FATE_PASS);
	assert_int_equal(udp_verify(&v6, datagram), FATE_UDP_CHECKSUM);
}

TEST(one_wrong_bit_fails_the_checksum)
{
	struct pseudo_header pseudo = pseudo6();
	uint8_t octets[LEN];
	unsigned bit;

	for (bit = 6 * 8; bit < LEN * 8; bit++) {
		memcpy(octets, over_ipv6, LEN);
		octets[bit / 8] = (uint8_t)(octets[bit / 8] ^ 1u << bit % 8);
		assert_int_equal(udp_verify(&pseudo, (struct bytes){ octets, LEN }),
				 FATE_UDP_CHECKSUM);
	}
}

TEST(a_length_that_cannot_be_is_refused)
{
	assert_int_equal(fate_of_length(7), FATE_UDP_LENGTH);
	assert_int_equal(fate_of_length(8), FATE_PASS);
	assert_int_equal(fate_of_length(LEN), FATE_PASS);
	assert_int_equal(fate_of_length(LEN + 1), FATE_UDP_LENGTH);
}

TEST(octets_beyond_the_udp_length_are_neither_summed_nor_delivered)
{
	struct pseudo_header pseudo = pseudo4();
	uint8_t octets[LEN + 3];
	struct bytes datagram = { octets, sizeof octets };
	struct udp_header h;

	memset(octets, 0xee, sizeof octets);
	memcpy(octets, over_ipv4, LEN);
	pseudo.length = sizeof octets;
	assert_int_equal(udp_verify(&pseudo, datagram), FATE_PASS);
	assert_int_equal(udp_parse(&h, &datagram), FATE_PASS);
	assert_int_equal(datagram.len, 5);
}

TEST(every_truncation_is_refused)
{
	refuses_every_truncation(parse, over_ipv4, LEN);
}

TEST(random_input_does_no_harm)
{
	assert_true(survives_random_input(parse, (struct bytes){ over_ipv4, LEN }) > 0);
}
