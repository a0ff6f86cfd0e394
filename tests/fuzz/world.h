/* SPDX-License-Identifier: MIT */
/* world.h - one stack with small pools, for targets that run the whole core.
 *
 * It has loopback, a bare link (10.1.0.1/24, fd01::1/64) and an Ethernet link (10.2.0.1/24,
 * fd02::1/64). Nobody answers there but the target. What leaves by the bare link is asserted to be
 * what a receiver takes. At the end all sockets are closed and every pool must be as at the start.
 */
#ifndef TENON_TESTS_FUZZ_WORLD_H
#define TENON_TESTS_FUZZ_WORLD_H

#include <tenon/socket.h>

#include "base/bytes.h"

enum { WORLD_SOCKETS = 8, WORLD_FRAME_MAX = 2048, WORLD_POOLS_MAX = 48 };

struct world_frame {
	uint8_t octets[WORLD_FRAME_MAX];
	size_t len;
};

struct world {
	struct tenon *stack;
	void *memory;
	uint64_t now_us;
	unsigned bare, ethernet;                     /* links */
	struct world_frame last, last_tcp;           /* that left by the bare link */
	struct tenon_socket *sockets[WORLD_SOCKETS]; /* NULL: none */
	uint32_t used_at_start[WORLD_POOLS_MAX];
};

void world_begin(struct world *);
void world_end(struct world *);

/* Does what is due in that time, when it is due. */
void world_pass(struct world *, uint64_t span_us);

#endif
