/* SPDX-License-Identifier: MIT */
#include "packet/timers.h"

#include "base/list.h"

size_t timers_need(uint32_t limit)
{
	return heap_need(limit);
}

void timers_init(struct timers *timers, struct arena *arena, uint32_t limit, time_us now)
{
	timers->now = now;
	heap_init(&timers->heap, arena, limit);
}

void timer_init(struct timer *timer, unsigned owner)
{
	heap_node_init(&timer->node);
	timer->owner = (uint8_t)owner;
}

void timer_file(struct timers *timers, struct timer *timer, time_us due)
{
	if (due == NEVER)
		return;
	if (!heap_has(&timer->node))
		heap_insert(&timers->heap, &timer->node, due);
	else if (due < timer->node.due)
		heap_move(&timers->heap, &timer->node, due);
}

void timer_cancel(struct timers *timers, struct timer *timer)
{
	if (heap_has(&timer->node))
		heap_remove(&timers->heap, &timer->node);
}

struct timer *timers_take_due(struct timers *timers)
{
	struct heap_node *first = heap_first(&timers->heap);

	if (first == NULL || first->due > timers->now)
		return NULL;
	heap_remove(&timers->heap, first);
	return container_of(first, struct timer, node);
}

time_us timers_next(const struct timers *timers)
{
	const struct heap_node *first = heap_first(&timers->heap);

	return first == NULL ? NEVER : first->due;
}
