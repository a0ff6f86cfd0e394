/* SPDX-License-Identifier: MIT */
/* What tcp_plan decides, and that it decides without changing anything. */
#include "bench.h"

#include "tcp/tcp_output.h"

struct desk {
	struct bench *b;
	struct tcp_conn *c;
};

/* queued octets wait, in_flight octets before them are sent and not acknowledged. */
static struct desk desk_with(uint32_t in_flight, uint32_t queued)
{
	static const uint8_t octets[20000];
	struct desk d = { .b = bench_new(4, 128, 256) };

	d.c = bench_conn(d.b);
	assert_int_equal(stream_append(&d.c->out, &d.b->pages, octets, in_flight + queued),
			 in_flight + queued);
	d.c->snd.nxt = seq_add(d.c->snd.una, in_flight);
	return d;
}

static struct tcp_plan plan_of(const struct desk *d)
{
	struct tcp_conn before = *d->c;
	struct tcp_plan plan = tcp_plan(d->c);

	assert_memory_equal(&before, d->c, sizeof before);
	return plan;
}

static void plans(struct desk d, enum tcp_why why, uint32_t from, uint32_t len, int flags)
{
	struct tcp_plan plan = plan_of(&d);

	assert_int_equal(plan.why, why);
	if (why != WHY_NOTHING) {
		assert_int_equal(plan.seq.n, from);
		assert_int_equal(plan.len, len);
		assert_int_equal(plan.flags, flags);
	}
	bench_end(d.b);
}

TEST(nothing_to_send_is_nothing)
{
	plans(desk_with(0, 0), WHY_NOTHING, 0, 0, 0);
}

/* SHLD-28 */
TEST(a_full_segment_leaves_at_once)
{
	plans(desk_with(500, 2500), WHY_NEW, 1500, 1000, TCP_ACK);
}

/* MUST-61: the last one is pushed. */
TEST(a_small_segment_leaves_when_nothing_is_in_flight)
{
	plans(desk_with(0, 10), WHY_NEW, 1000, 10, TCP_ACK | TCP_PSH);
}

/* SHLD-7: Nagle. */
TEST(a_small_segment_waits_while_something_is_in_flight)
{
	plans(desk_with(500, 10), WHY_NOTHING, 0, 0, 0);
}

/* MUST-17 */
TEST(a_small_segment_leaves_without_delay_if_so_asked)
{
	struct desk d = desk_with(500, 10);

	d.c->flags |= CONN_NO_DELAY;
	plans(d, WHY_NEW, 1500, 10, TCP_ACK | TCP_PSH);
}

TEST(a_cork_holds_what_is_less_than_a_segment)
{
	struct desk d = desk_with(0, 10);

	d.c->flags |= CONN_CORK;
	plans(d, WHY_NOTHING, 0, 0, 0);
	d = desk_with(0, 1010);
	d.c->flags |= CONN_CORK;
	plans(d, WHY_NEW, 1000, 1000, TCP_ACK);
}

/* MUST-38: silly windows are not used … */
TEST(less_than_half_the_window_ever_seen_is_not_worth_a_segment)
{
	struct desk d = desk_with(0, 2000);

	d.c->snd.wnd = 400;
	d.c->snd.max_wnd = 802;
	plans(d, WHY_NOTHING, 0, 0, 0);
	d = desk_with(0, 2000);
	d.c->snd.wnd = 400;
	d.c->snd.max_wnd = 800;
	plans(d, WHY_NEW, 1000, 400, TCP_ACK);
}

/* … until the override timeout. */
TEST(the_override_sends_what_the_window_allows)
{
	struct desk d = desk_with(0, 2000);

	d.c->snd.wnd = 40;
	d.c->flags |= CONN_OVERRIDE;
	plans(d, WHY_NEW, 1000, 40, TCP_ACK);
}

/* MUST-36 */
TEST(a_closed_window_is_probed_with_one_octet)
{
	struct desk d = desk_with(0, 2000);

	d.c->snd.wnd = 0;
	plans(d, WHY_NOTHING, 0, 0, 0);
	d = desk_with(0, 2000);
	d.c->snd.wnd = 0;
	d.c->flags |= CONN_OVERRIDE;
	plans(d, WHY_PROBE, 1000, 1, TCP_ACK);
}

/* MUST-34: the usable window may be negative. */
TEST(a_window_that_shrank_below_what_is_in_flight_allows_nothing)
{
	struct desk d = desk_with(3000, 2000);

	d.c->snd.wnd = 2000;
	plans(d, WHY_NOTHING, 0, 0, 0);
}

TEST(the_congestion_window_limits_what_is_in_flight)
{
	struct desk d = desk_with(3000, 2000);

	d.c->window.cwnd = 3000;
	plans(d, WHY_NOTHING, 0, 0, 0);
	d = desk_with(3000, 2000);
	d.c->window.cwnd = 4000;
	plans(d, WHY_NEW, 4000, 1000, TCP_ACK);
}

/* RFC 3042: the first two duplicate ACKs let one new segment out each. */
TEST(a_duplicate_ack_allows_one_segment_beyond_the_congestion_window)
{
	struct desk d = desk_with(3000, 2000);

	d.c->window.cwnd = 3000;
	d.c->duplicate_acks = 1;
	plans(d, WHY_NEW, 4000, 1000, TCP_ACK);
	d = desk_with(4000, 2000);
	d.c->window.cwnd = 3000;
	d.c->duplicate_acks = 1;
	plans(d, WHY_NOTHING, 0, 0, 0);
}

TEST(what_was_lost_goes_before_what_is_new)
{
	struct desk d = desk_with(3000, 2000);

	d.c->again.from = seq(1000);
	d.c->again.until = seq(4000);
	plans(d, WHY_AGAIN, 1000, 1000, TCP_ACK);
}

TEST(what_is_sent_again_takes_new_text_with_it)
{
	struct desk d = desk_with(10, 500);

	d.c->again.from = seq(1000);
	d.c->again.until = seq(1010);
	plans(d, WHY_AGAIN, 1000, 510, TCP_ACK | TCP_PSH);
}

TEST(the_fin_goes_with_the_last_octets)
{
	struct desk d = desk_with(500, 10);

	d.c->state = TCP_FIN_WAIT_1;
	d.c->flags |= CONN_FIN_QUEUED;
	plans(d, WHY_NEW, 1500, 10, TCP_ACK | TCP_PSH | TCP_FIN);
	d = desk_with(500, 1500);
	d.c->state = TCP_FIN_WAIT_1;
	d.c->flags |= CONN_FIN_QUEUED;
	plans(d, WHY_NEW, 1500, 1000, TCP_ACK);
}

TEST(a_lone_fin_goes_once_and_again_when_lost)
{
	struct desk d = desk_with(500, 0);

	d.c->state = TCP_LAST_ACK;
	d.c->flags |= CONN_FIN_QUEUED;
	assert_int_equal(plan_of(&d).flags, TCP_ACK | TCP_FIN);
	d.c->snd.nxt = seq(1501);
	assert_int_equal(plan_of(&d).why, WHY_NOTHING);
	d.c->again.from = seq(1500);
	d.c->again.until = seq(1501);
	plans(d, WHY_AGAIN, 1500, 0, TCP_ACK | TCP_FIN);
}

TEST(the_fin_needs_room_in_the_window)
{
	struct desk d = desk_with(0, 1000);

	d.c->state = TCP_FIN_WAIT_1;
	d.c->flags |= CONN_FIN_QUEUED;
	d.c->snd.wnd = 1000;
	plans(d, WHY_NEW, 1000, 1000, TCP_ACK | TCP_PSH);
}

TEST(an_ack_that_is_owed_goes_alone_when_nothing_else_does)
{
	struct desk d = desk_with(500, 10);

	d.c->flags |= CONN_ACK_NOW;
	plans(d, WHY_ACK, 1500, 0, TCP_ACK);
}

TEST(nothing_but_acks_leaves_in_states_that_have_sent_all)
{
	static const enum tcp_state states[] = { TCP_CLOSED, TCP_FIN_WAIT_2, TCP_TIME_WAIT };
	size_t i;

	for (i = 0; i < sizeof states / sizeof states[0]; i++) {
		struct desk d = desk_with(0, 10);

		d.c->state = (uint8_t)states[i];
		plans(d, WHY_NOTHING, 0, 0, 0);
	}
}
