/* SPDX-License-Identifier: MIT */
/* arena.h - one block of memory, handed out once.
 *
 * At start a stack computes what it will need (arena_need for each table, summed
 * with arena_sum), is given that much, and takes its tables from it in order.
 * Nothing is ever given back, and nothing is cleared: a reserved range of address
 * space is touched only where it is used. Sizes saturate at SIZE_MAX instead of
 * wrapping, so a configuration too large for the machine can be refused by size.
 *
 * Called by: hash, heap, bitmap, pool, and each layer's init.
 */
#ifndef TENON_BASE_ARENA_H
#define TENON_BASE_ARENA_H

#include "base/bytes.h"

enum {
	ARENA_ALIGN = 16, /* of everything handed out */
};

struct arena {
	uint8_t *at;
	size_t left;
};

/* Octets that arena_take(count, size) will use, or SIZE_MAX. */
size_t arena_need(size_t count, size_t size);

/* a + b, or SIZE_MAX. */
size_t arena_sum(size_t a, size_t b);

/* Borrows size octets of memory for ever. Up to ARENA_ALIGN - 1 are lost if it is not aligned. */
void arena_init(struct arena *, void *memory, size_t size);

/* Hands out count objects of size octets, aligned, not cleared. Traps if they do not fit. */
void *arena_take(struct arena *, size_t count, size_t size);

#endif
