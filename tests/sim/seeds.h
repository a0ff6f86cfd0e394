/* SPDX-License-Identifier: MIT */
/* seeds.h - one property, many seeds.
 *
 *	for (seeds_begin(&seeds, 40); seeds_next(&seeds);) { ... seeds.now ... }
 *
 * Seeds count from 1; TENON_SEED=N in the environment chooses one, TENON_SEEDS=N another number of
 * them. A seed that fails, even by a crash of the test, is named at the end of the program in the
 * line that replays it. With TENON_PCAP=FILE the last world's capture is written there.
 */
#ifndef TENON_TESTS_SEEDS_H
#define TENON_TESTS_SEEDS_H

#include <stdbool.h>
#include <stdint.h>

struct seeds {
	uint64_t now, last;
};

/* Use by SEEDS, which adds the test's name. */
void seeds_begin(struct seeds *, unsigned count, const char *test);
bool seeds_next(struct seeds *);

#define SEEDS(seeds, count) (seeds_begin((seeds), (count), __func__))

/* A generator whose whole state is *state; below() is in [0, n). */
uint64_t seeds_random(uint64_t *state);
uint32_t seeds_below(uint64_t *state, uint32_t n);

#endif
