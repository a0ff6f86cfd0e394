/* SPDX-License-Identifier: MIT */
/* A host in real time, with threads that call it at once: <tenon/port.h>. */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tenon/port.h>
#include <tenon/posix.h>

#include "test.h"

enum { CLIENTS = 6, OCTETS = 200000, PORT = 7000 };

static struct tenon_port *port;
static struct tenon_posix_host *host;

static void begin(void)
{
	port = tenon_linux_port_new();
	assert_non_null(port);
	host = tenon_posix_host_make(port);
	assert_non_null(host);
}

static void end(void)
{
	tenon_posix_host_free(host);
	tenon_linux_port_free(port);
}

static struct sockaddr_in6 loopback(uint16_t number)
{
	return (struct sockaddr_in6){ .sin6_family = AF_INET6,
				      .sin6_port = htons(number),
				      .sin6_addr = IN6ADDR_LOOPBACK_INIT };
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Sends octets that depend on their place, and reads the same back. */
static void *talk(void *unused)
{
	struct sockaddr_in6 at = loopback(PORT);
	int fd = tenon_posix_socket(AF_INET6, SOCK_STREAM, 0);
	unsigned char out[1000], in[1000];
	long sent, i;

	if (tenon_posix_connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
		return "connect";
	for (sent = 0; sent < OCTETS; sent += (long)sizeof out) {
		for (i = 0; i < (long)sizeof out; i++)
			out[i] = (unsigned char)((sent + i) * 7 + fd);
		if (tenon_posix_send(fd, out, sizeof out, 0) != (ssize_t)sizeof out)
			return "send";
		if (tenon_posix_recv(fd, in, sizeof in, MSG_WAITALL) != (ssize_t)sizeof in)
			return "recv";
		if (memcmp(in, out, sizeof in) != 0)
			return "other octets";
	}
	return tenon_posix_close(fd) == 0 ? unused : "close";
}

static void *echo(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char room[4096];
	ssize_t len;

	while ((len = tenon_posix_read(fd, room, sizeof room)) > 0)
		if (tenon_posix_write(fd, room, (size_t)len) != len)
			return "write";
	return tenon_posix_close(fd) == 0 && len == 0 ? NULL : "read";
}

/* The loopback, six clients and six servers, each a blocking thread. */
TEST(threads_talk_over_one_host_at_once)
{
	struct sockaddr_in6 at = loopback(PORT);
	pthread_t clients[CLIENTS], servers[CLIENTS];
	int listener, fd, i;
	void *trouble;

	begin();
	listener = tenon_posix_socket(AF_INET6, SOCK_STREAM, 0);
	assert_int_equal(tenon_posix_bind(listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(tenon_posix_listen(listener, CLIENTS), 0);
	for (i = 0; i < CLIENTS; i++)
		pthread_create(&clients[i], NULL, talk, NULL);
	for (i = 0; i < CLIENTS; i++) {
		fd = tenon_posix_accept(listener, NULL, NULL);
		assert_true(fd >= 0);
		pthread_create(&servers[i], NULL, echo, (void *)(intptr_t)fd);
	}
	for (i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i], &trouble);
		assert_null(trouble);
		pthread_join(servers[i], &trouble);
		assert_null(trouble);
	}
	tenon_posix_close(listener);
	end();
}

static void *connect_later(void *unused)
{
	struct sockaddr_in6 at = loopback(PORT);
	struct timespec time = { 0, 50000000 };
	int fd = tenon_posix_socket(AF_INET6, SOCK_STREAM, 0);

	nanosleep(&time, NULL);
	tenon_posix_connect(fd, (struct sockaddr *)&at, sizeof at);
	nanosleep(&time, NULL);
	tenon_posix_close(fd);
	return unused;
}

TEST(a_call_that_waits_lets_other_threads_in)
{
	struct sockaddr_in6 at = loopback(PORT);
	struct epoll_event event = { .events = EPOLLIN };
	struct pollfd poll = { .events = POLLIN };
	pthread_t thread;
	int epoll, fd;

	begin();
	poll.fd = tenon_posix_socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	epoll = tenon_posix_epoll_create1(0);
	assert_int_equal(tenon_posix_bind(poll.fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(tenon_posix_listen(poll.fd, 5), 0);
	assert_int_equal(tenon_posix_epoll_ctl(epoll, EPOLL_CTL_ADD, poll.fd, &event), 0);
	pthread_create(&thread, NULL, connect_later, NULL);
	assert_int_equal(tenon_posix_epoll_wait(epoll, &event, 1, 5000), 1);
	assert_int_equal(tenon_posix_poll(&poll, 1, 5000), 1);
	fd = tenon_posix_accept(poll.fd, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(tenon_posix_recv(fd, (char[1]){ 0 }, 1, 0), 0);
	pthread_join(thread, NULL);
	tenon_posix_close(fd);
	tenon_posix_close(epoll);
	tenon_posix_close(poll.fd);
	end();
}

TEST(waiting_takes_real_time)
{
	struct timeval limit = { .tv_usec = 80000 };
	struct pollfd poll = { .events = POLLIN };
	double before;

	begin();
	poll.fd = tenon_posix_socket(AF_INET, SOCK_DGRAM, 0);
	before = now();
	assert_int_equal(tenon_posix_poll(&poll, 1, 60), 0);
	assert_true(now() - before >= 0.06 && now() - before < 5);
	tenon_posix_setsockopt(poll.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	before = now();
	assert_int_equal(tenon_posix_recv(poll.fd, (char[1]){ 0 }, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(now() - before >= 0.08 && now() - before < 5);
	tenon_posix_close(poll.fd);
	end();
}

static void *wait_in_vain(void *unused)
{
	struct timeval limit = { .tv_usec = 300000 };
	int fd = tenon_posix_socket(AF_INET, SOCK_DGRAM, 0);

	tenon_posix_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	tenon_posix_recv(fd, (char[1]){ 0 }, 1, 0);
	tenon_posix_close(fd);
	return unused;
}

/* Calls that look in vain do not wake one another for ever. */
TEST(waiting_threads_take_no_processor_time)
{
	struct timespec used;
	pthread_t threads[CLIENTS];
	double before;
	int i;

	begin();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	before = (double)used.tv_sec + (double)used.tv_nsec / 1e9;
	for (i = 0; i < CLIENTS; i++)
		pthread_create(&threads[i], NULL, wait_in_vain, NULL);
	for (i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	assert_true((double)used.tv_sec + (double)used.tv_nsec / 1e9 - before < 0.1);
	end();
}

static void do_nothing(int number)
{
	(void)number;
}

TEST(a_signal_interrupts_a_wait_in_real_time)
{
	struct itimerspec soon = { .it_value = { 0, 50000000 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct sigaction action = { .sa_handler = do_nothing };
	timer_t timer;
	int fd;

	begin();
	fd = tenon_posix_socket(AF_INET, SOCK_DGRAM, 0);
	sigaction(SIGALRM, &action, NULL);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	timer_settime(timer, 0, &soon, NULL);
	assert_int_equal(tenon_posix_recv(fd, (char[1]){ 0 }, 1, 0), -1);
	assert_int_equal(errno, EINTR);
	timer_delete(timer);
	tenon_posix_close(fd);
	end();
}
