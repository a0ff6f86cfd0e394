/* SPDX-License-Identifier: MIT */
/* siphash.h - a keyed hash whose values peers cannot predict.
 *
 * SipHash by Aumasson and Bernstein (2012), in two strengths. 2-4 where a value
 * is seen on the wire and must not betray the key: initial sequence numbers
 * (RFC 6528), port offsets (RFC 6056), cookies, random numbers. 1-3 where it only
 * must not be steered: buckets of tables.
 *
 * Called by: random, and whoever keeps a table of what peers name.
 */
#ifndef TENON_BASE_SIPHASH_H
#define TENON_BASE_SIPHASH_H

#include "base/bytes.h"

struct siphash_key {
	uint64_t k0, k1;
};

/* The key that the reference implementation makes of sixteen octets. */
struct siphash_key siphash_key_of(const uint8_t octets[16]);

uint64_t siphash24(struct siphash_key, const void *, size_t len);
uint64_t siphash13(struct siphash_key, const void *, size_t len);

#endif
