/* SPDX-License-Identifier: MIT */
/* explain.c - `tenon explain`: the connections of captures, each in a sentence and as a diagram.
 *
 * The captures of both ends may be given: they are merged by time, and a segment that was seen at
 * both is drawn once.
 */
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/diagram.h"
#include "tools/story.h"
#include "tools/text.h"
#include "tools/verbs.h"

enum { WIDTH_USUAL = 80, WIDTH_LEAST = 64, WIDTH_MOST = 120, ROWS_USUAL = 40, ROWS_LEAST = 4 };
enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

static const char help[] =
	"usage: tenon explain [OPTIONS] FILE...\n"
	"\n"
	"Says of each TCP connection in the captures (pcap, pcapng) how it went, and draws it.\n"
	"Several captures of the same exchange, one from each end, are merged.\n"
	"\n"
	"  --rows N    at most N rows for each connection, the rest is folded (default 40)\n"
	"  --width N   columns (default: the terminal's, at most 120)\n"
	"  --ascii     no characters but ASCII (default: what the locale says)\n"
	"  --brief     the sentences only\n"
	"  --help      this text\n";

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

static bool parse_number(unsigned *to, const char *text, unsigned least, const char *option)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < least || n > 1000000) {
		fprintf(stderr, "tenon explain: --%s needs a number from %u on, not '%s'\n", option,
			least, text);
		return false;
	}
	*to = (unsigned)n;
	return true;
}

/* -1: go on; else the exit status. */
static int parse_options(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "rows", required_argument, NULL, 'r' }, { "width", required_argument, NULL, 'w' },
		{ "ascii", no_argument, NULL, 'a' },      { "brief", no_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },       { NULL, 0, NULL, 0 },
	};
	bool is_good = true;
	int option;

	optind = 1;
	while (is_good && (option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == 'r')
			is_good =
				parse_number(&options->style.rows_max, optarg, ROWS_LEAST, "rows");
		else if (option == 'w')
			is_good = parse_number(&options->style.width, optarg, WIDTH_LEAST, "width");
		else if (option == 'a')
			options->style.utf8 = false;
		else if (option == 'b')
			options->is_brief = true;
		else
			is_good = false;
	}
	if (is_good && optind == argc)
		fputs("tenon explain: which capture? See tenon explain --help.\n", stderr);
	return is_good && optind < argc ? -1 : STATUS_USAGE;
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

int verb_explain(int argc, char **argv)
{
	struct options options = { { terminal_width(), ROWS_USUAL, false }, false };
	struct capture capture = { .packets = NULL };
	int status, i;

	setlocale(LC_CTYPE, "");
	options.style.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	status = parse_options(&options, argc, argv);
	if (status >= 0)
		return status;
	status = 0;
	for (i = optind; i < argc; i++) {
		struct capture_error error;

		if (capture_read(&capture, argv[i], &error))
			continue;
		fprintf(stderr, "tenon explain: %s: at offset %llu: %s\n", argv[i],
			(unsigned long long)error.offset, error.text);
		status = STATUS_FAILED;
	}
	capture_sort(&capture);
	if (status == 0 || capture.count != 0)
		status = explain_capture(&capture, &options) ? status : STATUS_FAILED;
	capture_free(&capture);
	return status;
}
