/* SPDX-License-Identifier: MIT */
/* posix_poll.c - poll ppoll select pselect, on our descriptors and the kernel's together. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "dialects/posix/posix_epoll.h"
#include "dialects/posix/posix_memory.h"

/* Few descriptors need no memory, so that a signal handler may ask. */
enum { NUMBERS_MAX = 1 << 20, FEW = 8 };

/* One call that is inside. The kernel's descriptors are watched by the wait itself, behind the
 * watch for signals; an epoll instance's private one is among them. */
struct polling {
	struct pollfd *fds;
	nfds_t count;
	struct posix_file **files; /* of each; NULL: the kernel's, or closed */
	struct pollfd *kernel;     /* kernel[0] is for signals */
	nfds_t *kernel_index;      /* which of fds each belongs to */
	unsigned kernel_count;
	void *memory; /* of the three, unless they are few */
	struct pollfd few_kernel[FEW + 2];
	struct posix_file *few_files[FEW];
	nfds_t few_index[FEW + 1];
	struct tenon_port *port; /* NULL: all are the kernel's */
};

static int refuse(int error)
{
	errno = error;
	return -1;
}

static void watch_kernel(struct polling *p, int fd, short events, nfds_t index)
{
	p->kernel[p->kernel_count] = (struct pollfd){ .fd = fd, .events = events };
	p->kernel_index[p->kernel_count++] = index;
}

/* Files of another port than the first one's cannot be waited for together with it: POLLNVAL. */
static void begin_one(struct polling *p, nfds_t i)
{
	struct posix_file *file = posix_file_take(p->fds[i].fd);

	p->fds[i].revents = 0;
	p->files[i] = file;
	if (!file) {
		watch_kernel(p, p->fds[i].fd, p->fds[i].events, i);
		return;
	}
	if (!p->port)
		p->port = file->host->port;
	if (file->epoll)
		watch_kernel(p, file->epoll->kernel_fd, POLLIN, i);
}

/* Room for the kernel's list with the watch for signals and the port's own, for an index to all
 * but the latter, and for a file each. */
static bool make_room(struct polling *p)
{
	size_t size = sizeof p->kernel[0] + sizeof p->kernel_index[0] + sizeof(struct posix_file *);

	p->files = p->few_files;
	p->kernel = p->few_kernel;
	p->kernel_index = p->few_index;
	if (p->count <= FEW)
		return true;
	p->memory = calloc(p->count + 2, size);
	p->files = p->memory;
	p->kernel_index = (nfds_t *)(void *)(p->files + p->count + 2);
	p->kernel = (struct pollfd *)(void *)(p->kernel_index + p->count + 2);
	return p->memory != NULL;
}

static int begin(struct polling *p)
{
	nfds_t i;

	if (p->count > NUMBERS_MAX)
		return EINVAL;
	if (!make_room(p))
		return ENOMEM;
	p->kernel_count = 1;
	for (i = 0; i < p->count; i++)
		begin_one(p, i);
	return 0;
}

static void end(struct polling *p)
{
	nfds_t i;

	for (i = 0; p->kernel_count > 0 && i < p->count; i++)
		if (p->files[i])
			posix_file_give(p->files[i]);
	free(p->memory);
}

static short revents_of(struct polling *p, nfds_t i)
{
	const uint32_t always = POLLERR | POLLHUP;
	struct posix_file *file = p->files[i];

	if (file->host->port != p->port)
		return POLLNVAL;
	return (short)(posix_file_mask(file) &
		       ((uint32_t)(unsigned short)p->fds[i].events | always));
}

/* How many are ready? The kernel's were asked just before. */
static int count_ready(struct polling *p)
{
	int ready = 0;
	unsigned k;
	nfds_t i;

	for (k = 1; k < p->kernel_count; k++)
		if (!p->files[p->kernel_index[k]])
			p->fds[p->kernel_index[k]].revents = p->kernel[k].revents;
	for (i = 0; i < p->count; i++) {
		if (p->files[i])
			p->fds[i].revents = revents_of(p, i);
		ready += p->fds[i].revents != 0;
	}
	return ready;
}

/* Under the lock. Returns how many are ready, or -errno. */
static int poll_until(struct polling *p, struct posix_waiter *waiter)
{
	int ready;

	if (p->kernel_count > 1)
		poll(p->kernel + 1, p->kernel_count - 1, 0);
	for (;;) {
		posix_news_read(p->port);
		ready = count_ready(p);
		if (ready > 0)
			return ready;
		switch (posix_wait(waiter)) {
		case POSIX_LOOK_AGAIN:
			break;
		case POSIX_TIME_IS_UP:
			return 0;
		case POSIX_INTERRUPTED:
			return -EINTR;
		}
	}
}

static uint64_t microseconds(const struct timespec *time)
{
	if (!time)
		return TENON_NEVER;
	return (uint64_t)time->tv_sec * 1000000 + ((uint64_t)time->tv_nsec + 999) / 1000;
}

static bool is_time(const struct timespec *time)
{
	return !time || (time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < 1000000000);
}

/* *left: what is left of the time, if the caller wants to know. */
static int poll_ours(struct polling *p, const struct timespec *timeout, const sigset_t *mask,
		     uint64_t *left_us)
{
	struct posix_waiter waiter = {
		.port = p->port,
		.mask = mask,
		.never_restarts = true,
		.fds = p->kernel,
		.count = p->kernel_count,
	};
	uint64_t now;
	int ready;

	posix_waiter_init(&waiter);
	p->port->ops->lock(p->port);
	waiter.until_us = posix_until(p->port, microseconds(timeout));
	ready = poll_until(p, &waiter);
	now = p->port->ops->now(p->port);
	p->port->ops->unlock(p->port);
	*left_us = waiter.until_us > now ? waiter.until_us - now : 0;
	return ready;
}

/* With no descriptor of ours it is the kernel's call, in the kernel's time. Returns as poll_until.
 */
static int poll_any(struct polling *p, const struct timespec *timeout, const sigset_t *mask,
		    uint64_t *left_us)
{
	sigset_t before;
	int ready, error;

	posix_signals_hold(&before);
	error = begin(p);
	if (error) {
		ready = -error;
	} else if (p->port) {
		ready = poll_ours(p, timeout, mask ? mask : &before, left_us);
	} else {
		ready = ppoll(p->fds, p->count, timeout, mask ? mask : &before);
		ready = ready < 0 ? -errno : ready;
	}
	end(p);
	posix_signals_release(&before);
	return ready;
}

int tenon_posix_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		      const sigset_t *mask)
{
	struct polling p = { .fds = fds, .count = count };
	uint64_t left_us;
	int ready;

	if (!is_time(timeout))
		return refuse(EINVAL);
	if (posix_memory_glance(fds, count))
		return refuse(EFAULT);
	ready = poll_any(&p, timeout, mask, &left_us);
	return ready < 0 ? refuse(-ready) : ready;
}

int tenon_posix_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct timespec timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };

	return tenon_posix_ppoll(fds, count, timeout_ms < 0 ? NULL : &timeout, NULL);
}

/* Linux's POLLIN_SET, POLLOUT_SET and POLLEX_SET. */
enum {
	SELECT_READ = POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR,
	SELECT_WRITE = POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR,
	SELECT_EXCEPT = POLLPRI,
	SELECT_SETS = 3,
};

static const short select_masks[SELECT_SETS] = { SELECT_READ, SELECT_WRITE, SELECT_EXCEPT };

static nfds_t sets_to_fds(fd_set *const sets[SELECT_SETS], int count, struct pollfd *fds)
{
	nfds_t n = 0;
	int fd, i;

	for (fd = 0; fd < count; fd++) {
		short events = 0;

		for (i = 0; i < SELECT_SETS; i++)
			if (sets[i] && FD_ISSET(fd, sets[i]))
				events |= select_masks[i];
		if (events)
			fds[n++] = (struct pollfd){ .fd = fd, .events = events };
	}
	return n;
}

/* EBADF if one of them is closed; else how many bits were set. */
static int fds_to_sets(const struct pollfd *fds, nfds_t n, fd_set *const sets[SELECT_SETS])
{
	fd_set ready[SELECT_SETS];
	int bits = 0, i;
	nfds_t at;

	memset(ready, 0, sizeof ready);
	for (at = 0; at < n; at++) {
		if (fds[at].revents & POLLNVAL)
			return -EBADF;
		for (i = 0; i < SELECT_SETS; i++) {
			if (!sets[i] || !FD_ISSET(fds[at].fd, sets[i]) ||
			    !(fds[at].revents & select_masks[i]))
				continue;
			FD_SET(fds[at].fd, &ready[i]);
			bits++;
		}
	}
	for (i = 0; i < SELECT_SETS; i++)
		if (sets[i])
			*sets[i] = ready[i];
	return bits;
}

struct selecting {
	fd_set *sets[SELECT_SETS];
	int count;
	const struct timespec *timeout;
	const sigset_t *mask;
};

static int select_any(const struct selecting *s, uint64_t *left_us)
{
	struct polling p = { .count = 0 };
	int count = s->count < FD_SETSIZE ? s->count : FD_SETSIZE;
	int ready;

	if (s->count < 0 || !is_time(s->timeout))
		return -EINVAL;
	p.fds = calloc((size_t)count + 1, sizeof p.fds[0]);
	if (!p.fds)
		return -ENOMEM;
	p.count = sets_to_fds(s->sets, count, p.fds);
	ready = poll_any(&p, s->timeout, s->mask, left_us);
	if (ready >= 0)
		ready = fds_to_sets(p.fds, p.count, s->sets);
	free(p.fds);
	return ready;
}

int tenon_posix_pselect(int count, fd_set *readable, fd_set *writable, fd_set *exceptional,
			const struct timespec *timeout, const sigset_t *mask)
{
	struct selecting s = { { readable, writable, exceptional }, count, timeout, mask };
	uint64_t left_us;
	int ready = select_any(&s, &left_us);

	return ready < 0 ? refuse(-ready) : ready;
}

/* Linux tells in timeout what is left of it. */
int tenon_posix_select(int count, fd_set *readable, fd_set *writable, fd_set *exceptional,
		       struct timeval *timeout)
{
	struct timespec time = { 0, 0 };
	struct selecting s = { { readable, writable, exceptional }, count, NULL, NULL };
	uint64_t left_us = 0;
	int ready;

	if (timeout) {
		time = (struct timespec){ timeout->tv_sec, timeout->tv_usec * 1000L };
		s.timeout = &time;
	}
	ready = select_any(&s, &left_us);
	if (timeout && ready != -EINVAL) {
		timeout->tv_sec = (time_t)(left_us / 1000000);
		timeout->tv_usec = (suseconds_t)(left_us % 1000000);
	}
	return ready < 0 ? refuse(-ready) : ready;
}
