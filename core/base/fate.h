/* SPDX-License-Identifier: MIT */
/* fate.h - every end of a packet, under the core's short names.
 *
 * The list itself is public (tenon/fate.h); inside the core FATE_TCP_CHECKSUM
 * stands for TENON_FATE_TCP_CHECKSUM. A step that handles a packet answers
 * FATE_PASS to go on, anything else is final: whoever called it counts it, once.
 *
 * Called by: every layer that judges packets.
 */
#ifndef TENON_BASE_FATE_H
#define TENON_BASE_FATE_H

#include <tenon/fate.h>

#define FATE_ENUMERATOR(name, text) FATE_##name,
enum fate { TENON_FATES(FATE_ENUMERATOR) FATE_COUNT };
#undef FATE_ENUMERATOR

/* One clause of English, static. */
const char *fate_text(enum fate);

#endif
