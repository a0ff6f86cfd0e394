/* SPDX-License-Identifier: MIT */
/* explain.c - `tenon explain`: the connections of captures, each in a sentence and as a diagram.
 *
 * The captures of both ends may be given: they are merged by time, and a segment that was seen at
 * both is drawn once.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/diagram.h"
#include "tools/options.h"
#include "tools/story.h"
#include "tools/text.h"
#include "tools/verbs.h"

enum {
	WIDTH_USUAL = 80,
	WIDTH_LEAST = 64,
	WIDTH_MOST = 120,
	ROWS_USUAL = 40,
	ROWS_LEAST = 4,
	NUMBER_MAX = 1000000
};
enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

struct options {
	struct diagram_style style;
	bool is_brief;
};

static unsigned terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned long width = WIDTH_USUAL;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0)
		width = size.ws_col;
	else if (columns != NULL && strtoul(columns, NULL, 10) != 0)
		width = strtoul(columns, NULL, 10);
	return width < WIDTH_LEAST  ? WIDTH_LEAST
	       : width > WIDTH_MOST ? WIDTH_MOST
				    : (unsigned)width;
}

static bool take_number(unsigned *to, const char *option, const char *text, unsigned least)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < least || n > NUMBER_MAX) {
		fprintf(stderr, "tenon explain: --%s needs a number from %u on, not '%s'\n", option,
			least, text);
		return false;
	}
	*to = (unsigned)n;
	return true;
}

static bool take_rows(void *options, const char *value)
{
	return take_number(&((struct options *)options)->style.rows_max, "rows", value, ROWS_LEAST);
}

static bool take_width(void *options, const char *value)
{
	return take_number(&((struct options *)options)->style.width, "width", value, WIDTH_LEAST);
}

static bool take_ascii(void *options, const char *value)
{
	(void)value;
	((struct options *)options)->style.utf8 = false;
	return true;
}

static bool take_brief(void *options, const char *value)
{
	(void)value;
	((struct options *)options)->is_brief = true;
	return true;
}

static const struct option_row rows[] = {
	{ "rows", "N", "at most N rows for each connection, the rest is folded (40)", take_rows },
	{ "width", "N", "columns (the terminal's, at most 120)", take_width },
	{ "ascii", NULL, "no characters but ASCII (what the locale says)", take_ascii },
	{ "brief", NULL, "the sentences only", take_brief },
	{ NULL, NULL, NULL, NULL },
};

static void help(void)
{
	puts("Usage: tenon explain [OPTIONS] FILE...\n"
	     "\n"
	     "Says of each TCP connection in the captures (pcap, pcapng) how it went, and\n"
	     "draws it. Captures of one exchange from both ends are merged: a segment that\n"
	     "was seen at both is drawn once.\n");
	options_help(rows);
}

/* Options may stand between the files, which are left at the beginning of argv; *files of them. */
static enum options_end take_arguments(struct options *options, char **argv, int *files)
{
	char **rest = argv + 1;
	enum options_end end = OPTIONS_DONE;

	*files = 0;
	while (end == OPTIONS_DONE && *rest != NULL) {
		end = options_parse("explain", rows, options, &rest);
		if (end == OPTIONS_DONE && *rest != NULL)
			argv[(*files)++] = *rest++;
	}
	if (end == OPTIONS_DONE && *files == 0) {
		fputs("tenon explain: a capture is missing; see tenon explain --help\n", stderr);
		return OPTIONS_WRONG;
	}
	return end;
}

static void explain_flow(const struct flow *flow, size_t number, const struct options *options)
{
	char opener[TEXT_MAX], other[TEXT_MAX];

	printf("%sConnection %zu, %s to %s\n  ", number != 1 ? "\n" : "", number,
	       text_end(opener, &flow->sides[SIDE_OPENER].end),
	       text_end(other, &flow->sides[SIDE_OTHER].end));
	story_tell(stdout, flow);
	if (options->is_brief)
		return;
	putchar('\n');
	diagram_draw(stdout, flow, &options->style);
}

/* False: no memory. */
static bool explain_capture(const struct capture *capture, const struct options *options)
{
	struct flows flows;
	bool fits = flows_read(&flows, capture);
	size_t i;

	for (i = 0; i < flows.count; i++)
		explain_flow(flows.all[i], i + 1, options);
	if (fits && flows.count == 0)
		printf("No TCP connection among %zu packets.\n", capture->count);
	flows_free(&flows);
	if (!fits)
		fputs("tenon explain: there is not enough memory\n", stderr);
	return fits;
}

static bool read_file(struct capture *capture, const char *path)
{
	struct capture_error error;

	if (capture_read(capture, path, &error))
		return true;
	if (error.has_offset)
		fprintf(stderr, "tenon explain: %s: at offset %llu: %s\n", path,
			(unsigned long long)error.offset, error.text);
	else
		fprintf(stderr, "tenon explain: %s: %s\n", path, error.text);
	return false;
}

int verb_explain(int argc, char **argv)
{
	struct options options = { { terminal_width(), ROWS_USUAL, false }, false };
	struct capture capture = { .packets = NULL };
	bool is_whole = true;
	int files, i;

	(void)argc;
	setlocale(LC_CTYPE, "");
	options.style.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	switch (take_arguments(&options, argv, &files)) {
	case OPTIONS_HELP:
		help();
		return 0;
	case OPTIONS_WRONG:
		return STATUS_USAGE;
	case OPTIONS_DONE:
		break;
	}
	for (i = 0; i < files; i++)
		is_whole = read_file(&capture, argv[i]) && is_whole;
	capture_sort(&capture);
	if (is_whole || capture.count != 0)
		is_whole = explain_capture(&capture, &options) && is_whole;
	capture_free(&capture);
	return is_whole ? 0 : STATUS_FAILED;
}
