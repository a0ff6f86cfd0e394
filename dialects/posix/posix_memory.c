/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FIRST_PAGE = 4096 };

int posix_memory_glance(const void *from_caller, size_t len)
{
	return len > 0 && (uintptr_t)from_caller < FIRST_PAGE ? EFAULT : 0;
}

/* A sandbox may forbid the calls; what is left then is to look at the pointer itself. */
static bool is_forbidden(ssize_t done)
{
	return done < 0 && (errno == ENOSYS || errno == EPERM);
}

int posix_memory_read(void *to, const void *from_caller, size_t len)
{
	struct iovec here = { to, len };
	struct iovec there = { (void *)(uintptr_t)from_caller, len };
	ssize_t done;

	if (len == 0)
		return 0;
	done = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
	if (done == (ssize_t)len)
		return 0;
	if (!is_forbidden(done) || posix_memory_glance(from_caller, len))
		return EFAULT;
	memcpy(to, from_caller, len);
	return 0;
}

int posix_memory_write(void *to_caller, const void *from, size_t len)
{
	struct iovec here = { (void *)(uintptr_t)from, len };
	struct iovec there = { to_caller, len };
	ssize_t done;

	if (len == 0)
		return 0;
	done = process_vm_writev(getpid(), &here, 1, &there, 1, 0);
	if (done == (ssize_t)len)
		return 0;
	if (!is_forbidden(done) || posix_memory_glance(to_caller, len))
		return EFAULT;
	memcpy(to_caller, from, len);
	return 0;
}

int posix_memory_read_name(const struct sockaddr *addr, socklen_t len, struct posix_name *name)
{
	*name = (struct posix_name){ .len = len };
	if (len > sizeof name->at)
		return EINVAL;
	return posix_memory_read(&name->at, addr, len);
}

int posix_memory_write_name(const struct posix_name *name, struct sockaddr *addr, socklen_t *len)
{
	socklen_t room;
	int error = posix_memory_read(&room, len, sizeof room);

	if (error)
		return error;
	if (room > INT32_MAX)
		return EINVAL;
	error = posix_memory_write(addr, &name->at, room < name->len ? room : name->len);
	if (error)
		return error;
	return posix_memory_write(len, &name->len, sizeof name->len);
}
