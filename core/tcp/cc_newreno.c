/* SPDX-License-Identifier: MIT */
/* cc_newreno.c - RFC 5681 with the initial window of RFC 6928 and byte counting (RFC 3465, L = 2).
 */
#include "tcp/tcp_congestion.h"

enum {
	INITIAL_SEGMENTS = 10,   /* RFC 6928 2 */
	INITIAL_OCTETS = 14600,  /* the same, for large segments */
	SLOW_START_SEGMENTS = 2, /* RFC 3465 2.2: L */
	CWND_MAX = 0x3fffffff,   /* the largest window, RFC 7323 2.3 */
};

static uint32_t initial_window(const struct tcp_window *w)
{
	uint32_t limit = (uint32_t)INITIAL_SEGMENTS * w->mss;
	uint32_t floor = 2U * w->mss;

	if (floor < INITIAL_OCTETS)
		floor = INITIAL_OCTETS;
	return limit < floor ? limit : floor;
}

static void newreno_opened(struct tcp_window *w)
{
	w->cwnd = initial_window(w);
	w->ssthresh = CWND_MAX;
	w->credit = 0;
}

/* RFC 5681 3.1: slow start below ssthresh, else one segment for each window acknowledged. */
static void newreno_acked(struct tcp_window *w, uint32_t octets)
{
	uint32_t step = (uint32_t)SLOW_START_SEGMENTS * w->mss;

	if (w->cwnd < w->ssthresh) {
		w->cwnd += octets < step ? octets : step;
	} else {
		w->credit += octets;
		if (w->credit >= w->cwnd) {
			w->credit -= w->cwnd;
			w->cwnd += w->mss;
		}
	}
	if (w->cwnd > CWND_MAX)
		w->cwnd = CWND_MAX;
}

/* RFC 5681 3.1, equation 4. */
static uint32_t half_of(const struct tcp_window *w, uint32_t in_flight)
{
	uint32_t half = in_flight / 2, floor = 2U * w->mss;

	return half > floor ? half : floor;
}

/* RFC 5681 3.2 step 3: the three segments that caused the duplicate ACKs have left the network. */
static void newreno_lost(struct tcp_window *w, uint32_t in_flight)
{
	w->ssthresh = half_of(w, in_flight);
	w->cwnd = w->ssthresh + 3U * w->mss;
	w->credit = 0;
}

static void newreno_timed_out(struct tcp_window *w, uint32_t in_flight)
{
	w->ssthresh = half_of(w, in_flight);
	w->cwnd = w->mss;
	w->credit = 0;
}

/* RFC 5681 4.1. */
static void newreno_idled(struct tcp_window *w)
{
	uint32_t restart = initial_window(w);

	if (w->cwnd > restart)
		w->cwnd = restart;
}

const struct tenon_congestion tenon_newreno = {
	.name = "newreno",
	.opened = newreno_opened,
	.acked = newreno_acked,
	.lost = newreno_lost,
	.timed_out = newreno_timed_out,
	.idled = newreno_idled,
};
