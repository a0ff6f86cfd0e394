/* SPDX-License-Identifier: MIT */
#include "packet/pages.h"

size_t pages_need(uint32_t count, uint32_t page_bytes)
{
	return pool_need(count, sizeof(struct page) + page_bytes);
}

void pages_init(struct pages *pages, struct arena *arena, uint32_t count, uint32_t page_bytes)
{
	pages->page_bytes = page_bytes;
	pool_init(&pages->pool, arena, count, sizeof(struct page) + page_bytes, false);
}

void stream_init(struct stream *s)
{
	*s = (struct stream){ .first = NULL };
}

/* Octets that the last page can still take. Every page but the last is full to its end. */
static uint32_t room_in_last(const struct stream *s, const struct pages *pages)
{
	uint32_t fill;

	if (s->last == NULL)
		return 0;
	fill = (s->start + s->len) % pages->page_bytes;
	return fill == 0 ? 0 : pages->page_bytes - fill;
}

static bool add_page(struct stream *s, struct pages *pages)
{
	struct page *page = pool_take(&pages->pool);

	if (page == NULL)
		return false;
	page->next = NULL;
	if (s->last == NULL)
		s->first = page;
	else
		s->last->next = page;
	s->last = page;
	return true;
}

size_t stream_append(struct stream *s, struct pages *pages, const void *octets, size_t len)
{
	const uint8_t *from = octets;
	size_t left = len;

	while (left > 0) {
		uint32_t room = room_in_last(s, pages);
		uint32_t n;

		if (room == 0) {
			if (!add_page(s, pages))
				break;
			room = pages->page_bytes;
		}
		n = left < room ? (uint32_t)left : room;
		memcpy(s->last->octets + (pages->page_bytes - room), from, n);
		from += n;
		left -= n;
		s->len += n;
	}
	return len - left;
}

static void drop_first_page(struct stream *s, struct pages *pages)
{
	struct page *first = s->first;

	s->first = first->next;
	if (s->first == NULL)
		s->last = NULL;
	if (s->seen == first)
		s->seen = NULL;
	else
		s->seen_index--;
	pool_give(&pages->pool, first);
}

void stream_clear(struct stream *s, struct pages *pages)
{
	while (s->first != NULL)
		drop_first_page(s, pages);
	stream_init(s);
}

void stream_drop(struct stream *s, struct pages *pages, size_t len)
{
	if (len >= s->len) {
		stream_clear(s, pages);
		return;
	}
	s->len -= (uint32_t)len;
	s->start += (uint32_t)len;
	while (s->start >= pages->page_bytes) {
		s->start -= pages->page_bytes;
		drop_first_page(s, pages);
	}
}

/* The page that holds the octet at offset, counted from the first page's beginning. */
static struct page *page_at(struct stream *s, const struct pages *pages, size_t offset)
{
	uint32_t index = (uint32_t)(offset / pages->page_bytes);

	if (s->seen == NULL || s->seen_index > index) {
		s->seen = s->first;
		s->seen_index = 0;
	}
	while (s->seen_index < index) {
		s->seen = s->seen->next;
		s->seen_index++;
	}
	return s->seen;
}

void stream_truncate(struct stream *s, struct pages *pages, size_t keep)
{
	struct page *gone;

	if (keep >= s->len)
		return;
	if (keep == 0) {
		stream_clear(s, pages);
		return;
	}
	s->last = page_at(s, pages, s->start + keep - 1);
	gone = s->last->next;
	s->last->next = NULL;
	s->len = (uint32_t)keep;
	while (gone != NULL) {
		struct page *next = gone->next;

		pool_give(&pages->pool, gone);
		gone = next;
	}
}

unsigned stream_slices(struct stream *s, const struct pages *pages, struct stream_range *range,
		       struct tenon_slice *slices, unsigned limit)
{
	size_t offset = s->start + range->position;
	size_t wanted = range->position < s->len ? s->len - range->position : 0;
	const struct page *page;
	size_t left;
	unsigned n = 0;

	if (wanted > range->len)
		wanted = range->len;
	left = wanted;
	page = wanted == 0 ? NULL : page_at(s, pages, offset);
	while (left > 0 && n < limit) {
		size_t at = offset % pages->page_bytes;
		size_t part = pages->page_bytes - at;

		if (part > left)
			part = left;
		slices[n++] = (struct tenon_slice){ page->octets + at, part };
		page = page->next;
		offset += part;
		left -= part;
	}
	range->len = wanted - left;
	return n;
}

size_t stream_peek(struct stream *s, const struct pages *pages, size_t position, void *to,
		   size_t len)
{
	uint8_t *at = to;
	size_t done = 0;

	while (done < len) {
		struct tenon_slice slice;
		struct stream_range range = { position + done, len - done };

		if (stream_slices(s, pages, &range, &slice, 1) == 0)
			break;
		memcpy(at + done, slice.at, slice.len);
		done += slice.len;
	}
	return done;
}
