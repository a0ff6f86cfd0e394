/* SPDX-License-Identifier: MIT */
/* Signals in the middle of connect() and of the other calls that wait. */
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "outcome.h"
#include "test.h"

enum { SIGNAL_AFTER_US = 30000, ANSWER_AFTER_US = 400000, PATIENCE_US = 900000 };

static volatile sig_atomic_t handled;
static pthread_t caller;

static void handle(int number)
{
	(void)number;
	handled++;
}

__attribute__((constructor)) static void remember_caller(void)
{
	caller = pthread_self();
}

static void send_signal(void *context)
{
	pthread_kill(caller, (int)(intptr_t)context);
}

/* The signal comes while the next call waits. */
static void signals_soon(struct outcome *o, int number, int flags)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = flags };

	handled = 0;
	sigaction(number, &action, NULL);
	world_at(o->world, SIGNAL_AFTER_US, send_signal, (void *)(intptr_t)number);
}

static void saw_handled(struct outcome *o)
{
	saw(o, "handled: %d", (int)handled);
}

static void interrupted(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM);

	peer_answers(o, PEER_ACCEPTS, ANSWER_AFTER_US);
	signals_soon(o, SIGUSR1, 0);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_handled(o);
	saw_ready(o, "interrupted", fd);
	waits_writable(o, fd, 2000);
	saw_error(o, "SO_ERROR", fd);
	saw_names(o, "established", fd);
	saw_wire(o);
	connects(o, fd, name_of_peer(o->world, 80));
	connects(o, fd, name_of_peer(o->world, 80));
	o->world->api->close(fd);
	saw_fresh_connect(o);
}

/* PX-08 PX-19 LX-27: EINTR; the attempt goes on, and the connection is established without us. */
TEST(a_signal_interrupts_connect_but_not_the_attempt)
{
	both_see(interrupted, "connect: EINTR\n"
			      "handled: 1\n"
			      "interrupted: 0 \n"
			      "poll: 1\n"
			      "SO_ERROR: 0\n"
			      "established: US:PORT PEER:80\n"
			      "wire: SYN ACK\n"
			      "connect: 0\n"
			      "connect: EISCONN\n"
			      "fresh: 0\n");
}

static void interrupted_then_waits(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM);

	peer_answers(o, PEER_ACCEPTS, ANSWER_AFTER_US);
	signals_soon(o, SIGUSR1, 0);
	connects(o, fd, name_of_peer(o->world, 80));
	connects(o, fd, name_of_peer(o->world, 80));
	saw_ready(o, "established", fd);
	saw_wire(o);
	o->world->api->close(fd);
	peer_answers(o, PEER_REFUSES, ANSWER_AFTER_US);
	fd = makes_socket(o, SOCK_STREAM);
	signals_soon(o, SIGUSR1, 0);
	connects(o, fd, name_of_peer(o->world, 81));
	connects(o, fd, name_of_peer(o->world, 81));
	o->world->api->close(fd);
	saw_fresh_connect(o);
}

/* LX-22: the next connect() on a blocking socket waits and has the attempt's result. */
TEST(connect_after_eintr_waits_for_the_result)
{
	both_see(interrupted_then_waits, "connect: EINTR\n"
					 "connect: 0\n"
					 "established: 1 OUT\n"
					 "wire: SYN ACK\n"
					 "connect: EINTR\n"
					 "connect: ECONNREFUSED\n"
					 "fresh: 0\n");
}

static void restarted(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM);

	peer_answers(o, PEER_ACCEPTS, ANSWER_AFTER_US);
	signals_soon(o, SIGUSR1, SA_RESTART);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_handled(o);
	o->world->api->close(fd);
	peer_answers(o, PEER_REFUSES, ANSWER_AFTER_US);
	fd = makes_socket(o, SOCK_STREAM);
	signals_soon(o, SIGUSR1, SA_RESTART);
	connects(o, fd, name_of_peer(o->world, 81));
	saw_handled(o);
	o->world->api->close(fd);
	saw_fresh_connect(o);
}

/* PX-08: with SA_RESTART the call goes on [M]. */
TEST(connect_goes_on_after_a_signal_with_sa_restart)
{
	both_see(restarted, "connect: 0\n"
			    "handled: 1\n"
			    "connect: ECONNREFUSED\n"
			    "handled: 1\n"
			    "fresh: 0\n");
}

static void limited(struct outcome *o)
{
	struct timeval limit = { .tv_usec = PATIENCE_US };
	int fd = makes_socket(o, SOCK_STREAM);

	o->world->api->setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	peer_answers(o, PEER_ACCEPTS, ANSWER_AFTER_US);
	signals_soon(o, SIGUSR1, SA_RESTART);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_handled(o);
	o->world->api->close(fd);
}

/* PX-08: a call with a time limit is never begun anew, SA_RESTART or not. */
TEST(connect_with_a_limit_is_interrupted_in_spite_of_sa_restart)
{
	both_see(limited, "connect: EINTR\n"
			  "handled: 1\n");
}

static void ignored(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM), usr2 = SIGUSR2;
	sigset_t mask, before, pending;

	peer_answers(o, PEER_ACCEPTS, ANSWER_AFTER_US);
	signals_soon(o, SIGUSR1, 0);
	signal(SIGUSR1, SIG_IGN);
	connects(o, fd, name_of_peer(o->world, 80));
	o->world->api->close(fd);
	fd = makes_socket(o, SOCK_STREAM);
	signals_soon(o, SIGWINCH, 0);
	signal(SIGWINCH, SIG_DFL);
	connects(o, fd, name_of_peer(o->world, 80));
	o->world->api->close(fd);
	fd = makes_socket(o, SOCK_STREAM);
	sigemptyset(&mask);
	sigaddset(&mask, usr2);
	pthread_sigmask(SIG_BLOCK, &mask, &before);
	signals_soon(o, SIGUSR2, 0);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_handled(o);
	sigpending(&pending);
	saw(o, "pending: %d", sigismember(&pending, SIGUSR2));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	saw_handled(o);
	o->world->api->close(fd);
}

/* PX-08: only a signal that is caught interrupts; a blocked one stays pending. */
TEST(connect_is_not_interrupted_by_ignored_or_blocked_signals)
{
	both_see(ignored, "connect: 0\n"
			  "connect: 0\n"
			  "connect: 0\n"
			  "handled: 0\n"
			  "pending: 1\n"
			  "handled: 1\n");
}

/* accept() and recv() like connect(); poll() and its kin are never begun anew. */
static void others(struct outcome *o, int flags)
{
	const struct api *api = o->world->api;
	struct name at = name_of_loopback(o->world, flags ? 8093 : 8092);
	int listener = makes_socket(o, SOCK_STREAM), datagram = makes_socket(o, SOCK_DGRAM);
	struct timeval limit = { .tv_usec = PATIENCE_US };
	struct pollfd poll = { .fd = datagram, .events = POLLIN };
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = api->epoll_create1(0);
	fd_set set;

	api->bind(listener, (struct sockaddr *)&at.at, at.len);
	api->listen(listener, 1);
	if (flags)
		api->setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	signals_soon(o, SIGUSR1, flags);
	saw_result(o, "accept", api->accept(listener, NULL, NULL));
	if (flags)
		api->setsockopt(datagram, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	signals_soon(o, SIGUSR1, flags);
	saw_result(o, "recv", api->recv(datagram, (char[1]){ 0 }, 1, 0));
	signals_soon(o, SIGUSR1, flags);
	saw_result(o, "poll", api->poll(&poll, 1, PATIENCE_US / 1000));
	FD_ZERO(&set);
	FD_SET(datagram, &set);
	signals_soon(o, SIGUSR1, flags);
	saw_result(o, "select", api->select(datagram + 1, &set, NULL, NULL, NULL));
	api->epoll_ctl(epoll, EPOLL_CTL_ADD, datagram, &event);
	signals_soon(o, SIGUSR1, flags);
	saw_result(o, "epoll_wait", api->epoll_wait(epoll, &event, 1, PATIENCE_US / 1000));
	saw_handled(o);
	api->close(epoll);
	api->close(datagram);
	api->close(listener);
}

static void others_without_restart(struct outcome *o)
{
	others(o, 0);
}

static void others_with_restart(struct outcome *o)
{
	others(o, SA_RESTART);
}

/* PX-08 LX-20: with SO_RCVTIMEO, and in the polling calls, SA_RESTART does not help. */
TEST(the_other_waiting_calls_are_interrupted_too)
{
	static const char expected[] = "accept: EINTR\n"
				       "recv: EINTR\n"
				       "poll: EINTR\n"
				       "select: EINTR\n"
				       "epoll_wait: EINTR\n"
				       "handled: 1\n";

	both_see(others_without_restart, expected);
	both_see(others_with_restart, expected);
}

static void masked(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct timespec limit = { .tv_nsec = PATIENCE_US * 1000 };
	int fd = makes_socket(o, SOCK_DGRAM);
	struct pollfd poll = { .fd = fd, .events = POLLIN };
	sigset_t mask, before, none;

	sigemptyset(&none);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &mask, &before);
	signals_soon(o, SIGUSR1, 0);
	saw_result(o, "ppoll", api->ppoll(&poll, 1, &limit, &none));
	saw_handled(o);
	signals_soon(o, SIGUSR1, 0);
	saw_result(o, "pselect", api->pselect(0, NULL, NULL, NULL, &limit, NULL));
	saw_handled(o);
	saw_result(o, "ppoll", api->ppoll(&poll, 1, &limit, &none));
	saw_handled(o);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	api->close(fd);
}

/* LX-20: ppoll()'s mask lets in what was blocked, also what was pending before. */
TEST(ppoll_lets_signals_in_by_its_mask)
{
	both_see(masked, "ppoll: EINTR\n"
			 "handled: 1\n"
			 "pselect: 0\n"
			 "handled: 0\n"
			 "ppoll: EINTR\n"
			 "handled: 1\n");
}

static void breaks_the_pipe(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_STREAM);
	struct sigaction action = { .sa_handler = handle };

	handled = 0;
	sigaction(SIGPIPE, &action, NULL);
	saw_result(o, "send", api->send(fd, "x", 1, MSG_NOSIGNAL));
	saw_handled(o);
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	saw_handled(o);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_result(o, "shutdown", api->shutdown(fd, SHUT_WR));
	saw_result(o, "write", api->write(fd, "x", 1));
	saw_handled(o);
	api->close(fd);
}

/* EPIPE comes with a SIGPIPE, unless MSG_NOSIGNAL. */
TEST(writing_to_a_closed_stream_gives_sigpipe)
{
	both_see(breaks_the_pipe, "send: EPIPE\n"
				  "handled: 0\n"
				  "send: EPIPE\n"
				  "handled: 1\n"
				  "connect: 0\n"
				  "shutdown: 0\n"
				  "write: EPIPE\n"
				  "handled: 2\n");
}
