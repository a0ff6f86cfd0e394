/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/pool.h"
#include "unit/base/traps.h"

#include <string.h>

struct object {
	uint64_t numbers[5];
};

enum { LIMIT = 4 };

static _Alignas(16) uint8_t memory[512];

static struct pool pool_of(bool poison)
{
	struct arena a;
	struct pool p;

	arena_init(&a, memory, pool_need(LIMIT, sizeof(struct object)));
	pool_init(&p, &a, LIMIT, sizeof(struct object), poison);
	assert_int_equal(a.left, 0);
	return p;
}

TEST(a_pool_gives_its_limit_and_then_null)
{
	struct pool p = pool_of(false);
	struct object *taken[LIMIT];
	int i;

	for (i = 0; i < LIMIT; i++) {
		taken[i] = pool_take(&p);
		assert_non_null(taken[i]);
		memset(taken[i], i, sizeof *taken[i]);
	}
	assert_null(pool_take(&p));
	assert_int_equal(p.refused, 1);
	for (i = 0; i < LIMIT; i++)
		assert_int_equal(((uint8_t *)taken[i])[sizeof *taken[i] - 1], i);
}

TEST(a_given_object_is_taken_again)
{
	struct pool p = pool_of(true);
	void *first = pool_take(&p), *second = pool_take(&p);

	pool_give(&p, first);
	pool_give(&p, second);
	assert_ptr_equal(pool_take(&p), second);
	assert_ptr_equal(pool_take(&p), first);
	assert_int_equal(p.used, 2);
}

TEST(the_high_water_mark_stays_when_objects_are_given_back)
{
	struct pool p = pool_of(false);
	void *first = pool_take(&p), *second = pool_take(&p), *third = pool_take(&p);

	pool_give(&p, second);
	pool_give(&p, third);
	pool_give(&p, first);
	assert_int_equal(p.used, 0);
	assert_int_equal(p.high_water, 3);
}

TEST(a_given_object_is_poisoned_if_asked)
{
	struct pool p = pool_of(true);
	uint8_t *octets = pool_take(&p);

	memset(octets, 0, sizeof(struct object));
	pool_give(&p, octets);
	assert_int_equal(octets[sizeof(void *)], 0xA5);
	assert_int_equal(octets[sizeof(struct object) - 1], 0xA5);
}

TEST(objects_smaller_than_a_pointer_have_room_for_the_free_list)
{
	struct arena a;
	struct pool p;
	uint8_t *first, *second;

	arena_init(&a, memory, sizeof memory);
	pool_init(&p, &a, 2, 1, true);
	first = pool_take(&p);
	second = pool_take(&p);
	pool_give(&p, first);
	pool_give(&p, second);
	assert_ptr_equal(pool_take(&p), second);
	assert_ptr_equal(pool_take(&p), first);
}

static void write_after_giving(void)
{
	struct pool p = pool_of(true);
	struct object *o = pool_take(&p);

	pool_give(&p, o);
	o->numbers[3] = 1;
	assert_null(pool_take(&p));
}

static void give_what_is_foreign(void)
{
	struct pool p = pool_of(false);
	struct object foreign;

	if (pool_take(&p) != NULL)
		pool_give(&p, &foreign);
}

static void give_the_middle_of_an_object(void)
{
	struct pool p = pool_of(false);
	struct object *o = pool_take(&p);

	pool_give(&p, &o->numbers[2]);
}

static void give_what_was_never_taken(void)
{
	struct pool p = pool_of(false);
	struct object *o = pool_take(&p);

	pool_give(&p, o + 2);
}

TEST(misuse_traps)
{
	assert_true(traps(write_after_giving));
	assert_true(traps(give_what_is_foreign));
	assert_true(traps(give_the_middle_of_an_object));
	assert_true(traps(give_what_was_never_taken));
}
