/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/time.h"

TEST(adding_to_never_is_never)
{
	assert_true(time_add(NEVER, 0) == NEVER);
	assert_true(time_add(NEVER, SECOND_US) == NEVER);
}

TEST(adding_saturates_instead_of_wrapping)
{
	assert_true(time_add(NEVER - 5, 5) == NEVER);
	assert_true(time_add(NEVER - 5, 6) == NEVER);
	assert_true(time_add(NEVER - 5, 4) == NEVER - 1);
	assert_true(time_add(3 * SECOND_US, 2 * MILLISECOND_US) == 3002000);
}

TEST(what_is_past_is_due_in_no_time)
{
	assert_true(time_until(5, 9) == 0);
	assert_true(time_until(9, 9) == 0);
	assert_true(time_until(9, 5) == 4);
}

TEST(never_is_later_than_any_moment)
{
	assert_true(time_min(NEVER, 7) == 7);
	assert_true(time_min(7, NEVER) == 7);
	assert_true(time_max(7, NEVER) == NEVER);
	assert_true(time_max(8, 7) == 8);
}
