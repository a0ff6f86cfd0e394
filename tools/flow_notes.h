/* SPDX-License-Identifier: MIT */
/* flow_notes.h - reads the notes that links/pcapng_notes.c writes.
 *
 * Called by: flow.
 */
#ifndef TOOLS_FLOW_NOTES_H
#define TOOLS_FLOW_NOTES_H

#include "tools/flow.h"

struct note {
	bool names_ends; /* else it is about the packet that it stands beside: fate */
	struct tenon_endpoint local, peer;
	struct words state, fate, failure;
};

void note_parse(struct note *, const struct capture_note *);

#endif
