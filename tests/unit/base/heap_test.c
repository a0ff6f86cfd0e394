/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/heap.h"
#include "base/random.h"
#include "unit/base/traps.h"

enum { LIMIT = 500 };

static _Alignas(16) uint8_t memory[LIMIT * sizeof(void *) + 16];
static struct heap_node nodes[LIMIT];

static struct heap heap_of(uint32_t limit)
{
	struct arena a;
	struct heap h;

	arena_init(&a, memory, heap_need(limit));
	heap_init(&h, &a, limit);
	assert_int_equal(a.left, 0);
	return h;
}

static struct heap_node *take_first(struct heap *h)
{
	struct heap_node *first = heap_first(h);

	if (first != NULL)
		heap_remove(h, first);
	return first;
}

/* Empties the heap, checking that nothing comes before its time; how many came. */
static uint32_t drain_in_order(struct heap *h)
{
	struct heap_node *n = take_first(h);
	time_us last = 0;
	uint32_t count = 0;

	for (; n != NULL; n = take_first(h), count++) {
		assert_true(n->due >= last);
		assert_false(heap_has(n));
		last = n->due;
	}
	return count;
}

TEST(an_empty_heap_has_no_first)
{
	struct heap h = heap_of(1);

	assert_null(heap_first(&h));
}

TEST(a_new_node_is_in_no_heap)
{
	struct heap h = heap_of(1);
	struct heap_node n;

	heap_node_init(&n);
	assert_false(heap_has(&n));
	heap_insert(&h, &n, 5);
	assert_true(heap_has(&n));
	assert_ptr_equal(heap_first(&h), &n);
}

TEST(random_deadlines_come_out_in_order)
{
	struct heap h = heap_of(LIMIT);
	struct random r;
	uint32_t i;

	random_init(&r, (struct siphash_key){ 1, 2 });
	for (i = 0; i < LIMIT; i++)
		heap_insert(&h, &nodes[i], random_below(&r, 200));
	assert_int_equal(drain_in_order(&h), LIMIT);
}

TEST(equal_deadlines_come_out_as_they_were_inserted)
{
	struct heap h = heap_of(LIMIT);
	uint32_t i;

	h.serial = UINT32_MAX - LIMIT / 2;
	for (i = 0; i < LIMIT; i++)
		heap_insert(&h, &nodes[i], 7);
	for (i = 0; i < LIMIT; i++)
		assert_ptr_equal(take_first(&h), &nodes[i]);
}

TEST(moving_and_removing_keep_the_order)
{
	struct heap h = heap_of(LIMIT);
	struct random r;
	uint32_t i, removed = 0;

	random_init(&r, (struct siphash_key){ 3, 4 });
	for (i = 0; i < LIMIT; i++)
		heap_insert(&h, &nodes[i], random_u32(&r));
	for (i = 0; i < LIMIT; i++)
		heap_move(&h, &nodes[random_below(&r, LIMIT)], random_u32(&r));
	for (i = 0; i < LIMIT; i += 1 + random_below(&r, 4), removed++)
		heap_remove(&h, &nodes[i]);
	assert_int_equal(drain_in_order(&h), LIMIT - removed);
}

TEST(a_moved_node_goes_behind_those_due_at_the_same_moment)
{
	struct heap h = heap_of(2);

	heap_insert(&h, &nodes[0], 7);
	heap_insert(&h, &nodes[1], 9);
	heap_move(&h, &nodes[0], 9);
	assert_ptr_equal(take_first(&h), &nodes[1]);
	assert_ptr_equal(take_first(&h), &nodes[0]);
}

static void insert_beyond_the_limit(void)
{
	struct heap h = heap_of(1);

	heap_insert(&h, &nodes[0], 1);
	heap_insert(&h, &nodes[1], 1);
}

static void remove_twice(void)
{
	struct heap h = heap_of(2);

	heap_insert(&h, &nodes[0], 1);
	heap_insert(&h, &nodes[1], 1);
	heap_remove(&h, &nodes[0]);
	heap_remove(&h, &nodes[0]);
}

TEST(misuse_traps)
{
	assert_true(traps(insert_beyond_the_limit));
	assert_true(traps(remove_twice));
}
