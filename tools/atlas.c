/* SPDX-License-Identifier: MIT */
/* atlas.c - `tenon atlas`: provokes every error of connect() that the atlas has, and prints it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/atlas_cells.h"
#include "tools/options.h"
#include "tools/verbs.h"

enum { STATUS_BAD = 1, STATUS_USAGE = 2, WHAT_LEN = 96 };

struct plan {
	bool as_json;
	const char *captures; /* a folder; NULL: none */
	unsigned cells, bad;
	bool cannot_write;
};

static bool take_json(void *plan, const char *value)
{
	(void)value;
	((struct plan *)plan)->as_json = true;
	return true;
}

static bool take_pcap(void *plan, const char *value)
{
	((struct plan *)plan)->captures = value;
	return true;
}

static const struct option_row rows[] = {
	{ "json", NULL, "a list of {clause, dialect, error, code, cause, virtual_ms, ok}",
	  take_json },
	{ "pcap", "DIR", "a capture of each cell, NUMBER-CLAUSE-DIALECT.pcapng", take_pcap },
	{ NULL, NULL, NULL, NULL },
};

static void help(void)
{
	puts("Usage: tenon atlas [OPTIONS]\n"
	     "\n"
	     "Provokes the documented errors of connect(), each by its real cause (a dropped\n"
	     "SYN, a full table, a signal), in each dialect: linux, linux-man, posix. It does\n"
	     "so between two simulated hosts in virtual time, over IPv4 and IPv6, by calls\n"
	     "that wait and calls that do not; no packet leaves the process.\n"
	     "\n"
	     "Prints for each clause and cause what each dialect says, and after which time.\n"
	     "A dialect that says something else than its manual has '!' before its error.\n");
	options_help(rows);
	puts("\nExit status: 0 if every cell is as it should be, 1 if one is not or a capture\n"
	     "cannot be written, 2 for wrong usage.");
}

/* "no route (UDP, IPv4)" */
static void describe(const struct atlas_cell *cell, char what[WHAT_LEN])
{
	const struct atlas_scenario *s = cell->scenario;

	snprintf(what, WHAT_LEN, "%s (%s, %s%s)", s->cause,
		 s->variants & ATLAS_DATAGRAM ? "UDP" : "TCP",
		 cell->family == AF_INET ? "IPv4" : "IPv6", cell->is_waiting ? "" : ", later");
}

static void print_json(const struct plan *plan, const struct atlas_cell *cell)
{
	char what[WHAT_LEN];

	describe(cell, what);
	printf("%s\n{\"clause\": \"%s\", \"dialect\": \"%s\", \"error\": \"%s\", \"code\": %d, "
	       "\"cause\": \"%s\", \"virtual_ms\": %.3f, \"ok\": %s}",
	       plan->cells == 0 ? "" : ",", atlas_clause(cell), atlas_dialect(cell->dialect),
	       atlas_error(cell->error), cell->error, what, (double)cell->virtual_us / 1000,
	       cell->is_good ? "true" : "false");
}

/* A row is printed cell by cell: the dialects come one after another. */
static void print_text(const struct atlas_cell *cell)
{
	const struct atlas_scenario *s = cell->scenario;
	char what[WHAT_LEN], result[WHAT_LEN];

	describe(cell, what);
	if (cell->dialect == TENON_POSIX_LINUX)
		printf("%-5s %-5s  ", s->lx ? s->lx : "-", s->px ? s->px : "-");
	snprintf(result, sizeof result, "%s%s %.3f", cell->is_good ? "" : "!",
		 atlas_error(cell->error), (double)cell->virtual_us / 1e6);
	printf("%-23s ", result);
	if (cell->dialect == TENON_POSIX_DIALECTS - 1)
		puts(what);
}

static FILE *open_capture(struct plan *plan, const struct atlas_cell *cell)
{
	char *path;
	FILE *file;

	if (!plan->captures ||
	    asprintf(&path, "%s/%03u-%s-%s.pcapng", plan->captures, plan->cells + 1,
		     atlas_clause(cell), atlas_dialect(cell->dialect)) < 0)
		return NULL;
	file = fopen(path, "wb");
	if (!file && !plan->cannot_write) {
		plan->cannot_write = true;
		fprintf(stderr, "tenon atlas: %s: %m\n", path);
	}
	free(path);
	return file;
}

static void look(void *context, struct atlas_cell *cell)
{
	struct plan *plan = context;
	FILE *capture = open_capture(plan, cell);

	atlas_look(cell, capture);
	if (capture && fclose(capture) != 0)
		plan->cannot_write = true;
	if (plan->as_json)
		print_json(plan, cell);
	else
		print_text(cell);
	plan->cells++;
	plan->bad += !cell->is_good;
}

int verb_atlas(int argc, char **argv)
{
	struct plan plan = { .captures = NULL };

	(void)argc;
	argv++;
	switch (options_parse("atlas", rows, &plan, &argv)) {
	case OPTIONS_HELP:
		help();
		return 0;
	case OPTIONS_WRONG:
		return STATUS_USAGE;
	case OPTIONS_DONE:
		break;
	}
	if (argv[0] != NULL) {
		fprintf(stderr, "tenon atlas: '%s' is too much; see tenon atlas --help\n", argv[0]);
		return STATUS_USAGE;
	}
	if (plan.captures)
		mkdir(plan.captures, 0777);
	if (plan.as_json)
		putchar('[');
	else
		printf("%-12s %-23s %-23s %-23s cause\n", "clauses", "linux (s)", "linux-man (s)",
		       "posix (s)");
	atlas_each(look, &plan);
	if (plan.as_json)
		puts("\n]");
	else
		printf("%u cells, %u of them not as they should be\n", plan.cells, plan.bad);
	return plan.bad != 0 || plan.cannot_write ? STATUS_BAD : 0;
}
