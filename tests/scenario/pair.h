/* SPDX-License-Identifier: MIT */
/* pair.h - two stacks and a line between them, in time that only the test moves.
 *
 * The line carries bare IP packets, or Ethernet frames if asked, without delay; a test may cut it,
 * look at what was sent last and put octets of its own in. BOTH(name) is a test whose body runs
 * over IPv4 and then over IPv6: `f` tells the addresses. pair_end() demands that every socket,
 * cause, page, endpoint and datagram was given back.
 */
#ifndef TENON_TESTS_PAIR_H
#define TENON_TESTS_PAIR_H

#include "test.h"

#include <tenon/socket.h>

enum { PAIR_QUEUE = 256, PAIR_FRAME = 2048 };

struct pair_frame {
	size_t len;
	uint8_t octets[PAIR_FRAME];
};

struct pair_host {
	struct tenon *stack;
	void *memory;
	unsigned link;
	unsigned number; /* 1 or 2 */
	struct pair_host *other;
	struct pair_frame queue[PAIR_QUEUE]; /* sent, not delivered yet */
	unsigned queued;
	unsigned sent; /* frames, since the test last set it to 0 */
	struct pair_frame last;
	bool is_cut; /* what this host sends is lost */
};

struct pair {
	struct pair_host a, b;
	uint64_t now_us;
};

struct family {
	enum tenon_ip_version version;
	struct tenon_ip a, b;   /* the two hosts */
	struct tenon_ip nobody; /* on the line, no host's */
	struct tenon_ip far;    /* no route leads there */
	struct tenon_ip loopback, any;
	unsigned header_len; /* of an IP packet */
};

extern const struct family pair_v4, pair_v6;

struct pair_terms {
	bool is_ethernet;
	bool takes_fragments;                  /* both hosts name tenon_fragments */
	void (*change)(struct tenon_config *); /* of host a; may be NULL */
};

struct pair *pair_new(const struct pair_terms *);
void pair_end(struct pair *);

/* Everything that can happen now happens. */
void pair_run(struct pair *);

/* Time passes, and what is due in it happens when it is due. */
void pair_pass(struct pair *, uint64_t span_us);

/* A frame arrives at the host as if the other had sent it. Returns its fate. */
enum tenon_fate pair_arrives(struct pair_host *, const void *frame, size_t len);

/* The host is told of its last packet: an ICMP error of that type and code, from the other host. */
enum tenon_fate pair_error(struct pair_host *, const struct family *, uint8_t type, uint8_t code);

struct tenon_endpoint at(struct tenon_ip, uint16_t port);

/* How many are in use in the pool of that name. */
uint32_t pair_pool_used(const struct tenon *, const char *name);

/* Bits of news of that socket, 0 if it has none. All other news are forgotten. */
unsigned pair_news(struct tenon *, const struct tenon_socket *);

/* Sends the text as one message; to may be NULL. */
enum tenon_result say(struct tenon_socket *, const struct tenon_endpoint *to, const char *text);

/* The next message is that text; its sender in *from, which may be NULL. */
void hears(struct tenon_socket *, const char *text, struct tenon_endpoint *from);
void hears_nothing(struct tenon_socket *);

#define assert_result(call, result) assert_string_equal(tenon_result_name(call), #result)
#define assert_fate(call, fate) assert_string_equal(tenon_fate_name(call), #fate)

#define BOTH(test_name)                                                                            \
	static void test_name##_over(const struct family *f);                                      \
	TEST(test_name)                                                                            \
	{                                                                                          \
		test_name##_over(&pair_v4);                                                        \
		test_name##_over(&pair_v6);                                                        \
	}                                                                                          \
	static void test_name##_over(const struct family *f)

#endif
