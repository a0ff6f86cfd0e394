/* SPDX-License-Identifier: MIT */
#include "packet/trace.h"

void trace_init(struct trace *t, const struct tenon_observer *observer, const struct timers *timers)
{
	*t = (struct trace){ .observer = *observer, .timers = timers };
}

static void show(struct trace *t, struct tenon_event *event)
{
	event->at_us = t->timers->now;
	t->observer.event(t->observer.context, event);
}

static enum tenon_event_kind kind_of_leaving(enum fate fate)
{
	bool reached_link = fate == FATE_SENT || fate == FATE_LINK_BUSY || fate == FATE_LINK_DOWN;

	return reached_link ? TENON_EVENT_FRAME_OUT : TENON_EVENT_LOST;
}

enum fate trace_arrived(struct trace *t, unsigned link, struct bytes frame, enum fate fate)
{
	struct tenon_slice whole = { frame.at, frame.len };

	t->counts[fate]++;
	if (t->observer.event != NULL)
		show(t, &(struct tenon_event){ .kind = TENON_EVENT_FRAME_IN,
					       .link = link,
					       .fate = (enum tenon_fate)fate,
					       .frame = &whole,
					       .frame_slices = 1 });
	return fate;
}

void trace_left(struct trace *t, unsigned link, const struct packet *p, enum fate fate)
{
	struct tenon_slice slices[PACKET_SLICES_MAX + 1];
	struct bytes headers = packet_headers(p);

	t->counts[fate]++;
	if (t->observer.event == NULL)
		return;
	slices[0] = (struct tenon_slice){ headers.at, headers.len };
	if (p->payload_count != 0)
		memcpy(slices + 1, p->payload, p->payload_count * sizeof *slices);
	show(t, &(struct tenon_event){ .kind = kind_of_leaving(fate),
				       .link = link,
				       .fate = (enum tenon_fate)fate,
				       .frame = slices,
				       .frame_slices = p->payload_count + 1 });
}

void trace_left_octets(struct trace *t, unsigned link, struct bytes packet, enum fate fate)
{
	struct tenon_slice whole = { packet.at, packet.len };

	t->counts[fate]++;
	if (t->observer.event != NULL)
		show(t, &(struct tenon_event){ .kind = kind_of_leaving(fate),
					       .link = link,
					       .fate = (enum tenon_fate)fate,
					       .frame = &whole,
					       .frame_slices = 1 });
}

void trace_state(struct trace *t, const char *old_state, const char *new_state,
		 const struct tenon_endpoint *local, const struct tenon_endpoint *peer)
{
	if (t->observer.event != NULL)
		show(t, &(struct tenon_event){ .kind = TENON_EVENT_STATE,
					       .old_state = old_state,
					       .new_state = new_state,
					       .local = local,
					       .peer = peer });
}

struct tenon_cause *trace_cause(struct trace *t, enum tenon_result result,
				enum tenon_cause_kind kind)
{
	t->cause = (struct tenon_cause){ .result = result, .kind = kind, .at_us = t->timers->now };
	return &t->cause;
}

void trace_failure(struct trace *t, const struct tenon_cause *cause)
{
	if (t->observer.event != NULL)
		show(t, &(struct tenon_event){ .kind = TENON_EVENT_FAILURE,
					       .link = cause->link,
					       .local = &cause->local,
					       .peer = &cause->peer,
					       .cause = cause });
}
