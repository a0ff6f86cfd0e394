/* SPDX-License-Identifier: MIT */
/* link.h - the links of a stack: attached drivers and the loopback.
 *
 * A link is a driver's functions and facts, whether it is up, and its index (from 1; the loopback
 * is the first of every stack). Sending hands the frame to the driver and counts its fate. The
 * loopback queues copies in memory of its own, which stack_advance feeds back in, so the stack is
 * never entered twice.
 *
 * Owns: the table, the loopback's queue.    Calls: the driver, trace.    Called by: ip, stack.
 */
#ifndef TENON_PACKET_LINK_H
#define TENON_PACKET_LINK_H

#include <tenon/config.h>

#include "base/list.h"
#include "base/pool.h"
#include "packet/trace.h"

enum {
	LINK_NONE = 0,
	LINK_LOOPBACK = 1,
	LOOPBACK_MTU = 65535,
};

struct link {
	struct tenon_link_facts facts;
	const struct tenon_link_driver *driver;
	void *driver_self;
	uint16_t index; /* LINK_NONE: the slot is free */
	bool is_up;
};

struct links {
	struct link *table; /* [limit]; index i is at i - 1 */
	uint32_t limit;
	struct pool loopback_pool;
	struct list loopback_queue;
	uint32_t loopback_bytes; /* longest packet that can be looped back */
	struct trace *trace;
};

size_t links_need(const struct tenon_limits *);

/* Makes the table, with the loopback as its first link. */
void links_init(struct links *, struct arena *, const struct tenon_limits *, struct trace *);

/* TABLE_FULL; BAD_VALUE: an MTU under 68 or without driver. */
enum tenon_result link_add(struct links *, const struct tenon_link_facts *,
			   const struct tenon_link_driver *, void *driver, struct link **);

/* Calls the driver's close; the slot is free again. */
void link_remove(struct links *, struct link *);

/* NULL if there is no link of that index. */
struct link *link_find(const struct links *, unsigned index);

/* Hands the packet to the driver and counts its fate. OK, LINK_BUSY, LINK_DOWN. */
enum tenon_result link_send(struct links *, struct link *, const struct packet *);

/* The same for octets that were parked. */
enum tenon_result link_send_octets(struct links *, struct link *, struct bytes frame);

/* The oldest looped-back packet, copied to `to` (loopback_bytes long); 0 if there is none. */
size_t loopback_take(struct links *, void *to);
bool loopback_waiting(const struct links *);

#endif
