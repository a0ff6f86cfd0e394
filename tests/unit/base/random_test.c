/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/random.h"

enum { DRAWS = 60000 };

static struct random random_of(uint64_t seed)
{
	struct random r;

	random_init(&r, (struct siphash_key){ seed, 0 });
	return r;
}

TEST(the_same_seed_gives_the_same_numbers)
{
	struct random a = random_of(1), b = random_of(1);
	int i;

	for (i = 0; i < 100; i++)
		assert_true(random_u64(&a) == random_u64(&b));
}

TEST(another_seed_gives_other_numbers)
{
	struct random a = random_of(1), b = random_of(2);
	int i, equal = 0;

	for (i = 0; i < 1000; i++)
		equal += random_u64(&a) == random_u64(&b);
	assert_int_equal(equal, 0);
}

TEST(the_first_number_is_the_same_on_every_machine)
{
	struct random r = random_of(1);

	assert_true(random_u64(&r) == siphash24((struct siphash_key){ 1, 0 }, "\0\0\0\0\0\0\0", 8));
}

/* Five degrees of freedom: above 25.7 once in 10,000 seeds, and this seed is fixed. */
TEST(numbers_below_a_limit_are_equally_likely)
{
	struct random r = random_of(42);
	uint32_t counts[6] = { 0 };
	double chi_squared = 0;
	int i;

	for (i = 0; i < DRAWS; i++)
		counts[random_below(&r, 6)]++;
	for (i = 0; i < 6; i++)
		chi_squared +=
			(counts[i] - DRAWS / 6.0) * (counts[i] - DRAWS / 6.0) / (DRAWS / 6.0);
	assert_true(chi_squared < 25.7);
}

/* With 3 * 2^30 a modulo without rejection would give the first third twice as often. */
TEST(a_large_limit_has_no_bias)
{
	struct random r = random_of(7);
	uint32_t limit = UINT32_C(3) << 30, low = 0;
	int i;

	for (i = 0; i < DRAWS; i++) {
		uint32_t value = random_below(&r, limit);

		assert_true(value < limit);
		low += value < limit / 3;
	}
	assert_in_range(low, DRAWS / 3 - 700, DRAWS / 3 + 700);
}

TEST(below_one_there_is_only_zero)
{
	struct random r = random_of(9);

	assert_int_equal(random_below(&r, 1), 0);
}

TEST(every_bit_is_set_about_half_the_time)
{
	struct random r = random_of(11);
	uint32_t set[64] = { 0 };
	int i, bit;

	for (i = 0; i < 10000; i++) {
		uint64_t value = random_u64(&r);

		for (bit = 0; bit < 64; bit++)
			set[bit] += (value >> bit & 1) != 0;
	}
	for (bit = 0; bit < 64; bit++)
		assert_in_range(set[bit], 4750, 5250);
}

TEST(a_derived_key_is_neither_the_generators_nor_the_last)
{
	struct random r = random_of(5);
	struct siphash_key first = random_key(&r), second = random_key(&r);

	assert_true(first.k0 != second.k0 && first.k1 != second.k1);
	assert_true(first.k0 != r.key.k0 && first.k1 != r.key.k1);
}
