/* SPDX-License-Identifier: MIT */
/* event.h - what happens inside a stack, for whoever watches it: captures, tests, tools. */
#ifndef TENON_EVENT_H
#define TENON_EVENT_H

#include <stdint.h>

#include <tenon/api.h>
#include <tenon/cause.h>
#include <tenon/fate.h>
#include <tenon/link.h>

TENON_BEGIN

/* What an observer is shown. Everything pointed to is valid during the call only. */
enum tenon_event_kind {
	TENON_EVENT_FRAME_IN,  /* after it was processed: fate tells what became of it */
	TENON_EVENT_FRAME_OUT, /* handed to the link: SENT, LINK_BUSY or LINK_DOWN */
	TENON_EVENT_LOST,      /* a packet that should have left met another fate */
	TENON_EVENT_STATE,     /* a connection went from old_state to new_state */
	TENON_EVENT_FAILURE    /* a socket's pending or running operation failed: cause */
};

struct tenon_event {
	enum tenon_event_kind kind;
	uint64_t at_us;
	unsigned link;
	enum tenon_fate fate;
	const struct tenon_slice *frame; /* FRAME_IN, FRAME_OUT, LOST: the octets, slices of them */
	unsigned frame_slices;
	const char *old_state, *new_state; /* RFC 9293 names: "SYN-SENT" */
	const struct tenon_endpoint *local, *peer;
	const struct tenon_cause *cause;
};

struct tenon_observer {
	void (*event)(void *context, const struct tenon_event *);
	void *context;
};

TENON_END
#endif
