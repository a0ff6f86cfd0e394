/* SPDX-License-Identifier: MIT */
/* Text in any order, doubled and overlapping, against what a receiver must make of it. */
#include "bench.h"

#include "tcp/tcp_arrives.h"

enum { STREAM = 6000, FIRST = 1000 };

static uint8_t octet_at(uint32_t position)
{
	return (uint8_t)(position * 31 + position / 256);
}

/* A segment of the stream's octets, exactly as long as its memory. */
static enum fate arrives(struct tcp_conn *c, uint32_t position, uint32_t len, uint8_t flags)
{
	uint8_t *octets = malloc(len != 0 ? len : 1);
	struct tcp_segment seg = {
		.seq = seq(FIRST + position),
		.len = len,
		.flags = flags,
		.text = { octets, len },
	};
	enum fate fate;
	uint32_t i;

	assert_non_null(octets);
	for (i = 0; i < len; i++)
		octets[i] = octet_at(position + i);
	fate = tcp_process_text(c, &seg);
	free(octets);
	return fate;
}

static void assert_stream(struct bench *b, struct tcp_conn *c, uint32_t from)
{
	uint8_t octet;
	uint32_t i;

	for (i = 0; i < c->in.len; i++) {
		assert_int_equal(stream_peek(&c->in, &b->pages, i, &octet, 1), 1);
		assert_int_equal(octet, octet_at(from + i));
	}
}

static void end(struct bench *b, struct tcp_conn *c)
{
	stream_clear(&c->in, &b->pages);
	tcp_forget_early(c);
	assert_int_equal(b->pages.pool.used, 0);
	assert_int_equal(c->early_pages, 0);
	bench_end(b);
}

TEST(text_in_order_is_delivered_and_uses_the_window)
{
	struct bench *b = bench_new(4, 64, 256);
	struct tcp_conn *c = bench_conn(b);

	assert_int_equal(arrives(c, 0, 700, TCP_ACK), FATE_PASS);
	assert_int_equal(c->in.len, 700);
	assert_int_equal(c->rcv.nxt.n, FIRST + 700);
	assert_int_equal(c->rcv.wnd, 9300);
	assert_stream(b, c, 0);
	end(b, c);
}

/* SHLD-31: it is kept; MAY-13: and acknowledged at once. */
TEST(early_text_waits_until_the_gap_is_filled)
{
	struct bench *b = bench_new(4, 64, 256);
	struct tcp_conn *c = bench_conn(b);

	assert_int_equal(arrives(c, 500, 500, TCP_ACK), FATE_PASS);
	assert_int_equal(c->in.len, 0);
	assert_true((c->flags & CONN_ACK_NOW) != 0);
	assert_int_equal(arrives(c, 0, 500, TCP_ACK), FATE_PASS);
	assert_int_equal(c->in.len, 1000);
	assert_null(c->early);
	assert_stream(b, c, 0);
	end(b, c);
}

TEST(text_beyond_the_window_is_cut_off_with_its_fin)
{
	struct bench *b = bench_new(4, 64, 256);
	struct tcp_conn *c = bench_conn(b);
	uint8_t octets[200];
	struct tcp_segment seg = {
		.seq = seq(FIRST),
		.flags = TCP_ACK | TCP_FIN,
		.text = { octets, sizeof octets },
	};

	memset(octets, 0, sizeof octets);
	c->rcv.wnd = 150;
	assert_int_equal(tcp_process_text(c, &seg), FATE_PASS);
	assert_int_equal(c->in.len, 150);
	assert_int_equal(c->rcv.wnd, 0);
	assert_int_equal(seg.flags, TCP_ACK);
	end(b, c);
}

TEST(without_a_page_the_text_is_dropped_and_not_acknowledged)
{
	struct bench *b = bench_new(4, 2, 256);
	struct tcp_conn *c = bench_conn(b);

	assert_int_equal(arrives(c, 0, 600, TCP_ACK), FATE_TCP_NO_MEMORY);
	assert_int_equal(c->in.len, 512);
	assert_int_equal(c->rcv.nxt.n, FIRST + 512);
	assert_int_equal(arrives(c, 700, 10, TCP_ACK), FATE_TCP_NO_MEMORY);
	stream_drop(&c->in, &b->pages, 512);
	assert_int_equal(arrives(c, 512, 88, TCP_ACK), FATE_PASS);
	assert_int_equal(c->in.len, 88);
	assert_stream(b, c, 512);
	end(b, c);
}

/* Small segments that follow one another share pages; scattered ones have a limit. */
TEST(early_text_is_bounded_in_pages)
{
	struct bench *b = bench_new(4, 600, 256);
	struct tcp_conn *c = bench_conn(b);
	uint32_t i;

	for (i = 0; i < 200; i++)
		assert_int_equal(arrives(c, 1000 + i, 1, TCP_ACK), FATE_PASS);
	assert_int_equal(c->early_pages, 1);
	for (i = 0; i < 500; i++)
		(void)arrives(c, 2000 + i * 8, 1, TCP_ACK);
	assert_in_range(c->early_pages, 2, 2 * (10000 / 256) + 8);
	end(b, c);
}

/* Every second full segment at once (SHLD-19), the others soon (SHLD-18, MUST-40). */
TEST(every_second_full_segment_is_acknowledged_at_once)
{
	struct bench *b = bench_new(4, 64, 256);
	struct tcp_conn *c = bench_conn(b);

	(void)arrives(c, 0, 1000, TCP_ACK);
	assert_true((c->flags & CONN_ACK_NOW) == 0);
	assert_int_equal(c->due[DUE_ACK], b->timers.now + 40000);
	(void)arrives(c, 1000, 1000, TCP_ACK);
	assert_true((c->flags & CONN_ACK_NOW) != 0);
	timer_cancel(&b->timers, &c->timer);
	end(b, c);
}

static void one_random_stream(uint64_t number)
{
	struct bench *b = bench_new(4, 256, 256);
	struct tcp_conn *c = bench_conn(b);
	struct random r;
	uint32_t read = 0, rounds = 0;

	random_init(&r, (struct siphash_key){ number, 0 });
	while (read < STREAM) {
		uint32_t at = read + random_below(&r, 3000), len = 1 + random_below(&r, 900);

		assert_true(++rounds < 100000);
		if (random_below(&r, 4) == 0)
			at = seq_sub(c->rcv.nxt, seq(FIRST));
		if (at + len > STREAM)
			len = at < STREAM ? STREAM - at : 0;
		c->rcv.wnd = 10000 - c->in.len;
		(void)arrives(c, at, len, TCP_ACK);
		assert_int_equal(c->rcv.nxt.n, FIRST + read + c->in.len);
		assert_stream(b, c, read);
		if (random_below(&r, 3) == 0) {
			uint32_t n = random_below(&r, c->in.len + 1);

			stream_drop(&c->in, &b->pages, n);
			read += n;
		}
	}
	timer_cancel(&b->timers, &c->timer);
	end(b, c);
}

TEST(any_order_of_overlapping_segments_gives_the_stream)
{
	uint64_t number;

	for (number = 0; number < 60; number++)
		one_random_stream(number);
}
