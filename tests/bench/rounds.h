/* SPDX-License-Identifier: MIT */
/* rounds.h - what the three programs of the benchmark share: Tenon's, the kernel's, lwIP's.
 *
 * A program is started with a figure's name and the seconds that a round takes. It prepares, and
 * then measures one round for each line that it reads, and writes the figure. So the script that
 * leads them (scripts/bench) can let the peers take turns, and what has been prepared stays.
 */
#ifndef TENON_TESTS_BENCH_ROUNDS_H
#define TENON_TESTS_BENCH_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	IDLE_MANY = 100000,  /* connections that stand by */
	MESSAGE_BYTES = 64,  /* of a round trip, each way */
	CHUNK_BYTES = 65536, /* of a stream: what is written and read at a time */
	CHECK_EVERY = 64,    /* connections or round trips from one look at the clock to the next */
};

struct figure {
	const char *name;
	void (*prepare)(void);
	double (*round)(double seconds);
};

/* A table of figures ends with one that has no name. */
int rounds_main(int argc, char **argv, const struct figure *figures);

double seconds_now(void);
uint64_t microseconds_now(void);

/* Ends the program with one line that says what went wrong. */
_Noreturn void give_up(const char *what);

/* How often `once` can be done in a second, looking at the clock after every `every` times. */
double rate_of(void (*once)(void), double seconds);

#endif
