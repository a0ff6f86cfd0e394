/* SPDX-License-Identifier: MIT */
#include "wire/tcp_options.h"

enum tcp_option_kind {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_MSS = 2,
	OPTION_WINDOW_SCALE = 3,
	OPTION_SACK_PERMITTED = 4,
	OPTION_SACK = 5,
	OPTION_TIMESTAMPS = 8,
};

enum {
	MSS_LEN = 4,
	WINDOW_SCALE_LEN = 3,
	SACK_PERMITTED_LEN = 2,
	SACK_BLOCK_LEN = 8,
	TIMESTAMPS_LEN = 10,
	OPTIONS_MAX = 40,
};

static void parse_sack(struct tcp_options *o, struct bytes body)
{
	struct reader r = reader_of(body);
	unsigned i;

	if (body.len == 0 || body.len % SACK_BLOCK_LEN != 0)
		return;
	o->present |= TCP_HAS_SACK;
	o->sack_count = (uint8_t)(body.len / SACK_BLOCK_LEN);
	if (o->sack_count > TCP_SACK_BLOCKS_MAX)
		o->sack_count = TCP_SACK_BLOCKS_MAX;
	for (i = 0; i < o->sack_count; i++) {
		o->sack[i].left = seq(read32(&r));
		o->sack[i].right = seq(read32(&r));
	}
}

static void parse_window_scale(struct tcp_options *o, struct bytes body)
{
	if (body.len != WINDOW_SCALE_LEN - 2)
		return;
	o->present |= TCP_HAS_WINDOW_SCALE;
	/* RFC 7323 2.3: a shift above 14 is taken as 14. */
	o->window_scale = body.at[0] < TCP_WINDOW_SCALE_MAX ? body.at[0] : TCP_WINDOW_SCALE_MAX;
}

static void parse_one(struct tcp_options *o, uint8_t kind, struct bytes body)
{
	switch (kind) {
	case OPTION_MSS:
		if (body.len == MSS_LEN - 2) {
			o->present |= TCP_HAS_MSS; /* MUST-4 */
			o->mss = get16(body.at);
		}
		break;
	case OPTION_WINDOW_SCALE:
		parse_window_scale(o, body);
		break;
	case OPTION_SACK_PERMITTED:
		if (body.len == SACK_PERMITTED_LEN - 2)
			o->present |= TCP_HAS_SACK_PERMITTED;
		break;
	case OPTION_SACK:
		parse_sack(o, body);
		break;
	case OPTION_TIMESTAMPS:
		if (body.len == TIMESTAMPS_LEN - 2) {
			o->present |= TCP_HAS_TIMESTAMPS;
			o->ts_value = get32(body.at);
			o->ts_echo = get32(body.at + 4);
		}
		break;
	default: /* MUST-6 */
		break;
	}
}

void tcp_options_parse(struct tcp_options *out, struct bytes options)
{
	struct reader r = reader_of(options);

	*out = (struct tcp_options){ 0 };
	while (reader_left(&r) > 0) {
		uint8_t kind = read8(&r), len;
		struct bytes body;

		if (kind == OPTION_END)
			return;
		if (kind == OPTION_NOP)
			continue;
		len = read8(&r);
		if (len < 2) /* MUST-7 */
			return;
		body = read_bytes(&r, len - 2u); /* MUST-64: wherever it begins */
		if (r.failed)
			return;
		parse_one(out, kind, body);
	}
}

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

size_t tcp_options_len(const struct tcp_options *o)
{
	size_t len = 0;

	if (o->present & TCP_HAS_MSS)
		len += MSS_LEN;
	if (o->present & TCP_HAS_WINDOW_SCALE)
		len += padded(WINDOW_SCALE_LEN);
	if (o->present & TCP_HAS_TIMESTAMPS)
		len += padded(TIMESTAMPS_LEN);
	else if (o->present & TCP_HAS_SACK_PERMITTED)
		len += padded(SACK_PERMITTED_LEN);
	if (o->present & TCP_HAS_SACK)
		len += padded(2 + (size_t)o->sack_count * SACK_BLOCK_LEN);
	return len;
}

/* Begins an option whose end is to fall on a word: NOPs come first, so that nothing is left to be
 * padded (MUST-69). Every option has its length (MUST-68). */
static uint8_t *begin(uint8_t *to, uint8_t kind, size_t len)
{
	size_t nops = padded(len) - len;

	memset(to, OPTION_NOP, nops);
	to[nops] = kind;
	to[nops + 1] = (uint8_t)len;
	return to + nops + 2;
}

/* SACK-permitted takes the place of the two NOPs before the timestamps (RFC 7323 appendix A). */
static uint8_t *emit_timestamps(uint8_t *to, const struct tcp_options *o)
{
	uint8_t *body = begin(to, OPTION_TIMESTAMPS, TIMESTAMPS_LEN);

	if (o->present & TCP_HAS_SACK_PERMITTED) {
		to[0] = OPTION_SACK_PERMITTED;
		to[1] = SACK_PERMITTED_LEN;
	}
	put32(body, o->ts_value);
	put32(body + 4, o->ts_echo);
	return body + 8;
}

static uint8_t *emit_sack(uint8_t *to, const struct tcp_options *o)
{
	uint8_t *at = begin(to, OPTION_SACK, 2 + (size_t)o->sack_count * SACK_BLOCK_LEN);
	unsigned i;

	for (i = 0; i < o->sack_count; i++, at += SACK_BLOCK_LEN) {
		put32(at, o->sack[i].left.n);
		put32(at + 4, o->sack[i].right.n);
	}
	return at;
}

size_t tcp_options_emit(uint8_t *to, const struct tcp_options *o)
{
	uint8_t *at = to;

	assert_that(tcp_options_len(o) <= OPTIONS_MAX && o->sack_count <= TCP_SACK_BLOCKS_MAX);
	if (o->present & TCP_HAS_MSS) {
		at = begin(at, OPTION_MSS, MSS_LEN);
		put16(at, o->mss);
		at += 2;
	}
	if (o->present & TCP_HAS_TIMESTAMPS)
		at = emit_timestamps(at, o);
	else if (o->present & TCP_HAS_SACK_PERMITTED)
		at = begin(at, OPTION_SACK_PERMITTED, SACK_PERMITTED_LEN);
	if (o->present & TCP_HAS_WINDOW_SCALE) {
		at = begin(at, OPTION_WINDOW_SCALE, WINDOW_SCALE_LEN);
		*at++ = o->window_scale;
	}
	if (o->present & TCP_HAS_SACK)
		at = emit_sack(at, o);
	return (size_t)(at - to);
}
