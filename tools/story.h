/* SPDX-License-Identifier: MIT */
/* story.h - a connection in one sentence: did it come to be, what went over it, how did it end?
 *
 * Called by: explain.
 */
#ifndef TOOLS_STORY_H
#define TOOLS_STORY_H

#include <stdio.h>

#include "tools/flow.h"

void story_tell(FILE *, const struct flow *);

#endif
