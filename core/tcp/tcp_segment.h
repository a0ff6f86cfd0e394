/* SPDX-License-Identifier: MIT */
/* tcp_segment.h - building one segment: for a connection, a RST for none, a challenge ACK.
 *
 * Text goes out as slices of the send stream's pages. Every segment carries the current
 * acknowledgment and window, so sending one of them settles what ACKs were owed.
 *
 * Called by: tcp_output (all that is planned), tcp_arrives and tcp_user (RST).
 */
#ifndef TENON_TCP_TCP_SEGMENT_H
#define TENON_TCP_TCP_SEGMENT_H

#include "tcp/tcp_arrives.h"

/* A segment of the connection: len octets of its stream from seq on, fewer if the pages are too
 * scattered for one packet; *len is what went. Results are ip_send's. */
enum tenon_result tcp_send_segment(struct tcp_conn *, seq32 seq, uint8_t flags, uint32_t *len);

/* <SEQ=SND.NXT><CTL=RST,ACK>, but within the peer's window: aborted on this side. */
void tcp_send_abort(struct tcp_conn *);

/* An empty segment before the window, which the peer must answer: keepalive's probe. */
void tcp_send_keepalive(struct tcp_conn *);

/* A RST that the sender of this segment will accept (RFC 9293 3.5.2, 3.10.7.1); none to a RST. */
void tcp_send_rst(struct tcp *, const struct tcp_segment *);

/* Asks for an ACK, if this second's challenges are not used up (RFC 5961 7): answers the fate
 * given, or FATE_TCP_CHALLENGE_LIMITED. */
enum fate tcp_challenge(struct tcp_conn *, enum fate);

#endif
