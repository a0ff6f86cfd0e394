/* SPDX-License-Identifier: MIT */
/* posix.h - the sockets API of POSIX on Tenon stacks, in process: descriptors, errno, blocking.
 *
 * Each function is its namesake's twin: same arguments, same result, same errno, as the dialect of
 * the host has it. A descriptor is a real number of the process (an eventfd holds its place), so
 * it collides with no file and a file given to tenon_posix_connect() is ENOTSOCK; give it to
 * close() or dup() of the C library and only the number's holder is meant, not the socket.
 * read, write, readv, writev, close, dup, dup2, fcntl, ioctl and the polling calls take the
 * kernel's descriptors as well, mixed with ours.
 *
 * Threads: all functions may be called from any thread at once. A blocking call lets other threads
 * in while it waits. While inside, signals wait at the door (a crash's own excepted) and interrupt
 * exactly where Linux would be interrupted; so a handler may call, too, but what makes or closes a
 * descriptor, polls more than eight, or moves more than eight vectors uses malloc() and free().
 *
 * fork(): the child has no hosts. Its copies of the descriptors are closed, every call on them
 * answers EBADF, the parent's connections are not disturbed, and the child may make new hosts.
 */
#ifndef TENON_POSIX_H
#define TENON_POSIX_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

#include <tenon/api.h>
#include <tenon/tenon.h>

TENON_BEGIN

struct tenon_port;
struct tenon_socket;
struct tenon_posix_host;

enum tenon_posix_dialect {
	TENON_POSIX_LINUX,     /* what the kernel does today */
	TENON_POSIX_LINUX_MAN, /* the letter of connect(2) */
	TENON_POSIX_POSIX,     /* the letter of POSIX */
	TENON_POSIX_DIALECTS
};

/* A host on this stack, which lives in this port's world (<tenon/port.h>, <tenon/sim.h>). The stack
 * stays the caller's and must outlive the host; it is called only between tenon_posix_enter() and
 * tenon_posix_leave() from now on, and its sockets are the host's alone. Other dialects than linux
 * change the stack's behavior to theirs. NULL: no memory. */
struct tenon_posix_host *tenon_posix_host_new(struct tenon *, struct tenon_port *,
					      enum tenon_posix_dialect);

/* The same with a stack and memory of its own: IPv4, IPv6, TCP, UDP, NewReno, Linux's defaults and
 * dialect, seeded by the port. */
struct tenon_posix_host *tenon_posix_host_make(struct tenon_port *);

/* Its descriptors are closed, its connections end without a word. No call may be inside. */
void tenon_posix_host_free(struct tenon_posix_host *);

/* The stack, to be configured between enter and leave, which keep others and the port out. */
struct tenon *tenon_posix_enter(struct tenon_posix_host *);
void tenon_posix_leave(struct tenon_posix_host *);

/* The host on which this thread's socket() and epoll_create() calls make theirs from now on; NULL:
 * the process's, which is the first one made unless tenon_posix_use_everywhere() chose another. */
void tenon_posix_use(struct tenon_posix_host *);
void tenon_posix_use_everywhere(struct tenon_posix_host *);

/* Why the descriptor's last failed call or attempt failed. False: not ours, or not known. */
bool tenon_posix_cause(int fd, struct tenon_cause *);

int tenon_posix_socket(int domain, int type, int protocol);
int tenon_posix_connect(int fd, const struct sockaddr *addr, socklen_t len);
int tenon_posix_bind(int fd, const struct sockaddr *addr, socklen_t len);
int tenon_posix_listen(int fd, int backlog);
int tenon_posix_accept(int fd, struct sockaddr *addr, socklen_t *len);
int tenon_posix_accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags);
int tenon_posix_shutdown(int fd, int how);
int tenon_posix_getsockname(int fd, struct sockaddr *addr, socklen_t *len);
int tenon_posix_getpeername(int fd, struct sockaddr *addr, socklen_t *len);
int tenon_posix_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int tenon_posix_setsockopt(int fd, int level, int name, const void *value, socklen_t len);

ssize_t tenon_posix_send(int fd, const void *data, size_t len, int flags);
ssize_t tenon_posix_sendto(int fd, const void *data, size_t len, int flags,
			   const struct sockaddr *to, socklen_t to_len);
ssize_t tenon_posix_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t tenon_posix_recv(int fd, void *room, size_t len, int flags);
ssize_t tenon_posix_recvfrom(int fd, void *room, size_t len, int flags, struct sockaddr *from,
			     socklen_t *from_len);
ssize_t tenon_posix_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t tenon_posix_read(int fd, void *room, size_t len);
ssize_t tenon_posix_write(int fd, const void *data, size_t len);
ssize_t tenon_posix_readv(int fd, const struct iovec *vector, int count);
ssize_t tenon_posix_writev(int fd, const struct iovec *vector, int count);

int tenon_posix_close(int fd);
int tenon_posix_dup(int fd);
int tenon_posix_dup2(int fd, int wanted);
int tenon_posix_fcntl(int fd, int command, ...);
int tenon_posix_ioctl(int fd, unsigned long request, ...);

int tenon_posix_poll(struct pollfd *fds, nfds_t count, int timeout_ms);
int tenon_posix_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		      const sigset_t *mask);
int tenon_posix_select(int count, fd_set *readable, fd_set *writable, fd_set *exceptional,
		       struct timeval *timeout);
int tenon_posix_pselect(int count, fd_set *readable, fd_set *writable, fd_set *exceptional,
			const struct timespec *timeout, const sigset_t *mask);

int tenon_posix_epoll_create(int size);
int tenon_posix_epoll_create1(int flags);
int tenon_posix_epoll_ctl(int epfd, int operation, int fd, struct epoll_event *event);
int tenon_posix_epoll_wait(int epfd, struct epoll_event *events, int count, int timeout_ms);
int tenon_posix_epoll_pwait(int epfd, struct epoll_event *events, int count, int timeout_ms,
			    const sigset_t *mask);

TENON_END
#endif
