/* SPDX-License-Identifier: MIT */
/* tenon.c - the command line tool: a table of verbs. */
#include <stdio.h>
#include <string.h>

#include "verbs.h"

enum { STATUS_USAGE = 2 };

struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct verb verbs[] = {
	{ "run", verb_run, "runs an unmodified program on a Tenon host" },
	{ "lab", verb_lab, "runs the switch of a lab, which joins several hosts" },
	{ "atlas", verb_atlas, "provokes every documented error of connect(), in every dialect" },
	{ "explain", verb_explain, "tells why the connections in a capture went as they did" },
};

static void help(void)
{
	size_t i;

	printf("Usage: tenon VERB [OPTIONS] ...\n\n"
	       "A TCP/IP stack in a process, and what can be done with it.\n\n");
	for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		printf("  %-9s %s\n", verbs[i].name, verbs[i].help);
	printf("\nMore: tenon VERB --help. --version prints the version.\n");
}

int main(int argc, char **argv)
{
	const char *word = argc < 2 ? "" : argv[1];
	size_t i;

	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		help();
		return 0;
	}
	if (strcmp(word, "--version") == 0) {
		printf("tenon %s\n", TENON_VERSION);
		return 0;
	}
	for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(word, verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	if (argc < 2)
		fprintf(stderr, "tenon: a verb is missing; see tenon --help\n");
	else
		fprintf(stderr, "tenon: there is no verb %s; see tenon --help\n", word);
	return STATUS_USAGE;
}
