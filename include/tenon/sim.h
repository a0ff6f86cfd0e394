/* SPDX-License-Identifier: MIT */
/* sim.h - a world in virtual time: stacks, wires and a clock that jumps from event to event.
 *
 * An event is a frame on a wire, a stack's deadline, or a call that was asked for. They happen in
 * the order of their times and, at the same time, in the order in which they were filed; nothing
 * else moves the clock. The same seed and the same calls give the same run, octet for octet.
 * The clock stands at 0 at first.
 */
#ifndef TENON_SIM_H
#define TENON_SIM_H

#include <tenon/api.h>
#include <tenon/tenon.h>
#include <tenon/wire_sim.h>

TENON_BEGIN

struct tenon_sim;
struct tenon_port;

/* NULL: no memory. */
struct tenon_sim *tenon_sim_new(uint64_t seed);

/* Frees the world with its wires and the stacks that it made. */
void tenon_sim_free(struct tenon_sim *);

uint64_t tenon_sim_now(const struct tenon_sim *);

/* Makes a stack in memory of the world's own, with a seed of its own drawn from the world's.
 * NULL: no memory, or a configuration that tenon_init() refuses. */
struct tenon *tenon_sim_stack(struct tenon_sim *, const struct tenon_config *);

/* Takes a stack of the caller's into the world, if it is not there yet; false: no memory. Its time
 * must not be later than the world's. */
bool tenon_sim_join(struct tenon_sim *, struct tenon *);
/* … and out of it. A stack that the world made is freed. */
void tenon_sim_part(struct tenon_sim *, struct tenon *);

/* A wire that the world steps and frees. NULL: no memory. */
struct tenon_wire *tenon_sim_wire(struct tenon_sim *, const struct tenon_wire_config *);

/* Tells the stack the time, and the world that its deadline may change. Needed before calls into
 * a stack from a callback; outside of tenon_sim_step() and tenon_sim_run() every stack knows the
 * time already and is looked at again. */
void tenon_sim_enter(struct tenon_sim *, struct tenon *);

/* Calls back at that time, or at once if that has passed. False: no memory. */
bool tenon_sim_at(struct tenon_sim *, uint64_t at_us, void (*call)(void *context), void *context);

/* The time of the next event, or TENON_NEVER. */
uint64_t tenon_sim_next(struct tenon_sim *);

/* Lets the next event happen, if it is due by until_us, or else moves the clock to until_us
 * (unless that is TENON_NEVER). False: there was no such event. */
bool tenon_sim_step(struct tenon_sim *, uint64_t until_us);

/* Steps until `done` holds (looked at after each event; NULL: never), or until_us is reached, or
 * nothing is left to happen. True: it holds. */
bool tenon_sim_run(struct tenon_sim *, uint64_t until_us, bool (*done)(void *context),
		   void *context);

/* The world as a dialect waits in it (ports/wait.h). */
struct tenon_port *tenon_sim_port(struct tenon_sim *);

TENON_END
#endif
