/* SPDX-License-Identifier: MIT */
/* tcp_listen.h - LISTEN: a listener, its half-open connections and its accept queue.
 *
 * A SYN makes a connection in SYN-RECEIVED that belongs to its listener; when the handshake is done
 * it waits there for accept(). The rules are Linux's. The accept queue is full when more than
 * `backlog` wait: then SYNs are dropped, and the last ACK of a handshake is ignored, so that the
 * peer believes itself connected and our SYN,ACK comes again (behavior.abort_on_overflow: a RST
 * instead). SYN cookies will have their place where half_open is full.
 *
 * Listeners are found by local address and port; a specific address beats the wildcard of its
 * family, which beats a :: that also takes IPv4. Several may share address and port with
 * SO_REUSEPORT; the peer's hash picks one.
 *
 * Called by: tcp_user, tcp_arrives, tcp_ack, tcp_timeouts.
 */
#ifndef TENON_TCP_TCP_LISTEN_H
#define TENON_TCP_TCP_LISTEN_H

#include "tcp/tcp_arrives.h"
#include "tcp/tcp_table.h"

struct tcp_listener {
	struct hash_node node; /* by address and port */
	struct tcp_user *user;
	struct tenon_ip ip;
	uint16_t port, link;
	bool v6_only;
	uint32_t backlog;
	uint32_t half_open_count, waiting_count;
	struct list half_open, waiting;
};

/* Listens on what the user has bound, or changes the backlog. PORT_TAKEN, TABLE_FULL. */
enum tenon_result tcp_listen(struct tcp_user *, unsigned backlog);

/* Stops listening: who waits is reset. */
void tcp_listener_close(struct tcp_listener *);

/* The listener for a segment to this address, or NULL. */
struct tcp_listener *tcp_listener_find(const struct tcp *, const struct tcp_segment *);

/* The oldest connection that waits goes to a fresh user. WOULD_BLOCK, NOT_LISTENING. */
enum tenon_result tcp_accept(struct tcp_user *listening, struct tcp_user *fresh);

/* RFC 9293 3.10.7.2, third: a SYN. Makes the connection in SYN-RECEIVED and answers. not_before: as
 * tcp_handshake_init has it. */
enum fate tcp_listen_syn(struct tcp_listener *, const struct tcp_segment *,
			 const seq32 *not_before);

/* May the handshake of this half-open connection be completed, or is the accept queue full? */
bool tcp_listener_has_room(const struct tcp_listener *);

/* The handshake is done: the connection waits for accept(). */
void tcp_listener_established(struct tcp_conn *);

/* The connection ended before accept(). */
void tcp_listener_forget(struct tcp_conn *);

#endif
