/* SPDX-License-Identifier: MIT */
/* port.h - a port for real time: the clock, the lock and the thread that stacks on Linux live by.
 *
 * A port has a thread of its own, which hands in frames and lets time pass, so that connections
 * live on while the program does other things. Stacks join it as a dialect's hosts
 * (<tenon/posix.h>); whoever has an event loop of his own needs no port and calls <tenon/tenon.h>.
 * In virtual time the world of <tenon/sim.h> is the port.
 */
#ifndef TENON_PORT_H
#define TENON_PORT_H

#include <tenon/api.h>
#include <tenon/tenon.h>

TENON_BEGIN

struct tenon_port;

/* NULL: no memory, no descriptor or no thread left (errno). */
struct tenon_port *tenon_linux_port_new(void);
/* Its stacks must have left it and its descriptors be forgotten. Ends its thread. */
void tenon_linux_port_free(struct tenon_port *);

/* A link's driver has a descriptor: when it is readable, readable() is called in the port's thread,
 * with the stack told the time and nobody else inside, and calls tenon_input(). It must read until
 * nothing is left, or it is called again. False: no memory. */
bool tenon_linux_port_watch(struct tenon_port *, struct tenon *, int fd,
			    void (*readable)(void *context), void *context);
void tenon_linux_port_forget(struct tenon_port *, int fd);

/* A stack joins, or leaves before its memory goes; hosts of <tenon/posix.h> join by themselves. */
void tenon_port_join(struct tenon_port *, struct tenon *);
void tenon_port_part(struct tenon_port *, struct tenon *);

TENON_END
#endif
