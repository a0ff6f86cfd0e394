/* SPDX-License-Identifier: MIT */
/* tcp_recovery.h - losses told by duplicate ACKs: fast retransmit and NewReno's fast recovery.
 *
 * RFC 5681 3.2 and RFC 6582. The third duplicate ACK sends SND.UNA's segment again and begins
 * recovery, which lasts until what was in flight then is acknowledged; each partial ACK sends one
 * more. The first two let a new segment out each (RFC 3042), in tcp_output.
 *
 * Called by: tcp_ack.
 */
#ifndef TENON_TCP_TCP_RECOVERY_H
#define TENON_TCP_TCP_RECOVERY_H

#include "tcp/tcp.h"

/* An ACK that acknowledges nothing new while something is in flight. */
void tcp_recovery_duplicate_ack(struct tcp_conn *);

/* So many new octets were acknowledged; SND.UNA has moved. */
void tcp_recovery_new_ack(struct tcp_conn *, uint32_t octets);

#endif
