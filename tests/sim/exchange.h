/* SPDX-License-Identifier: MIT */
/* exchange.h - one connection over which both ends send octets that the other end checks.
 *
 * Each end sends and receives in pieces of random sizes, now and then it rests, and when it has
 * sent all it shuts down its sending side. The exchange is done when both ends have sent all and
 * seen the end of the other's stream.
 */
#ifndef TENON_TESTS_EXCHANGE_H
#define TENON_TESTS_EXCHANGE_H

#include "lan.h"

struct exchange_end {
	struct exchange *exchange;
	struct tenon_socket *socket; /* NULL before accept() and after close */
	unsigned host;
	bool is_opener;
	uint64_t random, pattern, peer_pattern;
	uint64_t to_send, sent, to_receive, received;
	uint64_t rests_until_us;
	bool is_door; /* stands for the listener */
	bool has_shut, has_end, has_news;
};

struct exchange {
	struct lan *lan;
	struct exchange_end ends[2], door; /* the first opens, the other listens */
	uint32_t rest_us;                  /* at most this long; 0: never */
	enum tenon_result error;           /* of either end, if its connection fails */
};

struct exchange_terms {
	uint64_t seed;
	enum tenon_ip_version version;
	uint64_t octets[2]; /* that each end sends */
	uint32_t rest_us;
	unsigned opener, listener; /* hosts; where both are 0, they are 0 and 1 */
	uint16_t port;             /* that is listened on; several exchanges may share a lan */
	uint16_t opener_port;      /* 0: any */
};

/* Opens it: the listener listens and the SYN is asked for. */
void exchange_open(struct exchange *, struct lan *, const struct exchange_terms *);

/* Does what the ends can do now. True: the exchange is done, or has failed (error). For
 * tenon_sim_run(). */
bool exchange_is_done(void *exchange);

/* Asserts that all arrived, and closes the sockets. */
void exchange_close(struct exchange *);

#endif
