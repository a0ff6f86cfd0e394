/* SPDX-License-Identifier: MIT */
/* bytes.h - octets: ranges of them, numbers in them, reading them safely.
 *
 * The lowest header of the core. It holds what every file needs and the compiler
 * does not give: the four memory functions (the only ones the core may call), the
 * assertion that is always on, numbers in network byte order, and the reader.
 *
 * A reader is a cursor with an end and a sticky failure: reading past the end
 * yields zero and sets `failed`, which is tested once, after the loop. So option
 * lists and header chains are parsed without a bounds test at each field.
 *
 * Called by: everybody.
 */
#ifndef TENON_BASE_BYTES_H
#define TENON_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int octet, size_t len);
int memcmp(const void *a, const void *b, size_t len);

/* Stops the program at once if an invariant of ours does not hold. */
static inline void assert_that(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* For the branch that no valid program reaches. */
static inline _Noreturn void assert_unreachable(void)
{
	__builtin_trap();
}

/* A range of octets that somebody else owns. */
struct bytes {
	const uint8_t *at;
	size_t len;
};

static inline uint16_t get16(const uint8_t at[2])
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t get32(const uint8_t at[4])
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t get64(const uint8_t at[8])
{
	return (uint64_t)get32(at) << 32 | get32(at + 4);
}

static inline void put16(uint8_t to[2], uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static inline void put32(uint8_t to[4], uint32_t value)
{
	put16(to, (uint16_t)(value >> 16));
	put16(to + 2, (uint16_t)value);
}

static inline void put64(uint8_t to[8], uint64_t value)
{
	put32(to, (uint32_t)(value >> 32));
	put32(to + 4, (uint32_t)value);
}

struct reader {
	const uint8_t *at;
	size_t left;
	bool failed;
};

static inline struct reader reader_of(struct bytes range)
{
	return (struct reader){ .at = range.at, .left = range.len };
}

/* How many octets are left; none once a read has failed. */
static inline size_t reader_left(const struct reader *r)
{
	return r->left;
}

/* The next len octets; an empty range and a sticky failure if there are fewer. */
static inline struct bytes read_bytes(struct reader *r, size_t len)
{
	struct bytes range = { r->at, len };

	if (len > r->left) {
		r->failed = true;
		r->left = 0;
		range.len = 0;
		return range;
	}
	if (len != 0)
		r->at += len;
	r->left -= len;
	return range;
}

static inline uint8_t read8(struct reader *r)
{
	struct bytes range = read_bytes(r, 1);

	return range.len == 1 ? range.at[0] : 0;
}

static inline uint16_t read16(struct reader *r)
{
	struct bytes range = read_bytes(r, 2);

	return range.len == 2 ? get16(range.at) : 0;
}

static inline uint32_t read32(struct reader *r)
{
	struct bytes range = read_bytes(r, 4);

	return range.len == 4 ? get32(range.at) : 0;
}

#endif
