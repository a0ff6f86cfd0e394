/* SPDX-License-Identifier: MIT */
/* port.h - what the port for real time consists of; the files of this folder share it.
 *
 * main_loop.c has the thread: it sleeps until a link's descriptor is readable or a stack's deadline
 * has come, does what there is to do, and wakes all who wait. wait.c is the port as a dialect sees
 * it; whoever waits there sleeps on an eventfd of its own beside the descriptors it was given.
 */
#ifndef PORTS_LINUX_PORT_H
#define PORTS_LINUX_PORT_H

#include <pthread.h>
#include <stdbool.h>

#include <tenon/port.h>

#include "ports/wait.h"

/* A thread that waits, or an idle one's remains, which the next can have. */
struct waiter {
	int event_fd;
	struct waiter *next;
};

struct member {
	struct tenon *stack;
	struct member *next;
};

struct watched {
	struct tenon *stack;
	void (*readable)(void *context);
	void *context;
};

struct linux_port {
	struct tenon_port port;
	pthread_mutex_t lock;
	pthread_t thread;
	bool is_ending;
	int loop_fd;           /* an eventfd that ends the loop's sleep */
	uint64_t sleeps_until; /* the loop's next deadline */
	struct member *members;
	struct waiter *waiting, *idle;
	struct pollfd *fds; /* fds[0] is loop_fd; the others belong to watched[] */
	struct watched *watched;
	unsigned count, room; /* of both */
};

extern const struct port_ops linux_port_ops;

/* The first member of each port is its struct tenon_port. */
struct linux_port *linux_port_of(struct tenon_port *);

/* clock.c: microseconds of the monotonic clock. */
uint64_t linux_now_us(void);
/* entropy.c: from the kernel's generator. */
void linux_entropy(uint8_t *octets, size_t len);
/* lock.c: a mutex, which is left behind locked in a child of fork(). */
void linux_lock(struct tenon_port *);
void linux_unlock(struct tenon_port *);

/* Under the lock: the loop looks anew when to wake up. */
void linux_loop_wake(struct linux_port *);
/* Under the lock: all who wait look again. */
void linux_waiters_wake(struct linux_port *);
void linux_waiters_free(struct linux_port *);

/* Does what is due in this stack by now. */
void linux_advance(struct tenon *, uint64_t now_us);

/* The loop's thread. */
void *linux_main_loop(void *port);

#endif
