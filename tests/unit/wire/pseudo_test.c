/* SPDX-License-Identifier: MIT */
#include "base/checksum.h"
#include "unit/wire/wire_test.h"
#include "wire/pseudo.h"

/* RFC 768: source, destination, zero, protocol, length. */
TEST(over_ipv4_the_sum_is_that_of_twelve_octets)
{
	static const uint8_t octets[12] = { 192, 0, 2, 1, 198, 51, 100, 7, 0, 17, 0xab, 0xcd };
	struct pseudo_header p = { tenon_ip4(192, 0, 2, 1), tenon_ip4(198, 51, 100, 7),
				   IP_PROTOCOL_UDP, 0xabcd };

	assert_int_equal(checksum_finish(pseudo_sum(&p)),
			 checksum_finish(checksum_add(0, octets, sizeof octets)));
}

/* RFC 8200 8.1: source, destination, a length of four octets, three of zero, next header. */
TEST(over_ipv6_the_sum_is_that_of_forty_octets)
{
	struct random r = test_random();
	struct pseudo_header p = { random_ip6(&r), random_ip6(&r), IP_PROTOCOL_ICMP6, 0x12345678 };
	uint8_t octets[40] = { [32] = 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 58 };

	memcpy(octets, p.source.octets, 16);
	memcpy(octets + 16, p.destination.octets, 16);
	assert_int_equal(checksum_finish(pseudo_sum(&p)),
			 checksum_finish(checksum_add(0, octets, sizeof octets)));
}
