/* SPDX-License-Identifier: MIT */
/* tcp_user.h - the user's side: OPEN, SEND, RECEIVE, CLOSE, ABORT, STATUS (RFC 9293 3.10.1
 * to 3.10.6).
 *
 * A user is what a socket has of TCP from its first call on: settings, what bind() holds, and at
 * most one connection or listener. It outlives its connections. What happens to them is noted in
 * `what` and `failure`, and the user stands on tcp->news until the socket layer has taken that.
 *
 * Called by: socket/socket_tcp.c.    Calls: tcp_table, tcp_listen, tcp_output, ip.
 */
#ifndef TENON_TCP_TCP_USER_H
#define TENON_TCP_TCP_USER_H

#include <tenon/socket.h>

#include "tcp/tcp.h"

struct tcp_settings {
	uint32_t flags; /* those of enum tcp_conn_flags that are options */
	uint32_t receive_bytes, send_bytes;
	uint32_t user_timeout_ms;
	uint16_t max_segment; /* 0: what the link gives */
	uint16_t keep_idle_s, keep_interval_s;
	uint16_t fin_wait_s;
	uint16_t link;
	uint32_t receive_low; /* octets that make it readable; 0: one */
	uint8_t keep_count;
	uint8_t syn_retries; /* 0: behavior.syn_retries */
	uint8_t hop_limit, traffic_class;
	bool v6_only, no_port, dont_route, reuse, reuse_port;
};

struct tcp_user {
	struct list_node news;
	struct tcp *tcp;
	void *owner; /* the socket */
	struct tcp_conn *conn;
	struct tcp_listener *listener;
	struct tcp_port *port;       /* held by bind(); NULL: none */
	struct tenon_ip any;         /* the unspecified address of the socket's family */
	struct tenon_endpoint local; /* as bound */
	struct tenon_endpoint
		shown;   /* without a connection; Linux goes on showing the last one's port */
	bool has_failed; /* the last attempt, and nobody has begun anew or disconnected */
	bool is_address_given, is_port_given; /* to bind(): what was not goes with the connection */
	uint16_t what;                        /* enum tenon_readiness: news */
	uint8_t failure;    /* enum tenon_result that the socket has not yet taken */
	uint8_t soft_error; /* enum tenon_result: the last ICMP error that did not end it */
	uint8_t hold;       /* enum tcp_hold of the port */
	uint32_t rule;      /* that kept back what was sent last; 0: none did */
	struct tcp_settings set;
	time_us heard; /* the last segment, while keepalive is on */
	uint64_t octets_sent, octets_received;
	uint64_t segments_sent, segments_received, segments_retransmitted;
};

/* NULL if there are none left. */
struct tcp_user *tcp_user_take(struct tcp *, void *owner, enum tenon_ip_version);

/* The owner is gone: what it had is closed or reset, the user is given back. is_reset: at once,
 * with RST (SO_LINGER 0). */
void tcp_user_give(struct tcp_user *, bool is_reset);

/* Notes that something happened: enum tenon_readiness bits. */
void tcp_mark(struct tcp_user *, unsigned what);

/* PORT_TAKEN, NO_PORT_LEFT, TABLE_FULL, ADDRESS_NOT_LOCAL, ALREADY_BOUND. */
enum tenon_result tcp_bind(struct tcp_user *, const struct tenon_endpoint *);

/* A free port on the user's address, for listen() without bind(). NO_PORT_LEFT, TABLE_FULL. */
enum tenon_result tcp_bind_any_port(struct tcp_user *);

/* Gives a connection that begins what its user has set. */
void tcp_settings_apply(const struct tcp_settings *, struct tcp_conn *);

/* Settings that also live in a running connection, listener or port have changed. */
void tcp_settings_changed(struct tcp_user *);

/* OPEN, active: CONNECT_STARTED, or why not (tenon_connect's list). */
enum tenon_result tcp_open(struct tcp_user *, const struct tenon_endpoint *peer);

/* SEND: as many octets as fit. WOULD_BLOCK, NOT_CONNECTED, SEND_SIDE_CLOSED, NO_MEMORY. */
enum tenon_result tcp_send(struct tcp_user *, const struct tenon_slice *, unsigned count,
			   bool more_follows, size_t *sent);

struct tcp_reading {
	const struct tenon_room *rooms;
	unsigned count;
	bool is_peek;
	size_t len; /* octets that were read */
};

/* RECEIVE: octets in order; OK with len 0 is the end of the stream. WOULD_BLOCK, NOT_CONNECTED. */
enum tenon_result tcp_receive(struct tcp_user *, struct tcp_reading *);

/* CLOSE: no more will be sent, what is queued still is. NOT_CONNECTED. */
enum tenon_result tcp_close(struct tcp_user *);

/* No more will be received: the user sees the end of the stream. NOT_CONNECTED. */
enum tenon_result tcp_close_receiving(struct tcp_user *);

/* ABORT of whatever there is, connection (with RST) or listener, and back to CLOSED. */
void tcp_abort(struct tcp_user *);

/* STATUS. False where there is no connection and was none. */
bool tcp_status(const struct tcp_user *, struct tenon_tcp_status *);

/* enum tenon_readiness of the user's connection or listener. */
unsigned tcp_readiness(const struct tcp_user *);

/* SYN-SENT or SYN-RECEIVED. */
bool tcp_is_opening(const struct tcp_conn *);

/* May the user still SEND? */
bool tcp_may_send(const struct tcp_conn *);

/* Will nothing arrive behind what is in c->in? */
bool tcp_is_at_end(const struct tcp_conn *);

/* Octets that tcp_send would take. */
uint32_t tcp_send_room(const struct tcp_user *);

#endif
