/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "run/lab.h"
#include "verbs.h"

enum { STATUS_USAGE = 2 };

static void help(void)
{
	printf("Usage: tenon lab NAME\n\n"
	       "Runs the switch of lab NAME until SIGINT or SIGTERM. Hosts join it with\n"
	       "tenon run --net lab:NAME --address A/N -- PROGRAM. Only this user's can.\n");
}

int verb_lab(int argc, char **argv)
{
	static const struct option_row none[] = { { NULL, NULL, NULL, NULL } };

	(void)argc;
	argv++;
	switch (options_parse("lab", none, NULL, &argv)) {
	case OPTIONS_HELP:
		help();
		return 0;
	case OPTIONS_WRONG:
		return STATUS_USAGE;
	case OPTIONS_DONE:
		break;
	}
	if (argv[0] == NULL || argv[1] != NULL) {
		fprintf(stderr, "tenon lab: give the name of one lab; see tenon lab --help\n");
		return STATUS_USAGE;
	}
	if (!lab_name_is_good(argv[0])) {
		fprintf(stderr,
			"tenon lab: %s is no name for a lab: letters, digits, '-', '_' and '.', at "
			"most %d (lab files come with a later version)\n",
			argv[0], LAB_NAME_MAX);
		return STATUS_USAGE;
	}
	return lab_switch(argv[0]);
}
