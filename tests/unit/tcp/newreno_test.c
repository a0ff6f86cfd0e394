/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "tcp/tcp_congestion.h"

static struct tcp_window opened(uint16_t mss)
{
	struct tcp_window w = { .mss = mss };

	tenon_newreno.opened(&w);
	return w;
}

/* RFC 6928 2: min(10 MSS, max(2 MSS, 14600)). */
TEST(the_initial_window_is_ten_segments_within_limits)
{
	assert_int_equal(opened(536).cwnd, 5360);
	assert_int_equal(opened(1460).cwnd, 14600);
	assert_int_equal(opened(9000).cwnd, 18000);
}

TEST(slow_start_grows_by_what_is_acknowledged_up_to_two_segments)
{
	struct tcp_window w = opened(1000);

	tenon_newreno.acked(&w, 700);
	assert_int_equal(w.cwnd, 10700);
	tenon_newreno.acked(&w, 5000);
	assert_int_equal(w.cwnd, 12700);
}

TEST(congestion_avoidance_grows_by_one_segment_a_window)
{
	struct tcp_window w = { .mss = 1000, .cwnd = 8000, .ssthresh = 8000 };
	int i;

	for (i = 0; i < 7; i++)
		tenon_newreno.acked(&w, 1000);
	assert_int_equal(w.cwnd, 8000);
	tenon_newreno.acked(&w, 1000);
	assert_int_equal(w.cwnd, 9000);
	for (i = 0; i < 9; i++)
		tenon_newreno.acked(&w, 1000);
	assert_int_equal(w.cwnd, 10000);
}

/* RFC 5681 3.1 equation 4, and 3.2 step 3. */
TEST(a_loss_halves_what_was_in_flight)
{
	struct tcp_window w = { .mss = 1000, .cwnd = 20000, .ssthresh = 30000 };

	tenon_newreno.lost(&w, 16000);
	assert_int_equal(w.ssthresh, 8000);
	assert_int_equal(w.cwnd, 11000);
	tenon_newreno.lost(&w, 3000);
	assert_int_equal(w.ssthresh, 2000);
}

TEST(a_timeout_begins_again_with_one_segment)
{
	struct tcp_window w = { .mss = 1000, .cwnd = 20000, .ssthresh = 30000 };

	tenon_newreno.timed_out(&w, 16000);
	assert_int_equal(w.cwnd, 1000);
	assert_int_equal(w.ssthresh, 8000);
}

/* RFC 5681 4.1 */
TEST(an_idle_connection_restarts_with_the_initial_window)
{
	struct tcp_window w = { .mss = 1000, .cwnd = 90000, .ssthresh = 50000 };

	tenon_newreno.idled(&w);
	assert_int_equal(w.cwnd, 10000);
	assert_int_equal(w.ssthresh, 50000);
	w.cwnd = 3000;
	tenon_newreno.idled(&w);
	assert_int_equal(w.cwnd, 3000);
}

TEST(the_window_stays_countable)
{
	struct tcp_window w = { .mss = 1000, .cwnd = 0x3fffffff, .ssthresh = 0x3fffffff };
	int i;

	for (i = 0; i < 3; i++)
		tenon_newreno.acked(&w, 0x3fffffff);
	assert_int_equal(w.cwnd, 0x3fffffff);
}
