/* SPDX-License-Identifier: MIT */
/* peer.h - one stack, a scripted TCP peer, and time that only the test moves.
 *
 * The stack has one link of bare IP packets; its driver keeps what leaves, and the test looks at
 * it segment by segment. Each SCENARIO runs over IPv4 and then over IPv6, and at its end whatever
 * the stack was given must have come back.
 *
 * Sequence numbers are relative, as in the RFC's examples: a SYN has number 0, the first octet of
 * text 1. The peer's own initial number lies just below 2^32, so that every test wraps around.
 * What a segment does not name has the value it would have in an orderly exchange:
 *
 *	struct peer *p = peer_in(TCP_ESTABLISHED);
 *
 *	sends(p, .flags = RST, .seq = 101);
 *	gets_back(p, .seq = 1, .ack = 1);
 *	still_in(p, TCP_ESTABLISHED);
 *
 * Text is a pattern that depends on its relative number alone, so whoever receives it knows
 * whether it is the right text at the right place.
 */
#ifndef TENON_TESTS_PEER_H
#define TENON_TESTS_PEER_H

#include "pair.h"
#include "peer_wire.h"
#include "tcp/tcp.h"

enum {
	PEER_CAUGHT = 512,
	PEER_SOCKETS = 16,
	PEER_PORT = 7,   /* the peer's */
	STACK_PORT = 80, /* ours, where we listen */
	PEER_MSS = 1000, /* what the peer announces */
	PEER_WND = 50000,
};

#define SECONDS(n) ((uint64_t)(n)*1000000)
#define MILLISECONDS(n) ((uint64_t)(n)*1000)

struct peer_frame {
	uint64_t at_us;
	size_t len;
	uint8_t octets[PEER_PACKET];
};

/* How the exchange begins. */
struct peer_terms {
	bool passive;                     /* the stack listens; else it connects */
	bool simultaneous;                /* both open; SYN-RECEIVED is then that of figure 8 */
	bool no_mss, scaling, timestamps; /* what the peer offers */
	uint16_t mss;                     /* PEER_MSS if 0 */
	uint8_t scale;
	uint16_t wnd; /* PEER_WND if 0 */
	unsigned backlog;
	uint16_t mtu;
	uint8_t seed;
	void (*change)(struct tenon_config *);
	void (*prepare)(struct tenon_socket *); /* before connect() or listen() */
};

struct peer {
	struct tenon *stack;
	void *memory;
	unsigned link;
	uint64_t now_us;
	const struct family *f;
	struct peer_terms terms;
	struct tenon_socket *socket, *listener; /* NULL: closed, or none yet */
	struct tenon_socket *sockets[PEER_SOCKETS];
	uint16_t stack_port, peer_port;
	uint32_t stack_isn, peer_isn;
	int64_t seq, ack; /* what the peer sends next, and what it expects; relative */
	uint16_t wnd;
	uint32_t ts_clock, ts_echo; /* the peer's own clock at time 0; the last value from us */
	uint64_t user_sent, user_received; /* octets, for the pattern */
	char state[16];                    /* of the connection between the two ports */
	uint64_t entered_us;               /* when it entered that state */
	struct tenon_cause cause;          /* of the last failure that the stack told */
	struct peer_frame caught[PEER_CAUGHT];
	unsigned first, count;
	struct peer_frame last; /* the one looked at last */
	struct caught got;      /* the same, as gets_back() saw it */
};

/* A stack and its peer; ended by the harness when the test is over. */
struct peer *peer_new(const struct peer_terms *);

/* By real segments from the beginning to that state. TCP_CLOSED: nothing has happened yet. */
struct peer *peer_reach(enum tcp_state, const struct peer_terms *);
#define peer_in(state, ...) peer_reach(state, &(struct peer_terms){ .passive = false, __VA_ARGS__ })

/* The states of 3.10.7.4, in the RFC's order. */
enum { PEER_STATES = 8 };
extern const enum tcp_state peer_states[PEER_STATES];

/* A listening socket and no connection. */
struct peer *peer_listened_to(const struct peer_terms *);
#define peer_in_listen(...) peer_listened_to(&(struct peer_terms){ .passive = true, __VA_ARGS__ })

/* Another connection from now on: from that port of the peer's, nothing of it has happened. */
void peer_turns_to(struct peer *, uint16_t port);

/* What is due now happens, as after each call that a port makes. */
void peer_runs(struct peer *);

/* A socket of the family in force, closed by the harness unless the test does. */
struct tenon_socket *opens(struct peer *);
/* connect() of p->socket, a new one if there is none; leaves the SYN to be looked at. */
enum tenon_result connects(struct peer *);
struct tenon_socket *accepts(struct peer *);
/* close() of one of the test's sockets. */
void closes(struct peer *, struct tenon_socket *);
/* shutdown() of the sending side. */
void shuts_down(struct peer *);
void sets(struct peer *, enum tenon_option, int value);

/* Octets that the user's send() took; those that receive() gave, which are checked. */
size_t user_sends(struct peer *, size_t len);
size_t user_receives(struct peer *, size_t most);
/* The results of receive() and of send() of one octet. */
enum tenon_result receive_result(struct peer *);
enum tenon_result send_result(struct peer *);

/* A segment arrives from the peer. */
enum tenon_fate peer_sends(struct peer *, const struct segment *);
#define sends(p, ...)                                                                              \
	peer_sends(p, &(struct segment){ .seq = AUTO,                                              \
					 .ack = AUTO,                                              \
					 .wnd = AUTO,                                              \
					 .flags = ACK,                                             \
					 .ts_value = AUTO,                                         \
					 .ts_echo = AUTO,                                          \
					 __VA_ARGS__ })

/* The next segment that left is this one. flags: ACK unless named; PSH counts only if named; text
 * of 0 octets unless .len is named; the rest counts only if named. It stays in p->got. */
void peer_gets(struct peer *, const struct segment *);
#define gets_back(p, ...)                                                                          \
	peer_gets(p, &(struct segment){ .seq = AUTO,                                               \
					.ack = AUTO,                                               \
					.wnd = AUTO,                                               \
					.flags = ACK,                                              \
					.ts_value = AUTO,                                          \
					.ts_echo = AUTO,                                           \
					__VA_ARGS__ })

/* The next segment that left, whatever it is; false if there is none. */
bool catches(struct peer *, struct caught *);
void gets_nothing(struct peer *);
/* Takes what left as received. Returns how many segments that were. */
unsigned ignores(struct peer *);

/* The peer's timestamp clock, a tick each millisecond. */
uint32_t ts_now(const struct peer *);

/* Time passes; what becomes due happens when it is due. */
void passes(struct peer *, uint64_t span_us);

void peer_still_in(struct peer *, enum tcp_state);
#define still_in(p, which) peer_still_in(p, which)
#define now_in(p, which) peer_still_in(p, which)

struct tenon_tcp_status status_of(struct peer *);

/* An ICMP error of the family in force quotes the segment that was looked at last, or it with this
 * (relative) number. */
struct quoting {
	uint8_t type4, code4, type6, code6;
	uint32_t mtu;
	int64_t seq;
};
enum tenon_fate peer_reports(struct peer *, const struct quoting *);
#define reports(p, ...) peer_reports(p, &(struct quoting){ .seq = AUTO, __VA_ARGS__ })

void scenario_begin(const struct family *);
void scenario_end(void);

#define SCENARIO(test_name)                                                                        \
	static void test_name##_once(void);                                                        \
	TEST(test_name)                                                                            \
	{                                                                                          \
		scenario_begin(&pair_v4);                                                          \
		test_name##_once();                                                                \
		scenario_end();                                                                    \
		scenario_begin(&pair_v6);                                                          \
		test_name##_once();                                                                \
		scenario_end();                                                                    \
	}                                                                                          \
	static void test_name##_once(void)

#endif
