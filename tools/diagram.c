/* SPDX-License-Identifier: MIT */
#include "tools/diagram.h"

#include <string.h>

#include "tools/text.h"

enum {
	TIME_COLUMNS = 11,
	STATE_COLUMNS = 12, /* "SYN-RECEIVED" */
	MARGIN_LEFT = TIME_COLUMNS + 1 + STATE_COLUMNS + 1,
	MARGIN_RIGHT = 1 + STATE_COLUMNS,
	LANE_LEAST = 24,
	ARROW_COLUMNS = 6, /* two of line, two blanks, one more of line, the head */
	LABEL_MAX = 160,
};

struct glyphs {
	const char *lifeline, *line, *to_right, *to_left, *lost, *more, *note;
};

struct drawing {
	FILE *to;
	const struct flow *flow;
	const struct glyphs *glyphs;
	unsigned lane; /* columns between the lifelines */
};

static const struct glyphs unicode = {
	"\342\224\202", "\342\224\200", "\342\226\266", "\342\227\200",
	"\342\234\227", "\342\200\246", "\302\267",
};

static const struct glyphs ascii = { "|", "-", ">", "<", "x", "...", "*" };

static void repeat(FILE *to, const char *glyph, unsigned n)
{
	while (n-- != 0)
		fputs(glyph, to);
}

/* Labels are ASCII, so their columns are their octets. */
static void append(char *label, const char *format, uint32_t n)
{
	size_t len = strlen(label);

	snprintf(label + len, LABEL_MAX - len, format, n);
}

static void label_flags(char *label, unsigned flags)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG" };
	static const uint8_t order[] = { 1, 0, 2, 3, 5, 4 };
	size_t i, len;

	for (i = 0; i < sizeof order; i++) {
		if (!(flags & 1u << order[i]))
			continue;
		len = strlen(label);
		snprintf(label + len, LABEL_MAX - len, "%s%s", len != 0 ? "," : "",
			 names[order[i]]);
	}
}

static void label_segment(char *label, const struct flow *flow, const struct row *row,
			  bool is_short)
{
	uint8_t flags = row->seen.segment.flags;
	bool has_space = row->seen.segment.len != 0 || flags & (SEEN_SYN | SEEN_FIN);
	bool has_ack = flags & SEEN_ACK && !(flags & SEEN_RST);

	label_flags(label, is_short ? flags & ~(unsigned)SEEN_PSH : flags);
	if (has_space)
		append(label, " seq %u", flow_relative(flow, row->side, row->seen.segment.seq));
	if (row->seen.segment.len != 0)
		append(label, " len %u", row->seen.segment.len);
	if (has_ack && flow->sides[!row->side].has_first && !(is_short && has_space))
		append(label, " ack %u", flow_relative(flow, !row->side, row->seen.segment.ack));
	if (flags & SEEN_SYN && row->seen.segment.has_mss && !is_short)
		append(label, " mss %u", row->seen.segment.mss);
	if (row->seen.segment.window == 0 && !(flags & (SEEN_RST | SEEN_SYN)))
		append(label, " win %u", 0);
	if (row->is_retransmission)
		append(label, ", again", 0);
	if (row->is_duplicate)
		append(label, ", doubled", 0);
}

static void label_neighbor(char *label, const struct seen *seen)
{
	const uint8_t *mac = seen->neighbor.mac;
	char ip[TEXT_MAX];

	text_ip(ip, &seen->neighbor.target);
	if (seen->kind == SEEN_QUESTION)
		snprintf(label, LABEL_MAX, "who has %s?", ip);
	else
		snprintf(label, LABEL_MAX, "%s is at %02x:%02x:%02x:%02x:%02x:%02x", ip, mac[0],
			 mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void label_icmp(char *label, const struct flow *flow, const struct row *row)
{
	const struct tenon_ip *from = &row->seen.from.ip;
	char ip[TEXT_MAX];
	size_t len;

	snprintf(label, LABEL_MAX, "ICMP type %u code %u", row->seen.icmp.type,
		 row->seen.icmp.code);
	if (!tenon_ip_equal(from, &flow->sides[row->side].end.ip)) {
		append(label, " from ", 0);
		len = strlen(label);
		snprintf(label + len, LABEL_MAX - len, "%s", text_ip(ip, from));
	}
}

/* An arrow with its label near the tail; a label that is too long is cut. */
static void draw_arrow(const struct drawing *d, const struct row *row, const char *label)
{
	unsigned len = (unsigned)strlen(label), room = d->lane - ARROW_COLUMNS, line, gap;
	bool arrives = !row->is_lost && !row->is_kept;
	const struct glyphs *g = d->glyphs;

	if (len > room)
		len = room;
	line = d->lane - (ARROW_COLUMNS - 1) - len;
	gap = row->is_kept ? line : row->is_lost ? line - line / 2 : 0;
	if (row->side == SIDE_OPENER) {
		repeat(d->to, g->line, 2);
		fprintf(d->to, " %.*s ", (int)len, label);
		repeat(d->to, g->line, line - gap);
		fputs(arrives ? g->to_right : g->lost, d->to);
		repeat(d->to, " ", gap);
		return;
	}
	repeat(d->to, " ", gap);
	fputs(arrives ? g->to_left : g->lost, d->to);
	repeat(d->to, g->line, line - gap);
	fprintf(d->to, " %.*s ", (int)len, label);
	repeat(d->to, g->line, 2);
}

static void draw_time(struct drawing *d, uint64_t at_us)
{
	uint64_t since = at_us - d->flow->first_us;

	fprintf(d->to, "%4u.%06u ", (unsigned)(since / 1000000), (unsigned)(since % 1000000));
}

static void draw_row(struct drawing *d, const struct row *row)
{
	const struct words *left = &row->remarks[SIDE_OPENER].state;
	const struct words *right = &row->remarks[SIDE_OTHER].state;
	char label[LABEL_MAX] = "";
	unsigned left_len;

	draw_time(d, row->at_us);
	left_len = left->len < STATE_COLUMNS ? (unsigned)left->len : STATE_COLUMNS;
	fprintf(d->to, "%*s", (int)(STATE_COLUMNS - left_len), "");
	text_put(d->to, left->at, left_len);
	fprintf(d->to, " %s", d->glyphs->lifeline);
	switch (row->kind) {
	case ROW_SEGMENT:
		label_segment(label, d->flow, row, false);
		if (strlen(label) > d->lane - ARROW_COLUMNS) {
			label[0] = '\0';
			label_segment(label, d->flow, row, true);
		}
		break;
	case ROW_ICMP:
		label_icmp(label, d->flow, row);
		break;
	case ROW_QUESTION: case ROW_ANSWER:
		label_neighbor(label, &row->seen);
		break;
	case ROW_MOMENT:
		break;
	}
	if (row->kind == ROW_MOMENT)
		repeat(d->to, " ", d->lane);
	else
		draw_arrow(d, row, label);
	fputs(d->glyphs->lifeline, d->to);
	if (right->len != 0)
		fputc(' ', d->to);
	text_put(d->to, right->at, right->len < STATE_COLUMNS ? right->len : STATE_COLUMNS);
	fputc('\n', d->to);
}

/* Without the name in parentheses that a note's text may have. */
static size_t length_of_text(const struct words *words)
{
	const char *parenthesis = memmem(words->at, words->len, " (", 2);

	return parenthesis != NULL ? (size_t)(parenthesis - words->at) : words->len;
}

/* A line of words between the lifelines, at the side that says them. */
static void draw_words(const struct drawing *d, unsigned side, const struct words *words)
{
	static const char cut[] = "...";
	unsigned room = d->lane - 4, text = (unsigned)length_of_text(words);
	unsigned len = words->len <= room ? (unsigned)words->len : text <= room ? text : room;
	unsigned dots = text > room ? sizeof cut - 1 : 0;

	fprintf(d->to, "%*s%s", MARGIN_LEFT, "", d->glyphs->lifeline);
	if (side == SIDE_OTHER)
		repeat(d->to, " ", room - len);
	fprintf(d->to, " %s ", d->glyphs->note);
	text_put(d->to, words->at, len - dots);
	fprintf(d->to, "%.*s ", (int)dots, cut);
	if (side == SIDE_OPENER)
		repeat(d->to, " ", room - len);
	fprintf(d->to, "%s\n", d->glyphs->lifeline);
}

static void draw_remarks(const struct drawing *d, const struct row *row)
{
	unsigned side;

	for (side = 0; side < SIDES; side++) {
		const struct remark *remark = &row->remarks[side];

		if (remark->fate.len != 0 && row->kind == ROW_SEGMENT)
			draw_words(d, side, &remark->fate);
		if (remark->failure.len != 0)
			draw_words(d, side, &remark->failure);
	}
}

static void draw_heading(const struct drawing *d)
{
	char opener[TEXT_MAX], other[TEXT_MAX];
	unsigned width = d->lane + 2, used;

	text_end(opener, &d->flow->sides[SIDE_OPENER].end);
	text_end(other, &d->flow->sides[SIDE_OTHER].end);
	used = (unsigned)(strlen(opener) + strlen(other));
	fprintf(d->to, "%*s%s", MARGIN_LEFT, "", opener);
	if (used + 1 > width)
		fprintf(d->to, "\n%*s%*s\n", MARGIN_LEFT, "", (int)width, other);
	else
		fprintf(d->to, "%*s%s\n", (int)(width - used), "", other);
}

static void draw_fold(const struct drawing *d, const struct row *rows, size_t count)
{
	uint64_t octets[SIDES] = { 0, 0 }, again = 0, lost = 0, segments = 0;
	char texts[5][TEXT_MAX];
	size_t i;

	for (i = 0; i < count; i++) {
		if (rows[i].kind != ROW_SEGMENT)
			continue;
		segments++;
		octets[rows[i].side] += rows[i].seen.segment.len;
		again += rows[i].is_retransmission;
		lost += rows[i].is_lost;
	}
	fprintf(d->to, "%*s%s ", TIME_COLUMNS + 1, "", d->glyphs->more);
	if (segments == 0) {
		fprintf(d->to, "%s more %s\n", text_count(texts[0], count, "row"), d->glyphs->more);
		return;
	}
	fprintf(d->to, "%s more: %s there, %s back", text_count(texts[0], segments, "segment"),
		text_count(texts[1], octets[0], "octet"), text_count(texts[2], octets[1], "octet"));
	if (again != 0)
		fprintf(d->to, ", %s", text_count(texts[3], again, "retransmission"));
	if (lost != 0)
		fprintf(d->to, ", %s lost", text_count(texts[4], lost, "segment"));
	fprintf(d->to, " %s\n", d->glyphs->more);
}

static void draw_rows(struct drawing *d, size_t from, size_t to)
{
	for (; from < to; from++) {
		draw_row(d, &d->flow->rows[from]);
		draw_remarks(d, &d->flow->rows[from]);
	}
}

void diagram_draw(FILE *to, const struct flow *flow, const struct diagram_style *style)
{
	unsigned margins = MARGIN_LEFT + 2 + MARGIN_RIGHT;
	struct drawing d = { .to = to, .flow = flow, .glyphs = style->utf8 ? &unicode : &ascii };
	size_t head = flow->count, tail = flow->count;

	d.lane = style->width > margins + LANE_LEAST ? style->width - margins : LANE_LEAST;
	if (flow->count > style->rows_max) {
		head = style->rows_max * 3 / 5;
		tail = flow->count - (style->rows_max - head);
	}
	draw_heading(&d);
	draw_rows(&d, 0, head);
	if (tail > head)
		draw_fold(&d, flow->rows + head, tail - head);
	if (head < flow->count)
		draw_rows(&d, tail, flow->count);
}
