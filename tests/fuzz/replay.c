/* SPDX-License-Identifier: MIT */
/* Gives a target the inputs of its corpus, one line of hexadecimal digits each; speaks TAP. Each
 * input stands in memory of its own, so that the address sanitizer sees a read past its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { LINE_MAX_LEN = 2 * FUZZ_INPUT_MAX + 2 };

static void run_line(const char *line)
{
	size_t len = strspn(line, "0123456789abcdef") / 2, i;
	uint8_t *octets = malloc(len != 0 ? len : 1);

	if (octets == NULL)
		abort();
	for (i = 0; i < len; i++) {
		char digits[3] = { line[2 * i], line[2 * i + 1], 0 };

		octets[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	LLVMFuzzerTestOneInput(octets, len);
	free(octets);
}

/* A crash leaves the input's number as the last line, and the plan unfulfilled. */
static unsigned run_file(FILE *file)
{
	static char line[LINE_MAX_LEN];
	unsigned count = 0;

	while (fgets(line, sizeof line, file) != NULL) {
		printf("# input %u\n", ++count);
		fflush(stdout);
		run_line(line);
	}
	return count;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	unsigned count;

	if (file == NULL) {
		fprintf(stderr, "usage: %s CORPUS.hex\n", argv[0]);
		return 2;
	}
	puts("1..1");
	count = run_file(file);
	fclose(file);
	printf("%s 1 - %u inputs break nothing\n", count > 0 ? "ok" : "not ok", count);
	return count == 0;
}
