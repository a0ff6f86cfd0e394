/* SPDX-License-Identifier: MIT */
/* random.h - numbers that nobody outside can predict, and the same again from the same seed.
 *
 * SipHash-2-4 of a counter under a secret key: who sees some of the numbers
 * learns nothing of the others (RFC 4086's demand for sequence numbers and
 * ports), and a seed gives one run. The core has no entropy of its own: the
 * port gives the seed.
 *
 * Called by: whoever picks a port, a key, an identification, a jitter.
 */
#ifndef TENON_BASE_RANDOM_H
#define TENON_BASE_RANDOM_H

#include "base/siphash.h"

struct random {
	struct siphash_key key;
	uint64_t counter;
};

void random_init(struct random *, struct siphash_key seed);

uint64_t random_u64(struct random *);
uint32_t random_u32(struct random *);

/* A number in [0, n), each as likely as the other; n is not 0. */
uint32_t random_below(struct random *, uint32_t n);

/* A key for a hash of its own, which says nothing about the generator's. */
struct siphash_key random_key(struct random *);

#endif
