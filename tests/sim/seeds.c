/* SPDX-License-Identifier: MIT */
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>

#include "links/wire_path.h"

/* What runs now: 0 when no seed does. A failed assertion leaves it as it is. */
static uint64_t running;
static const char *running_test;

static void tell_failure(void)
{
	extern char *program_invocation_name;

	if (running == 0)
		return;
	printf("# replay: TENON_SEED=%llu %s %s\n", (unsigned long long)running,
	       program_invocation_name, running_test);
	fflush(stdout);
	running = 0;
}

void seeds_begin(struct seeds *seeds, unsigned count, const char *test)
{
	const char *one = getenv("TENON_SEED"), *several = getenv("TENON_SEEDS");
	static bool is_registered;

	if (!is_registered)
		atexit(tell_failure);
	is_registered = true;
	tell_failure();
	running_test = test;
	seeds->now = one != NULL ? strtoull(one, NULL, 10) - 1 : 0;
	seeds->last = one != NULL       ? seeds->now + 1
		      : several != NULL ? strtoull(several, NULL, 10)
					: count;
	printf("# %s: seeds %llu to %llu\n", test, (unsigned long long)seeds->now + 1,
	       (unsigned long long)seeds->last);
}

bool seeds_next(struct seeds *seeds)
{
	running = seeds->now < seeds->last ? ++seeds->now : 0;
	return running != 0;
}

uint64_t seeds_random(uint64_t *state)
{
	return wire_random(state);
}

uint32_t seeds_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(wire_random(state) % n);
}
