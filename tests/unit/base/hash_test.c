/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/hash.h"
#include "unit/base/traps.h"

enum { LIMIT = 100, NODES = 300 };

static _Alignas(16) uint8_t memory[4096];

static struct hash_table table_of(uint32_t limit)
{
	struct arena a;
	struct hash_table t;

	arena_init(&a, memory, hash_need(limit));
	hash_init(&t, &a, limit);
	assert_int_equal(a.left, 0);
	return t;
}

static unsigned count_of(const struct hash_table *t, uint32_t hash)
{
	struct hash_node *n = hash_first(t, hash);
	unsigned count = 0;

	for (; n != NULL; n = hash_next(n))
		count++;
	return count;
}

TEST(an_empty_table_finds_nothing)
{
	struct hash_table t = table_of(0);

	assert_null(hash_first(&t, 0));
	assert_null(hash_first(&t, UINT32_MAX));
}

TEST(buckets_are_a_power_of_two_not_below_the_limit)
{
	assert_int_equal(table_of(LIMIT).mask, 127);
	assert_int_equal(table_of(128).mask, 127);
	assert_int_equal(table_of(129).mask, 255);
	assert_int_equal(hash_need(LIMIT), 128 * sizeof(void *));
}

TEST(only_nodes_of_the_very_hash_are_found)
{
	struct hash_table t = table_of(LIMIT);
	struct hash_node same_bucket, first, second;

	hash_insert(&t, &first, 5);
	hash_insert(&t, &same_bucket, 5 + 128);
	hash_insert(&t, &second, 5);
	assert_ptr_equal(hash_first(&t, 5), &second);
	assert_ptr_equal(hash_next(&second), &first);
	assert_null(hash_next(&first));
	assert_ptr_equal(hash_first(&t, 133), &same_bucket);
	assert_null(hash_next(&same_bucket));
}

TEST(more_nodes_than_buckets_are_all_found_until_removed)
{
	struct hash_table t = table_of(LIMIT);
	static struct hash_node nodes[NODES];
	uint32_t i;

	for (i = 0; i < NODES; i++)
		hash_insert(&t, &nodes[i], i / 3 * UINT32_C(2654435761));
	assert_int_equal(t.count, NODES);
	for (i = 0; i < NODES; i += 3)
		assert_int_equal(count_of(&t, nodes[i].hash), 3);
	for (i = 1; i < NODES; i += 3)
		hash_remove(&t, &nodes[i]);
	for (i = 0; i < NODES; i += 3)
		assert_int_equal(count_of(&t, nodes[i].hash), 2);
	assert_int_equal(t.count, NODES / 3 * 2);
}

static void remove_twice(void)
{
	struct hash_table t = table_of(LIMIT);
	struct hash_node node;

	hash_insert(&t, &node, 1);
	hash_remove(&t, &node);
	hash_remove(&t, &node);
}

TEST(removing_what_is_not_there_traps)
{
	assert_true(traps(remove_twice));
}
