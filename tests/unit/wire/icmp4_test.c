/* SPDX-License-Identifier: MIT */
#include "base/checksum.h"
#include "unit/wire/wire_test.h"
#include "wire/icmp4.h"

/* An echo request, identifier 0x1234, sequence number 1, "ping". */
static const uint8_t echo[] = { 8, 0, 0x06, 0xfa, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g' };

static bool parse(struct bytes message)
{
	struct icmp4_header h;

	if (icmp4_parse(&h, &message) != FATE_PASS)
		return false;
	touch(message);
	return true;
}

TEST(an_echo_request_is_read)
{
	struct bytes message = { echo, sizeof echo };
	struct icmp4_header h;

	assert_int_equal(icmp4_verify(message), FATE_PASS);
	assert_int_equal(icmp4_parse(&h, &message), FATE_PASS);
	assert_int_equal(h.type, ICMP4_ECHO);
	assert_int_equal(h.code, 0);
	assert_int_equal(h.rest, 0x12340001);
	assert_int_equal(message.len, 4);
	assert_memory_equal(message.at, "ping", 4);
}

TEST(the_same_request_is_written)
{
	struct icmp4_header h = { .type = ICMP4_ECHO, .rest = 0x12340001 };
	struct icmp4_octets octets;

	icmp4_emit(&octets, &h, checksum_add(0, "ping", 4));
	assert_memory_equal(&octets, echo, sizeof octets);
}

TEST(what_is_emitted_parses_to_the_same_and_verifies)
{
	struct random r = test_random();
	uint8_t octets[8 + 64];
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct icmp4_header out,
			in = { (uint8_t)random_u32(&r), (uint8_t)random_u32(&r), random_u32(&r) };
		struct bytes message = { octets, 8 + random_below(&r, 65) };

		random_octets(&r, octets, sizeof octets);
		icmp4_emit((void *)octets, &in, checksum_add(0, octets + 8, message.len - 8));
		assert_int_equal(icmp4_verify(message), FATE_PASS);
		assert_int_equal(icmp4_parse(&out, &message), FATE_PASS);
		assert_int_equal(in.type, out.type);
		assert_int_equal(in.code, out.code);
		assert_int_equal(in.rest, out.rest);
	}
}

TEST(one_wrong_bit_fails_the_checksum)
{
	uint8_t octets[sizeof echo];
	unsigned bit;

	for (bit = 0; bit < sizeof echo * 8; bit++) {
		memcpy(octets, echo, sizeof echo);
		octets[bit / 8] = (uint8_t)(octets[bit / 8] ^ 1u << bit % 8);
		assert_int_equal(icmp4_verify((struct bytes){ octets, sizeof octets }),
				 FATE_ICMP_CHECKSUM);
	}
}

/* RFC 1122 3.2.2: the types that quote a datagram. */
TEST(errors_are_told_from_queries)
{
	assert_true(icmp4_is_error(ICMP4_UNREACHABLE));
	assert_true(icmp4_is_error(ICMP4_SOURCE_QUENCH));
	assert_true(icmp4_is_error(ICMP4_REDIRECT));
	assert_true(icmp4_is_error(ICMP4_TIME_EXCEEDED));
	assert_true(icmp4_is_error(ICMP4_PARAMETER_PROBLEM));
	assert_false(icmp4_is_error(ICMP4_ECHO));
	assert_false(icmp4_is_error(ICMP4_ECHO_REPLY));
}

/* RFC 1191 4: in the low half of the second word. */
TEST(the_next_hop_mtu_is_in_the_low_half)
{
	struct icmp4_header h = { ICMP4_UNREACHABLE, ICMP4_FRAGMENTATION_NEEDED, 0xffff05d4 };

	assert_int_equal(icmp4_next_hop_mtu(&h), 1492);
}

TEST(every_truncation_is_refused)
{
	refuses_every_truncation(parse, echo, 8);
	assert_int_equal(icmp4_verify((struct bytes){ echo, 0 }), FATE_ICMP_CHECKSUM);
}

TEST(random_input_does_no_harm)
{
	assert_true(survives_random_input(parse, (struct bytes){ echo, sizeof echo }) > 0);
}
