/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/checksum.h"
#include "base/random.h"

enum { LEN = 1600 };

static uint8_t octets[LEN + 16];

/* The sum as RFC 1071's definition has it: 16-bit words in network order, one after the other. */
static uint16_t checksum_by_definition(const uint8_t *at, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void fill(uint64_t seed)
{
	struct random r;
	size_t i;

	random_init(&r, (struct siphash_key){ seed, 0 });
	for (i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)random_u32(&r);
}

static uint16_t whole(const uint8_t *at, size_t len)
{
	return checksum_finish(checksum_add(0, at, len));
}

TEST(the_example_of_rfc_1071_comes_out)
{
	static const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	assert_int_equal(whole(example, sizeof example), 0x220d);
}

TEST(every_length_and_alignment_agrees_with_the_definition)
{
	size_t len, offset;

	fill(1);
	for (len = 0; len < 100; len++)
		for (offset = 0; offset < 16; offset++)
			assert_int_equal(whole(octets + offset, len),
					 checksum_by_definition(octets + offset, len));
	assert_int_equal(whole(octets, LEN), checksum_by_definition(octets, LEN));
}

TEST(carries_are_not_lost_in_long_runs_of_ones)
{
	static uint8_t ones[65536];

	memset(ones, 0xff, sizeof ones);
	assert_int_equal(whole(ones, 65535), checksum_by_definition(ones, 65535));
	assert_int_equal(whole(ones, 65536), 0);
}

/* Twelve octets whose 32-bit words, as this machine or one of the other order loads them, add up to
 * 0x1FFFFFFFF: bringing the carry down carries again. */
TEST(a_carry_of_a_carry_is_not_lost)
{
	static const uint8_t little[] = { 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0 };
	static const uint8_t big[] = { 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 1 };

	assert_int_equal(whole(little, 12), checksum_by_definition(little, 12));
	assert_int_equal(whole(big, 12), checksum_by_definition(big, 12));
}

TEST(slices_of_any_parity_add_up_to_the_whole)
{
	size_t first, second;

	fill(2);
	for (first = 0; first < 40; first++)
		for (second = first; second < 80; second++) {
			uint32_t sum = checksum_add(0, octets, first);

			sum = first % 2 == 0
				      ? checksum_add(sum, octets + first, second - first)
				      : checksum_add_odd(sum, octets + first, second - first);
			sum = second % 2 == 0
				      ? checksum_add(sum, octets + second, LEN - second)
				      : checksum_add_odd(sum, octets + second, LEN - second);
			assert_int_equal(checksum_finish(sum), whole(octets, LEN));
		}
}

TEST(an_intact_range_with_its_checksum_finishes_as_zero)
{
	fill(3);
	put16(octets + 10, 0);
	put16(octets + 10, whole(octets, LEN));
	assert_int_equal(whole(octets, LEN), 0);
	octets[99] ^= 4;
	assert_int_not_equal(whole(octets, LEN), 0);
}

/* RFC 1624 section 4: a field goes from 0x5555 to 0x3285 under the checksum 0xDD2F. */
TEST(the_example_of_rfc_1624_gives_plus_zero)
{
	assert_int_equal(checksum_update16(0xdd2f, 0x5555, 0x3285), 0x0000);
}

TEST(an_update_equals_a_new_computation)
{
	struct random r;
	int i;

	fill(4);
	random_init(&r, (struct siphash_key){ 5, 0 });
	for (i = 0; i < 10000; i++) {
		uint16_t sum = whole(octets, 64);
		uint32_t before = get32(octets + 24), after = random_u32(&r);
		uint16_t half = get16(octets + 6), other = (uint16_t)random_u32(&r);

		put32(octets + 24, after);
		sum = checksum_update32(sum, before, after);
		assert_int_equal(sum, whole(octets, 64));
		put16(octets + 6, other);
		assert_int_equal(checksum_update16(sum, half, other), whole(octets, 64));
	}
}
