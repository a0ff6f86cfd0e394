/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_wait.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* A thread's own watch; it is made anew when the mask it should have changes. */
struct signal_watch {
	sigset_t mask;
	int fd; /* -1: none yet */
};

static _Thread_local struct signal_watch watch = { .fd = -1 };
static pthread_key_t watch_key;
static pthread_once_t watch_once = PTHREAD_ONCE_INIT;

static void watch_close(void *at)
{
	struct signal_watch *ending = at;

	if (ending->fd >= 0)
		close(ending->fd);
	ending->fd = -1;
}

static void watch_key_make(void)
{
	if (pthread_key_create(&watch_key, watch_close) != 0)
		watch_key = 0;
}

/* The C library's sigset_t is longer than what the kernel fills in. */
static bool masks_equal(const sigset_t *a, const sigset_t *b)
{
	return memcmp(a, b, (NSIG - 1) / 8) == 0;
}

static void invert(const sigset_t *mask, sigset_t *inverse)
{
	int number;

	sigemptyset(inverse);
	for (number = 1; number < NSIG; number++)
		if (sigismember(mask, number) == 0)
			sigaddset(inverse, number);
}

static int watch_descriptor(const sigset_t *mask)
{
	sigset_t wanted;

	if (watch.fd >= 0 && masks_equal(&watch.mask, mask))
		return watch.fd;
	pthread_once(&watch_once, watch_key_make);
	pthread_setspecific(watch_key, &watch);
	invert(mask, &wanted);
	watch.mask = *mask;
	watch.fd = signalfd(watch.fd, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	return watch.fd;
}

void posix_signals_hold(sigset_t *before)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS };
	sigset_t held;
	size_t i;

	sigfillset(&held);
	for (i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
		sigdelset(&held, crashes[i]);
	pthread_sigmask(SIG_SETMASK, &held, before);
}

void posix_signals_release(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

uint64_t posix_until(struct tenon_port *port, uint64_t limit_us)
{
	uint64_t now = port->ops->now(port);

	return limit_us > TENON_NEVER - now ? TENON_NEVER : now + limit_us;
}

void posix_waiter_init(struct posix_waiter *waiter)
{
	waiter->fds[0] = (struct pollfd){ .fd = watch_descriptor(waiter->mask), .events = POLLIN };
}

/* What a pending signal does to the call that waits (signal(7)). */
enum effect { EFFECT_NONE, EFFECT_DISCARDED, EFFECT_RESTART, EFFECT_INTERRUPT };

static enum effect effect_of(int number, bool never_restarts)
{
	struct sigaction action;

	if (sigaction(number, NULL, &action) != 0)
		return EFFECT_NONE;
	if (!(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_IGN)
		return EFFECT_DISCARDED;
	if (!(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_DFL) {
		bool stops = number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;

		return stops && never_restarts ? EFFECT_INTERRUPT : EFFECT_DISCARDED;
	}
	return action.sa_flags & SA_RESTART && !never_restarts ? EFFECT_RESTART : EFFECT_INTERRUPT;
}

/* The first handler decides, as it does in the kernel: the lowest number is delivered first. */
static enum effect effect_of_pending(const struct posix_waiter *waiter)
{
	enum effect effect = EFFECT_NONE;
	sigset_t pending;
	int number;

	sigpending(&pending);
	for (number = 1; number < NSIG && effect < EFFECT_RESTART; number++) {
		if (sigismember(&pending, number) == 1 && sigismember(waiter->mask, number) == 0)
			effect = effect_of(number, waiter->never_restarts);
	}
	return effect;
}

static enum posix_woken let_signals_in(struct posix_waiter *waiter)
{
	enum effect effect = effect_of_pending(waiter);
	sigset_t held;

	if (effect == EFFECT_NONE)
		return POSIX_LOOK_AGAIN;
	waiter->port->ops->unlock(waiter->port);
	pthread_sigmask(SIG_SETMASK, waiter->mask, &held);
	pthread_sigmask(SIG_SETMASK, &held, NULL);
	waiter->port->ops->lock(waiter->port);
	return effect == EFFECT_INTERRUPT ? POSIX_INTERRUPTED : POSIX_LOOK_AGAIN;
}

enum posix_woken posix_wait(struct posix_waiter *waiter)
{
	struct port_wait wait = { waiter->until_us, waiter->fds, waiter->count };

	if (waiter->port->ops->now(waiter->port) >= waiter->until_us)
		return POSIX_TIME_IS_UP;
	waiter->port->ops->wait(waiter->port, &wait);
	return waiter->fds[0].revents & POLLIN ? let_signals_in(waiter) : POSIX_LOOK_AGAIN;
}
