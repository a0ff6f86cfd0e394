/* SPDX-License-Identifier: MIT */
/* timers_test.c - what is due comes up, in order, and an earlier filing stands. */
#include "../../test.h"

#include "packet/timers.h"

static _Alignas(16) uint8_t memory[1024];
static struct timers timers;
static struct timer a, b;

static void set_up(void)
{
	struct arena arena;

	arena_init(&arena, memory, sizeof memory);
	timers_init(&timers, &arena, 4, 1000);
	timer_init(&a, TIMER_NEIGHBOR);
	timer_init(&b, TIMER_TRANSPORT + 1);
}

TEST(nothing_is_due_where_nothing_is_filed)
{
	set_up();
	assert_true(timers_next(&timers) == NEVER);
	assert_null(timers_take_due(&timers));
	timer_file(&timers, &a, NEVER);
	assert_true(timers_next(&timers) == NEVER);
}

TEST(timers_come_up_when_due_and_not_before)
{
	set_up();
	timer_file(&timers, &a, 3000);
	timer_file(&timers, &b, 2000);
	assert_int_equal(timers_next(&timers), 2000);
	assert_null(timers_take_due(&timers));
	timers.now = 2000;
	assert_ptr_equal(timers_take_due(&timers), &b);
	assert_null(timers_take_due(&timers));
	timers.now = 5000;
	assert_ptr_equal(timers_take_due(&timers), &a);
}

TEST(filing_later_leaves_the_entry_and_filing_earlier_moves_it)
{
	set_up();
	timer_file(&timers, &a, 3000);
	timer_file(&timers, &a, 9000);
	assert_int_equal(timers_next(&timers), 3000);
	timer_file(&timers, &a, 2000);
	assert_int_equal(timers_next(&timers), 2000);
}

TEST(a_cancelled_timer_does_not_come_up)
{
	set_up();
	timer_file(&timers, &a, 1000);
	timer_cancel(&timers, &a);
	timer_cancel(&timers, &a);
	assert_null(timers_take_due(&timers));
}
