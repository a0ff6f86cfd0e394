/* SPDX-License-Identifier: MIT */
/* posix_epoll_calls.c - epoll_create, epoll_ctl, epoll_wait and epoll_pwait. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "dialects/posix/posix_epoll.h"
#include "dialects/posix/posix_memory.h"

/* Linux's EP_MAX_NESTS; how many of the kernel's events are read at once. */
enum { NESTS_MAX = 4, KERNEL_EVENTS = 16 };

static int refuse(int error)
{
	errno = error;
	return -1;
}

static int create(struct tenon_posix_host *host, bool close_on_exec)
{
	struct posix_file *file = posix_file_new(host);
	int fd, error;

	if (!file)
		return -ENOMEM;
	file->epoll = posix_epoll_new(file);
	fd = file->epoll ? posix_number_reserve() : -errno;
	if (fd >= 0) {
		error = posix_number_assign(fd, file, close_on_exec);
		fd = error ? -error : fd;
	}
	posix_file_give(file);
	return fd;
}

int tenon_posix_epoll_create1(int flags)
{
	struct tenon_posix_host *host = posix_host_chosen();
	sigset_t mask;
	int fd;

	if (flags & ~EPOLL_CLOEXEC)
		return refuse(EINVAL);
	if (!host)
		return refuse(ENETDOWN);
	posix_signals_hold(&mask);
	fd = create(host, flags & EPOLL_CLOEXEC);
	posix_signals_release(&mask);
	return fd < 0 ? refuse(-fd) : fd;
}

int tenon_posix_epoll_create(int size)
{
	return size <= 0 ? refuse(EINVAL) : tenon_posix_epoll_create1(0);
}

/* The files of one epoll_ctl() call; watched is NULL for a kernel's descriptor. */
struct control {
	struct posix_file *instance, *watched;
	int operation, fd;
	struct epoll_event event;
};

/* How deep instances are nested in this one; beyond NESTS_MAX if one of them is `outer`. */
static int nests_below(const struct posix_epoll *epoll, const struct posix_epoll *outer, int depth)
{
	int deepest = depth, below;
	struct posix_watch *watch;
	size_t fd;

	if (epoll == outer || depth > NESTS_MAX)
		return NESTS_MAX + 1;
	for (fd = 0; fd < epoll->size; fd++) {
		for (watch = epoll->by_fd[fd]; watch; watch = watch->next_of_fd) {
			below = watch->file && watch->file->epoll
					? nests_below(watch->file->epoll, outer, depth + 1)
					: 0;
			deepest = below > deepest ? below : deepest;
		}
	}
	return deepest;
}

static int check_event(const struct control *c)
{
	const uint32_t exclusive_may =
		EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;
	bool nests = c->watched && c->watched->epoll;

	if (c->operation == EPOLL_CTL_DEL || !(c->event.events & EPOLLEXCLUSIVE))
		return 0;
	if (c->operation == EPOLL_CTL_MOD || nests || (c->event.events & ~exclusive_may))
		return EINVAL;
	return 0;
}

/* The kernel knows best what its descriptors are; our watch only remembers the caller's data. */
static int control_kernel(struct control *c)
{
	struct posix_epoll *epoll = c->instance->epoll;
	struct posix_watch *watch = posix_watch_find(epoll, NULL, c->fd);
	struct epoll_event event = { .events = c->event.events, .data = { .fd = c->fd } };

	if (epoll_ctl(epoll->kernel_fd, c->operation, c->fd, &event) != 0)
		return errno;
	if (watch && c->operation == EPOLL_CTL_DEL)
		posix_watch_remove(watch);
	else if (watch)
		watch->event = c->event;
	else if (c->operation == EPOLL_CTL_ADD)
		return posix_watch_add(epoll, NULL, c->fd, &c->event);
	return 0;
}

/* An instance in an instance: the private ones are nested likewise. */
static int nest_kernels(const struct control *c)
{
	struct epoll_event event = { .events = EPOLLIN | (c->event.events & EPOLLET),
				     .data = { .fd = c->fd } };

	if (nests_below(c->watched->epoll, c->instance->epoll, 1) > NESTS_MAX)
		return ELOOP;
	if (epoll_ctl(c->instance->epoll->kernel_fd, EPOLL_CTL_ADD, c->watched->epoll->kernel_fd,
		      &event) != 0)
		return errno;
	return 0;
}

static int add(const struct control *c)
{
	struct epoll_event event = c->event;
	int error = 0;

	event.events |= EPOLLERR | EPOLLHUP;
	if (c->watched->epoll)
		error = nest_kernels(c);
	return error ? error : posix_watch_add(c->instance->epoll, c->watched, c->fd, &event);
}

static int modify(struct posix_watch *watch, const struct epoll_event *event)
{
	if (watch->event.events & EPOLLEXCLUSIVE)
		return EINVAL;
	watch->event = *event;
	watch->event.events |= EPOLLERR | EPOLLHUP;
	posix_watch_look(watch);
	return 0;
}

static int control_ours(struct control *c)
{
	struct posix_watch *watch = posix_watch_find(c->instance->epoll, c->watched, c->fd);

	switch (c->operation) {
	case EPOLL_CTL_ADD:
		return watch ? EEXIST : add(c);
	case EPOLL_CTL_MOD:
		return watch ? modify(watch, &c->event) : ENOENT;
	case EPOLL_CTL_DEL:
		if (!watch)
			return ENOENT;
		posix_watch_remove(watch);
		return 0;
	default:
		return EINVAL;
	}
}

static int control(struct control *c)
{
	struct tenon_port *port = c->instance->host->port;
	int error = check_event(c);

	if (c->watched == c->instance)
		return EINVAL;
	if (c->watched && c->watched->host->port != port)
		return EPERM;
	if (error)
		return error;
	port->ops->lock(port);
	posix_news_read(port);
	error = c->watched ? control_ours(c) : control_kernel(c);
	port->ops->unlock(port);
	return error;
}

static int control_files(struct control *c, int epfd)
{
	int error;

	c->instance = posix_file_take(epfd);
	c->watched = posix_file_take(c->fd);
	if (!c->instance)
		error = fcntl(epfd, F_GETFD) < 0 ? EBADF : EINVAL;
	else if (!c->watched && fcntl(c->fd, F_GETFD) < 0)
		error = EBADF;
	else if (!c->instance->epoll)
		error = EINVAL;
	else
		error = control(c);
	if (c->instance)
		posix_file_give(c->instance);
	if (c->watched)
		posix_file_give(c->watched);
	return error;
}

int tenon_posix_epoll_ctl(int epfd, int operation, int fd, struct epoll_event *event)
{
	struct control c = { .operation = operation, .fd = fd };
	sigset_t mask;
	int error = 0;

	if (operation != EPOLL_CTL_DEL)
		error = posix_memory_read(&c.event, event, sizeof c.event);
	if (!error) {
		posix_signals_hold(&mask);
		error = control_files(&c, epfd);
		posix_signals_release(&mask);
	}
	return error ? refuse(error) : 0;
}

/* One epoll_wait() call that is inside. */
struct harvest {
	struct posix_epoll *epoll;
	struct epoll_event *events;
	int room, count;
};

static void report(struct harvest *h, const struct posix_watch *watch, uint32_t mask)
{
	h->events[h->count++] = (struct epoll_event){ mask, watch->event.data };
}

static void harvest_ours(struct harvest *h)
{
	unsigned ready = h->epoll->ready;
	struct posix_watch *watch;
	uint32_t mask;

	for (; ready > 0 && h->count < h->room; ready--) {
		watch = h->epoll->first_ready;
		posix_watch_set_ready(watch, false);
		mask = posix_file_mask(watch->file) & watch->event.events;
		if (!mask)
			continue;
		report(h, watch, mask);
		if (watch->event.events & EPOLLONESHOT)
			watch->event.events &= POSIX_EPOLL_HOW;
		else if (!(watch->event.events & EPOLLET))
			posix_watch_set_ready(watch, true);
	}
}

/* A descriptor of the kernel's is reported as it is; one of ours here is a nested instance. */
static void harvest_kernel(struct harvest *h)
{
	struct epoll_event events[KERNEL_EVENTS];
	int room = h->room - h->count < KERNEL_EVENTS ? h->room - h->count : KERNEL_EVENTS;
	int n = room > 0 ? epoll_wait(h->epoll->kernel_fd, events, room, 0) : 0;
	struct posix_watch *watch;
	int i;

	for (i = 0; i < n; i++) {
		for (watch = h->epoll->by_fd[events[i].data.fd]; watch; watch = watch->next_of_fd) {
			if (!watch->file)
				report(h, watch, events[i].events);
			else if (watch->file->epoll)
				posix_watch_set_ready(watch, true);
		}
	}
}

static int wait_for_events(struct harvest *h, struct posix_waiter *waiter)
{
	for (;;) {
		posix_news_read(waiter->port);
		harvest_kernel(h);
		harvest_ours(h);
		if (h->count > 0)
			return 0;
		h->epoll->waiters++;
		switch (posix_wait(waiter)) {
		case POSIX_LOOK_AGAIN:
			h->epoll->waiters--;
			break;
		case POSIX_TIME_IS_UP:
			h->epoll->waiters--;
			return 0;
		case POSIX_INTERRUPTED:
			h->epoll->waiters--;
			return EINTR;
		}
	}
}

static int wait_on(struct harvest *h, struct posix_file *file, int timeout_ms, const sigset_t *mask)
{
	struct tenon_port *port = file->host->port;
	uint64_t limit_us = timeout_ms < 0 ? TENON_NEVER : (uint64_t)timeout_ms * 1000;
	struct pollfd fds[3] = { [1] = { .fd = file->epoll->kernel_fd, .events = POLLIN } };
	struct posix_waiter waiter = {
		.port = port, .mask = mask, .never_restarts = true, .fds = fds, .count = 2
	};
	int error;

	h->epoll = file->epoll;
	posix_waiter_init(&waiter);
	port->ops->lock(port);
	waiter.until_us = posix_until(port, limit_us);
	error = wait_for_events(h, &waiter);
	port->ops->unlock(port);
	return error;
}

int tenon_posix_epoll_pwait(int epfd, struct epoll_event *events, int count, int timeout_ms,
			    const sigset_t *mask)
{
	struct harvest h = { .events = events, .room = count };
	struct posix_file *file;
	sigset_t before;
	int error;

	if (count <= 0)
		return refuse(EINVAL);
	if (posix_memory_glance(events, 1))
		return refuse(EFAULT);
	posix_signals_hold(&before);
	file = posix_file_take(epfd);
	if (!file)
		error = fcntl(epfd, F_GETFD) < 0 ? EBADF : EINVAL;
	else
		error = file->epoll ? wait_on(&h, file, timeout_ms, mask ? mask : &before) : EINVAL;
	if (file)
		posix_file_give(file);
	posix_signals_release(&before);
	return error ? refuse(error) : h.count;
}

int tenon_posix_epoll_wait(int epfd, struct epoll_event *events, int count, int timeout_ms)
{
	return tenon_posix_epoll_pwait(epfd, events, count, timeout_ms, NULL);
}
