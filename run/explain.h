/* SPDX-License-Identifier: MIT */
/* explain.h - why a connect() failed, as one sentence.
 *
 * Every clause of it comes from struct tenon_cause, which the core filled when it decided: the
 * packet, timer, route or table; nothing is guessed here.
 */
#ifndef RUN_EXPLAIN_H
#define RUN_EXPLAIN_H

#include <stddef.h>

#include <tenon/cause.h>

/* Writes the sentence, without a line end. error: what the program gets, as an errno; link_name:
 * of the cause's link, may be NULL. Cut if it does not fit. */
void explain_sentence(char *out, size_t size, const struct tenon_cause *, int error,
		      const char *link_name);

#endif
