/* SPDX-License-Identifier: MIT */
#include "unit/wire/wire_test.h"
#include "wire/tcp_options.h"

/* What Linux sends with a SYN: MSS 1460, SACK-permitted, timestamps, NOP, window scale 7. */
static const uint8_t of_syn[] = { 2,    4,    0x05, 0xb4, 4,    2,    8, 10, 0, 0,
				  0x03, 0xe8, 0,    0,    0x07, 0xd0, 1, 3,  3, 7 };

static struct tcp_options options_of(const void *octets, size_t len)
{
	struct tcp_options o;

	tcp_options_parse(&o, (struct bytes){ octets, len });
	return o;
}

static bool parse(struct bytes octets)
{
	struct tcp_options o;

	tcp_options_parse(&o, octets);
	assert_true(o.sack_count <= TCP_SACK_BLOCKS_MAX && o.window_scale <= TCP_WINDOW_SCALE_MAX);
	return o.present != 0;
}

static struct tcp_options random_options(struct random *r)
{
	struct tcp_options o = { .present = (uint8_t)random_below(r, 32) };
	unsigned i;

	if (o.present & TCP_HAS_MSS)
		o.mss = (uint16_t)random_u32(r);
	if (o.present & TCP_HAS_WINDOW_SCALE)
		o.window_scale = (uint8_t)random_below(r, 15);
	if (o.present & TCP_HAS_TIMESTAMPS) {
		o.ts_value = random_u32(r);
		o.ts_echo = random_u32(r);
	}
	if (o.present & TCP_HAS_SACK)
		o.sack_count = (uint8_t)(1 + random_below(r, TCP_SACK_BLOCKS_MAX));
	for (i = 0; i < o.sack_count; i++)
		o.sack[i] = (struct tcp_sack_block){ seq(random_u32(r)), seq(random_u32(r)) };
	return o;
}

static void same(const struct tcp_options *a, const struct tcp_options *b)
{
	unsigned i;

	assert_int_equal(a->present, b->present);
	assert_int_equal(a->mss, b->mss);
	assert_int_equal(a->window_scale, b->window_scale);
	assert_int_equal(a->ts_value, b->ts_value);
	assert_int_equal(a->ts_echo, b->ts_echo);
	assert_int_equal(a->sack_count, b->sack_count);
	for (i = 0; i < a->sack_count; i++) {
		assert_true(seq_eq(a->sack[i].left, b->sack[i].left));
		assert_true(seq_eq(a->sack[i].right, b->sack[i].right));
	}
}

/* MUST-4: MSS, NOP and End of Option List are known; MUST-14: MSS is received. */
TEST(the_options_of_a_syn_are_read)
{
	struct tcp_options o = options_of(of_syn, sizeof of_syn), expected = {
		.present = TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS |
			   TCP_HAS_WINDOW_SCALE,
		.mss = 1460,
		.window_scale = 7,
		.ts_value = 1000,
		.ts_echo = 2000,
	};

	same(&o, &expected);
}

TEST(the_same_options_are_written)
{
	struct tcp_options o = options_of(of_syn, sizeof of_syn);
	uint8_t octets[40];

	assert_int_equal(tcp_options_emit(octets, &o), sizeof of_syn);
	assert_memory_equal(octets, of_syn, sizeof of_syn);
}

TEST(what_is_emitted_parses_to_the_same)
{
	struct random r = test_random();
	uint8_t octets[40];
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct tcp_options in = random_options(&r), out;
		size_t len = tcp_options_len(&in);

		if (len > sizeof octets)
			continue;
		assert_int_equal(tcp_options_emit(octets, &in), len);
		assert_int_equal(len % 4, 0);
		out = options_of(octets, len);
		same(&in, &out);
	}
}

TEST(three_sack_blocks_fit_beside_timestamps)
{
	struct tcp_options o = { .present = TCP_HAS_TIMESTAMPS | TCP_HAS_SACK, .sack_count = 3 };

	assert_int_equal(tcp_options_len(&o), 40);
	o = (struct tcp_options){ .present = TCP_HAS_SACK, .sack_count = 4 };
	assert_int_equal(tcp_options_len(&o), 36);
}

TEST(sack_permitted_stands_alone_without_timestamps)
{
	struct tcp_options o = { .present = TCP_HAS_SACK_PERMITTED };
	uint8_t octets[4];

	assert_int_equal(tcp_options_emit(octets, &o), 4);
	assert_memory_equal(octets, "\1\1\4\2", 4);
}

/* MUST-6: what is unknown is stepped over; here a fast-open cookie and kind 254. */
TEST(unknown_options_are_stepped_over)
{
	struct tcp_options o = options_of("\x22\x06xxxx\xfe\x02\x02\x04\x05\xb4", 12);

	assert_int_equal(o.present, TCP_HAS_MSS);
	assert_int_equal(o.mss, 1460);
}

/* MUST-7: a length of 0 or 1, or beyond the end, ends the list; what came before counts. */
TEST(an_impossible_length_ends_the_list)
{
	assert_int_equal(options_of("\3\3\2\x22\0\2\4\5\xb4\0", 10).present, TCP_HAS_WINDOW_SCALE);
	assert_int_equal(options_of("\3\3\2\x22\1\2\4\5\xb4\0", 10).present, TCP_HAS_WINDOW_SCALE);
	assert_int_equal(options_of("\3\3\2\2\5\5\xb4", 7).present, TCP_HAS_WINDOW_SCALE);
	assert_int_equal(options_of("\3\3\2\2", 4).present, TCP_HAS_WINDOW_SCALE);
	assert_int_equal(options_of("\4\3", 2).present, 0);
}

/* MUST-64: options need not begin on a word. */
TEST(options_may_begin_anywhere)
{
	assert_int_equal(options_of("\1\2\4\5\xb4", 5).mss, 1460);
	assert_int_equal(options_of("\3\3\1\2\4\5\xb4", 7).mss, 1460);
}

TEST(nothing_counts_behind_the_end_of_the_list)
{
	assert_int_equal(options_of("\1\0\2\4\5\xb4", 6).present, 0);
	assert_int_equal(options_of("\0\2\2\4\5\xb4", 6).present, 0);
}

TEST(a_known_option_of_a_wrong_length_is_as_if_absent)
{
	assert_int_equal(options_of("\2\3\5\3\3\2", 6).present, TCP_HAS_WINDOW_SCALE);
	assert_int_equal(options_of("\3\2", 2).present, 0);
	assert_int_equal(options_of("\4\3\0", 3).present, 0);
	assert_int_equal(options_of("\5\2", 2).present, 0);
	assert_int_equal(options_of("\5\x09xxxxxxx", 9).present, 0);
	assert_int_equal(options_of("\x08\x09xxxxxxx", 9).present, 0);
}

/* RFC 7323 2.3. */
TEST(a_window_scale_above_14_is_taken_as_14)
{
	assert_int_equal(options_of("\3\3\x0e", 3).window_scale, 14);
	assert_int_equal(options_of("\3\3\x0f", 3).window_scale, 14);
	assert_int_equal(options_of("\3\3\xff", 3).window_scale, 14);
}

TEST(every_truncation_is_survived)
{
	size_t len;

	for (len = 0; len < sizeof of_syn; len++)
		parse_in_own_block(parse, of_syn, len);
	assert_true(parse_in_own_block(parse, of_syn, 4));
	assert_false(parse_in_own_block(parse, of_syn, 3));
}

TEST(random_input_does_no_harm)
{
	assert_true(survives_random_input(parse, (struct bytes){ of_syn, sizeof of_syn }) > 0);
}
