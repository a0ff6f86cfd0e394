/* SPDX-License-Identifier: MIT */
/* tcp_congestion.h - a congestion control is five functions on a window.
 *
 * They decide how large cwnd and ssthresh are; when a loss has happened, and what is sent again, is
 * tcp_recovery's and tcp_timeouts' business. MUST-19
 *
 * Called by: tcp_ack, tcp_recovery, tcp_timeouts, tcp_output.
 */
#ifndef TENON_TCP_TCP_CONGESTION_H
#define TENON_TCP_TCP_CONGESTION_H

#include "tcp/tcp.h"

struct tenon_congestion {
	const char *name;
	/* A connection is established: the initial window. mss is set. */
	void (*opened)(struct tcp_window *);
	/* New octets were acknowledged, outside of recovery. */
	void (*acked)(struct tcp_window *, uint32_t octets);
	/* A segment was lost while others arrive: ssthresh, and cwnd to go on with. */
	void (*lost)(struct tcp_window *, uint32_t in_flight);
	/* The retransmission timer came for a segment, the first time. */
	void (*timed_out)(struct tcp_window *, uint32_t in_flight);
	/* Nothing was sent for longer than the RTO, and now something will be. */
	void (*idled)(struct tcp_window *);
};

static inline const struct tenon_congestion *tcp_congestion_of(const struct tcp_conn *c)
{
	return c->tcp->congestions[c->congestion];
}

#endif
