/* SPDX-License-Identifier: MIT */
/* chaos.c - any socket call with any arguments, from several processes and threads at once.
 *
 * Pointers are good, NULL, wild or end in an unmapped page; lengths are right, nought, huge or
 * negative; descriptors are streams, datagrams, others, closed. Calls that would block are ended by
 * a timer. Nothing is checked here but that whoever serves the calls lives on: at the end, one
 * ordinary exchange on the loopback must work. Arguments: a seed and a number of calls.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FDS = 24, ROOM = 4096, PROCESSES = 3, THREADS = 2 };

struct chaos {
	uint64_t state;
	int fds[FDS];
	char *room; /* ROOM octets, and then an unmapped page */
	long calls;
};

static uint64_t any(struct chaos *c)
{
	c->state ^= c->state << 13;
	c->state ^= c->state >> 7;
	c->state ^= c->state << 17;
	return c->state;
}

static long pick(struct chaos *c, const long *from, size_t count)
{
	return from[any(c) % count];
}

/* A pointer that may be to anything, most often to something. */
static long pointer(struct chaos *c)
{
	long choices[] = { 0,
			   1,
			   -1,
			   (long)c->room,
			   (long)c->room,
			   (long)c->room,
			   (long)(c->room + ROOM - 8),
			   (long)(c->room + any(c) % ROOM) };

	return pick(c, choices, sizeof choices / sizeof choices[0]);
}

static long number(struct chaos *c)
{
	static const long choices[] = { 0,  1,         2,         3,        4,     6,
					8,  15,        16,        17,       28,    41,
					64, 128,       129,       4096,     65536, 1 << 20,
					-1, INT32_MAX, INT32_MIN, INT64_MAX };

	return pick(c, choices, sizeof choices / sizeof choices[0]);
}

/* Names, lengths and message headers that are right more often than chance would have it. */
static void furnish(struct chaos *c)
{
	const uint16_t ports[] = { 0, htons(7001), htons(7002), htons(7003), htons(9) };
	struct sockaddr_in *v4 = (struct sockaddr_in *)c->room;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)c->room;
	size_t i;

	for (i = 0; i < 512; i += 8)
		*(uint64_t *)(c->room + i) = any(c) % 3 == 0 ? any(c) : (uint64_t)number(c);
	if (any(c) % 4 == 0)
		return;
	if (any(c) % 2 == 0) {
		*v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = ports[any(c) % 5] };
		v4->sin_addr.s_addr = htonl(any(c) % 8 == 0 ? INADDR_ANY : INADDR_LOOPBACK);
	} else {
		*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
					     .sin6_port = ports[any(c) % 5],
					     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	}
}

/* Another struct msghdr or mmsghdr than chance would make. */
static void furnish_message(struct chaos *c)
{
	struct msghdr *header = (struct msghdr *)(c->room + 1024);
	struct iovec *part = (struct iovec *)(c->room + 2048);

	*header = (struct msghdr){
		.msg_name = any(c) % 2 ? c->room : NULL,
		.msg_namelen = any(c) % 2 ? 16 : (socklen_t)number(c),
		.msg_iov = part,
		.msg_iovlen = any(c) % 8 == 0 ? (size_t)number(c) : any(c) % 4,
	};
	for (int i = 0; i < 4; i++)
		part[i] = (struct iovec){ (void *)pointer(c), (size_t)number(c) };
}

static void open_one(struct chaos *c)
{
	static const long families[] = { AF_INET, AF_INET, AF_INET6, AF_INET6, AF_UNIX, 17, 99 };
	static const long types[] = {
		SOCK_STREAM, SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM, SOCK_RAW, 9
	};
	long slot = (long)(any(c) % FDS);

	close(c->fds[slot]);
	c->fds[slot] = (int)syscall(SYS_socket, pick(c, families, 7),
				    pick(c, types, 6) | (any(c) % 4 ? SOCK_NONBLOCK : 0),
				    any(c) % 8 == 0 ? number(c) : 0);
}

static void call_one(struct chaos *c)
{
	static const long calls[] = {
		SYS_connect,    SYS_connect,     SYS_bind,        SYS_listen,   SYS_accept,
		SYS_accept4,    SYS_getsockname, SYS_getpeername, SYS_sendto,   SYS_recvfrom,
		SYS_sendmsg,    SYS_recvmsg,     SYS_sendmmsg,    SYS_recvmmsg, SYS_getsockopt,
		SYS_setsockopt, SYS_shutdown,    SYS_write,       SYS_read,
	};
	long call = pick(c, calls, sizeof calls / sizeof calls[0]);
	int fd = c->fds[any(c) % FDS];
	long result;

	furnish(c);
	furnish_message(c);
	if (call == SYS_listen || call == SYS_shutdown)
		result = syscall(call, fd, any(c) % 4);
	else if (call == SYS_connect || call == SYS_bind)
		result = syscall(call, fd, any(c) % 8 ? (long)c->room : pointer(c),
				 any(c) % 8 ? (any(c) % 2 ? 16 : 28) : number(c));
	else if (call == SYS_setsockopt || call == SYS_getsockopt)
		result = syscall(call, fd, any(c) % 2 ? SOL_SOCKET : any(c) % 42, any(c) % 70,
				 pointer(c), any(c) % 4 ? 4 : number(c));
	else if (call == SYS_sendmsg || call == SYS_recvmsg || call == SYS_sendmmsg ||
		 call == SYS_recvmmsg)
		result = syscall(call, fd, any(c) % 8 ? (long)(c->room + 1024) : pointer(c),
				 any(c) % 3, MSG_NOSIGNAL, 0);
	else
		result = syscall(call, fd, pointer(c), number(c), any(c) % 256 | MSG_NOSIGNAL,
				 pointer(c), pointer(c));
	if ((call == SYS_accept || call == SYS_accept4) && result >= 0)
		close((int)result);
	if (any(c) % 32 == 0)
		ioctl(fd, 0x8900 + any(c) % 256, pointer(c));
}

static void *rage(void *context)
{
	struct chaos *c = context;
	char *pages = mmap(NULL, (size_t)2 * ROOM, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long i;

	munmap(pages + ROOM, ROOM);
	c->room = pages;
	for (i = 0; i < FDS; i++)
		c->fds[i] = -1;
	for (i = 0; i < c->calls; i++) {
		if (any(c) % 6 == 0)
			open_one(c);
		call_one(c);
	}
	for (i = 0; i < FDS; i++)
		close(c->fds[i]);
	return NULL;
}

static void nothing(int signal)
{
	(void)signal;
}

/* One process: threads that rage, and a timer that ends what blocks. */
static void rage_in_threads(uint64_t seed, long calls)
{
	const struct itimerval often = { { 0, 2000 }, { 0, 2000 } };
	const struct sigaction action = { .sa_handler = nothing };
	struct chaos chaos[THREADS];
	pthread_t threads[THREADS];
	sigset_t alarms;
	int i;

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (i = 0; i < THREADS; i++) {
		chaos[i] = (struct chaos){ .state = seed * 7919 + (uint64_t)i + 1, .calls = calls };
		pthread_create(&threads[i], NULL, rage, &chaos[i]);
	}
	/* The threads that may block must get the signal. */
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarms, NULL);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* An ordinary exchange. */
static int greet(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t len = sizeof name;
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	int server;
	char octets[8] = "";

	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&name, len) != 0 || listen(listener, 1) != 0 ||
	    getsockname(listener, (struct sockaddr *)&name, &len) != 0 ||
	    connect(client, (struct sockaddr *)&name, len) != 0)
		return -1;
	server = accept(listener, NULL, NULL);
	if (write(client, "hello", 5) != 5 || read(server, octets, sizeof octets) != 5)
		return -1;
	return strcmp(octets, "hello");
}

int main(int argc, char **argv)
{
	uint64_t seed = argc < 2 ? 1 : strtoull(argv[1], NULL, 10);
	long calls = argc < 3 ? 1000 : atol(argv[2]);
	int i;

	for (i = 0; i < PROCESSES; i++) {
		if (fork() != 0)
			continue;
		rage_in_threads(seed + (uint64_t)i * 1000003, calls);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	if (greet() != 0) {
		perror("the exchange afterwards");
		return 1;
	}
	printf("survived\n");
	return 0;
}
