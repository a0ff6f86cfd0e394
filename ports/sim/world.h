/* SPDX-License-Identifier: MIT */
/* world.h - what a world in virtual time consists of; the three files of this folder share it.
 *
 * clock.c has the heap of events and moves the time. main_loop.c has the stacks and wires and lets
 * events happen. wait.c is the world as a dialect sees it.
 *
 * A stack's deadline changes with every call into it, so a stack that was entered is put on the
 * touched list and its event is filed anew before the next one is chosen: an event costs the same
 * however many stacks there are.
 */
#ifndef PORTS_SIM_WORLD_H
#define PORTS_SIM_WORLD_H

#include <pthread.h>

#include <tenon/sim.h>

#include "ports/wait.h"

enum event_kind { EVENT_STACK, EVENT_WIRE, EVENT_CALL };

#define EVENT_NOWHERE SIZE_MAX

struct event {
	uint64_t due_us, serial;
	size_t index; /* in the heap, or EVENT_NOWHERE */
	enum event_kind kind;
};

struct host {
	struct event event;
	struct tenon *stack;
	void *memory; /* NULL: the caller's */
	struct host *next, *next_of_hash, *next_touched;
	bool touched;
};

struct medium {
	struct event event;
	struct tenon_sim *sim;
	struct tenon_wire *wire;
	struct medium *next;
};

struct call {
	struct event event;
	void (*function)(void *context);
	void *context;
};

enum { HOST_CHAINS = 1024 };

struct tenon_sim {
	struct tenon_port port;
	pthread_mutex_t lock;
	uint64_t now_us, serial, random;
	struct event **heap;
	size_t heap_count, heap_room, events; /* filed; room for; that exist */
	struct host *hosts, *touched, *by_stack[HOST_CHAINS];
	struct medium *media;
	uint64_t at_once; /* events that happened without the clock moving */
};

extern const struct port_ops sim_port_ops;

/* Room for one more event that exists; false: no memory. clock_dismiss() ends it. */
bool clock_reserve(struct tenon_sim *);
void clock_dismiss(struct tenon_sim *, struct event *);

/* Files an event, for which there is room, for due_us; TENON_NEVER takes it out.
 * An event that is already there for that time keeps its place. */
void clock_file(struct tenon_sim *, struct event *, uint64_t due_us);

/* The event that is due first, or NULL. It stays. */
struct event *clock_first(const struct tenon_sim *);

/* Never back. */
void clock_move(struct tenon_sim *, uint64_t now_us);

/* An event happens: aborts if that never ends without the clock moving. */
void clock_count(struct tenon_sim *);

/* Files the deadlines of the stacks that were entered. */
void world_settle(struct tenon_sim *);

/* tenon_sim_step() without telling all stacks the time. */
bool world_step(struct tenon_sim *, uint64_t until_us);

#endif
