/* SPDX-License-Identifier: MIT */
/* socket.h - the socket as the core keeps it, and the row of functions that a kind of socket is.
 *
 * A socket is a handle, its options, its pending error and cause, and a pointer to what its kind
 * made of it: a connection, a listener, a datagram endpoint. The kind's row does the work; the
 * files beside this one hold what all kinds share. Transports never call up: they mark their object
 * and put it on their own list, and the kind's `collect` brings that here after each entry.
 *
 * Owns: sockets, the news list, kept causes.    Calls: the kinds.    Called by: stack, the user.
 */
#ifndef TENON_SOCKET_SOCKET_INTERNAL_H
#define TENON_SOCKET_SOCKET_INTERNAL_H

#include <tenon/socket.h>

#include "base/list.h"
#include "base/pool.h"
#include "ip/transport.h"

struct sockets;

/* How connect() stands, for the calls that come after it; an accepted socket begins as DONE. The
 * files beside this one keep it, the kinds need not look at it. */
enum connect_stage { CONNECT_NONE, CONNECT_RUNNING, CONNECT_DONE };

struct tenon_socket {
	const struct socket_kind *kind;
	struct sockets *sockets;
	void *transport; /* the transport's self */
	void *user;
	union {
		void *any;
		struct tcp_user *tcp; /* the socket's side of a connection or listener */
		struct udp_endpoint *udp;
		struct raw_endpoint *raw;
		struct unix_endpoint *local;
	} is;
	struct list_node news;       /* on sockets->news while what is not 0 */
	struct kept_cause *cause;    /* why its last failure happened, or NULL */
	struct tenon_endpoint local; /* what bind() gave; the kind keeps it */
	uint16_t what;               /* enum tenon_readiness bits of news */
	uint16_t link;               /* SO_BINDTODEVICE */
	uint8_t version;             /* enum tenon_ip_version, 0: not of IP */
	uint8_t connect_stage;
	uint8_t error;                    /* enum tenon_result that is pending, TENON_OK: none */
	uint8_t flags;                    /* enum socket_flags */
	uint8_t shut;                     /* enum tenon_direction bits */
	uint8_t hop_limit, traffic_class; /* 0 hop limit: default */
	int16_t linger_s;                 /* -1: off */
};

enum socket_flags {
	SOCKET_IS_LISTENER = 1,
	SOCKET_REUSE_ADDRESS = 2,
	SOCKET_REUSE_PORT = 4,
	SOCKET_BROADCAST = 8,
	SOCKET_V6_ONLY = 16,
	SOCKET_DONT_ROUTE = 32,
	SOCKET_RECEIVE_ERRORS = 64,
	SOCKET_BIND_NO_PORT = 128,
};

/* What one tenon_send() call carries. */
struct socket_message {
	const struct tenon_slice *slices;
	unsigned count;
	const struct tenon_endpoint *to; /* NULL: the peer */
	unsigned flags;
	size_t len; /* the sum of the slices */
};

/* A cause that outlives the scratch record; the oldest gives way when the pool is empty. */
struct kept_cause {
	struct list_node node; /* on sockets->kept, oldest first */
	struct tenon_socket *owner;
	struct tenon_cause cause;
};

/* One kind of socket. Functions that a kind has no use for answer UNSUPPORTED; none is NULL. */
struct socket_kind {
	enum tenon_socket_kind kind;
	enum tenon_result (*open)(struct tenon_socket *);
	void (*close)(struct tenon_socket *);
	/* The address was checked (family, scope, ours), and the socket has no port yet. */
	enum tenon_result (*bind)(struct tenon_socket *, const struct tenon_endpoint *);
	/* Starts one attempt; family and scope were checked. A stream is in CLOSED then. */
	enum tenon_result (*connect)(struct tenon_socket *, const struct tenon_endpoint *);
	/* Also after an attempt that failed, to make the socket as new but for what bind() gave. */
	enum tenon_result (*disconnect)(struct tenon_socket *);
	/* Sets SOCKET_IS_LISTENER, which disconnect clears. */
	enum tenon_result (*listen)(struct tenon_socket *, unsigned backlog);
	/* Attaches the oldest connection that waits to an open, unused socket. */
	enum tenon_result (*accept)(struct tenon_socket *listener, struct tenon_socket *fresh);
	/* send and receive give the pending error themselves, by tenon_take_error(). */
	enum tenon_result (*send)(struct tenon_socket *, const struct socket_message *,
				  size_t *sent);
	enum tenon_result (*receive)(struct tenon_socket *, const struct tenon_room *,
				     unsigned count, unsigned flags, struct tenon_received *);
	enum tenon_result (*shutdown)(struct tenon_socket *, unsigned directions);
	/* Has it a port? (What local() shows may be that of a connection which has ended.) */
	bool (*is_bound)(const struct tenon_socket *);
	void (*local)(const struct tenon_socket *, struct tenon_endpoint *);
	enum tenon_result (*peer)(const struct tenon_socket *, struct tenon_endpoint *);
	/* TENON_ERROR is added by tenon_readiness(). */
	unsigned (*readiness)(const struct tenon_socket *);
	size_t (*waiting)(const struct tenon_socket *);
	size_t (*unacknowledged)(const struct tenon_socket *);
	size_t (*send_room)(const struct tenon_socket *);
	/* The value is in range. What struct tenon_socket holds (flags, link, hop_limit,
	 * traffic_class, linger_s) is stored already, and the kind does what follows from it:
	 * UNSUPPORTED counts as OK there. All else the kind holds. */
	enum tenon_result (*option_set)(struct tenon_socket *, enum tenon_option, int);
	/* Asked only for what the kind holds. */
	enum tenon_result (*option_get)(const struct tenon_socket *, enum tenon_option, int *);
	/* Takes what the transport noted since the last call and marks the sockets concerned. */
	void (*collect)(void *transport);
};

struct sockets {
	struct ip *ip;
	struct trace *trace;
	const struct tenon_config *config;
	struct tenon_behavior *behavior;
	void *const *transports; /* their selves, in the configuration's order */
	struct pool pool;
	struct pool causes;
	struct list news;
	struct list kept; /* causes, oldest first */
	struct tenon *stack;
};

size_t sockets_need(const struct tenon_limits *);

/* The members up to transports, and stack, are the caller's to set. */
void sockets_init(struct sockets *, struct arena *, const struct tenon_limits *);

/* Ends each entry into the stack: what the transports noted becomes news, then they settle. */
void sockets_settle(struct sockets *);

/* tenon_open() and tenon_news(), for the stack, which alone knows where its sockets are. */
enum tenon_result socket_open(struct sockets *, enum tenon_ip_version, enum tenon_socket_kind,
			      struct tenon_socket **);
struct tenon_socket *socket_news(struct sockets *, unsigned *what);

enum tenon_result socket_open_unix(struct sockets *, enum tenon_socket_kind,
				   struct tenon_socket **);

struct socket_opening {
	size_t transport; /* its place in the configuration */
	const struct socket_kind *kind;
	uint8_t version; /* 0: not of IP */
};
enum tenon_result socket_open_as(struct sockets *, const struct socket_opening *,
				 struct tenon_socket **);
/* One more of its kind. */
enum tenon_result socket_open_like(const struct tenon_socket *, struct tenon_socket **);

/* Begins a call: what is in the scratch cause now is not this call's. */
void socket_begin(struct tenon_socket *);

/* Ends a call: socket_refuse, then sockets_settle; returns result. */
enum tenon_result socket_end(struct tenon_socket *, enum tenon_result);

/* Something is new on this socket: enum tenon_readiness bits. */
void socket_mark(struct tenon_socket *, unsigned what);

/* The socket's operation failed: the error becomes pending, the cause is copied (if the
 * configuration keeps any), TENON_ERROR is news. */
void socket_fail(struct tenon_socket *, const struct tenon_cause *);

/* A call failed at once with result; keeps trace->cause for it if that is its cause (else one of
 * kind NONE), and returns result. Results that only say "not yet" leave no cause. */
enum tenon_result socket_refuse(struct tenon_socket *, enum tenon_result);

/* May this socket speak to that address? FAMILY_MISMATCH (version, V6_ONLY), FAMILY_ABSENT. */
enum tenon_result socket_check_family(const struct tenon_socket *, const struct tenon_ip *);

/* Do the rules allow a call (enum tenon_filter_call) with that endpoint? DENIED. */
enum tenon_result socket_check_call(const struct tenon_socket *, unsigned call,
				    const struct tenon_endpoint *);

/* Rows of kinds that cannot listen: UNSUPPORTED. */
enum tenon_result socket_listens_not(struct tenon_socket *, unsigned backlog);
enum tenon_result socket_accepts_not(struct tenon_socket *, struct tenon_socket *fresh);

/* Rows of transports that have no timers and give back at once what ended. */
uint32_t transport_has_no_timers(const struct tenon_config *);
void transport_never_expires(void *self, struct timer *);
void transport_settles_nothing(void *self);

#endif
