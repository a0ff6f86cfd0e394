/* SPDX-License-Identifier: MIT */
/* wire_test.h - the two properties that every wire format is tested for.
 *
 * parse(emit(x)) == x for random x, and no input makes a parser read outside what it was given.
 * For the second, each input stands in a block of exactly its size, where the address sanitizer
 * sees one octet too many; half of the random inputs are a right header with a few octets changed,
 * so that the deeper branches are reached too.
 *
 * The seed is fixed unless TENON_SEED is set, and printed when it is.
 */
#ifndef TENON_TESTS_WIRE_TEST_H
#define TENON_TESTS_WIRE_TEST_H

#include "base/random.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tenon/address.h>

enum {
	ROUND_TRIPS = 2000,
	RANDOM_INPUTS = 100000,
	RANDOM_LEN_MAX = 160,
};

/* Parses the octets, touches all that it was given back, and says whether they passed. */
typedef bool wire_parser(struct bytes);

static inline struct random test_random(void)
{
	const char *wanted = getenv("TENON_SEED");
	uint64_t seed = 1;
	struct random r;

	if (wanted != NULL) {
		seed = strtoull(wanted, NULL, 0);
		printf("# TENON_SEED=%llu\n", (unsigned long long)seed);
	}
	random_init(&r, (struct siphash_key){ seed, 0 });
	return r;
}

static inline void random_octets(struct random *r, uint8_t *to, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = (uint8_t)random_u32(r);
}

static inline bool random_bool(struct random *r)
{
	return random_below(r, 2) == 1;
}

static inline struct tenon_ip random_ip4(struct random *r)
{
	uint32_t n = random_u32(r);

	return tenon_ip4((uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n);
}

/* Of 2000::/3, so neither multicast nor v4-mapped. */
static inline struct tenon_ip random_ip6(struct random *r)
{
	struct tenon_ip ip;

	random_octets(r, ip.octets, sizeof ip.octets);
	ip.octets[0] = (uint8_t)(0x20 | (ip.octets[0] & 0x1f));
	return ip;
}

/* Reads every octet of the range; the sanitizer objects to one that is not there. */
static inline void touch(struct bytes range)
{
	volatile uint8_t seen = 0;
	size_t i;

	for (i = 0; i < range.len; i++)
		seen = (uint8_t)(seen ^ range.at[i]);
}

static inline bool parse_in_own_block(wire_parser *parser, const uint8_t *octets, size_t len)
{
	uint8_t *block = malloc(len == 0 ? 1 : len);
	bool passed;

	assert_non_null(block);
	memcpy(block, octets, len);
	passed = parser((struct bytes){ len == 0 ? block + 1 : block, len });
	free(block);
	return passed;
}

static inline void refuses_every_truncation(wire_parser *parser, const uint8_t *octets, size_t len)
{
	size_t part;

	assert_true(parse_in_own_block(parser, octets, len));
	for (part = 0; part < len; part++)
		assert_false(parse_in_own_block(parser, octets, part));
}

static inline size_t damage(struct random *r, uint8_t *to, struct bytes intact)
{
	uint32_t changes = random_below(r, 4);

	memcpy(to, intact.at, intact.len);
	while (changes-- > 0)
		to[random_below(r, (uint32_t)intact.len)] = (uint8_t)random_u32(r);
	return random_bool(r) ? intact.len : random_below(r, (uint32_t)intact.len + 1);
}

/* Returns how many of the inputs passed. */
static inline unsigned survives_random_input(wire_parser *parser, struct bytes intact)
{
	struct random r = test_random();
	uint8_t octets[RANDOM_LEN_MAX];
	unsigned passed = 0;
	size_t len;
	int i;

	assert_true(intact.len <= sizeof octets);
	for (i = 0; i < RANDOM_INPUTS; i++) {
		len = random_below(&r, sizeof octets + 1);
		if (i % 2 == 0)
			random_octets(&r, octets, len);
		else
			len = damage(&r, octets, intact);
		passed += parse_in_own_block(parser, octets, len);
	}
	return passed;
}

#endif
