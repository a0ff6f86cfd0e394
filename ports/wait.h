/* SPDX-License-Identifier: MIT */
/* wait.h - a port as a dialect sees it: the time, the lock, and how to wait.
 *
 * A port is the world that stacks live in: real time and descriptors (linux/), or a clock that
 * jumps from event to event (sim/). It owns the time of its stacks and one lock around all of them,
 * so that one thread at a time is inside. A dialect's call runs so:
 *
 *	lock; begin(stack); tenon_…(); end(stack); … wait …; begin; tenon_…(); end; unlock
 *
 * wait lets go of the lock while nothing happens and holds it again when it returns. It may
 * return without a reason: whoever waits looks again and goes on waiting until its own deadline,
 * compared with now(), has come.
 *
 * Called by: dialects.    Implemented by: ports/linux, ports/sim.
 */
#ifndef PORTS_WAIT_H
#define PORTS_WAIT_H

#include <poll.h>
#include <stdint.h>

#include <tenon/tenon.h>

struct tenon_port;

/* What ends a wait. */
struct port_wait {
	uint64_t until_us;  /* the port's time; TENON_NEVER: no limit */
	struct pollfd *fds; /* the kernel's: a wait ends when one is ready, and sets revents */
	unsigned count;
};

struct port_ops {
	void (*lock)(struct tenon_port *);
	void (*unlock)(struct tenon_port *);
	/* Microseconds; never goes back. */
	uint64_t (*now)(struct tenon_port *);
	/* Under the lock: before a call into this stack; tells it the time. */
	void (*begin)(struct tenon_port *, struct tenon *);
	/* Under the lock: after calls into this stack. Does what is due in it (tenon_advance()),
	 * files its next deadline anew, and lets others that wait look again. */
	void (*end)(struct tenon_port *, struct tenon *);
	/* Under the lock, outside begin/end: lets the world go on until something may have changed
	 * in any stack, a descriptor is ready, or until_us has come. The sim takes one step: the
	 * next event that is due by until_us, or a jump there; with nothing to come at all it
	 * waits, in real time, for the descriptors or another thread, a bounded time. The lock is
	 * let go and taken again at least once. The revents of all fds are set on return. */
	void (*wait)(struct tenon_port *, struct port_wait *);
	/* A seed for a new stack. */
	void (*seed)(struct tenon_port *, uint8_t octets[16]);
	/* Takes a new stack into the world, and out of it before its memory goes. */
	void (*join)(struct tenon_port *, struct tenon *);
	void (*part)(struct tenon_port *, struct tenon *);
};

/* The first member of each port's own struct. */
struct tenon_port {
	const struct port_ops *ops;
};

#endif
