/* SPDX-License-Identifier: MIT */
/* posix_wait.h - waiting as a system call waits: with a limit, and with signals.
 *
 * While a call is inside the dialect no handler runs: it could call back and find the port's lock
 * taken. Signals that the caller lets through are watched for instead (a signalfd among the
 * descriptors that end a wait), judged by their actions as the kernel would, and let in with the
 * lock given back; the call then goes on, or ends with EINTR.
 *
 * A signal that crashes the process is never held up.
 */
#ifndef DIALECTS_POSIX_WAIT_H
#define DIALECTS_POSIX_WAIT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "ports/wait.h"

/* Holds signals up; *before: the mask of the caller. */
void posix_signals_hold(sigset_t *before);
/* Puts the mask back; what had been held up comes in before this returns. */
void posix_signals_release(const sigset_t *before);

struct posix_waiter {
	struct tenon_port *port;
	const sigset_t *mask; /* of the caller, or of ppoll() and its kin */
	uint64_t until_us;    /* the port's time */
	bool never_restarts;  /* SA_RESTART does not help: poll() and its kin, or a time limit */
	/* Kernel descriptors, the first of which is this module's: posix_waiter_init() sets it.
	 * Behind the last there is room for one more, the port's. */
	struct pollfd *fds;
	unsigned count;
};

enum posix_woken {
	POSIX_LOOK_AGAIN,
	POSIX_TIME_IS_UP,
	POSIX_INTERRUPTED, /* EINTR; the handlers have run */
};

/* fds[0] becomes the watch for signals. */
void posix_waiter_init(struct posix_waiter *);

/* Under the port's lock, outside begin/end. Time is up only if it was before the wait: look, then
 * wait, then look again. */
enum posix_woken posix_wait(struct posix_waiter *);

/* A time limit as a moment of the port's time; TENON_NEVER stays. */
uint64_t posix_until(struct tenon_port *, uint64_t limit_us);

#endif
