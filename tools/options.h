/* SPDX-License-Identifier: MIT */
/* options.h - a verb's options, by table: parsing, one-line errors, the help text. */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>

/* One option. A table ends with a row whose name is NULL. */
struct option_row {
	const char *name;     /* without the dashes */
	const char *argument; /* what it is called in the help; NULL: the option has none */
	const char
		*help; /* lines but the first begin with a tab; NULL: comes with a later version */
	/* Puts the value where it belongs. False after a line on stderr. */
	bool (*take)(void *plan, const char *value);
};

enum options_end { OPTIONS_DONE, OPTIONS_HELP, OPTIONS_WRONG };

/* Reads options until "--" or the first word that is none; *argv then stands there. What is wrong
 * is told on stderr in one line. --help and -h need no row. */
enum options_end options_parse(const char *verb, const struct option_row *, void *plan,
			       char ***argv);

/* Prints the rows' help. */
void options_help(const struct option_row *);

#endif
