/* SPDX-License-Identifier: MIT */
/* tcp_arrives.h - RFC 9293 3.10.7, SEGMENT ARRIVES: the four cases and the eight steps.
 *
 * Lookup picks the case: a connection, else a listener, else CLOSED. A step answers FATE_PASS to go
 * on; anything else is final. Steps change the connection and ask for an ACK by its flags; what is
 * to be sent leaves once, at the end, by tcp_output. The fifth and the seventh step have files of
 * their own.
 *
 * Called by: stack_input, through tenon_tcp.    Calls: tcp_output, tcp_segment, tcp_listen.
 */
#ifndef TENON_TCP_TCP_ARRIVES_H
#define TENON_TCP_TCP_ARRIVES_H

#include "tcp/tcp.h"

/* A segment that has arrived. */
struct tcp_segment {
	const struct ip_arrival *arrival;
	seq32 seq, ack;
	uint32_t len; /* SEG.LEN: text, SYN and FIN */
	uint16_t wnd; /* as on the wire */
	uint16_t up;
	uint16_t local_port, peer_port;
	uint8_t flags;
	bool beyond_window; /* RCV.WND is 0: only ACK, RST and URG of it count */
	struct bytes text;
	struct tcp_options options;
};

/* A packet for TCP: what became of it. */
enum fate tcp_arrives(struct tcp *, const struct ip_arrival *);

/* An ICMP error, or a next hop that is silent, about a segment that this host sent. False if there
 * is no such conversation, or the quoted number is not in flight (RFC 5927 4.1). */
bool tcp_report(struct tcp *, const struct icmp_report *);

/* Fifth, check the ACK field (tcp_ack.c). */
enum fate tcp_check_ack(struct tcp_conn *, const struct tcp_segment *);

/* The window of a segment whose sequence number was checked (RFC 9293 3.10.7.4, fifth). */
void tcp_update_send_window(struct tcp_conn *, const struct tcp_segment *);

/* Seventh, process the segment text (tcp_text.c): what is in order joins c->in, the rest waits. The
 * segment's text is trimmed to the window first; a FIN behind what was trimmed is forgotten. */
enum fate tcp_process_text(struct tcp_conn *, struct tcp_segment *);

/* Gives back what waits out of order. */
void tcp_forget_early(struct tcp_conn *);

#endif
