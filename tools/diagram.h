/* SPDX-License-Identifier: MIT */
/* diagram.h - a connection as a sequence diagram in the terminal.
 *
 *	  0.000000     SYN-SENT │── SYN seq 0 win 64240 mss 1460 ────────▶│ SYN-RECEIVED
 *	  0.000212  ESTABLISHED │◀──────── SYN,ACK seq 0 ack 1 win 65160 ──│
 *
 * Time runs downwards, from the connection's first row. Beside a lifeline stands the state that
 * its end enters. What is longer than the lines allow is folded in the middle.
 *
 * Called by: explain.
 */
#ifndef TOOLS_DIAGRAM_H
#define TOOLS_DIAGRAM_H

#include <stdio.h>

#include "tools/flow.h"

struct diagram_style {
	unsigned width; /* columns of the terminal */
	unsigned rows_max;
	bool utf8;
};

void diagram_draw(FILE *, const struct flow *, const struct diagram_style *);

#endif
