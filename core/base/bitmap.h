/* SPDX-License-Identifier: MIT */
/* bitmap.h - a set of small numbers, one bit each.
 *
 * Finding a clear bit looks at 32 numbers at a time, from any starting point and
 * round the end, and steps over what is full 1,024 at a time: the search for a free
 * port from a keyed offset (RFC 6056 3.3.3) is one call, which costs little even
 * when every port is taken.
 *
 * Called by: tcp and udp (ports).
 */
#ifndef TENON_BASE_BITMAP_H
#define TENON_BASE_BITMAP_H

#include "base/arena.h"

#define BITMAP_NONE UINT32_MAX

struct bitmap {
	uint32_t *words;
	uint32_t *full; /* a bit for each word: all of its bits are set */
	uint32_t count; /* of bits */
};

/* Octets of arena that a bitmap of count bits needs, or SIZE_MAX. */
size_t bitmap_need(uint32_t count);

/* All bits begin clear. */
void bitmap_init(struct bitmap *, struct arena *, uint32_t count);

static inline bool bitmap_test(const struct bitmap *b, uint32_t i)
{
	return (b->words[i / 32] >> i % 32 & 1) != 0;
}

static inline void bitmap_set(struct bitmap *b, uint32_t i)
{
	b->words[i / 32] |= UINT32_C(1) << i % 32;
	if (b->words[i / 32] == UINT32_MAX)
		b->full[i / 1024] |= UINT32_C(1) << i / 32 % 32;
}

static inline void bitmap_clear(struct bitmap *b, uint32_t i)
{
	b->words[i / 32] &= ~(UINT32_C(1) << i % 32);
	b->full[i / 1024] &= ~(UINT32_C(1) << i / 32 % 32);
}

/* The first clear bit in [from, to), or BITMAP_NONE. */
uint32_t bitmap_first_clear(const struct bitmap *, uint32_t from, uint32_t to);

/* The first clear bit in [low, high], searched from start upwards, then round from low. */
uint32_t bitmap_clear_round(const struct bitmap *, uint32_t low, uint32_t high, uint32_t start);

#endif
