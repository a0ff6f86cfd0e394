/* SPDX-License-Identifier: MIT */
/* Signal handlers that call the API themselves, while calls are inside. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include <netinet/in.h>

#include <tenon/port.h>

#include "outcome.h"
#include "test.h"

enum { ROUNDS = 3000 };

static int handlers_socket;
static volatile sig_atomic_t calls;

/* POSIX: connect, send, poll and their kin are async-signal-safe. */
static void call_from_handler(int number)
{
	struct pollfd poll = { .fd = handlers_socket, .events = POLLOUT };
	int error = errno;

	(void)number;
	if (tenon_posix_poll(&poll, 1, 0) == 1 && tenon_posix_send(handlers_socket, "x", 1, 0) == 1)
		calls++;
	errno = error;
}

/* The timer's signal comes at any point of the calls; none of them is lost or blocks for ever. */
TEST(a_handler_may_call_while_a_call_is_inside)
{
	struct itimerval often = { { 0, 300 }, { 0, 300 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7100) };
	struct sigaction action = { .sa_handler = call_from_handler, .sa_flags = SA_RESTART };
	struct tenon_port *port = tenon_linux_port_new();
	struct tenon_posix_host *host = tenon_posix_host_make(port);
	int in, out, i;
	char octet;

	assert_non_null(host);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in = tenon_posix_socket(AF_INET, SOCK_DGRAM, 0);
	out = tenon_posix_socket(AF_INET, SOCK_DGRAM, 0);
	handlers_socket = tenon_posix_socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(tenon_posix_bind(in, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(tenon_posix_connect(out, (struct sockaddr *)&at, sizeof at), 0);
	at.sin_port = htons(7101);
	assert_int_equal(tenon_posix_bind(handlers_socket, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(tenon_posix_connect(handlers_socket, (struct sockaddr *)&at, sizeof at),
			 0);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (i = 0; i < ROUNDS || calls == 0; i++) {
		assert_int_equal(tenon_posix_send(out, "y", 1, 0), 1);
		assert_int_equal(tenon_posix_recv(in, &octet, 1, 0), 1);
		assert_int_equal(octet, 'y');
		(void)tenon_posix_recv(handlers_socket, &octet, 1, MSG_DONTWAIT);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	assert_true(calls > 0);
	tenon_posix_host_free(host);
	tenon_linux_port_free(port);
}
