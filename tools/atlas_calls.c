/* SPDX-License-Identifier: MIT */
/* atlas_calls.c - the call itself: its arguments, the socket's state, earlier calls, signals. */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/atlas_cells.h"

enum { PORT = 80, ROUND_US = 20000, WAIT_MS = 1000, PAGE = 4096 };

static void closed_number(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	atlas_need(a, tenon_posix_close(fd) == 0);
	atlas_try(a, fd, &to);
}

static void on_pipe(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int ends[2];

	atlas_need(a, pipe(ends) == 0);
	atlas_try(a, ends[0], &to);
	close(ends[0]);
	close(ends[1]);
}

static void unmapped_name(struct atlas_attempt *a)
{
	void *page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = atlas_socket(a);

	atlas_need(a, page != MAP_FAILED);
	atlas_saw(a, fd, tenon_posix_connect(fd, page, sizeof(struct sockaddr_in)));
	munmap(page, PAGE);
}

static void short_name(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);

	to.len = sizeof(struct sockaddr_in) - 1;
	atlas_try(a, atlas_socket(a), &to);
}

static void other_family(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);

	to.at.ss_family = a->world->family == AF_INET ? AF_INET6 : AF_INET;
	to.len = sizeof to.at;
	atlas_try(a, atlas_socket(a), &to);
}

static void on_listener(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	atlas_need(a, tenon_posix_listen(fd, 1) == 0);
	atlas_try(a, fd, &to);
}

static void when_connected(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	atlas_serve(a, PORT, 1);
	atlas_need(a, atlas_connect(fd, &to) == 0);
	atlas_try(a, fd, &to);
}

/* A socket that does not wait, whose SYN is under way to a listener. */
static int begun(struct atlas_attempt *a, const struct atlas_name *to)
{
	int fd;

	a->type |= SOCK_NONBLOCK;
	fd = atlas_socket(a);
	atlas_slow_wire(a->world, ROUND_US);
	a->begun_us = tenon_sim_now(a->world->sim);
	atlas_saw(a, fd, atlas_connect(fd, to));
	return fd;
}

static void becomes_writable(struct atlas_attempt *a, int fd)
{
	struct pollfd watched = { .fd = fd, .events = POLLOUT };

	atlas_need(a, tenon_posix_poll(&watched, 1, WAIT_MS) == 1);
}

static void in_progress(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);

	atlas_serve(a, PORT, 1);
	begun(a, &to);
}

static void still_in_progress(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd;

	atlas_serve(a, PORT, 1);
	fd = begun(a, &to);
	atlas_need(a, a->error == EINPROGRESS);
	atlas_saw(a, fd, atlas_connect(fd, &to));
}

static void after_late_success(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd;

	atlas_serve(a, PORT, 1);
	fd = begun(a, &to);
	becomes_writable(a, fd);
	atlas_saw(a, fd, atlas_connect(fd, &to));
}

/* which: was SO_ERROR read? */
static void after_late_failure(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	socklen_t len = sizeof(int);
	int fd = begun(a, &to), error = 0;

	becomes_writable(a, fd);
	if (a->which) {
		tenon_posix_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
		atlas_need(a, error == ECONNREFUSED);
	}
	atlas_saw(a, fd, atlas_connect(fd, &to));
}

static void do_nothing(int number)
{
	(void)number;
}

static void send_signal(void *context)
{
	pthread_kill(*(const pthread_t *)context, SIGUSR1);
}

static void interrupt(struct atlas_attempt *a, int fd, const struct atlas_name *to)
{
	const struct sigaction action = { .sa_handler = do_nothing };
	pthread_t self = pthread_self();
	struct sigaction before;

	sigaction(SIGUSR1, &action, &before);
	atlas_serve(a, PORT, 1);
	atlas_slow_wire(a->world, ROUND_US);
	atlas_need(a, tenon_sim_at(a->world->sim, tenon_sim_now(a->world->sim) + ROUND_US / 2,
				   send_signal, &self));
	atlas_try(a, fd, to);
	sigaction(SIGUSR1, &before, NULL);
}

static void interrupted(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);

	interrupt(a, atlas_socket(a), &to);
}

static void after_interruption(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	interrupt(a, fd, &to);
	atlas_need(a, a->error == EINTR);
	atlas_try(a, fd, &to);
}

/* The request goes on; afterwards the connection is there. */
static void succeeds_though_interrupted(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT), peer = { .len = sizeof peer.at };
	int fd = atlas_socket(a);

	interrupt(a, fd, &to);
	atlas_need(a, a->error == EINTR);
	becomes_writable(a, fd);
	atlas_saw(a, fd, tenon_posix_getpeername(fd, (struct sockaddr *)&peer.at, &peer.len));
}

static void sends_to_peer(struct atlas_attempt *a)
{
	struct atlas_name at = atlas_name(a->world, "0.0.0.0", "::", PORT);
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a), peer = atlas_there(a->world, SOCK_DGRAM);
	char octet = 0;

	atlas_need(a, atlas_bind(peer, &at) == 0);
	atlas_try(a, fd, &to);
	atlas_need(a, a->error == 0 && tenon_posix_send(fd, "x", 1, 0) == 1);
	atlas_need(a, tenon_posix_recv(peer, &octet, 1, 0) == 1 && octet == 'x');
}

static void dissolved(struct atlas_attempt *a)
{
	const struct atlas_name unspecified = { .len = sizeof(struct sockaddr_in) };
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	atlas_need(a, atlas_connect(fd, &to) == 0);
	atlas_try(a, fd, &unspecified);
	atlas_need(a, a->error == 0);
	atlas_saw(a, fd, tenon_posix_send(fd, "x", 1, 0));
}

static void null_address(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	struct atlas_name null = atlas_name(a->world, "0.0.0.0", "::", PORT);
	int fd = atlas_socket(a);

	atlas_need(a, atlas_connect(fd, &to) == 0);
	atlas_try(a, fd, &null);
	atlas_need(a, a->error == 0);
	atlas_saw(a, fd, tenon_posix_send(fd, "x", 1, 0));
}

/* Back to CLOSED, and connected once more. */
static void stream_dissolved(struct atlas_attempt *a)
{
	const struct atlas_name unspecified = { .len = sizeof(struct sockaddr_in) };
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	atlas_serve(a, PORT, 2);
	atlas_need(a, atlas_connect(fd, &to) == 0);
	atlas_need(a, atlas_connect(fd, &unspecified) == 0);
	atlas_try(a, fd, &to);
}

/* Another peer is chosen, and nothing leaves. */
static void another_peer(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	struct atlas_name other = atlas_name_there(a->world, PORT + 1);
	struct tenon_wire_counts before, after;
	int fd = atlas_socket(a);

	atlas_pass(a->world, ROUND_US);
	tenon_wire_counts(a->world->here.end, TENON_WIRE_LEAVING, &before);
	atlas_need(a, atlas_connect(fd, &to) == 0);
	atlas_try(a, fd, &other);
	atlas_pass(a->world, ROUND_US);
	tenon_wire_counts(a->world->here.end, TENON_WIRE_LEAVING, &after);
	atlas_need(a, after.frames == before.frames);
}

enum { DATAGRAM = ATLAS_IP | ATLAS_DATAGRAM };

#define ALL(error)                                                                                 \
	{                                                                                          \
		error, error, error                                                                \
	}

const struct atlas_scenario atlas_by_call[] = {
	{ "LX-11", "PX-16", "the number was closed", ATLAS_IP, .error = ALL(EBADF),
	  .run = closed_number },
	{ "LX-12", NULL, "the address is not mapped", ATLAS_IP, .error = ALL(EFAULT),
	  .run = unmapped_name },
	{ "LX-13", "PX-22", "the descriptor is a pipe's", ATLAS_IP, .error = ALL(ENOTSOCK),
	  .run = on_pipe },
	{ "LX-27", "PX-34", "the name is too short", ATLAS_IP, .error = ALL(EINVAL),
	  .run = short_name },
	{ "LX-24", "PX-14", "the name is of another family", ATLAS_IP, .error = ALL(EAFNOSUPPORT),
	  .run = other_family },
	{ "LX-14", "PX-37", "the socket listens", ATLAS_IP,
	  .error = { EISCONN, EISCONN, EOPNOTSUPP }, .run = on_listener },
	{ "LX-14", "PX-20", "the socket is connected", ATLAS_IP, .error = ALL(EISCONN),
	  .run = when_connected },
	{ "LX-19", "PX-18", "a call that does not wait", ATLAS_IP, .error = ALL(EINPROGRESS),
	  .run = in_progress },
	{ "LX-22", "PX-15", "again before it is established", ATLAS_IP, .error = ALL(EALREADY),
	  .run = still_in_progress },
	{ "LX-07", "PX-20", "again after a late success", ATLAS_IP,
	  .error = { 0, EISCONN, EISCONN }, .run = after_late_success },
	{ "LX-30", "PX-38", "again after a late failure not read", ATLAS_IP,
	  .error = ALL(ECONNREFUSED), .run = after_late_failure },
	{ "LX-30", "PX-38", "again after SO_ERROR was read", ATLAS_IP,
	  .error = { ECONNABORTED, EINPROGRESS, EINPROGRESS }, .which = 1,
	  .run = after_late_failure },
	{ "LX-27", "PX-19", "a signal with a handler", ATLAS_IP, .error = ALL(EINTR),
	  .run = interrupted },
	{ "LX-22", "PX-10", "again after EINTR, by a call that waits", ATLAS_IP,
	  .error = { 0, 0, EALREADY }, .run = after_interruption },
	{ "LX-27", "PX-08", "after EINTR the attempt goes on", ATLAS_IP, .error = ALL(0),
	  .run = succeeds_though_interrupted },
	{ "LX-02", "PX-03", "a datagram goes to the peer", DATAGRAM, .error = ALL(0),
	  .run = sends_to_peer },
	{ "LX-09", "PX-04", "AF_UNSPEC, then send()", DATAGRAM, .error = ALL(EDESTADDRREQ),
	  .run = dissolved },
	{ "LX-09", "PX-04", "the null address, then send()", DATAGRAM,
	  .error = { 0, 0, EDESTADDRREQ }, .run = null_address },
	{ "LX-08", "PX-02", "another peer, and no packet leaves", DATAGRAM, .error = ALL(0),
	  .run = another_peer },
	{ "LX-10", "PX-04", "AF_UNSPEC when connected, then again", ATLAS_IP, .error = ALL(0),
	  .run = stream_dissolved },
	{ .run = NULL },
};
