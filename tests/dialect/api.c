/* SPDX-License-Identifier: MIT */
#include "api.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library declares these with a transparent union in place of struct sockaddr *, and a
 * sanitizer looks at their arguments before the kernel can refuse them: so not through it. */
static int kernel_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return (int)syscall(SYS_connect, fd, addr, len);
}

static int kernel_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	return (int)syscall(SYS_bind, fd, addr, len);
}

static int kernel_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	return (int)syscall(SYS_accept4, fd, addr, len, 0);
}

static int kernel_accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	return (int)syscall(SYS_accept4, fd, addr, len, flags);
}

static int kernel_getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	return (int)syscall(SYS_getsockname, fd, addr, len);
}

static int kernel_getpeername(int fd, struct sockaddr *addr, socklen_t *len)
{
	return (int)syscall(SYS_getpeername, fd, addr, len);
}

static ssize_t kernel_sendto(int fd, const void *data, size_t len, int flags,
			     const struct sockaddr *to, socklen_t to_len)
{
	return syscall(SYS_sendto, fd, data, len, flags, to, to_len);
}

static ssize_t kernel_recvfrom(int fd, void *room, size_t len, int flags, struct sockaddr *from,
			       socklen_t *from_len)
{
	return syscall(SYS_recvfrom, fd, room, len, flags, from, from_len);
}

static int kernel_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	return (int)syscall(SYS_getsockopt, fd, level, name, value, len);
}

static int kernel_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	return (int)syscall(SYS_setsockopt, fd, level, name, value, len);
}

static int kernel_epoll_ctl(int epfd, int operation, int fd, struct epoll_event *event)
{
	return (int)syscall(SYS_epoll_ctl, epfd, operation, fd, event);
}

const struct api api_kernel = {
	.name = "the kernel",
	.socket = socket,
	.connect = kernel_connect,
	.bind = kernel_bind,
	.listen = listen,
	.accept = kernel_accept,
	.accept4 = kernel_accept4,
	.shutdown = shutdown,
	.getsockname = kernel_getsockname,
	.getpeername = kernel_getpeername,
	.getsockopt = kernel_getsockopt,
	.setsockopt = kernel_setsockopt,
	.send = send,
	.sendto = kernel_sendto,
	.sendmsg = sendmsg,
	.recv = recv,
	.recvfrom = kernel_recvfrom,
	.recvmsg = recvmsg,
	.read = read,
	.write = write,
	.readv = readv,
	.writev = writev,
	.close = close,
	.dup = dup,
	.dup2 = dup2,
	.fcntl = fcntl,
	.ioctl = ioctl,
	.poll = poll,
	.ppoll = ppoll,
	.select = select,
	.pselect = pselect,
	.epoll_create1 = epoll_create1,
	.epoll_ctl = kernel_epoll_ctl,
	.epoll_wait = epoll_wait,
};

const struct api api_tenon = {
	.name = "Tenon",
	.socket = tenon_posix_socket,
	.connect = tenon_posix_connect,
	.bind = tenon_posix_bind,
	.listen = tenon_posix_listen,
	.accept = tenon_posix_accept,
	.accept4 = tenon_posix_accept4,
	.shutdown = tenon_posix_shutdown,
	.getsockname = tenon_posix_getsockname,
	.getpeername = tenon_posix_getpeername,
	.getsockopt = tenon_posix_getsockopt,
	.setsockopt = tenon_posix_setsockopt,
	.send = tenon_posix_send,
	.sendto = tenon_posix_sendto,
	.sendmsg = tenon_posix_sendmsg,
	.recv = tenon_posix_recv,
	.recvfrom = tenon_posix_recvfrom,
	.recvmsg = tenon_posix_recvmsg,
	.read = tenon_posix_read,
	.write = tenon_posix_write,
	.readv = tenon_posix_readv,
	.writev = tenon_posix_writev,
	.close = tenon_posix_close,
	.dup = tenon_posix_dup,
	.dup2 = tenon_posix_dup2,
	.fcntl = tenon_posix_fcntl,
	.ioctl = tenon_posix_ioctl,
	.poll = tenon_posix_poll,
	.ppoll = tenon_posix_ppoll,
	.select = tenon_posix_select,
	.pselect = tenon_posix_pselect,
	.epoll_create1 = tenon_posix_epoll_create1,
	.epoll_ctl = tenon_posix_epoll_ctl,
	.epoll_wait = tenon_posix_epoll_wait,
};
