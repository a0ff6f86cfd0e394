/* SPDX-License-Identifier: MIT */
/* tcp_handshake.h - what is offered in a SYN, what is agreed on, how long segments may be.
 *
 * Offered: MSS always, window scale and timestamps as the stack's behavior says, and in a SYN,ACK
 * only what the SYN offered (RFC 7323 2.2, 3.2).
 *
 * Called by: tcp_user, tcp_listen, tcp_arrives, tcp_segment.
 */
#ifndef TENON_TCP_TCP_HANDSHAKE_H
#define TENON_TCP_TCP_HANDSHAKE_H

#include "tcp/tcp.h"

/* The connection's addresses and ports are known: ISS, scale, timestamps, RTO. not_before: ISS is
 * at least that (a TIME-WAIT connection gives way); NULL: any. */
void tcp_handshake_init(struct tcp_conn *, const seq32 *not_before);

/* The options of our SYN or SYN,ACK. */
void tcp_handshake_offer(const struct tcp_conn *, struct tcp_options *);

/* The peer's SYN or SYN,ACK has come with these. */
void tcp_handshake_agree(struct tcp_conn *, const struct tcp_options *);

/* Eff.snd.MSS, from what the peer takes and the path bears (RFC 9293 3.7.1). MUST-16 */
void tcp_update_mss(struct tcp_conn *);

/* Octets of text that may be planned at once: a segment, or several where the link cuts them. */
uint32_t tcp_text_max(const struct tcp_conn *);

/* What the link takes without cutting anything, RFC 9293 3.7.1: a longer text is several segments.
 */
uint16_t tcp_receive_mss(const struct tcp_conn *);

/* The path bears packets of mtu octets only, 0: not told how many. True if that is news. */
bool tcp_path_shrinks(struct tcp_conn *, uint32_t mtu);

/* ESTABLISHED is entered: the congestion window begins. */
void tcp_handshake_done(struct tcp_conn *);

/* SEG.WND of what is sent now: what fits into c->receive_bytes becomes RCV.WND. */
uint16_t tcp_advertise_window(struct tcp_conn *);

/* The same for a SYN, whose window is not scaled (RFC 7323 2.2). */
uint16_t tcp_advertise_syn_window(struct tcp_conn *);

/* Would the advertised window grow by so much that the peer should be told (RFC 9293 3.8.6.2.2)? */
bool tcp_window_grows(const struct tcp_conn *);

#endif
