/* SPDX-License-Identifier: MIT */
/* socket.h - sockets with result codes: no errno, no descriptors, nothing that blocks.
 *
 * Every call answers at once. What cannot be done yet is WOULD_BLOCK or CONNECT_STARTED; when it
 * can be, the socket stands in the list that tenon_news() hands out. A dialect turns this into
 * blocking calls, descriptors and its own codes.
 */
#ifndef TENON_SOCKET_H
#define TENON_SOCKET_H

#include <tenon/api.h>
#include <tenon/tcp_status.h>
#include <tenon/tenon.h>

TENON_BEGIN

struct tenon_socket;

enum tenon_socket_kind {
	TENON_STREAM,
	TENON_DATAGRAM,
	TENON_RAW,         /* copies of a protocol's packets, over IPv4 with their IP header */
	TENON_PING,        /* echo requests and replies; its port is their identifier */
	TENON_UNIX_STREAM, /* these are opened by <tenon/unix.h> */
	TENON_UNIX_DATAGRAM,
	TENON_UNIX_SEQPACKET
};

/* A socket of the first transport in the configuration that offers this kind. An IPv6 socket also
 * speaks to v4-mapped peers unless TENON_OPTION_V6_ONLY is set.
 * NO_SOCKET_LEFT, KIND_ABSENT, FAMILY_ABSENT. */
enum tenon_result tenon_open(struct tenon *, enum tenon_ip_version, enum tenon_socket_kind,
			     struct tenon_socket **);

/* The socket is gone for the caller; a connection goes on closing by itself (RFC 9293 3.6), or is
 * reset if data was left unread or TENON_OPTION_LINGER is 0. Always takes the socket. */
void tenon_close(struct tenon_socket *);

/* A pointer of the caller's, NULL at first. */
void tenon_set_user(struct tenon_socket *, void *user);
void *tenon_user(const struct tenon_socket *);
struct tenon *tenon_stack_of(const struct tenon_socket *);
enum tenon_ip_version tenon_version_of(const struct tenon_socket *);
enum tenon_socket_kind tenon_kind_of(const struct tenon_socket *);

/* ALREADY_BOUND, ADDRESS_NOT_LOCAL, PORT_TAKEN, NO_PORT_LEFT (port 0: any), FAMILY_MISMATCH,
 * SCOPE_MISSING, TABLE_FULL. */
enum tenon_result tenon_bind(struct tenon_socket *, const struct tenon_endpoint *);

/* Streams: CONNECT_STARTED when a SYN is on its way; later calls CONNECT_PENDING, then OK or
 * ALREADY_CONNECTED (behavior.success_is_collected), or the attempt's error once, then
 * EARLIER_ATTEMPT_FAILED once (behavior.failure_is_collected), then a new attempt. At once:
 * IS_LISTENING, FAMILY_MISMATCH, SCOPE_MISSING, NO_ROUTE, ROUTE_*, LINK_DOWN, SOURCE_UNUSABLE,
 * NO_SOURCE_ADDRESS, ADDRESS_NOT_LOCAL (the bound one is gone), BROADCAST_CONNECTION,
 * MULTICAST_CONNECTION, NO_PORT_LEFT, TUPLE_TAKEN, NO_CONNECTION_LEFT.
 * Datagrams: OK, nothing leaves; BROADCAST_DENIED, NO_DATAGRAM_PORT_LEFT and the above but the
 * stream's own. */
enum tenon_result tenon_connect(struct tenon_socket *, const struct tenon_endpoint *);

/* How the last attempt stands, without starting one: CONNECT_PENDING, OK, or its error, which is
 * then collected as tenon_connect() would (EARLIER_ATTEMPT_FAILED if tenon_take_error() has taken
 * it); NOT_CONNECTED if there is none. For a dialect's blocking connect(). */
enum tenon_result tenon_connect_outcome(struct tenon_socket *);

/* AF_UNSPEC: the peer is dissolved. A stream goes back to CLOSED, its peer gets a RST and ABORTED
 * is pending; a listener stops listening. A local address or port that bind() was asked for stays,
 * one that was chosen goes. */
enum tenon_result tenon_disconnect(struct tenon_socket *);

/* backlog as listen(2)'s; again on a listener it changes the backlog. ALREADY_CONNECTED,
 * UNSUPPORTED, NO_PORT_LEFT, PORT_TAKEN, TABLE_FULL. */
enum tenon_result tenon_listen(struct tenon_socket *, unsigned backlog);

/* The oldest established connection. WOULD_BLOCK, NOT_LISTENING, UNSUPPORTED, NO_SOCKET_LEFT. */
enum tenon_result tenon_accept(struct tenon_socket *, struct tenon_socket **);

enum tenon_message_flags {
	TENON_PEEK = 1,     /* leave it in the queue */
	TENON_MORE = 2,     /* more will follow at once: a partial segment may wait */
	TENON_TRUNCATED = 4 /* out: the datagram was longer than the room */
};

struct tenon_message {
	const struct tenon_slice *slices;
	unsigned count;                  /* of slices */
	unsigned flags;                  /* TENON_MORE */
	const struct tenon_endpoint *to; /* NULL: the peer */
};

/* Sends octets (a stream: as many as fit, *sent of them, at least one unless WOULD_BLOCK) or one
 * datagram. WOULD_BLOCK, NOT_CONNECTED, NO_DESTINATION, SEND_SIDE_CLOSED,
 * MESSAGE_TOO_LONG, BROADCAST_DENIED, the socket's pending error, connect()'s routing results. */
enum tenon_result tenon_send(struct tenon_socket *, const struct tenon_message *, size_t *sent);

struct tenon_room {
	void *at;
	size_t len;
};

struct tenon_received {
	size_t len;       /* octets put into the room */
	size_t whole_len; /* the datagram's own length */
	struct tenon_endpoint from;
	unsigned flags; /* out: TENON_TRUNCATED */
};

/* Receives octets (a stream: OK with len 0 is the end of it) or one datagram. flags: TENON_PEEK.
 * WOULD_BLOCK, NOT_CONNECTED, the socket's pending error (once). */
enum tenon_result tenon_receive(struct tenon_socket *, const struct tenon_room *, unsigned count,
				unsigned flags, struct tenon_received *);

/* Octets (a stream) or the length of the first datagram waiting; 0 if none. FIONREAD. */
size_t tenon_waiting(const struct tenon_socket *);
/* Octets not yet acknowledged, sent or not. SIOCOUTQ. */
size_t tenon_unacknowledged(const struct tenon_socket *);
/* Octets that tenon_send() would take now. */
size_t tenon_send_room(const struct tenon_socket *);

enum tenon_direction { TENON_RECEIVING = 1, TENON_SENDING = 2 };

/* A bit set of directions. NOT_CONNECTED. */
enum tenon_result tenon_shutdown(struct tenon_socket *, unsigned directions);

/* NOT_CONNECTED where there is no peer. The unbound local endpoint is all zero. */
void tenon_local(const struct tenon_socket *, struct tenon_endpoint *);
enum tenon_result tenon_peer(const struct tenon_socket *, struct tenon_endpoint *);

/* The pending error, which is then gone: SO_ERROR. OK if none. */
enum tenon_result tenon_take_error(struct tenon_socket *);

/* Why the socket's last failure happened; false if there is none or its record was given up. */
bool tenon_cause(const struct tenon_socket *, struct tenon_cause *);

enum tenon_readiness {
	TENON_READABLE = 1,       /* receive or accept would not say WOULD_BLOCK */
	TENON_WRITABLE = 2,       /* there is room to send */
	TENON_ERROR = 4,          /* an error is pending */
	TENON_RECEIVE_CLOSED = 8, /* FIN arrived, or shut down for receiving */
	TENON_SEND_CLOSED = 16,   /* shut down for sending */
	TENON_CLOSED = 32,        /* a stream not opened, failed or ended */
	TENON_CONNECTING = 64,    /* SYN-SENT or SYN-RECEIVED of our own opening */
	TENON_LISTENING = 128,
	TENON_URGENT = 256
};

unsigned tenon_readiness(const struct tenon_socket *);

/* The next socket to which something happened since it was last handed out, or NULL. *what: the
 * enum tenon_readiness bits for which something is new (an edge each; the level may be gone). */
struct tenon_socket *tenon_news(struct tenon *, unsigned *what);

/* Options: value is an integer in the unit named. UNKNOWN_OPTION, BAD_VALUE, UNSUPPORTED. */
enum tenon_option {
	TENON_OPTION_REUSE_ADDRESS,  /* bool */
	TENON_OPTION_REUSE_PORT,     /* bool */
	TENON_OPTION_BROADCAST,      /* bool */
	TENON_OPTION_KEEPALIVE,      /* bool */
	TENON_OPTION_LINGER,         /* seconds; -1: off */
	TENON_OPTION_SEND_BYTES,     /* octets the send buffer holds */
	TENON_OPTION_RECEIVE_BYTES,  /* octets the receive buffer holds */
	TENON_OPTION_RECEIVE_LOW,    /* octets: SO_RCVLOWAT */
	TENON_OPTION_DONT_ROUTE,     /* bool */
	TENON_OPTION_NO_DELAY,       /* bool: RFC 9293 MUST-17 */
	TENON_OPTION_CORK,           /* bool */
	TENON_OPTION_QUICK_ACK,      /* bool */
	TENON_OPTION_MAX_SEGMENT,    /* octets: TCP_MAXSEG */
	TENON_OPTION_SYN_RETRIES,    /* count: TCP_SYNCNT */
	TENON_OPTION_USER_TIMEOUT,   /* milliseconds, 0: none (RFC 5482) */
	TENON_OPTION_KEEP_IDLE,      /* seconds */
	TENON_OPTION_KEEP_INTERVAL,  /* seconds */
	TENON_OPTION_KEEP_COUNT,     /* count */
	TENON_OPTION_LINGER_2,       /* seconds: TCP_LINGER2 */
	TENON_OPTION_HOP_LIMIT,      /* 1 to 255, -1: default; IP_TTL, IPV6_UNICAST_HOPS */
	TENON_OPTION_TRAFFIC_CLASS,  /* 0 to 255: IP_TOS, IPV6_TCLASS */
	TENON_OPTION_V6_ONLY,        /* bool; before bind only */
	TENON_OPTION_BIND_NO_PORT,   /* bool: IP_BIND_ADDRESS_NO_PORT */
	TENON_OPTION_RECEIVE_ERRORS, /* bool: IP_RECVERR, soft ICMP errors too */
	TENON_OPTION_LINK,           /* link index, 0: any; SO_BINDTODEVICE */
	TENON_OPTION_PROTOCOL,       /* 1 to 255, of a raw socket, which hears nothing without it */
	TENON_OPTION_HEADER_INCLUDED, /* bool, raw over IPv4: what is sent begins with it;
					 IP_HDRINCL */
	TENON_OPTION_CHECKSUM_AT, /* raw over IPv6: octet, even, to 62; -1: none; IPV6_CHECKSUM */
	TENON_OPTION_COUNT
};

enum tenon_result tenon_option_set(struct tenon_socket *, enum tenon_option, int value);
enum tenon_result tenon_option_get(const struct tenon_socket *, enum tenon_option, int *value);

/* The ICMP types that a raw socket does not hear, a bit for each: bit t % 32 of word t / 32.
 * UNSUPPORTED on other kinds. ICMP_FILTER, ICMP6_FILTER. */
enum tenon_result tenon_icmp_block(struct tenon_socket *, const uint32_t types[8]);

TENON_END
#endif
