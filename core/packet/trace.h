/* SPDX-License-Identifier: MIT */
/* trace.h - what happened: a counter for each fate, events for whoever watches, the last cause.
 *
 * Each layer tells what it alone knows. `cause` is a scratch record: who decides that a call or
 * a connection fails fills it (trace_cause begins it), and whoever keeps it (socket) copies it
 * before the next one begins.
 *
 * Owns: counters, the scratch cause.    Calls: the observer.    Called by: every layer above.
 */
#ifndef TENON_PACKET_TRACE_H
#define TENON_PACKET_TRACE_H

#include <tenon/event.h>

#include "base/fate.h"
#include "base/time.h"
#include "packet/packet.h"
#include "packet/timers.h"

struct trace {
	struct tenon_observer observer;
	const struct timers *timers;
	struct tenon_cause cause;
	uint64_t counts[FATE_COUNT];
};

void trace_init(struct trace *, const struct tenon_observer *, const struct timers *);

/* Does anybody see events? What only they show need not be put together otherwise. */
static inline bool trace_is_watched(const struct trace *t)
{
	return t->observer.event != NULL;
}

/* A frame has been processed. Counts its fate and returns it. */
enum fate trace_arrived(struct trace *, unsigned link, struct bytes frame, enum fate);

/* A packet met its end on the way out: SENT, or why not. Counts it. */
void trace_left(struct trace *, unsigned link, const struct packet *, enum fate);

/* A packet that was parked as plain octets met its end. Counts it. */
void trace_left_octets(struct trace *, unsigned link, struct bytes packet, enum fate);

/* The names are RFC 9293's, static. */
void trace_state(struct trace *, const char *old_state, const char *new_state,
		 const struct tenon_endpoint *local, const struct tenon_endpoint *peer);

/* Begins a new scratch cause, all else zero, and returns it to be filled. */
struct tenon_cause *trace_cause(struct trace *, enum tenon_result, enum tenon_cause_kind);

/* A socket's operation failed for the reason in *cause. */
void trace_failure(struct trace *, const struct tenon_cause *);

#endif
