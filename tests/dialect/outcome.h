/* SPDX-License-Identifier: MIT */
/* outcome.h - what a case saw, line by line, and the test that both worlds saw the same.
 *
 * A line is "what: value". Names are written as US, PEER, OTHER, LO, ANY with their port, or with
 * PORT in place of one that was chosen by the stack.
 */
#ifndef TESTS_DIALECT_OUTCOME_H
#define TESTS_DIALECT_OUTCOME_H

#include "world.h"

enum { OUTCOME_MAX = 4096 };

struct outcome {
	struct world *world;
	char text[OUTCOME_MAX];
};

__attribute__((format(printf, 2, 3))) void saw(struct outcome *, const char *format, ...);
/* "what: 0", "what: 5", "what: ECONNREFUSED" (errno, if result is -1). */
void saw_result(struct outcome *, const char *what, long result);
/* What poll() says at once: "what: IN|OUT". */
void saw_ready(struct outcome *, const char *what, int fd);
/* SO_ERROR. */
void saw_error(struct outcome *, const char *what, int fd);
/* getsockname() and getpeername(). */
void saw_names(struct outcome *, const char *what, int fd);
/* What has come to the peer since the last time, after a while: "wire: SYN ACK". */
void saw_wire(struct outcome *);
/* A new socket connects to the peer, which accepts from now on: "fresh: 0". */
void saw_fresh_connect(struct outcome *);

/* What the peer does from now on, and how long it takes. */
void peer_answers(struct outcome *, enum peer_answer, uint32_t delay_us);
void peer_reports(struct outcome *, uint8_t icmp_type, uint8_t icmp_code, uint32_t delay_us);

/* Calls of the world's API that write down what they return. */
int makes_socket(struct outcome *, int type);
void connects(struct outcome *, int fd, struct name to);
/* poll() for writing, at most that long. */
void waits_writable(struct outcome *, int fd, int timeout_ms);

typedef void case_function(struct outcome *);

/* Over IPv4 and IPv6, Tenon and the live kernel both see exactly this. */
void both_see(case_function *, const char *expected);
/* Over one family, where the two differ. */
void both_see_over(int family, case_function *, const char *expected);
/* Tenon alone: what takes the kernel too long. */
void tenon_sees(case_function *, const char *expected);

#endif
