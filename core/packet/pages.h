/* SPDX-License-Identifier: MIT */
/* pages.h - octet streams and datagrams kept in fixed pages from one pool.
 *
 * A stream buffer is a chain of pages that exists only while it holds octets: an idle connection
 * owns none. Octets are appended at the end and dropped from the front; reads by position give
 * slices into the pages, so that a segment refers to them instead of copying.
 * The limit of a stream is its owner's business; the pool's size is the stack's.
 *
 * Owns: the page pool.    Called by: udp, tcp.
 */
#ifndef TENON_PACKET_PAGES_H
#define TENON_PACKET_PAGES_H

#include <tenon/link.h>

#include "base/pool.h"

struct page {
	struct page *next;
	uint8_t octets[]; /* page_bytes of them */
};

struct pages {
	struct pool pool;
	uint32_t page_bytes; /* octets of payload per page */
};

size_t pages_need(uint32_t count, uint32_t page_bytes);
void pages_init(struct pages *, struct arena *, uint32_t count, uint32_t page_bytes);

struct stream {
	struct page *first, *last;
	uint32_t start; /* of the octets, in the first page */
	uint32_t len;   /* octets held */
	/* The page that was looked up last, so that the next one is found without walking. */
	struct page *seen;
	uint32_t seen_index; /* counted from first */
};

void stream_init(struct stream *);

/* Copies octets to the end; returns how many fitted, fewer than len only when the pool is empty. */
size_t stream_append(struct stream *, struct pages *, const void *octets, size_t len);

/* Drops the first len octets (at most all) and gives back pages that became empty. */
void stream_drop(struct stream *, struct pages *, size_t len);

/* Drops the octets from position keep on. */
void stream_truncate(struct stream *, struct pages *, size_t keep);

/* Gives everything back. */
void stream_clear(struct stream *, struct pages *);

struct stream_range {
	size_t position, len;
};

/* Slices that cover the range; returns how many, at most limit, and sets the range's len to the
 * octets that they cover. Valid until the stream changes. */
unsigned stream_slices(struct stream *, const struct pages *, struct stream_range *,
		       struct tenon_slice *, unsigned limit);

/* Copies up to len octets from position on, without dropping them; returns how many. */
size_t stream_peek(struct stream *, const struct pages *, size_t position, void *to, size_t len);

#endif
