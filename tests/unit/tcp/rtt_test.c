/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include "tcp/tcp_rtt.h"

static struct tcp_conn *fresh(struct bench **b)
{
	struct tcp_conn *c;

	*b = bench_new(4, 4, 256);
	c = bench_conn(*b);
	tcp_rtt_init(c);
	return c;
}

/* RFC 6298 2.1 */
TEST(the_rto_is_the_initial_one_before_any_sample)
{
	struct bench *b;
	struct tcp_conn *c = fresh(&b);

	assert_int_equal(c->rto_us, 1000000);
	bench_end(b);
}

/* RFC 6298 2.2: SRTT <- R, RTTVAR <- R/2, RTO <- SRTT + 4 RTTVAR. */
TEST(the_first_sample_gives_three_times_itself)
{
	struct bench *b;
	struct tcp_conn *c = fresh(&b);

	tcp_rtt_sample(c, 500000);
	assert_int_equal(c->srtt_us, 500000);
	assert_int_equal(c->rttvar_us, 250000);
	assert_int_equal(c->rto_us, 1500000);
	bench_end(b);
}

/* RFC 6298 2.3: 3/4 RTTVAR + 1/4 |SRTT - R|, then 7/8 SRTT + 1/8 R. */
TEST(later_samples_are_smoothed)
{
	struct bench *b;
	struct tcp_conn *c = fresh(&b);

	tcp_rtt_sample(c, 400000);
	tcp_rtt_sample(c, 800000);
	assert_int_equal(c->rttvar_us, 250000);
	assert_int_equal(c->srtt_us, 450000);
	assert_int_equal(c->rto_us, 1450000);
	tcp_rtt_sample(c, 50000);
	assert_int_equal(c->rttvar_us, 287500);
	assert_int_equal(c->srtt_us, 400000);
	bench_end(b);
}

/* RFC 6298 2.4 and 2.5 */
TEST(the_rto_stays_between_its_limits)
{
	struct bench *b;
	struct tcp_conn *c = fresh(&b);
	int i;

	tcp_rtt_sample(c, 0);
	assert_int_equal(c->rto_us, 200000);
	tcp_rtt_sample(c, 2000000000);
	assert_int_equal(c->rto_us, 120000000);
	tcp_rtt_init(c);
	for (i = 0; i < 6; i++)
		tcp_rtt_back_off(c);
	assert_int_equal(c->rto_us, 64000000);
	tcp_rtt_back_off(c);
	tcp_rtt_back_off(c);
	assert_int_equal(c->rto_us, 120000000);
	bench_end(b);
}

/* The granularity counts where the variance is nothing. */
TEST(the_rto_exceeds_a_steady_round_trip)
{
	struct bench *b;
	struct tcp_conn *c = fresh(&b);
	int i;

	for (i = 0; i < 200; i++)
		tcp_rtt_sample(c, 800000);
	assert_in_range(c->rto_us, 801000, 802000);
	bench_end(b);
}

TEST(a_sample_takes_the_backing_off_back)
{
	struct bench *b;
	struct tcp_conn *c = fresh(&b);

	tcp_rtt_sample(c, 500000);
	tcp_rtt_back_off(c);
	assert_int_equal(c->rto_us, 3000000);
	tcp_rtt_sample(c, 500000);
	assert_int_equal(c->rto_us, 500000 + 4 * 187500);
	bench_end(b);
}

/* RFC 6298 5.7 */
TEST(a_lost_syn_means_three_seconds_unless_there_is_a_sample)
{
	struct bench *b;
	struct tcp_conn *c = fresh(&b);

	tcp_rtt_syn_was_lost(c);
	assert_int_equal(c->rto_us, 3000000);
	tcp_rtt_sample(c, 500000);
	tcp_rtt_syn_was_lost(c);
	assert_int_equal(c->rto_us, 1500000);
	bench_end(b);
}
