/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/bitmap.h"

enum { COUNT = 100 };

static _Alignas(16) uint8_t memory[128];

static struct bitmap bitmap_full(void)
{
	struct arena a;
	struct bitmap b;
	uint32_t i;

	arena_init(&a, memory, bitmap_need(COUNT));
	bitmap_init(&b, &a, COUNT);
	for (i = 0; i < COUNT; i++) {
		assert_false(bitmap_test(&b, i));
		bitmap_set(&b, i);
	}
	return b;
}

TEST(a_bit_is_set_and_cleared_alone)
{
	struct bitmap b = bitmap_full();

	bitmap_clear(&b, 64);
	assert_true(bitmap_test(&b, 63));
	assert_false(bitmap_test(&b, 64));
	assert_true(bitmap_test(&b, 65));
	bitmap_set(&b, 64);
	assert_true(bitmap_test(&b, 64));
}

TEST(the_first_clear_bit_is_found_whatever_word_it_is_in)
{
	struct bitmap b = bitmap_full();
	uint32_t i;

	for (i = 0; i < COUNT; i++) {
		bitmap_clear(&b, i);
		assert_int_equal(bitmap_first_clear(&b, 0, COUNT), i);
		assert_int_equal(bitmap_first_clear(&b, i, COUNT), i);
		assert_int_equal(bitmap_first_clear(&b, i + 1, COUNT), BITMAP_NONE);
		assert_int_equal(bitmap_first_clear(&b, 0, i), BITMAP_NONE);
		bitmap_set(&b, i);
	}
}

TEST(a_full_range_has_no_clear_bit)
{
	struct bitmap b = bitmap_full();

	assert_int_equal(bitmap_first_clear(&b, 0, COUNT), BITMAP_NONE);
	assert_int_equal(bitmap_clear_round(&b, 10, 90, 50), BITMAP_NONE);
}

TEST(the_search_goes_round_the_end_of_the_range)
{
	struct bitmap b = bitmap_full();

	bitmap_clear(&b, 9);
	bitmap_clear(&b, 20);
	bitmap_clear(&b, 91);
	assert_int_equal(bitmap_clear_round(&b, 10, 90, 50), 20);
	assert_int_equal(bitmap_clear_round(&b, 10, 90, 20), 20);
	assert_int_equal(bitmap_clear_round(&b, 10, 91, 50), 91);
	assert_int_equal(bitmap_clear_round(&b, 9, 90, 21), 9);
}

TEST(what_is_full_is_stepped_over_and_nothing_else)
{
	enum { MANY = 4000 };
	static _Alignas(16) uint8_t room[MANY / 8 + 256];
	struct arena a;
	struct bitmap b;
	uint32_t i;

	arena_init(&a, room, sizeof room);
	bitmap_init(&b, &a, MANY);
	for (i = 0; i < MANY; i++)
		bitmap_set(&b, i);
	for (i = 0; i < MANY; i += 31) {
		bitmap_clear(&b, i);
		assert_int_equal(bitmap_first_clear(&b, 0, MANY), i);
		assert_int_equal(bitmap_first_clear(&b, 0, i + 1), i);
		assert_int_equal(bitmap_first_clear(&b, 0, i), BITMAP_NONE);
		assert_int_equal(bitmap_first_clear(&b, i + 1, MANY), BITMAP_NONE);
		bitmap_set(&b, i);
	}
}
