/* SPDX-License-Identifier: MIT */
/* filter.h - the seccomp filter under which a program runs.
 *
 * A table of system calls: those that make, name or open sockets are handed to the supervisor,
 * judged by their arguments where that keeps per-packet calls native; read, write, poll, epoll,
 * dup, close, fork and exec are never touched, since a stand-in behaves by itself as they expect.
 * Two ways past the filter are closed: io_uring answers ENOSYS, so that programs do without it,
 * and PR_SET_DUMPABLE succeeds without effect, since a process that is not dumpable would be out
 * of the supervisor's reach.
 *
 * The filter is inherited by fork and exec. It is interception, not a sandbox.
 */
#ifndef RUN_FILTER_H
#define RUN_FILTER_H

#include <stdbool.h>

/* Is this program built for an architecture whose system calls the filter knows? */
bool filter_knows_architecture(void);

/* Puts the calling process under the filter (and no_new_privs). Returns the listener, or -errno. */
int filter_install(void);

/* NULL, or what this kernel lacks of seccomp for `tenon run`; a static string. */
const char *filter_missing(void);

#endif
