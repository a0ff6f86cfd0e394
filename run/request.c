/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* PIDFD_THREAD of Linux 6.9, a handle of any thread; older kernels know handles of processes. */
enum { PIDFD_OF_THREAD = O_EXCL };

/* The kernel may know longer structures than our headers; it says how long. */
union notification {
	struct seccomp_notif data;
	char room[256];
};

/* Reads /proc/TID/status into n->status, a string. */
static bool status_read(struct notifier *n, pid_t tid)
{
	char path[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/status", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, n->status, sizeof n->status - 1);
	close(fd);
	n->status[len > 0 ? len : 0] = '\0';
	return len > 0;
}

/* The number behind a line's name, such as "\nTgid:". */
static uint64_t status_number(const char *text, const char *name, int base)
{
	const char *line = strstr(text, name);

	return line == NULL ? 0 : strtoull(line + strlen(name), NULL, base);
}

static int pidfd_open_thread(struct notifier *n, pid_t tid)
{
	int fd = (int)syscall(SYS_pidfd_open, tid, PIDFD_OF_THREAD);

	if (fd >= 0 || errno != EINVAL)
		return fd;
	if (!status_read(n, tid))
		return -1;
	return (int)syscall(SYS_pidfd_open, (pid_t)status_number(n->status, "\nTgid:", 10), 0);
}

int notifier_open(struct notifier *n, pid_t child, int number)
{
	int pidfd = pidfd_open_thread(n, child), i;

	if (pidfd < 0)
		return -errno;
	n->fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	i = errno;
	close(pidfd);
	if (n->fd < 0)
		return -i;
	for (i = 0; i < PIDFD_CACHE_SIZE; i++) {
		n->cache[i].tid = 0;
		n->cache[i].pidfd = -1;
	}
	/* Both sides share a CPU where possible; a kernel without the flag says no, which is fine.
	 */
#ifdef SECCOMP_IOCTL_NOTIF_SET_FLAGS
	(void)ioctl(n->fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
#endif
	return 0;
}

void notifier_close(struct notifier *n)
{
	int i;

	for (i = 0; i < PIDFD_CACHE_SIZE; i++)
		if (n->cache[i].pidfd >= 0)
			close(n->cache[i].pidfd);
	close(n->fd);
	n->fd = -1;
}

bool request_receive(struct notifier *n, struct request *r)
{
	union notification got;
	int i;

	memset(&got, 0, sizeof got);
	if (ioctl(n->fd, SECCOMP_IOCTL_NOTIF_RECV, &got.data) != 0)
		return false;
	*r = (struct request){
		.notifier = n,
		.id = got.data.id,
		.tid = (pid_t)got.data.pid,
		.call = got.data.data.nr,
	};
	for (i = 0; i < 6; i++)
		r->arguments[i] = got.data.data.args[i];
	return true;
}

bool request_is_alive(const struct request *r)
{
	uint64_t id = r->id;

	return ioctl(r->notifier->fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/* A handle that outlived its thread answers ESRCH, so a number used again does no harm. */
int notifier_take(struct notifier *n, pid_t tid, int fd)
{
	unsigned slot = (unsigned)tid % PIDFD_CACHE_SIZE;
	int taken;

	if (n->cache[slot].tid == tid) {
		taken = (int)syscall(SYS_pidfd_getfd, n->cache[slot].pidfd, fd, 0);
		if (taken >= 0 || errno != ESRCH)
			return taken < 0 ? -errno : taken;
	}
	if (n->cache[slot].pidfd >= 0)
		close(n->cache[slot].pidfd);
	n->cache[slot].tid = 0;
	n->cache[slot].pidfd = pidfd_open_thread(n, tid);
	if (n->cache[slot].pidfd < 0)
		return -errno;
	n->cache[slot].tid = tid;
	taken = (int)syscall(SYS_pidfd_getfd, n->cache[slot].pidfd, fd, 0);
	return taken < 0 ? -errno : taken;
}

int request_take(const struct request *r, int fd)
{
	return notifier_take(r->notifier, r->tid, fd);
}

int request_gather(const struct request *r, const struct iovec *there, unsigned count, void *to,
		   size_t len)
{
	struct iovec here = { to, len };

	if (len == 0)
		return 0;
	return process_vm_readv(r->tid, &here, 1, there, count, 0) == (ssize_t)len ? 0 : -EFAULT;
}

int request_scatter(const struct request *r, const struct iovec *there, unsigned count,
		    const void *from, size_t len)
{
	struct iovec here = { (void *)(uintptr_t)from, len };

	if (len == 0)
		return 0;
	return process_vm_writev(r->tid, &here, 1, there, count, 0) == (ssize_t)len ? 0 : -EFAULT;
}

int request_read(const struct request *r, uint64_t at, void *to, size_t len)
{
	struct iovec there = { (void *)(uintptr_t)at, len };

	return request_gather(r, &there, 1, to, len);
}

int request_write(const struct request *r, uint64_t at, const void *from, size_t len)
{
	struct iovec there = { (void *)(uintptr_t)at, len };

	return request_scatter(r, &there, 1, from, len);
}

static bool respond(const struct request *r, struct seccomp_notif_resp answer)
{
	answer.id = r->id;
	return ioctl(r->notifier->fd, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0;
}

bool request_reply(const struct request *r, int64_t value_or_error)
{
	struct seccomp_notif_resp answer = { .id = 0 };

	if (value_or_error < 0)
		answer.error = (int32_t)value_or_error;
	else
		answer.val = value_or_error;
	return respond(r, answer);
}

bool request_continue(const struct request *r)
{
	return respond(r, (struct seccomp_notif_resp){ .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE });
}

int request_give(const struct request *r, int fd, unsigned flags)
{
	struct seccomp_notif_addfd give = {
		.id = r->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)fd,
		.newfd_flags = flags,
	};
	int number = ioctl(r->notifier->fd, SECCOMP_IOCTL_NOTIF_ADDFD, &give);
	int error = errno;

	if (number >= 0)
		return number;
	if (error != ENOENT)
		(void)request_reply(r, -error);
	return -error;
}

/* Is the caller's descriptor closed by exec? Its duplicates do not know. */
static unsigned close_on_exec(const struct request *r, int number)
{
	char path[48], text[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", (int)r->tid, number);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return status_number(text, "\nflags:", 8) & O_CLOEXEC;
}

int request_replace(const struct request *r, int number, int fd)
{
	struct seccomp_notif_addfd give = {
		.id = r->id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)fd,
		.newfd = (uint32_t)number,
		.newfd_flags = close_on_exec(r, number),
	};

	return ioctl(r->notifier->fd, SECCOMP_IOCTL_NOTIF_ADDFD, &give) < 0 ? -errno : 0;
}

bool request_is_interrupted(const struct request *r)
{
	const char *text = r->notifier->status;
	uint64_t pending, blocked, ignored;

	if (!status_read(r->notifier, r->tid))
		return false;
	pending = status_number(text, "\nSigPnd:", 16) | status_number(text, "\nShdPnd:", 16);
	blocked = status_number(text, "\nSigBlk:", 16);
	ignored = status_number(text, "\nSigIgn:", 16);
	return (pending & ~blocked & ~ignored) != 0;
}
