/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dialects/posix/posix_epoll.h"

struct number {
	struct posix_file *file; /* NULL: not ours */
	bool close_on_exec;
};

/* Indexed by descriptor. */
static struct {
	struct number *at;
	size_t size;
} table;

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void lock_for_fork(void)
{
	posix_hosts_lock();
	pthread_mutex_lock(&table_lock);
}

static void unlock_in_parent(void)
{
	pthread_mutex_unlock(&table_lock);
	posix_hosts_unlock();
}

static void forget_number(int fd, const struct posix_file *file)
{
	if (!file)
		return;
	close(fd);
	if (file->epoll)
		close(file->epoll->kernel_fd);
}

/* What the files are is left where it lies: the locks around it are in an unknown state. */
static void forget_in_child(void)
{
	size_t fd;

	for (fd = 0; fd < table.size; fd++)
		forget_number((int)fd, table.at[fd].file);
	free(table.at);
	table.at = NULL;
	table.size = 0;
	posix_hosts_forget();
	pthread_mutex_unlock(&table_lock);
	posix_hosts_unlock();
}

static void watch(void)
{
	pthread_atfork(lock_for_fork, unlock_in_parent, forget_in_child);
}

void posix_forks_watch(void)
{
	pthread_once(&fork_once, watch);
}

struct posix_file *posix_file_new(struct tenon_posix_host *host)
{
	struct posix_file *file = calloc(1, sizeof *file);

	if (!file)
		return NULL;
	file->host = host;
	file->references = 1;
	posix_options_init(&file->options);
	return file;
}

int posix_number_reserve(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static bool table_reaches(size_t fd)
{
	size_t size = table.size ? table.size : 64;
	struct number *at;

	if (fd < table.size)
		return true;
	while (size <= fd)
		size *= 2;
	at = realloc(table.at, size * sizeof *at);
	if (!at)
		return false;
	memset(at + table.size, 0, (size - table.size) * sizeof *at);
	table.at = at;
	table.size = size;
	return true;
}

int posix_number_assign(int fd, struct posix_file *file, bool close_on_exec)
{
	struct posix_file *stale = NULL;
	bool done;

	pthread_mutex_lock(&table_lock);
	done = table_reaches((size_t)fd);
	if (done) {
		/* Somebody closed the holder of this number behind our back. */
		stale = table.at[fd].file;
		table.at[fd] = (struct number){ file, close_on_exec };
		file->references++;
	}
	pthread_mutex_unlock(&table_lock);
	if (stale)
		posix_file_give(stale);
	return done ? 0 : ENOMEM;
}

struct posix_file *posix_file_take(int fd)
{
	struct posix_file *file = NULL;

	pthread_mutex_lock(&table_lock);
	if (fd >= 0 && (size_t)fd < table.size)
		file = table.at[fd].file;
	if (file)
		file->references++;
	pthread_mutex_unlock(&table_lock);
	return file;
}

static void file_close(struct posix_file *file)
{
	struct tenon_posix_host *host = file->host;
	const struct port_ops *ops = host->port->ops;

	ops->lock(host->port);
	ops->begin(host->port, host->stack);
	posix_watches_end(file);
	if (file->epoll)
		posix_epoll_free(file->epoll);
	if (file->socket)
		tenon_close(file->socket);
	ops->end(host->port, host->stack);
	ops->unlock(host->port);
	free(file);
}

void posix_file_give(struct posix_file *file)
{
	bool last;

	pthread_mutex_lock(&table_lock);
	last = --file->references == 0;
	pthread_mutex_unlock(&table_lock);
	if (last)
		file_close(file);
}

static struct posix_file *table_remove(int fd)
{
	struct posix_file *file = NULL;

	if (fd >= 0 && (size_t)fd < table.size)
		file = table.at[fd].file;
	if (file)
		table.at[fd] = (struct number){ NULL, false };
	return file;
}

bool posix_number_close(int fd)
{
	struct posix_file *file;

	pthread_mutex_lock(&table_lock);
	file = table_remove(fd);
	if (file)
		close(fd);
	pthread_mutex_unlock(&table_lock);
	if (file)
		posix_file_give(file);
	return file != NULL;
}

void posix_number_forget(int fd)
{
	struct posix_file *file;

	pthread_mutex_lock(&table_lock);
	file = table_remove(fd);
	pthread_mutex_unlock(&table_lock);
	if (file)
		posix_file_give(file);
}

bool posix_number_cloexec(int fd, const bool *set)
{
	bool close_on_exec = false;

	pthread_mutex_lock(&table_lock);
	if (fd >= 0 && (size_t)fd < table.size && table.at[fd].file) {
		if (set)
			table.at[fd].close_on_exec = *set;
		close_on_exec = table.at[fd].close_on_exec;
	}
	pthread_mutex_unlock(&table_lock);
	return close_on_exec;
}

void posix_numbers_close_of(const struct tenon_posix_host *host)
{
	size_t fd, size = table.size;

	for (fd = 0; fd < size; fd++)
		if (table.at[fd].file && table.at[fd].file->host == host)
			posix_number_close((int)fd);
}

int posix_call_begin(struct posix_call *call, int fd)
{
	struct tenon_posix_host *host;
	int error = 0;

	call->is_quiet = false;
	posix_signals_hold(&call->mask);
	call->file = posix_file_take(fd);
	if (!call->file)
		error = fcntl(fd, F_GETFD) < 0 ? EBADF : ENOTSOCK;
	else if (!call->file->socket)
		error = ENOTSOCK;
	if (error) {
		if (call->file)
			posix_file_give(call->file);
		posix_signals_release(&call->mask);
		return error;
	}
	host = call->file->host;
	host->port->ops->lock(host->port);
	host->port->ops->begin(host->port, host->stack);
	return 0;
}

int posix_call_end(struct posix_call *call, int error)
{
	struct tenon_posix_host *host = call->file->host;

	host->port->ops->end(host->port, host->stack);
	host->port->ops->unlock(host->port);
	posix_file_give(call->file);
	posix_signals_release(&call->mask);
	if (!error)
		return 0;
	errno = error;
	return -1;
}

enum posix_woken posix_call_wait(struct posix_call *call, uint64_t until_us, bool never_restarts)
{
	struct tenon_posix_host *host = call->file->host;
	struct pollfd fds[2];
	struct posix_waiter waiter = {
		.port = host->port,
		.mask = &call->mask,
		.until_us = until_us,
		.never_restarts = never_restarts,
		.fds = fds,
		.count = 1,
	};
	enum posix_woken woken;

	posix_waiter_init(&waiter);
	/* Calls that look in vain must not wake one another in turn. */
	if (!call->is_quiet)
		host->port->ops->end(host->port, host->stack);
	call->is_quiet = true;
	woken = posix_wait(&waiter);
	host->port->ops->begin(host->port, host->stack);
	return woken;
}
