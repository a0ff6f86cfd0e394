/* SPDX-License-Identifier: MIT */
/* traps.h - does this act trip an assertion of the core?
 *
 * The act runs in a child process, which must be ended by a signal (assert_that is a trap
 * instruction); no core file is left behind.
 */
#ifndef TENON_TESTS_TRAPS_H
#define TENON_TESTS_TRAPS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* cmocka catches these signals to report them as failures; here they are what is wanted. */
static inline void let_signals_end_this_process(void)
{
	signal(SIGILL, SIG_DFL);
	signal(SIGTRAP, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	signal(SIGFPE, SIG_DFL); /* s390x: its trap is a data exception */
}

static inline bool traps(void (*act)(void))
{
	struct rlimit none = { 0, 0 };
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		setrlimit(RLIMIT_CORE, &none);
		let_signals_end_this_process();
		act();
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status);
}

#endif
