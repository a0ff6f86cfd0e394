/* SPDX-License-Identifier: MIT */
/* traps.h - does this act trip an assertion of the core?
 *
 * assert_that is a trap instruction; its signal is caught here and brings the test back. There is
 * no child process, for qemu-i386 7.2 hangs in fork(). What the act was changing stays half
 * changed: it should work on objects of its own.
 */
#ifndef TENON_TESTS_TRAPS_H
#define TENON_TESTS_TRAPS_H

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>

/* The signals of trap instructions: x86 and others, ARM, s390x. */
enum { TRAP_SIGNALS = 3 };
static const int trap_signals[TRAP_SIGNALS] = { SIGILL, SIGTRAP, SIGFPE };

static sigjmp_buf behind_the_trap;

static inline void come_back(int signal_number)
{
	siglongjmp(behind_the_trap, signal_number);
}

static inline bool traps(void (*act)(void))
{
	struct sigaction ours = { .sa_handler = come_back }, before[TRAP_SIGNALS];
	volatile bool trapped = true;
	int i;

	for (i = 0; i < TRAP_SIGNALS; i++)
		sigaction(trap_signals[i], &ours, &before[i]);
	if (sigsetjmp(behind_the_trap, 1) == 0) {
		act();
		trapped = false;
	}
	for (i = 0; i < TRAP_SIGNALS; i++)
		sigaction(trap_signals[i], &before[i], NULL);
	return trapped;
}

#endif
