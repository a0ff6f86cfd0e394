/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ports/linux/port.h"

/* How long a wait sleeps for which no eventfd was left: it looks again by itself. */
enum { BLIND_US = 1000 };

static uint64_t now(struct tenon_port *port)
{
	(void)port;
	return linux_now_us();
}

static void begin(struct tenon_port *port, struct tenon *stack)
{
	(void)port;
	tenon_set_time(stack, linux_now_us());
}

static void end(struct tenon_port *port, struct tenon *stack)
{
	struct linux_port *p = linux_port_of(port);

	linux_advance(stack, linux_now_us());
	if (tenon_next_deadline(stack) < p->sleeps_until)
		linux_loop_wake(p);
	linux_waiters_wake(p);
}

static struct waiter *waiter_take(struct linux_port *p)
{
	struct waiter *waiter = p->idle;

	if (waiter) {
		p->idle = waiter->next;
	} else {
		waiter = malloc(sizeof *waiter);
		if (!waiter)
			return NULL;
		waiter->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	}
	waiter->next = p->waiting;
	p->waiting = waiter;
	return waiter;
}

static void waiter_give(struct linux_port *p, struct waiter *waiter)
{
	struct waiter **link;
	uint64_t times;

	for (link = &p->waiting; *link != waiter; link = &(*link)->next)
		;
	*link = waiter->next;
	waiter->next = p->idle;
	p->idle = waiter;
	(void)!read(waiter->event_fd, &times, sizeof times);
}

void linux_waiters_wake(struct linux_port *p)
{
	const uint64_t once = 1;
	struct waiter *waiter;

	for (waiter = p->waiting; waiter; waiter = waiter->next)
		(void)!write(waiter->event_fd, &once, sizeof once);
}

void linux_waiters_free(struct linux_port *p)
{
	struct waiter *waiter;

	while ((waiter = p->idle) != NULL) {
		p->idle = waiter->next;
		close(waiter->event_fd);
		free(waiter);
	}
}

static void sleep_until(const struct port_wait *w, struct waiter *waiter)
{
	uint64_t now_us = linux_now_us();
	uint64_t sleep_us = w->until_us > now_us ? w->until_us - now_us : 0;
	struct timespec time;

	w->fds[w->count] =
		(struct pollfd){ .fd = waiter ? waiter->event_fd : -1, .events = POLLIN };
	if (!waiter && sleep_us > BLIND_US)
		sleep_us = BLIND_US;
	time = (struct timespec){ (time_t)(sleep_us / 1000000), (long)(sleep_us % 1000000) * 1000 };
	ppoll(w->fds, w->count + 1, w->until_us == TENON_NEVER && waiter ? NULL : &time, NULL);
}

static void wait_for(struct tenon_port *port, struct port_wait *w)
{
	struct linux_port *p = linux_port_of(port);
	struct waiter *waiter = waiter_take(p);

	linux_unlock(port);
	sleep_until(w, waiter);
	linux_lock(port);
	if (waiter)
		waiter_give(p, waiter);
}

static void seed(struct tenon_port *port, uint8_t octets[16])
{
	(void)port;
	linux_entropy(octets, 16);
}

static void join(struct tenon_port *port, struct tenon *stack)
{
	struct linux_port *p = linux_port_of(port);
	struct member *member;

	for (member = p->members; member; member = member->next)
		if (member->stack == stack)
			return;
	member = malloc(sizeof *member);
	if (!member)
		abort();
	*member = (struct member){ stack, p->members };
	p->members = member;
	linux_loop_wake(p);
}

static void part(struct tenon_port *port, struct tenon *stack)
{
	struct member **link = &linux_port_of(port)->members;
	struct member *member;

	while (*link && (*link)->stack != stack)
		link = &(*link)->next;
	member = *link;
	if (!member)
		return;
	*link = member->next;
	free(member);
}

const struct port_ops linux_port_ops = {
	.lock = linux_lock,
	.unlock = linux_unlock,
	.now = now,
	.begin = begin,
	.end = end,
	.wait = wait_for,
	.seed = seed,
	.join = join,
	.part = part,
};

void tenon_port_join(struct tenon_port *port, struct tenon *stack)
{
	port->ops->lock(port);
	port->ops->join(port, stack);
	port->ops->unlock(port);
}

void tenon_port_part(struct tenon_port *port, struct tenon *stack)
{
	port->ops->lock(port);
	port->ops->part(port, stack);
	port->ops->unlock(port);
}
