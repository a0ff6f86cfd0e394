/* SPDX-License-Identifier: MIT */
/* heap.h - what is due first?
 *
 * An intrusive min-heap of deadlines, four children to a node: half as deep as a
 * binary one, and a node's children share a cache line. Nodes due at the same
 * moment come out in the order in which they were inserted or last moved, so that
 * a run with the same seed is the same run.
 *
 * Called by: packet/timers.
 */
#ifndef TENON_BASE_HEAP_H
#define TENON_BASE_HEAP_H

#include "base/arena.h"
#include "base/time.h"

#define HEAP_NOWHERE UINT32_MAX

struct heap_node {
	time_us due;
	uint32_t serial;
	uint32_t index; /* HEAP_NOWHERE while in no heap */
};

struct heap {
	struct heap_node **nodes;
	uint32_t count, limit;
	uint32_t serial;
};

/* Octets of arena that a heap of limit nodes needs, or SIZE_MAX. */
size_t heap_need(uint32_t limit);

void heap_init(struct heap *, struct arena *, uint32_t limit);

/* Makes a node that is in no heap. */
static inline void heap_node_init(struct heap_node *node)
{
	*node = (struct heap_node){ .due = NEVER, .index = HEAP_NOWHERE };
}

static inline bool heap_has(const struct heap_node *node)
{
	return node->index != HEAP_NOWHERE;
}

/* Adds a node that is in no heap. Traps beyond the limit. */
void heap_insert(struct heap *, struct heap_node *, time_us due);

/* Gives a node that is in the heap another moment. */
void heap_move(struct heap *, struct heap_node *, time_us due);

/* Removes a node that is in the heap. */
void heap_remove(struct heap *, struct heap_node *);

/* The node due first, or NULL. It stays. */
struct heap_node *heap_first(const struct heap *);

#endif
