/* SPDX-License-Identifier: MIT */
/* pages_test.c - a stream in pages holds what a plain array would, and gives every page back. */
#include "../../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "packet/pages.h"

enum { PAGES = 8, PAGE_BYTES = 16, ALL = PAGES * PAGE_BYTES };

static void *memory;

static struct pages pages_new(void)
{
	struct arena arena;
	struct pages pages;
	size_t size = pages_need(PAGES, PAGE_BYTES);

	memory = aligned_alloc(16, (size + 15) & ~(size_t)15);
	arena_init(&arena, memory, size);
	pages_init(&pages, &arena, PAGES, PAGE_BYTES);
	return pages;
}

TEST(an_empty_stream_owns_no_page)
{
	struct pages pages = pages_new();
	struct stream s;

	stream_init(&s);
	assert_int_equal(stream_append(&s, &pages, "x", 1), 1);
	assert_int_equal(pages.pool.used, 1);
	stream_drop(&s, &pages, 1);
	assert_int_equal(pages.pool.used, 0);
	assert_null(s.first);
	free(memory);
}

TEST(appending_stops_when_the_pool_is_empty)
{
	static const uint8_t much[ALL + 1];
	struct pages pages = pages_new();
	struct stream s;

	stream_init(&s);
	assert_int_equal(stream_append(&s, &pages, much, sizeof much), ALL);
	assert_int_equal(s.len, ALL);
	assert_int_equal(stream_append(&s, &pages, much, 1), 0);
	stream_clear(&s, &pages);
	assert_int_equal(pages.pool.used, 0);
	free(memory);
}

TEST(slices_stop_at_their_limit_and_say_how_much_they_cover)
{
	static const uint8_t octets[40];
	struct pages pages = pages_new();
	struct tenon_slice slices[2];
	struct stream_range range = { 3, 40 };
	struct stream s;

	stream_init(&s);
	stream_append(&s, &pages, octets, sizeof octets);
	assert_int_equal(stream_slices(&s, &pages, &range, slices, 2), 2);
	assert_int_equal(range.len, 29);
	range = (struct stream_range){ 40, 40 };
	assert_int_equal(stream_slices(&s, &pages, &range, slices, 2), 0);
	assert_int_equal(range.len, 0);
	stream_clear(&s, &pages);
	free(memory);
}

/* The plain array that the stream is compared with. */
struct model {
	uint8_t octets[ALL];
	size_t len;
};

static void compare(struct stream *s, struct pages *pages, const struct model *m, size_t position)
{
	uint8_t seen[ALL];
	size_t expected = position < m->len ? m->len - position : 0;

	assert_int_equal(s->len, m->len);
	assert_int_equal(stream_peek(s, pages, position, seen, sizeof seen), expected);
	assert_memory_equal(seen, m->octets + position, expected);
}

static void change(struct stream *s, struct pages *pages, struct model *m, struct random *random)
{
	size_t n = random_below(random, 40);

	switch (random_below(random, 4)) {
	case 0:
		if (n > m->len)
			n = m->len;
		memmove(m->octets, m->octets + n, m->len - n);
		m->len -= n;
		stream_drop(s, pages, n);
		break;
	case 1:
		stream_truncate(s, pages, m->len - (n < m->len ? n : m->len));
		m->len -= n < m->len ? n : m->len;
		break;
	default: {
		uint8_t fresh[40];
		size_t i, taken;

		for (i = 0; i < n; i++)
			fresh[i] = (uint8_t)random_u32(random);
		taken = stream_append(s, pages, fresh, n);
		memcpy(m->octets + m->len, fresh, taken);
		m->len += taken;
	}
	}
}

TEST(a_stream_holds_what_an_array_would)
{
	struct random random;
	struct pages pages = pages_new();
	struct model model = { .len = 0 };
	struct stream s;
	int i;

	print_message("# seed {1, 2}\n");
	random_init(&random, (struct siphash_key){ 1, 2 });
	stream_init(&s);
	for (i = 0; i < 20000; i++) {
		change(&s, &pages, &model, &random);
		compare(&s, &pages, &model, random_below(&random, ALL));
	}
	stream_clear(&s, &pages);
	assert_int_equal(pages.pool.used, 0);
	free(memory);
}
