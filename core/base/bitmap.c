/* SPDX-License-Identifier: MIT */
#include "base/bitmap.h"

enum { WORD_BITS = 32 };

static uint32_t word_count(uint32_t count)
{
	return count / WORD_BITS + (count % WORD_BITS != 0);
}

size_t bitmap_need(uint32_t count)
{
	uint32_t words = word_count(count);

	return arena_sum(arena_need(words, sizeof(uint32_t)),
			 arena_need(word_count(words), sizeof(uint32_t)));
}

static uint32_t *words_take(struct arena *a, uint32_t bits)
{
	uint32_t *words = arena_take(a, word_count(bits), sizeof *words);

	memset(words, 0, word_count(bits) * sizeof *words);
	return words;
}

void bitmap_init(struct bitmap *b, struct arena *a, uint32_t count)
{
	*b = (struct bitmap){ .count = count };
	b->words = words_take(a, count);
	b->full = words_take(a, word_count(count));
}

static uint32_t first_clear(const uint32_t *words, uint32_t from, uint32_t to)
{
	uint32_t i = from;

	while (i < to) {
		uint32_t clear = ~words[i / WORD_BITS] >> i % WORD_BITS;

		if (clear != 0) {
			i += (uint32_t)__builtin_ctz(clear);
			return i < to ? i : BITMAP_NONE;
		}
		i += WORD_BITS - i % WORD_BITS;
	}
	return BITMAP_NONE;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

uint32_t bitmap_first_clear(const struct bitmap *b, uint32_t from, uint32_t to)
{
	uint32_t next = (from / WORD_BITS + 1) * WORD_BITS;
	uint32_t found = first_clear(b->words, from, least(next, to));

	assert_that(to <= b->count);
	if (found != BITMAP_NONE || next >= to)
		return found;
	found = first_clear(b->full, next / WORD_BITS, word_count(to));
	if (found == BITMAP_NONE)
		return BITMAP_NONE;
	return first_clear(b->words, found * WORD_BITS, least((found + 1) * WORD_BITS, to));
}

uint32_t bitmap_clear_round(const struct bitmap *b, uint32_t low, uint32_t high, uint32_t start)
{
	uint32_t found = bitmap_first_clear(b, start, high + 1);

	assert_that(low <= start && start <= high);
	return found != BITMAP_NONE ? found : bitmap_first_clear(b, low, start);
}
