/* SPDX-License-Identifier: MIT */
/* world.h - where a case runs: Tenon in virtual time, or the live kernel in a network namespace.
 *
 * Either is a host with the same addresses on a cable to a scripted peer (peer.h):
 *
 *	us    10.9.0.1/24  fd09::1/64      on a link without neighbors
 *	peer  10.9.0.2     fd09::2         and all others of these prefixes
 *
 * three rejecting routes (198.51.100.1 and 2001:db8:1::1 unreachable, .2 prohibited, .3 a
 * blackhole), and nothing else: no default route. A SYN's retransmission times double from the
 * first on (tcp_syn_linear_timeouts 0). A case is a function that calls world->api and writes down
 * what it saw (outcome.h). It must not assume how long things take: the kernel's take real time.
 *
 * The first kernel world moves the calling thread into a network namespace of its own, with a TUN
 * device as the cable and a thread that plays the peer.
 */
#ifndef TESTS_DIALECT_WORLD_H
#define TESTS_DIALECT_WORLD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "api.h"
#include "peer.h"

struct tenon;
struct tenon_sim;

struct world {
	const struct api *api;
	int family; /* AF_INET or AF_INET6 */
	struct peer *peer;
	/* Tenon's only */
	struct tenon_sim *sim;
	struct tenon *stack;
	struct tenon_posix_host *host;
};

/* Each begins with a peer that was reset. */
void world_begin_tenon(struct world *, int family);
/* NULL, or why there is no kernel world. */
const char *world_begin_kernel(struct world *, int family);
void world_end(struct world *);

/* Lets that time pass. */
void world_sleep(struct world *, uint32_t us);
/* Lets everything arrive that is under way. */
void world_calm(struct world *);
/* Calls back after that time, while the case waits; from the peer's side. */
void world_at(struct world *, uint32_t us, void (*call)(void *context), void *context);
/* Between them the peer does nothing by itself. */
void world_lock(struct world *);
void world_unlock(struct world *);

/* Names of places, of the world's family. */
struct name {
	struct sockaddr_storage at;
	socklen_t len;
};
struct name name_of_us(const struct world *, uint16_t port);
struct name name_of_peer(const struct world *, uint16_t port);
struct name name_of_other(const struct world *, uint16_t port); /* another peer: .3 */
struct name name_of_loopback(const struct world *, uint16_t port);
struct name name_without_route(const struct world *, uint16_t port);
struct name name_rejected(const struct world *, unsigned which); /* 1 to 3 */
struct name name_of(const struct world *, const char *v4, const char *v6, uint16_t port);
struct name name_unspecified(void); /* AF_UNSPEC */

/* What both worlds need of a kernel world's own file. */
const char *kernel_world_open(struct peer **);
void kernel_world_at(uint32_t us, void (*call)(void *context), void *context);
void kernel_world_lock(void);
void kernel_world_unlock(void);
/* Returns when the peer has read and answered everything. */
void kernel_world_settle(void);

#endif
