/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

enum { BUCKETS_MAX = 1 << 30 };

static uint32_t bucket_count(uint32_t limit)
{
	uint32_t count = 1;

	while (count < limit && count < BUCKETS_MAX)
		count *= 2;
	return count;
}

size_t hash_need(uint32_t limit)
{
	return arena_need(bucket_count(limit), sizeof(struct hash_node *));
}

void hash_init(struct hash_table *t, struct arena *a, uint32_t limit)
{
	uint32_t count = bucket_count(limit), i;

	*t = (struct hash_table){
		.buckets = arena_take(a, count, sizeof(struct hash_node *)),
		.mask = count - 1,
	};
	for (i = 0; i < count; i++)
		t->buckets[i] = NULL;
}

void hash_insert(struct hash_table *t, struct hash_node *n, uint32_t hash)
{
	struct hash_node **bucket = &t->buckets[hash & t->mask];

	*n = (struct hash_node){ .next = *bucket, .hash = hash };
	*bucket = n;
	t->count++;
}

void hash_remove(struct hash_table *t, struct hash_node *n)
{
	struct hash_node **link = &t->buckets[n->hash & t->mask];

	while (*link != n) {
		assert_that(*link != NULL);
		link = &(*link)->next;
	}
	*link = n->next;
	n->next = NULL;
	t->count--;
}
