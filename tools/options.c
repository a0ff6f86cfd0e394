/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <stdio.h>
#include <string.h>

enum { COLUMN = 20 };

/* The row that word ("--name" or "--name=value") means; *value points behind the '=', or NULL. */
static const struct option_row *find(const struct option_row *rows, const char *word,
				     const char **value)
{
	size_t len = strcspn(word, "=");

	*value = word[len] == '=' ? word + len + 1 : NULL;
	for (; rows->name != NULL; rows++)
		if (strlen(rows->name) == len - 2 && strncmp(rows->name, word + 2, len - 2) == 0)
			return rows;
	return NULL;
}

static bool wrong(const char *verb, const char *word, const char *why)
{
	fprintf(stderr, "tenon %s: %s: %s; see tenon %s --help\n", verb, word, why, verb);
	return false;
}

/* One option, at **argv; leaves *argv at its last word. */
static bool take_option(const char *verb, const struct option_row *rows, void *plan, char ***argv)
{
	const char *word = **argv, *value;
	const struct option_row *row = NULL;

	if (word[1] == '-')
		row = find(rows, word, &value);
	if (row == NULL)
		return wrong(verb, word, "there is no such option");
	if (row->help == NULL)
		return wrong(verb, word, "comes with a later version");
	if (row->argument == NULL && value != NULL)
		return wrong(verb, word, "takes no value");
	if (row->argument != NULL && value == NULL) {
		value = *++*argv;
		if (value == NULL) {
			--*argv;
			return wrong(verb, word, "needs a value");
		}
	}
	return row->take(plan, value);
}

enum options_end options_parse(const char *verb, const struct option_row *rows, void *plan,
			       char ***argv)
{
	const char *word;

	for (; (word = **argv) != NULL && word[0] == '-' && word[1] != '\0'; ++*argv) {
		if (strcmp(word, "--") == 0) {
			++*argv;
			break;
		}
		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			return OPTIONS_HELP;
		if (!take_option(verb, rows, plan, argv))
			return OPTIONS_WRONG;
	}
	return OPTIONS_DONE;
}

void options_help(const struct option_row *rows)
{
	const char *at;
	int n;

	for (; rows->name != NULL; rows++) {
		if (rows->help == NULL)
			continue;
		n = printf("  --%s%s%s", rows->name, rows->argument == NULL ? "" : " ",
			   rows->argument == NULL ? "" : rows->argument);
		printf("%*s", n < COLUMN ? COLUMN - n : 2, "");
		for (at = rows->help; *at != '\0'; at++)
			if (*at == '\t')
				printf("%*s", COLUMN, "");
			else
				putchar(*at);
		putchar('\n');
	}
}
