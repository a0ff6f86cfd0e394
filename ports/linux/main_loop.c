/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ports/linux/port.h"

enum { ROOM_AT_FIRST = 8 };

struct linux_port *linux_port_of(struct tenon_port *port)
{
	return (struct linux_port *)port;
}

void linux_loop_wake(struct linux_port *p)
{
	const uint64_t once = 1;

	(void)!write(p->loop_fd, &once, sizeof once);
}

void linux_advance(struct tenon *stack, uint64_t now_us)
{
	if (tenon_next_deadline(stack) > now_us)
		return;
	tenon_set_time(stack, now_us);
	tenon_advance(stack);
}

static void advance_members(struct linux_port *p)
{
	uint64_t now_us = linux_now_us();
	struct member *member;

	for (member = p->members; member; member = member->next)
		linux_advance(member->stack, now_us);
}

static uint64_t first_deadline(const struct linux_port *p)
{
	uint64_t first = TENON_NEVER, deadline;
	const struct member *member;

	for (member = p->members; member; member = member->next) {
		deadline = tenon_next_deadline(member->stack);
		first = deadline < first ? deadline : first;
	}
	return first;
}

static void read_links(struct linux_port *p)
{
	uint64_t times;
	unsigned i;

	(void)!read(p->loop_fd, &times, sizeof times);
	for (i = 1; i < p->count; i++) {
		if (!p->fds[i].revents)
			continue;
		p->fds[i].revents = 0;
		tenon_set_time(p->watched[i].stack, linux_now_us());
		p->watched[i].readable(p->watched[i].context);
	}
}

/* The list of descriptors may change while the loop sleeps, so it sleeps on a copy. */
static void sleep_on_links(struct linux_port *p)
{
	uint64_t now_us = linux_now_us();
	unsigned count = p->count, i;
	struct pollfd *fds = malloc(count * sizeof *fds);
	uint64_t sleep_us = p->sleeps_until > now_us ? p->sleeps_until - now_us : 0;
	struct timespec time = { (time_t)(sleep_us / 1000000), (long)(sleep_us % 1000000) * 1000 };

	if (!fds)
		abort();
	for (i = 0; i < count; i++)
		fds[i] = p->fds[i];
	linux_unlock(&p->port);
	ppoll(fds, count, p->sleeps_until == TENON_NEVER ? NULL : &time, NULL);
	linux_lock(&p->port);
	for (i = 0; i < count && i < p->count; i++)
		p->fds[i].revents = p->fds[i].fd == fds[i].fd ? fds[i].revents : 0;
	free(fds);
}

void *linux_main_loop(void *port)
{
	struct linux_port *p = port;

	linux_lock(&p->port);
	while (!p->is_ending) {
		advance_members(p);
		linux_waiters_wake(p);
		p->sleeps_until = first_deadline(p);
		sleep_on_links(p);
		p->sleeps_until = 0;
		read_links(p);
	}
	linux_unlock(&p->port);
	return NULL;
}

static bool make_room(struct linux_port *p)
{
	unsigned room = p->room ? p->room * 2 : ROOM_AT_FIRST;
	struct pollfd *fds;
	struct watched *watched;

	if (p->count < p->room)
		return true;
	fds = realloc(p->fds, room * sizeof *fds);
	if (fds)
		p->fds = fds;
	watched = realloc(p->watched, room * sizeof *watched);
	if (watched)
		p->watched = watched;
	if (!fds || !watched)
		return false;
	p->room = room;
	return true;
}

bool tenon_linux_port_watch(struct tenon_port *port, struct tenon *stack, int fd,
			    void (*readable)(void *context), void *context)
{
	struct linux_port *p = linux_port_of(port);
	bool done;

	linux_lock(port);
	done = make_room(p);
	if (done) {
		p->fds[p->count] = (struct pollfd){ .fd = fd, .events = POLLIN };
		p->watched[p->count++] = (struct watched){ stack, readable, context };
		linux_loop_wake(p);
	}
	linux_unlock(port);
	return done;
}

void tenon_linux_port_forget(struct tenon_port *port, int fd)
{
	struct linux_port *p = linux_port_of(port);
	unsigned i;

	linux_lock(port);
	for (i = 1; i < p->count && p->fds[i].fd != fd; i++)
		;
	if (i < p->count) {
		p->count--;
		p->fds[i] = p->fds[p->count];
		p->watched[i] = p->watched[p->count];
		linux_loop_wake(p);
	}
	linux_unlock(port);
}

/* The thread takes no signals: they are the program's. */
static int start_thread(struct linux_port *p)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&p->thread, NULL, linux_main_loop, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void destroy(struct linux_port *p)
{
	if (p->loop_fd >= 0)
		close(p->loop_fd);
	free(p->fds);
	free(p->watched);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

struct tenon_port *tenon_linux_port_new(void)
{
	struct linux_port *p = calloc(1, sizeof *p);
	int error = ENOMEM;

	if (!p)
		return NULL;
	p->port.ops = &linux_port_ops;
	pthread_mutex_init(&p->lock, NULL);
	p->loop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->loop_fd < 0)
		error = errno;
	if (p->loop_fd >= 0 && make_room(p)) {
		p->fds[p->count++] = (struct pollfd){ .fd = p->loop_fd, .events = POLLIN };
		error = start_thread(p);
	}
	if (!error)
		return &p->port;
	destroy(p);
	errno = error;
	return NULL;
}

void tenon_linux_port_free(struct tenon_port *port)
{
	struct linux_port *p = linux_port_of(port);

	linux_lock(port);
	p->is_ending = true;
	linux_loop_wake(p);
	linux_unlock(port);
	pthread_join(p->thread, NULL);
	linux_waiters_free(p);
	destroy(p);
}
