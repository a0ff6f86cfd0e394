/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/arena.h"
#include "unit/base/traps.h"

static _Alignas(16) uint8_t memory[256];

TEST(a_need_is_rounded_up_to_the_alignment)
{
	assert_int_equal(arena_need(0, 8), 0);
	assert_int_equal(arena_need(1, 1), 16);
	assert_int_equal(arena_need(2, 8), 16);
	assert_int_equal(arena_need(3, 8), 32);
}

TEST(sizes_saturate_instead_of_wrapping)
{
	assert_true(arena_need(SIZE_MAX / 2, 3) == SIZE_MAX);
	assert_true(arena_need(SIZE_MAX, 1) == SIZE_MAX);
	assert_true(arena_sum(SIZE_MAX - 1, 2) == SIZE_MAX);
	assert_true(arena_sum(SIZE_MAX, SIZE_MAX) == SIZE_MAX);
	assert_int_equal(arena_sum(16, 32), 48);
}

TEST(what_is_taken_is_aligned_and_apart)
{
	struct arena a;
	uint8_t *first, *second;

	arena_init(&a, memory + 1, sizeof memory - 1);
	first = arena_take(&a, 3, 7);
	second = arena_take(&a, 1, 1);
	assert_ptr_equal(first, memory + 16);
	assert_ptr_equal(second, memory + 48);
	assert_int_equal(a.left, sizeof memory - 64);
}

TEST(an_arena_of_just_the_needed_size_is_enough)
{
	size_t need = arena_sum(arena_need(5, 3), arena_need(2, 24));
	struct arena a;

	arena_init(&a, memory, need);
	arena_take(&a, 5, 3);
	arena_take(&a, 2, 24);
	assert_int_equal(a.left, 0);
}

static void take_too_much(void)
{
	struct arena a;

	arena_init(&a, memory, 32);
	arena_take(&a, 33, 1);
}

static void take_more_than_can_be_counted(void)
{
	struct arena a;

	arena_init(&a, memory, sizeof memory);
	arena_take(&a, SIZE_MAX / 2, 4);
}

TEST(taking_what_is_not_there_traps)
{
	assert_true(traps(take_too_much));
	assert_true(traps(take_more_than_can_be_counted));
}
