/* SPDX-License-Identifier: MIT */
#include "base/bitmap.h"

enum { WORD_BITS = 32 };

static uint32_t word_count(uint32_t count)
{
	return count / WORD_BITS + (count % WORD_BITS != 0);
}

size_t bitmap_need(uint32_t count)
{
	return arena_need(word_count(count), sizeof(uint32_t));
}

void bitmap_init(struct bitmap *b, struct arena *a, uint32_t count)
{
	*b = (struct bitmap){
		.words = arena_take(a, word_count(count), sizeof(uint32_t)),
		.count = count,
	};
	memset(b->words, 0, word_count(count) * sizeof(uint32_t));
}

uint32_t bitmap_first_clear(const struct bitmap *b, uint32_t from, uint32_t to)
{
	uint32_t i = from;

	assert_that(to <= b->count);
	while (i < to) {
		uint32_t clear = ~b->words[i / WORD_BITS] >> i % WORD_BITS;

		if (clear != 0) {
			i += (uint32_t)__builtin_ctz(clear);
			return i < to ? i : BITMAP_NONE;
		}
		i += WORD_BITS - i % WORD_BITS;
	}
	return BITMAP_NONE;
}

uint32_t bitmap_clear_round(const struct bitmap *b, uint32_t low, uint32_t high, uint32_t start)
{
	uint32_t found = bitmap_first_clear(b, start, high + 1);

	assert_that(low <= start && start <= high);
	return found != BITMAP_NONE ? found : bitmap_first_clear(b, low, start);
}
