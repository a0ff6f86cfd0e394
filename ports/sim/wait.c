/* SPDX-License-Identifier: MIT */
#include "ports/sim/world.h"

#include <sched.h>

#include "links/wire_path.h"

/* How long, in real time, a wait with nothing due in the world looks at descriptors only. */
enum { IDLE_MS = 1 };

/* The port is the first member of the world. */
static struct tenon_sim *sim_of(struct tenon_port *port)
{
	return (struct tenon_sim *)port;
}

static void lock(struct tenon_port *port)
{
	pthread_mutex_lock(&sim_of(port)->lock);
}

static void unlock(struct tenon_port *port)
{
	pthread_mutex_unlock(&sim_of(port)->lock);
}

static uint64_t now(struct tenon_port *port)
{
	return sim_of(port)->now_us;
}

static void begin(struct tenon_port *port, struct tenon *stack)
{
	tenon_sim_enter(sim_of(port), stack);
}

static void end(struct tenon_port *port, struct tenon *stack)
{
	struct tenon_sim *sim = sim_of(port);

	if (tenon_next_deadline(stack) <= sim->now_us)
		tenon_advance(stack);
	world_settle(sim);
}

/* The lock is given to whoever wants it, for real_ms at most unless a descriptor is ready. */
static int look_at_descriptors(struct tenon_port *port, struct port_wait *w, int real_ms)
{
	int ready;

	unlock(port);
	if (w->count != 0 || real_ms != 0)
		ready = poll(w->fds, w->count, real_ms);
	else
		ready = sched_yield();
	lock(port);
	return ready;
}

static void wait_for(struct tenon_port *port, struct port_wait *w)
{
	struct tenon_sim *sim = sim_of(port);
	bool nothing_is_due;

	if (look_at_descriptors(port, w, 0) > 0)
		return;
	nothing_is_due = w->until_us == TENON_NEVER && tenon_sim_next(sim) == TENON_NEVER;
	if (nothing_is_due)
		look_at_descriptors(port, w, IDLE_MS);
	else
		world_step(sim, w->until_us);
}

static void seed(struct tenon_port *port, uint8_t octets[16])
{
	unsigned i;

	for (i = 0; i < 16; i++)
		octets[i] = (uint8_t)wire_random(&sim_of(port)->random);
}

static void join(struct tenon_port *port, struct tenon *stack)
{
	struct tenon_sim *sim = sim_of(port);

	tenon_sim_join(sim, stack);
}

static void part(struct tenon_port *port, struct tenon *stack)
{
	tenon_sim_part(sim_of(port), stack);
}

const struct port_ops sim_port_ops = {
	.lock = lock,
	.unlock = unlock,
	.now = now,
	.begin = begin,
	.end = end,
	.wait = wait_for,
	.seed = seed,
	.join = join,
	.part = part,
};
