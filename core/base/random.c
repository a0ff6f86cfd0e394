/* SPDX-License-Identifier: MIT */
#include "base/random.h"

void random_init(struct random *r, struct siphash_key seed)
{
	*r = (struct random){ .key = seed };
}

uint64_t random_u64(struct random *r)
{
	uint8_t octets[8];

	put64(octets, r->counter++);
	return siphash24(r->key, octets, sizeof octets);
}

uint32_t random_u32(struct random *r)
{
	return (uint32_t)(random_u64(r) >> 32);
}

/* Of the 2^32 numbers, the first 2^32 mod n are thrown away: what remains is a multiple of n. */
uint32_t random_below(struct random *r, uint32_t n)
{
	uint32_t surplus, value;

	assert_that(n != 0);
	surplus = (0 - n) % n;
	do
		value = random_u32(r);
	while (value < surplus);
	return value % n;
}

struct siphash_key random_key(struct random *r)
{
	uint64_t k0 = random_u64(r);

	return (struct siphash_key){ k0, random_u64(r) };
}
