/* SPDX-License-Identifier: MIT */
#include "rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t microseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

double seconds_now(void)
{
	return (double)microseconds_now() / 1e6;
}

void give_up(const char *what)
{
	perror(what);
	exit(1);
}

double rate_of(void (*once)(void), double seconds)
{
	double begin = seconds_now(), now;
	uint64_t count = 0;

	do {
		for (unsigned i = 0; i < CHECK_EVERY; i++)
			once();
		count += CHECK_EVERY;
		now = seconds_now();
	} while (now - begin < seconds);
	return (double)count / (now - begin);
}

static const struct figure *find(const struct figure *figures, const char *name)
{
	while (figures->name != NULL && strcmp(figures->name, name) != 0)
		figures++;
	return figures->name == NULL ? NULL : figures;
}

int rounds_main(int argc, char **argv, const struct figure *figures)
{
	const struct figure *figure = argc == 3 ? find(figures, argv[1]) : NULL;
	char line[16];

	if (figure == NULL) {
		fprintf(stderr, "usage: %s FIGURE SECONDS\n", argv[0]);
		return 2;
	}
	figure->prepare();
	while (fgets(line, sizeof line, stdin) != NULL) {
		printf("%.6g\n", figure->round(atof(argv[2])));
		fflush(stdout);
	}
	return 0;
}
