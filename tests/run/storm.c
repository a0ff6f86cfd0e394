/* SPDX-License-Identifier: MIT */
/* storm.c - connections under a storm of signals: no call may show that one was interrupted.
 *
 * A child accepts and answers, the parent connects and asks, both with a timer that fires every
 * millisecond and a handler with SA_RESTART. Arguments: the address (IPv4 or IPv6) and how many
 * connections. Says how many went wrong; the status is 0 if none did.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t ticks;

static void tick(int signal)
{
	(void)signal;
	ticks++;
}

static void start_storm(void)
{
	const struct sigaction action = { .sa_handler = tick, .sa_flags = SA_RESTART };
	const struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every_ms, NULL);
}

/* Accepts one, reads four octets, sends them back. */
static int serve(int listener)
{
	char octets[4];
	int fd = accept(listener, NULL, NULL);
	int went_well =
		fd >= 0 && recv(fd, octets, 4, MSG_WAITALL) == 4 && send(fd, octets, 4, 0) == 4;

	if (!went_well)
		perror("server");
	close(fd);
	return went_well ? 0 : 1;
}

static int ask(const struct sockaddr *to, socklen_t len)
{
	char octets[4];
	int fd = socket(to->sa_family, SOCK_STREAM, 0);
	int went_well = fd >= 0 && connect(fd, to, len) == 0 && send(fd, "ping", 4, 0) == 4 &&
			recv(fd, octets, 4, MSG_WAITALL) == 4 && memcmp(octets, "ping", 4) == 0;

	if (!went_well)
		perror("client");
	close(fd);
	return went_well ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr *name = (struct sockaddr *)&v4;
	socklen_t len = sizeof v4;
	int count = argc < 3 ? 100 : atoi(argv[2]), wrong = 0, status = 0, listener, i;
	pid_t child;

	if (argc > 1 && inet_pton(AF_INET, argv[1], &v4.sin_addr) != 1) {
		inet_pton(AF_INET6, argv[1], &v6.sin6_addr);
		name = (struct sockaddr *)&v6;
		len = sizeof v6;
	}
	listener = socket(name->sa_family, SOCK_STREAM, 0);
	if (bind(listener, name, len) != 0 || listen(listener, 16) != 0 ||
	    getsockname(listener, name, &len) != 0) {
		perror("listen");
		return 1;
	}
	child = fork();
	start_storm();
	for (i = 0; i < count; i++)
		wrong += child == 0 ? serve(listener) : ask(name, len);
	if (child == 0)
		_exit(wrong != 0);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	printf("%d wrong of %d, %s\n", wrong + (status != 0), count,
	       ticks > 0 ? "with signals" : "no signal came");
	return wrong != 0 || status != 0 || ticks == 0;
}
