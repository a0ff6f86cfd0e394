/* SPDX-License-Identifier: MIT */
/* run.h - runs a program, and all that it starts, on a Tenon host.
 *
 * The program is a child that puts itself under a seccomp filter and execs; this process is the
 * supervisor that answers its socket calls (supervisor.h). The two share their terminal and
 * process group, so keys like ^C and ^Z reach the program by themselves; signals sent to the
 * supervisor by others are passed on, and when the program stops, so does the supervisor.
 *
 * Descendants that outlive the program keep the host alive until they have ended, too.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <stdbool.h>

#include "host.h"

/* Exit statuses that are not the program's, as env(1) and timeout(1) have them. */
enum { RUN_FAILED = 125, RUN_NOT_EXECUTABLE = 126, RUN_NOT_FOUND = 127, RUN_SIGNALED = 128 };

struct run_plan {
	struct host_plan host;
	bool is_explaining;
	char **program; /* NULL-terminated, as for execvp() */
};

/* Returns the exit status for this process: the program's own, 128 + n if signal n ended it, or
 * one of the above after a line on stderr. */
int run(const struct run_plan *);

#endif
