/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/seq.h"

TEST(order_holds_across_the_wrap)
{
	seq32 before = seq(UINT32_MAX - 1), after = seq(3);

	assert_true(seq_lt(before, after));
	assert_true(seq_gt(after, before));
	assert_false(seq_lt(after, before));
	assert_int_equal(seq_sub(after, before), 5);
	assert_int_equal(seq_diff(before, after), -5);
	assert_true(seq_eq(seq_add(before, 5), after));
}

TEST(a_number_is_neither_before_nor_after_itself)
{
	seq32 s = seq(UINT32_C(0x80000000));

	assert_false(seq_lt(s, s));
	assert_false(seq_gt(s, s));
	assert_true(seq_le(s, s));
	assert_true(seq_ge(s, s));
}

TEST(order_turns_at_half_the_circle)
{
	seq32 zero = seq(0);

	assert_true(seq_le(zero, seq(INT32_MAX)));
	assert_true(seq_ge(zero, seq((uint32_t)INT32_MAX + 2)));
}

TEST(a_range_contains_its_first_and_not_its_end)
{
	seq32 from = seq(UINT32_MAX);

	assert_true(seq_in(from, from, 2));
	assert_true(seq_in(seq(0), from, 2));
	assert_false(seq_in(seq(1), from, 2));
	assert_false(seq_in(seq(UINT32_MAX - 1), from, 2));
	assert_false(seq_in(from, from, 0));
}

TEST(the_later_and_the_earlier_are_found_across_the_wrap)
{
	seq32 before = seq(UINT32_MAX), after = seq(0);

	assert_true(seq_eq(seq_max(before, after), after));
	assert_true(seq_eq(seq_max(after, before), after));
	assert_true(seq_eq(seq_min(before, after), before));
	assert_true(seq_eq(seq_min(after, before), before));
}
