/* SPDX-License-Identifier: MIT */
/* seq.h - sequence numbers, RFC 9293 3.4.
 *
 * They are counted modulo 2^32, so a raw `<` on them is a bug. As a struct they
 * have no `<`: it does not compile. Two numbers compare rightly while they are
 * less than 2^31 apart, which windows of at most 2^30 octets guarantee (RFC 7323 2.3).
 *
 * Called by: wire/tcp (the fields), tcp (everything).
 */
#ifndef TENON_BASE_SEQ_H
#define TENON_BASE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	uint32_t n;
} seq32;

static inline seq32 seq(uint32_t n)
{
	return (seq32){ n };
}

static inline seq32 seq_add(seq32 s, uint32_t len)
{
	return seq(s.n + len);
}

/* How far a lies after b. */
static inline uint32_t seq_sub(seq32 a, seq32 b)
{
	return a.n - b.n;
}

/* How far a lies after b, negative if it lies before. */
static inline int32_t seq_diff(seq32 a, seq32 b)
{
	return (int32_t)(a.n - b.n);
}

static inline bool seq_eq(seq32 a, seq32 b)
{
	return a.n == b.n;
}

static inline bool seq_lt(seq32 a, seq32 b)
{
	return seq_diff(a, b) < 0;
}

static inline bool seq_le(seq32 a, seq32 b)
{
	return seq_diff(a, b) <= 0;
}

static inline bool seq_gt(seq32 a, seq32 b)
{
	return seq_diff(a, b) > 0;
}

static inline bool seq_ge(seq32 a, seq32 b)
{
	return seq_diff(a, b) >= 0;
}

/* Is from =< s < from + len? */
static inline bool seq_in(seq32 s, seq32 from, uint32_t len)
{
	return seq_sub(s, from) < len;
}

static inline seq32 seq_max(seq32 a, seq32 b)
{
	return seq_gt(a, b) ? a : b;
}

static inline seq32 seq_min(seq32 a, seq32 b)
{
	return seq_lt(a, b) ? a : b;
}

#endif
