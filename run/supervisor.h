/* SPDX-License-Identifier: MIT */
/* supervisor.h - one stack, one thread, one loop: the host on which a tree of programs runs.
 *
 * The loop waits for descriptors (calls of the programs, frames of the lab, the supervisor's ends
 * of stand-ins, signals) and for the stack's next deadline; then it lets the stack work, and
 * hands its news to the stand-ins concerned. Nothing else calls the stack.
 *
 * Called by: run.c.    Calls: calls, stand-ins, the stack.
 */
#ifndef RUN_SUPERVISOR_H
#define RUN_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include <tenon/socket.h>

#include "rendezvous.h"
#include "request.h"

struct standin;
struct call;
struct host;

/* A descriptor in the loop. */
struct watch {
	void (*ready)(void *context, uint32_t events);
	void *context;
};

/* Room for octets on their way between a stand-in and the stack; free ones are kept. */
enum { CHUNK_BYTES = 65536 };
struct chunk {
	struct chunk *next;
	size_t at, len; /* what is still to go: len octets from at */
	uint8_t octets[CHUNK_BYTES];
};

enum { STANDIN_BUCKETS = 4096, PARTS_MAX = 1024 };

struct supervisor {
	struct tenon *stack;
	const struct host *host; /* whose stack it is */
	struct notifier notifier;
	struct rendezvous rendezvous;
	struct watch calls;
	int epoll;
	bool is_explaining; /* --explain */
	bool has_ended;     /* no program of the tree is left */
	/* stand-ins (standin.c) */
	struct standin *buckets[STANDIN_BUCKETS]; /* by cookie */
	struct standin *loose; /* unattached: nothing tells when the program closes these */
	struct standin *dead;  /* to be freed when the loop's turn is over */
	unsigned loose_count, loose_limit, attached_count;
	/* calls that wait (call.c) */
	struct call *waiting, *dead_calls;
	uint64_t next_look_us; /* when waiting calls are next asked for signals */
	/* what octets pass through */
	struct chunk *chunks;
	uint8_t scratch[CHUNK_BYTES];
	struct iovec parts[PARTS_MAX];       /* of the message that a call speaks of */
	uint32_t datagram_cost[CHUNK_BYTES]; /* what the kernel charges for one of this length, or 0
					      */
};

/* Serves the calls of the tree whose listener is in v->notifier. 0 or -errno. */
int supervisor_serve(struct supervisor *);

/* Readies everything but the notifier. The host stays the caller's. 0 or -errno. */
int supervisor_open(struct supervisor *, const struct host *);
void supervisor_close(struct supervisor *);

/* Watches fd for EPOLL* events. 0 or -errno. */
int supervisor_watch(struct supervisor *, int fd, uint32_t events, struct watch *);

/* The same descriptor is to be watched for other events. */
void supervisor_rewatch(struct supervisor *, int fd, uint32_t events, struct watch *);

/* One turn: waits (not beyond until_us), then does all there is to do. */
void supervisor_turn(struct supervisor *, uint64_t until_us);

/* Microseconds of the monotonic clock, the stack's time. */
uint64_t supervisor_now(void);

/* A chunk with nothing in it, or NULL; and back. */
struct chunk *chunk_take(struct supervisor *);
void chunk_give(struct supervisor *, struct chunk *);

#endif
