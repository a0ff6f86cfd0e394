/* SPDX-License-Identifier: MIT */
/* posix_number.c - the calls on descriptors as such: close, dup, fcntl, ioctl.
 *
 * The kernel's descriptors go to the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "dialects/posix/posix_file.h"
#include "dialects/posix/posix_memory.h"

/* What F_SETFL may change. */
enum { STATUS_SETTABLE = O_NONBLOCK | O_APPEND };

int tenon_posix_close(int fd)
{
	sigset_t mask;
	bool ours;

	posix_signals_hold(&mask);
	ours = posix_number_close(fd);
	posix_signals_release(&mask);
	return ours ? 0 : close(fd);
}

/* One more number, not below least, for the file that is at fd. */
static int duplicate(int fd, struct posix_file *file, int least, bool close_on_exec)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, least);

	if (copy < 0)
		return -1;
	if (posix_number_assign(copy, file, close_on_exec) == 0)
		return copy;
	close(copy);
	errno = ENOMEM;
	return -1;
}

/* Ours, with signals held up, or NULL and signals let in. */
static struct posix_file *take(int fd, sigset_t *mask)
{
	struct posix_file *file;

	posix_signals_hold(mask);
	file = posix_file_take(fd);
	if (!file)
		posix_signals_release(mask);
	return file;
}

static int give(struct posix_file *file, const sigset_t *mask, int value)
{
	int error = errno;

	posix_file_give(file);
	posix_signals_release(mask);
	errno = error;
	return value;
}

int tenon_posix_dup(int fd)
{
	sigset_t mask;
	struct posix_file *file = take(fd, &mask);

	if (!file)
		return dup(fd);
	return give(file, &mask, duplicate(fd, file, 0, false));
}

int tenon_posix_dup2(int fd, int wanted)
{
	sigset_t mask;
	struct posix_file *file = take(fd, &mask);
	int got;

	if (!file) {
		got = dup2(fd, wanted);
		if (got >= 0 && got != fd) {
			posix_signals_hold(&mask);
			posix_number_forget(got);
			posix_signals_release(&mask);
		}
		return got;
	}
	if (fd == wanted)
		return give(file, &mask, fd);
	got = dup3(fd, wanted, O_CLOEXEC);
	if (got >= 0 && posix_number_assign(got, file, false) != 0) {
		close(got);
		errno = ENOMEM;
		got = -1;
	}
	return give(file, &mask, got);
}

static int refuse(int error)
{
	errno = error;
	return -1;
}

static int file_fcntl(struct posix_file *file, int fd, int command, int argument)
{
	bool close_on_exec = argument & FD_CLOEXEC;

	switch (command) {
	case F_GETFL:
		return O_RDWR | file->status;
	case F_SETFL:
		file->status = argument & STATUS_SETTABLE;
		return 0;
	case F_GETFD:
		return posix_number_cloexec(fd, NULL) ? FD_CLOEXEC : 0;
	case F_SETFD:
		posix_number_cloexec(fd, &close_on_exec);
		return 0;
	case F_DUPFD:
		return duplicate(fd, file, argument, false);
	case F_DUPFD_CLOEXEC:
		return duplicate(fd, file, argument, true);
	default:
		return refuse(EINVAL);
	}
}

int tenon_posix_fcntl(int fd, int command, ...)
{
	sigset_t mask;
	struct posix_file *file = take(fd, &mask);
	va_list arguments;
	void *argument;

	va_start(arguments, command);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (!file)
		return fcntl(fd, command, argument);
	return give(file, &mask, file_fcntl(file, fd, command, (int)(intptr_t)argument));
}

static int count_waiting(struct posix_file *file, unsigned long request, int *count)
{
	const struct tenon_posix_host *host = file->host;
	bool listens;
	size_t n;

	if (!file->socket)
		return ENOTTY;
	host->port->ops->lock(host->port);
	listens = tenon_readiness(file->socket) & TENON_LISTENING;
	n = request == FIONREAD ? tenon_waiting(file->socket) : tenon_unacknowledged(file->socket);
	host->port->ops->unlock(host->port);
	*count = n > INT32_MAX ? INT32_MAX : (int)n;
	return listens ? EINVAL : 0;
}

static int file_ioctl(struct posix_file *file, int fd, unsigned long request, void *argument)
{
	bool close_on_exec = request == FIOCLEX;
	int value = 0, error;

	switch (request) {
	case FIONBIO:
		error = posix_memory_read(&value, argument, sizeof value);
		if (!error)
			file->status = (file->status & ~O_NONBLOCK) | (value ? O_NONBLOCK : 0);
		return error;
	case FIONREAD:
	case SIOCOUTQ:
		error = count_waiting(file, request, &value);
		return error ? error : posix_memory_write(argument, &value, sizeof value);
	case FIOCLEX:
	case FIONCLEX:
		posix_number_cloexec(fd, &close_on_exec);
		return 0;
	default:
		return ENOTTY;
	}
}

int tenon_posix_ioctl(int fd, unsigned long request, ...)
{
	sigset_t mask;
	struct posix_file *file = take(fd, &mask);
	va_list arguments;
	void *argument;
	int error;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (!file)
		return ioctl(fd, request, argument);
	error = file_ioctl(file, fd, request, argument);
	return give(file, &mask, error ? refuse(error) : 0);
}
