/* SPDX-License-Identifier: MIT */
/* tcp.h - the connection, which is the RFC's TCB, and its states.
 *
 * The names are RFC 9293's: c->snd.una is SND.UNA. SND.NXT never goes back: what must be sent again
 * is the range c->again, and tcp_output takes it from there before anything new.
 *
 * A connection belongs to a user (tcp_user.h) or, before accept() and after close(), to nobody. It
 * changes state in tcp_enter alone, whose table is the RFC's figure 5. A connection that ends stays
 * in memory until tcp_settle, after the entry point is done, and longer if a user still holds it:
 * what has arrived can be read after a reset.
 *
 * CLOSED is the state of a connection that ended and of none; LISTEN is another struct
 * (tcp_listen.h). SACK, RACK and ECN have no fields yet; urgent data is announced, not sent.
 *
 * Owns: connections, the tables.    Calls: ip, timers, pages, trace.    Called by: socket, stack.
 */
#ifndef TENON_TCP_TCP_H
#define TENON_TCP_TCP_H

#include "base/bitmap.h"
#include "base/hash.h"
#include "ip/ip.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

enum tcp_state {
	TCP_CLOSED,
	TCP_SYN_SENT,
	TCP_SYN_RECEIVED,
	TCP_ESTABLISHED,
	TCP_FIN_WAIT_1,
	TCP_FIN_WAIT_2,
	TCP_CLOSE_WAIT,
	TCP_CLOSING,
	TCP_LAST_ACK,
	TCP_TIME_WAIT,
	TCP_STATE_COUNT
};

enum tcp_conn_flags {
	CONN_PASSIVE = 0x1,    /* came from LISTEN; MUST-11 */
	CONN_FIN_QUEUED = 0x2, /* the user closed: FIN follows the last octet */
	CONN_FIN_ACKED = 0x4,
	CONN_ACK_NOW = 0x8,       /* an ACK has to leave */
	CONN_ACK_LATER = 0x10,    /* the delayed-ACK deadline runs */
	CONN_TIMESTAMPS = 0x20,   /* agreed, RFC 7323 3 */
	CONN_SCALING = 0x40,      /* agreed, RFC 7323 2 */
	CONN_TIMING = 0x80,       /* a round trip is being measured without timestamps */
	CONN_IN_RECOVERY = 0x100, /* RFC 6582: until c->recover is acknowledged */
	CONN_PERSISTING = 0x200,  /* DUE_RETRANSMIT is the persist deadline */
	CONN_OVERRIDE = 0x400,    /* that deadline came: what the window allows may leave */
	CONN_NO_DELAY = 0x800,    /* Nagle off; MUST-17 */
	CONN_CORK = 0x1000,       /* partial segments wait */
	CONN_MORE = 0x2000,       /* so said the last SEND */
	CONN_QUICK_ACK = 0x4000,  /* no ACK is delayed */
	CONN_KEEPALIVE = 0x8000,  /* DUE_LIFE is the keepalive deadline; MUST-24 */
	CONN_URGENT = 0x10000,    /* RCV.UP is ahead of RCV.NXT and the user was told */
	CONN_REUSE = 0x20000,     /* HOLD_REUSE and HOLD_REUSE_PORT of its port */
	CONN_REUSE_PORT = 0x40000,
	CONN_ENDED = 0x80000,        /* on tcp->ended */
	CONN_ABANDONED = 0x100000,   /* closed by its user: arriving text is answered with RST */
	CONN_SOFT_ERRORS = 0x200000, /* TENON_OPTION_RECEIVE_ERRORS: they are reported at once */
	CONN_SHUT_RECEIVE = 0x800000,
	CONN_FIN_WAITS = 0x1000000, /* the peer's FIN came early: it is c->fin_at */
	CONN_WAS_OPEN = 0x2000000,  /* has been ESTABLISHED */
};

enum tcp_due {
	DUE_RETRANSMIT, /* or persist */
	DUE_ACK,
	DUE_LIFE, /* TIME-WAIT; FIN-WAIT-2 without a user; keepalive */
	DUE_COUNT
};

/* What a congestion control sees and changes, octets. */
struct tcp_window {
	uint32_t cwnd, ssthresh;
	uint32_t credit; /* acknowledged since cwnd last grew, in congestion avoidance */
	uint16_t mss;
};

struct tcp_conn {
	struct hash_node tuple;
	struct tcp *tcp;
	struct tcp_user *user; /* NULL: nobody owns it */
	uint32_t flags;        /* enum tcp_conn_flags */
	uint16_t local_port, peer_port;
	struct {
		seq32 una, nxt, wl1, wl2;
		uint32_t wnd, max_wnd;
	} snd;
	struct {
		seq32 nxt, up;
		uint32_t wnd; /* as advertised: RCV.NXT + RCV.WND never goes back */
	} rcv;
	struct {
		seq32 from, until;
	} again; /* to be retransmitted; empty when equal */
	uint8_t state;
	uint8_t error; /* enum tenon_result with which it ended */
	uint8_t snd_scale, rcv_scale;
	uint8_t duplicate_acks, retries, probes;
	uint8_t congestion; /* index in the configuration */
	seq32 ack_sent;     /* Last.ACK.sent, RFC 7323 4.3 */
	uint32_t ts_recent, ts_offset;
	uint32_t ts_recent_ms;
	struct tcp_window window; /* its mss is Eff.snd.MSS */
	struct stream out;        /* begins at SND.UNA, or behind our SYN */
	struct stream in;         /* ends at RCV.NXT */
	struct page *early;       /* out of order; tcp_text.c */
	struct timer timer;
	time_us due[DUE_COUNT];
	seq32 recover, timed_seq, fin_at;
	uint32_t timed_ms;
	uint32_t srtt_us, rttvar_us, rto_us;
	uint32_t receive_bytes, send_bytes;
	uint16_t rcv_mss_seen; /* longest text yet: the peer's idea of a full segment */
	uint16_t peer_mss, path_mss, user_mss;
	seq32 iss, irs;
	time_us began; /* the first transmission of what is not yet acknowledged */
	time_us sent_last;
	uint16_t early_pages;
	uint16_t fin_wait_s; /* TENON_OPTION_LINGER_2; 0: behavior.fin_wait_2_us */
	struct tcp_port *port;
	struct tcp_listener *listener; /* before accept() */
	union {
		struct list_node queue; /* listener->half_open or ->waiting */
		struct tcp_conn *next_ended;
	} link;
	struct ip_flow flow;
};

struct tcp {
	struct ip *ip;
	struct timers *timers;
	struct trace *trace;
	struct pages *pages;
	const struct tenon_behavior *behavior;
	const struct tenon_congestion *const *congestions;
	struct pool conns, listeners, users, ports;
	struct hash_table tuples, listening, port_table;
	struct bitmap ports_held;
	struct list news; /* users to whom something happened */
	struct tcp_conn *ended;
	struct siphash_key table_key, isn_key, port_key;
	uint32_t port_counter;
	uint32_t challenge_tokens;
	time_us challenge_refill;
	uint8_t timer_owner;
};

/* As struct tenon_transport has them. */
size_t tcp_need(const struct tenon_config *);
uint32_t tcp_timer_limit(const struct tenon_config *);
struct tcp *tcp_init(struct arena *, struct ip *, struct pages *, const struct tenon_config *);
void tcp_settle(struct tcp *);
bool tcp_pool_use(const struct tcp *, unsigned index, struct tenon_pool_use *);

/* A connection in state CLOSED, without ports, that nobody owns; NULL if none is left. */
MUST_USE struct tcp_conn *tcp_conn_take(struct tcp *);

/* The one place where a state changes: traps on a move that is not in figure 5, traces it, and sets
 * the deadlines that belong to the new state. */
void tcp_enter(struct tcp_conn *, enum tcp_state);

/* Enters CLOSED. A result other than OK is told to the user, for the cause in trace->cause. */
void tcp_end(struct tcp_conn *, enum tenon_result);

/* The user lets go: unread text is dropped, and memory is given back once it is CLOSED. */
void tcp_conn_release(struct tcp_conn *);

/* "SYN-SENT"; static. */
const char *tcp_state_name(enum tcp_state);

/* The number of the first octet of c->out. */
static inline seq32 tcp_data_begin(const struct tcp_conn *c)
{
	bool syn_open = c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;

	return syn_open ? seq_add(c->iss, 1) : c->snd.una;
}

/* The number behind its last octet: our FIN has it. */
static inline seq32 tcp_data_end(const struct tcp_conn *c)
{
	return seq_add(tcp_data_begin(c), c->out.len);
}

static inline bool tcp_fin_sent(const struct tcp_conn *c)
{
	return (c->flags & CONN_FIN_QUEUED) && seq_gt(c->snd.nxt, tcp_data_end(c));
}

struct tenon_endpoint tcp_local_of(const struct tcp_conn *);
struct tenon_endpoint tcp_peer_of(const struct tcp_conn *);

/* Fills what a cause tells of the connection that failed. */
void tcp_cause_about(const struct tcp_conn *, struct tenon_cause *);

#endif
