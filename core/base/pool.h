/* SPDX-License-Identifier: MIT */
/* pool.h - objects of one size, taken and given back.
 *
 * Every kind of object a stack can hold has a pool and a limit. An empty pool is a
 * normal outcome: pool_take says NULL and the caller has a designed answer. The
 * free objects are threaded on a list through themselves; those never taken yet
 * are not touched, so a large pool in reserved memory costs only what was used.
 *
 * With poison on (test builds), a given object is filled with 0xA5, and taking it
 * again checks that nobody wrote to it meanwhile.
 *
 * Called by: packet, ip, tcp, udp, socket.
 */
#ifndef TENON_BASE_POOL_H
#define TENON_BASE_POOL_H

#include "base/arena.h"

struct pool {
	uint8_t *objects;
	void *free;     /* given back; each holds a pointer to the next */
	size_t size;    /* of one object, rounded up */
	uint32_t fresh; /* objects from this one on were never taken */
	uint32_t used;
	uint32_t high_water;
	uint32_t limit;
	uint32_t refused; /* how often it was empty */
	bool poison;
};

/* Octets of arena that a pool of limit objects needs, or SIZE_MAX. */
size_t pool_need(uint32_t limit, size_t size);

void pool_init(struct pool *, struct arena *, uint32_t limit, size_t size, bool poison);

/* An object with undefined content, or NULL if all are in use. */
MUST_USE void *pool_take(struct pool *);

/* Takes the object back. Traps if it is none of this pool's. */
void pool_give(struct pool *, void *object);

#endif
