/* SPDX-License-Identifier: MIT */
/* tcp_rtt.h - the retransmission timeout, RFC 6298.
 *
 * Samples come from timestamps, or from one segment at a time that was not sent again (Karn's
 * rule; MUST-18). The granularity G is a millisecond, the timestamps' clock.
 *
 * Called by: tcp_ack, tcp_handshake, tcp_timeouts.
 */
#ifndef TENON_TCP_TCP_RTT_H
#define TENON_TCP_TCP_RTT_H

#include "tcp/tcp.h"

/* Milliseconds of the stack's time, modulo 2^32. */
uint32_t tcp_now_ms(const struct tcp *);

/* No sample yet: RTO is the initial one. */
void tcp_rtt_init(struct tcp_conn *);

/* A round trip took this long: RTO follows it, and what backing off has added is gone. */
void tcp_rtt_sample(struct tcp_conn *, uint32_t rtt_us);

/* The timer came: RTO doubles, up to the limit (RFC 6298 5.5), and stays so until a sample. */
void tcp_rtt_back_off(struct tcp_conn *);

/* The SYN had to be repeated and there is no sample: 3 seconds (RFC 6298 5.7). */
void tcp_rtt_syn_was_lost(struct tcp_conn *);

#endif
