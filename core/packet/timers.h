/* SPDX-License-Identifier: MIT */
/* timers.h - the time, and the heap of deadlines.
 *
 * A timer has one entry whatever it waits for: an owner with several named deadlines files the
 * earliest. Moving a deadline later costs nothing: the entry stays where it is, and when it comes
 * up too early its owner files it again. stack_advance takes what is due and hands it to the module
 * that the timer's owner number names; nothing here calls upward.
 *
 * Owns: the time.    Called by: ip, tcp, stack.
 */
#ifndef TENON_PACKET_TIMERS_H
#define TENON_PACKET_TIMERS_H

#include "base/heap.h"

/* Who a timer belongs to: the stack's dispatch reads this. Transport n is TIMER_TRANSPORT + n. */
enum timer_owner {
	TIMER_NEIGHBOR,
	TIMER_REASSEMBLY,
	TIMER_TRANSPORT,
};

struct timer {
	struct heap_node node;
	uint8_t owner;
};

struct timers {
	time_us now;
	struct heap heap;
};

size_t timers_need(uint32_t limit);
void timers_init(struct timers *, struct arena *, uint32_t limit, time_us now);

void timer_init(struct timer *, unsigned owner);

/* Files the timer so that it comes up at due or before; NEVER leaves it as it is filed. */
void timer_file(struct timers *, struct timer *, time_us due);

/* The timer is in no heap afterwards. Needed before its memory is given back. */
void timer_cancel(struct timers *, struct timer *);

/* Takes the first timer that is due out of the heap; NULL if none is. */
struct timer *timers_take_due(struct timers *);

/* When the first timer is due, or NEVER. */
time_us timers_next(const struct timers *);

#endif
