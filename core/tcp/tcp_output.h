/* SPDX-License-Identifier: MIT */
/* tcp_output.h - what may be sent now, and then sending it.
 *
 * tcp_plan decides and changes nothing; tcp_output does what it says until it says nothing. Events
 * change the connection and end with tcp_output: nobody else sends text, SYN, FIN or ACK.
 * In the plan's order: our SYN; what must be sent again; new text and FIN, as far as the windows,
 * SWS avoidance (RFC 9293 3.8.6.2.1) and Nagle (RFC 9293 3.7.4) let it; a probe; an ACK alone.
 *
 * Called by: tcp_arrives, tcp_user, tcp_timeouts, tcp_listen.    Calls: tcp_segment.
 */
#ifndef TENON_TCP_TCP_OUTPUT_H
#define TENON_TCP_TCP_OUTPUT_H

#include "tcp/tcp.h"

enum tcp_why {
	WHY_NOTHING,
	WHY_SYN,
	WHY_AGAIN,
	WHY_NEW,
	WHY_PROBE,
	WHY_ACK,
};

struct tcp_plan {
	enum tcp_why why;
	seq32 seq;
	uint32_t len; /* of text */
	uint8_t flags;
};

struct tcp_plan tcp_plan(const struct tcp_conn *);

/* Sends all that may be sent now. The connection may be CLOSED: then there is nothing. */
void tcp_output(struct tcp_conn *);

/* Octets (SYN and FIN too) that are in the network, as far as we know. */
uint32_t tcp_in_flight(const struct tcp_conn *);

/* Is there text or a FIN that was not yet acknowledged, sent or not? */
bool tcp_is_waiting(const struct tcp_conn *);

/* The number of a segment without text, which the peer must find in its window. */
seq32 tcp_acceptable_seq(const struct tcp_conn *);

#endif
