/* SPDX-License-Identifier: MIT */
#include "ports/sim/world.h"

#include <stdio.h>
#include <stdlib.h>

/* No run needs so many events at one moment: something answers itself without end. */
enum { AT_ONCE_MAX = 5000000 };

bool clock_reserve(struct tenon_sim *sim)
{
	size_t room = sim->heap_room != 0 ? 2 * sim->heap_room : 64;
	struct event **heap;

	if (sim->events < sim->heap_room) {
		sim->events++;
		return true;
	}
	heap = realloc(sim->heap, room * sizeof *heap);
	if (heap == NULL)
		return false;
	sim->heap = heap;
	sim->heap_room = room;
	sim->events++;
	return true;
}

static bool is_before(const struct event *a, const struct event *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->serial < b->serial;
}

static void put(struct tenon_sim *sim, struct event *event, size_t index)
{
	sim->heap[index] = event;
	event->index = index;
}

static void sift_up(struct tenon_sim *sim, struct event *event)
{
	size_t i = event->index;

	for (; i != 0 && is_before(event, sim->heap[(i - 1) / 2]); i = (i - 1) / 2)
		put(sim, sim->heap[(i - 1) / 2], i);
	put(sim, event, i);
}

static void sift_down(struct tenon_sim *sim, struct event *event)
{
	size_t i = event->index, child;

	while ((child = 2 * i + 1) < sim->heap_count) {
		if (child + 1 < sim->heap_count &&
		    is_before(sim->heap[child + 1], sim->heap[child]))
			child++;
		if (!is_before(sim->heap[child], event))
			break;
		put(sim, sim->heap[child], i);
		i = child;
	}
	put(sim, event, i);
}

static void take_out(struct tenon_sim *sim, struct event *event)
{
	size_t hole = event->index;
	struct event *last = sim->heap[--sim->heap_count];

	event->index = EVENT_NOWHERE;
	if (last == event)
		return;
	put(sim, last, hole);
	sift_up(sim, last);
	sift_down(sim, last);
}

void clock_file(struct tenon_sim *sim, struct event *event, uint64_t due_us)
{
	bool is_filed = event->index != EVENT_NOWHERE;

	if (due_us != TENON_NEVER && due_us < sim->now_us)
		due_us = sim->now_us;
	if (is_filed ? event->due_us == due_us : due_us == TENON_NEVER)
		return;
	if (is_filed)
		take_out(sim, event);
	event->due_us = due_us;
	if (due_us == TENON_NEVER)
		return;
	event->serial = sim->serial++;
	put(sim, event, sim->heap_count++);
	sift_up(sim, event);
}

void clock_dismiss(struct tenon_sim *sim, struct event *event)
{
	clock_file(sim, event, TENON_NEVER);
	sim->events--;
}

struct event *clock_first(const struct tenon_sim *sim)
{
	return sim->heap_count != 0 ? sim->heap[0] : NULL;
}

void clock_move(struct tenon_sim *sim, uint64_t now_us)
{
	if (now_us > sim->now_us) {
		sim->now_us = now_us;
		sim->at_once = 0;
	}
}

void clock_count(struct tenon_sim *sim)
{
	if (++sim->at_once <= AT_ONCE_MAX)
		return;
	fprintf(stderr, "tenon_sim: time stands still at %llu us\n",
		(unsigned long long)sim->now_us);
	abort();
}

uint64_t tenon_sim_now(const struct tenon_sim *sim)
{
	return sim->now_us;
}

bool tenon_sim_at(struct tenon_sim *sim, uint64_t at_us, void (*function)(void *context),
		  void *context)
{
	struct call *call = malloc(sizeof *call);

	if (call == NULL || !clock_reserve(sim)) {
		free(call);
		return false;
	}
	*call = (struct call){ { .index = EVENT_NOWHERE, .kind = EVENT_CALL }, function, context };
	clock_file(sim, &call->event, at_us == TENON_NEVER ? at_us - 1 : at_us);
	return true;
}

uint64_t tenon_sim_next(struct tenon_sim *sim)
{
	const struct event *first;

	world_settle(sim);
	first = clock_first(sim);
	return first != NULL ? first->due_us : TENON_NEVER;
}
