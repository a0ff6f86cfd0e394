/* SPDX-License-Identifier: MIT */
/* tcp_timeouts.h - every deadline of a connection, and what happens when it comes (RFC
 * 9293 3.10.8).
 *
 * DUE_RETRANSMIT runs while something is unacknowledged (RFC 6298 5). When nothing is in flight and
 * what waits may not leave, because the window is closed or too small to be worth it, it is the
 * persist deadline instead (RFC 9293 3.8.6.1, and the override of 3.8.6.2.1): doubled each time,
 * without end as long as the peer answers.
 * DUE_ACK is the delayed ACK's. DUE_LIFE is TIME-WAIT's end, that of FIN-WAIT-2 without a user, or
 * the keepalive's next look, of which a state has at most one.
 *
 * A deadline moved later does not touch the heap; one that was moved is filed again when it comes.
 * A SYN is repeated behavior.syn_linear_timeouts times before its RTO doubles, as Linux does.
 *
 * Called by: tcp_arrives, tcp_ack, tcp_text, tcp_output, tcp_user; stack_advance (tcp_expired).
 */
#ifndef TENON_TCP_TCP_TIMEOUTS_H
#define TENON_TCP_TCP_TIMEOUTS_H

#include "tcp/tcp.h"

/* A timer of ours was due. */
void tcp_expired(struct tcp *, struct timer *);

/* All deadlines are off. */
void tcp_timers_stop(struct tcp_conn *);

/* Something that must be acknowledged has left. */
void tcp_timers_data_sent(struct tcp_conn *);

/* Some of it was acknowledged; SND.UNA has moved. */
void tcp_timers_data_acked(struct tcp_conn *);

/* Nothing is in flight, and what waits may not leave. */
void tcp_timers_window_closed(struct tcp_conn *);

/* The window has opened: no more probes. */
void tcp_timers_window_opened(struct tcp_conn *);

/* An ACK may wait for company. */
void tcp_timers_ack_delayed(struct tcp_conn *);

/* An ACK has left. */
void tcp_timers_ack_sent(struct tcp_conn *);

/* A state begins that ends by itself after span_us. */
void tcp_timers_life(struct tcp_conn *, uint64_t span_us);

/* A segment was heard from the peer, or keepalive was switched on. */
void tcp_timers_heard(struct tcp_conn *);

/* How long FIN-WAIT-2 lasts without a user. */
uint64_t tcp_fin_wait_us(const struct tcp_conn *);

#endif
