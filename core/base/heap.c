/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

enum { CHILDREN = 4 };

size_t heap_need(uint32_t limit)
{
	return arena_need(limit, sizeof(struct heap_node *));
}

void heap_init(struct heap *h, struct arena *a, uint32_t limit)
{
	/* The index of a last node's first child must be countable. */
	assert_that(limit <= UINT32_MAX / CHILDREN - 1);
	*h = (struct heap){
		.nodes = arena_take(a, limit, sizeof(struct heap_node *)),
		.limit = limit,
	};
}

/* The serial wraps; of two nodes due at once the older is the one less than 2^31 behind. */
static bool is_before(const struct heap_node *a, const struct heap_node *b)
{
	if (a->due != b->due)
		return a->due < b->due;
	return (int32_t)(a->serial - b->serial) < 0;
}

static void place(struct heap *h, struct heap_node *n, uint32_t index)
{
	h->nodes[index] = n;
	n->index = index;
}

static void rise(struct heap *h, struct heap_node *n, uint32_t index)
{
	while (index > 0) {
		uint32_t parent = (index - 1) / CHILDREN;

		if (!is_before(n, h->nodes[parent]))
			break;
		place(h, h->nodes[parent], index);
		index = parent;
	}
	place(h, n, index);
}

static uint32_t first_child(const struct heap *h, uint32_t index)
{
	uint32_t child = index * CHILDREN + 1, end = child + CHILDREN, first = child;

	if (end > h->count)
		end = h->count;
	while (++child < end) {
		if (is_before(h->nodes[child], h->nodes[first]))
			first = child;
	}
	return first;
}

static void sink(struct heap *h, struct heap_node *n, uint32_t index)
{
	while (index * CHILDREN + 1 < h->count) {
		uint32_t child = first_child(h, index);

		if (!is_before(h->nodes[child], n))
			break;
		place(h, h->nodes[child], index);
		index = child;
	}
	place(h, n, index);
}

static void settle(struct heap *h, struct heap_node *n, uint32_t index)
{
	if (index > 0 && is_before(n, h->nodes[(index - 1) / CHILDREN]))
		rise(h, n, index);
	else
		sink(h, n, index);
}

void heap_insert(struct heap *h, struct heap_node *n, time_us due)
{
	assert_that(h->count < h->limit);
	n->due = due;
	n->serial = h->serial++;
	rise(h, n, h->count++);
}

void heap_move(struct heap *h, struct heap_node *n, time_us due)
{
	assert_that(n->index < h->count && h->nodes[n->index] == n);
	n->due = due;
	n->serial = h->serial++;
	settle(h, n, n->index);
}

void heap_remove(struct heap *h, struct heap_node *n)
{
	uint32_t hole = n->index;

	assert_that(hole < h->count && h->nodes[hole] == n);
	h->count--;
	if (hole != h->count)
		settle(h, h->nodes[h->count], hole);
	n->index = HEAP_NOWHERE;
}

struct heap_node *heap_first(const struct heap *h)
{
	return h->count == 0 ? NULL : h->nodes[0];
}
