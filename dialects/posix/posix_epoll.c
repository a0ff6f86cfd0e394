/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_epoll.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dialects/posix/posix_ready.h"

struct posix_epoll *posix_epoll_new(struct posix_file *file)
{
	struct posix_epoll *epoll = calloc(1, sizeof *epoll);

	if (!epoll)
		return NULL;
	epoll->file = file;
	epoll->kernel_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll->kernel_fd < 0) {
		free(epoll);
		return NULL;
	}
	return epoll;
}

void posix_epoll_free(struct posix_epoll *epoll)
{
	size_t fd;

	for (fd = 0; fd < epoll->size; fd++)
		while (epoll->by_fd[fd])
			posix_watch_remove(epoll->by_fd[fd]);
	close(epoll->kernel_fd);
	free(epoll->by_fd);
	free(epoll);
}

struct posix_watch *posix_watch_find(const struct posix_epoll *epoll, const struct posix_file *file,
				     int fd)
{
	struct posix_watch *watch;

	if ((size_t)fd >= epoll->size)
		return NULL;
	for (watch = epoll->by_fd[fd]; watch; watch = watch->next_of_fd)
		if (watch->file == file)
			return watch;
	return NULL;
}

static bool reaches(struct posix_epoll *epoll, size_t fd)
{
	size_t size = epoll->size ? epoll->size : 64;
	struct posix_watch **by_fd;

	if (fd < epoll->size)
		return true;
	while (size <= fd)
		size *= 2;
	by_fd = realloc(epoll->by_fd, size * sizeof(struct posix_watch *));
	if (!by_fd)
		return false;
	memset(by_fd + epoll->size, 0, (size - epoll->size) * sizeof(struct posix_watch *));
	epoll->by_fd = by_fd;
	epoll->size = size;
	return true;
}

int posix_watch_add(struct posix_epoll *epoll, struct posix_file *file, int fd,
		    const struct epoll_event *event)
{
	struct posix_watch *watch = calloc(1, sizeof *watch);

	if (!watch || !reaches(epoll, (size_t)fd)) {
		free(watch);
		return ENOMEM;
	}
	watch->epoll = epoll;
	watch->file = file;
	watch->fd = fd;
	watch->event = *event;
	watch->next_of_fd = epoll->by_fd[fd];
	epoll->by_fd[fd] = watch;
	if (file) {
		watch->next_of_file = file->watches;
		file->watches = watch;
		posix_watch_look(watch);
	}
	return 0;
}

void posix_watch_remove(struct posix_watch *watch)
{
	struct posix_epoll *epoll = watch->epoll;
	struct posix_watch **link;

	posix_watch_set_ready(watch, false);
	for (link = &epoll->by_fd[watch->fd]; *link != watch; link = &(*link)->next_of_fd)
		;
	*link = watch->next_of_fd;
	if (watch->file) {
		for (link = &watch->file->watches; *link != watch; link = &(*link)->next_of_file)
			;
		*link = watch->next_of_file;
		if (watch->file->epoll)
			epoll_ctl(epoll->kernel_fd, EPOLL_CTL_DEL, watch->file->epoll->kernel_fd,
				  NULL);
	}
	free(watch);
}

void posix_watches_end(struct posix_file *file)
{
	while (file->watches)
		posix_watch_remove(file->watches);
}

static void append(struct posix_watch *watch)
{
	struct posix_epoll *epoll = watch->epoll;

	watch->before_ready = epoll->last_ready;
	watch->next_ready = NULL;
	*(epoll->last_ready ? &epoll->last_ready->next_ready : &epoll->first_ready) = watch;
	epoll->last_ready = watch;
	epoll->ready++;
}

static void unlink_ready(struct posix_watch *watch)
{
	struct posix_epoll *epoll = watch->epoll;

	*(watch->before_ready ? &watch->before_ready->next_ready : &epoll->first_ready) =
		watch->next_ready;
	*(watch->next_ready ? &watch->next_ready->before_ready : &epoll->last_ready) =
		watch->before_ready;
	epoll->ready--;
}

void posix_watch_set_ready(struct posix_watch *watch, bool is_ready)
{
	if (watch->is_ready == is_ready)
		return;
	watch->is_ready = is_ready;
	if (is_ready)
		append(watch);
	else
		unlink_ready(watch);
}

static void wake_watchers(struct posix_file *file, uint32_t wakes);

/* Was somebody waiting for it? */
static bool wake(struct posix_watch *watch, uint32_t wakes)
{
	if (!(wakes & watch->event.events & ~POSIX_EPOLL_HOW))
		return false;
	posix_watch_set_ready(watch, true);
	wake_watchers(watch->epoll->file, EPOLLIN | EPOLLRDNORM);
	return watch->epoll->waiters > 0;
}

/* EPOLLEXCLUSIVE: of the instances that asked for it, only the first with a waiter is woken. */
static void wake_watchers(struct posix_file *file, uint32_t wakes)
{
	bool one_was_woken = false;
	struct posix_watch *watch;

	for (watch = file->watches; watch; watch = watch->next_of_file) {
		if (!(watch->event.events & EPOLLEXCLUSIVE))
			wake(watch, wakes);
		else if (!one_was_woken)
			one_was_woken = wake(watch, wakes);
	}
}

static void read_news(struct tenon_posix_host *host)
{
	struct tenon_socket *socket;
	struct posix_file *file;
	unsigned what;

	while ((socket = tenon_news(host->stack, &what)) != NULL) {
		file = tenon_user(socket);
		if (file)
			wake_watchers(file, posix_ready_wakes(what));
	}
}

void posix_news_read(const struct tenon_port *port)
{
	posix_hosts_of(port, read_news);
}

void posix_watch_look(struct posix_watch *watch)
{
	if (posix_file_mask(watch->file) & watch->event.events) {
		posix_watch_set_ready(watch, true);
		wake_watchers(watch->epoll->file, EPOLLIN | EPOLLRDNORM);
	}
}

/* As Linux does, what turns out not to be ready leaves the list. */
static uint32_t epoll_mask(struct posix_epoll *epoll)
{
	struct pollfd kernel = { .fd = epoll->kernel_fd, .events = POLLIN };
	struct posix_watch *watch;

	while ((watch = epoll->first_ready) != NULL) {
		if (posix_file_mask(watch->file) & watch->event.events)
			return EPOLLIN | EPOLLRDNORM;
		posix_watch_set_ready(watch, false);
	}
	return poll(&kernel, 1, 0) > 0 ? EPOLLIN | EPOLLRDNORM : 0;
}

uint32_t posix_file_mask(struct posix_file *file)
{
	return file->socket ? posix_ready_mask(file->socket) : epoll_mask(file->epoll);
}
