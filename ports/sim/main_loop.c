/* SPDX-License-Identifier: MIT */
#include "ports/sim/world.h"

#include <assert.h>
#include <stdlib.h>

#include "links/wire_path.h"

enum { MEMORY_ALIGNMENT = 16 };

struct tenon_sim *tenon_sim_new(uint64_t seed)
{
	struct tenon_sim *sim = calloc(1, sizeof *sim);

	if (sim == NULL)
		return NULL;
	sim->port.ops = &sim_port_ops;
	sim->random = seed;
	pthread_mutex_init(&sim->lock, NULL);
	return sim;
}

void tenon_sim_free(struct tenon_sim *sim)
{
	struct event *event;

	while (sim->hosts != NULL)
		tenon_sim_part(sim, sim->hosts->stack);
	while (sim->media != NULL) {
		struct medium *medium = sim->media;

		sim->media = medium->next;
		clock_dismiss(sim, &medium->event);
		tenon_wire_free(medium->wire);
		free(medium);
	}
	while ((event = clock_first(sim)) != NULL) {
		clock_dismiss(sim, event);
		free(event);
	}
	free(sim->heap);
	pthread_mutex_destroy(&sim->lock);
	free(sim);
}

static struct host **chain_of(struct tenon_sim *sim, const struct tenon *stack)
{
	return &sim->by_stack[(uintptr_t)stack / MEMORY_ALIGNMENT % HOST_CHAINS];
}

static struct host *host_of(struct tenon_sim *sim, const struct tenon *stack)
{
	struct host *host = *chain_of(sim, stack);

	while (host != NULL && host->stack != stack)
		host = host->next_of_hash;
	return host;
}

static void touch(struct tenon_sim *sim, struct host *host)
{
	if (host->touched)
		return;
	host->touched = true;
	host->next_touched = sim->touched;
	sim->touched = host;
}

bool tenon_sim_join(struct tenon_sim *sim, struct tenon *stack)
{
	struct host *host, **chain = chain_of(sim, stack);

	if (host_of(sim, stack) != NULL)
		return true;
	host = malloc(sizeof *host);
	if (host == NULL || !clock_reserve(sim)) {
		free(host);
		return false;
	}
	*host = (struct host){ .event = { .index = EVENT_NOWHERE, .kind = EVENT_STACK },
			       .stack = stack,
			       .next = sim->hosts,
			       .next_of_hash = *chain };
	sim->hosts = host;
	*chain = host;
	tenon_sim_enter(sim, stack);
	return true;
}

struct tenon *tenon_sim_stack(struct tenon_sim *sim, const struct tenon_config *config)
{
	size_t size = tenon_size(config);
	void *memory = size != 0 ? malloc(size) : NULL;
	struct tenon *stack;
	uint8_t seed[16];
	unsigned i;

	if (memory == NULL)
		return NULL;
	for (i = 0; i < sizeof seed; i++)
		seed[i] = (uint8_t)wire_random(&sim->random);
	stack = tenon_init(memory, size, config, seed, sim->now_us);
	if (stack == NULL || !tenon_sim_join(sim, stack)) {
		free(memory);
		return NULL;
	}
	sim->hosts->memory = memory;
	return stack;
}

void tenon_sim_part(struct tenon_sim *sim, struct tenon *stack)
{
	struct host *host = host_of(sim, stack), **link;
	struct medium *medium;

	assert(host != NULL);
	for (medium = sim->media; medium != NULL; medium = medium->next)
		tenon_wire_detach(medium->wire, stack);
	world_settle(sim);
	clock_dismiss(sim, &host->event);
	for (link = &sim->hosts; *link != host; link = &(*link)->next)
		;
	*link = host->next;
	for (link = chain_of(sim, stack); *link != host; link = &(*link)->next_of_hash)
		;
	*link = host->next_of_hash;
	free(host->memory);
	free(host);
}

static void stack_entered(void *context, struct tenon *stack)
{
	struct medium *medium = context;
	struct host *host = host_of(medium->sim, stack);

	if (host != NULL)
		touch(medium->sim, host);
}

static void wire_sooner(void *context)
{
	struct medium *medium = context;

	clock_file(medium->sim, &medium->event, tenon_wire_deadline(medium->wire));
}

struct tenon_wire *tenon_sim_wire(struct tenon_sim *sim, const struct tenon_wire_config *config)
{
	struct medium *medium = malloc(sizeof *medium);

	if (medium == NULL || !clock_reserve(sim)) {
		free(medium);
		return NULL;
	}
	*medium = (struct medium){ .event = { .index = EVENT_NOWHERE, .kind = EVENT_WIRE },
				   .sim = sim,
				   .next = sim->media };
	medium->wire = tenon_wire_new(config,
				      &(struct tenon_wire_world){ &sim->now_us, stack_entered,
								  wire_sooner, medium },
				      wire_random(&sim->random));
	if (medium->wire == NULL) {
		clock_dismiss(sim, &medium->event);
		free(medium);
		return NULL;
	}
	sim->media = medium;
	return medium->wire;
}

void tenon_sim_enter(struct tenon_sim *sim, struct tenon *stack)
{
	struct host *host = host_of(sim, stack);

	assert(host != NULL);
	tenon_set_time(stack, sim->now_us);
	touch(sim, host);
}

void world_settle(struct tenon_sim *sim)
{
	while (sim->touched != NULL) {
		struct host *host = sim->touched;

		sim->touched = host->next_touched;
		host->touched = false;
		clock_file(sim, &host->event, tenon_next_deadline(host->stack));
	}
}

static void enter_all(struct tenon_sim *sim)
{
	struct host *host;

	for (host = sim->hosts; host != NULL; host = host->next) {
		tenon_set_time(host->stack, sim->now_us);
		touch(sim, host);
	}
}

static void happen(struct tenon_sim *sim, struct event *event)
{
	switch (event->kind) {
	case EVENT_STACK: {
		struct host *host = (struct host *)event;

		clock_file(sim, event, TENON_NEVER);
		tenon_sim_enter(sim, host->stack);
		tenon_advance(host->stack);
		break;
	}
	case EVENT_WIRE: {
		struct medium *medium = (struct medium *)event;

		clock_file(sim, event, TENON_NEVER);
		tenon_wire_step(medium->wire);
		clock_file(sim, event, tenon_wire_deadline(medium->wire));
		break;
	}
	case EVENT_CALL: {
		struct call call = *(struct call *)event;

		clock_dismiss(sim, event);
		free(event);
		call.function(call.context);
	}
	}
}

bool world_step(struct tenon_sim *sim, uint64_t until_us)
{
	struct event *first;

	world_settle(sim);
	first = clock_first(sim);
	if (first == NULL || first->due_us > until_us) {
		if (until_us != TENON_NEVER)
			clock_move(sim, until_us);
		return false;
	}
	clock_move(sim, first->due_us);
	clock_count(sim);
	happen(sim, first);
	return true;
}

bool tenon_sim_step(struct tenon_sim *sim, uint64_t until_us)
{
	bool happened;

	enter_all(sim);
	happened = world_step(sim, until_us);
	enter_all(sim);
	return happened;
}

bool tenon_sim_run(struct tenon_sim *sim, uint64_t until_us, bool (*done)(void *context),
		   void *context)
{
	bool holds;

	enter_all(sim);
	while (!(holds = done != NULL && done(context)) && world_step(sim, until_us))
		;
	enter_all(sim);
	return holds;
}

struct tenon_port *tenon_sim_port(struct tenon_sim *sim)
{
	return &sim->port;
}
