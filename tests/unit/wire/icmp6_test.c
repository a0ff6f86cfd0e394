/* SPDX-License-Identifier: MIT */
#include "base/checksum.h"
#include "unit/wire/wire_test.h"
#include "wire/icmp6.h"

/* An echo request from 2001:db8::1 to 2001:db8::2, identifier 0x1234, sequence number 1, "ping". */
static const uint8_t echo[] = { 128, 0, 0x33, 0x3e, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g' };

static const struct pseudo_header pseudo = {
	.source = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
	.destination = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 } },
	.protocol = IP_PROTOCOL_ICMP6,
	.length = sizeof echo,
};

static bool parse(struct bytes message)
{
	struct icmp6_header h;

	if (icmp6_parse(&h, &message) != FATE_PASS)
		return false;
	touch(message);
	return true;
}

TEST(an_echo_request_is_read)
{
	struct bytes message = { echo, sizeof echo };
	struct icmp6_header h;

	assert_int_equal(icmp6_verify(&pseudo, message), FATE_PASS);
	assert_int_equal(icmp6_parse(&h, &message), FATE_PASS);
	assert_int_equal(h.type, ICMP6_ECHO);
	assert_int_equal(h.code, 0);
	assert_int_equal(h.rest, 0x12340001);
	assert_memory_equal(message.at, "ping", 4);
}

TEST(the_same_request_is_written)
{
	struct icmp6_header h = { .type = ICMP6_ECHO, .rest = 0x12340001 };
	struct icmp6_octets octets;

	icmp6_emit(&octets, &h, checksum_add(pseudo_sum(&pseudo), "ping", 4));
	assert_memory_equal(&octets, echo, sizeof octets);
}

TEST(what_is_emitted_parses_to_the_same_and_verifies)
{
	struct random r = test_random();
	uint8_t octets[8 + 64];
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct icmp6_header out,
			in = { (uint8_t)random_u32(&r), (uint8_t)random_u32(&r), random_u32(&r) };
		struct bytes message = { octets, 8 + random_below(&r, 65) };
		struct pseudo_header p = { random_ip6(&r), random_ip6(&r), IP_PROTOCOL_ICMP6,
					   (uint32_t)message.len };

		random_octets(&r, octets, sizeof octets);
		icmp6_emit((void *)octets, &in,
			   checksum_add(pseudo_sum(&p), octets + 8, message.len - 8));
		assert_int_equal(icmp6_verify(&p, message), FATE_PASS);
		assert_int_equal(icmp6_parse(&out, &message), FATE_PASS);
		assert_int_equal(in.type, out.type);
		assert_int_equal(in.code, out.code);
		assert_int_equal(in.rest, out.rest);
	}
}

TEST(the_checksum_covers_the_addresses_and_the_length)
{
	struct bytes message = { echo, sizeof echo };
	struct pseudo_header other = pseudo;

	other.source.octets[15] = 3;
	assert_int_equal(icmp6_verify(&other, message), FATE_ICMP_CHECKSUM);
	other = pseudo;
	other.length++;
	assert_int_equal(icmp6_verify(&other, message), FATE_ICMP_CHECKSUM);
	other = pseudo;
	other.protocol = IP_PROTOCOL_ICMP4;
	assert_int_equal(icmp6_verify(&other, message), FATE_ICMP_CHECKSUM);
}

TEST(types_below_128_are_errors)
{
	assert_true(icmp6_is_error(ICMP6_UNREACHABLE));
	assert_true(icmp6_is_error(127));
	assert_false(icmp6_is_error(ICMP6_ECHO));
}

TEST(every_truncation_is_refused)
{
	refuses_every_truncation(parse, echo, 8);
}

TEST(random_input_does_no_harm)
{
	assert_true(survives_random_input(parse, (struct bytes){ echo, sizeof echo }) > 0);
}
