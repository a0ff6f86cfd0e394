/* SPDX-License-Identifier: MIT */
/* bench_kernel.c - the same on the kernel's loopback: one thread drives both ends, with CUBIC on
 * both, in a network namespace of its own where it may make one.
 *
 * The default congestion control may be one that paces, which is slow over a loopback; and the
 * loopback of a fresh namespace has nobody else's firewall rules.
 */
#include "rounds.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS_PER_CHILD = 9000, PAIRS_MEASURED = 5000 };

static int listener, near_end, far_end;
static struct sockaddr_in server_address;
static char chunk[CHUNK_BYTES];

static bool loopback_ioctl(unsigned long request, struct ifreq *what)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool done;

	memcpy(what->ifr_name, "lo", 3);
	done = ioctl(fd, request, what) == 0;
	close(fd);
	return done;
}

static bool is_apart;

static void go_apart(void)
{
	struct ifreq up = { .ifr_flags = IFF_UP | IFF_LOOPBACK };

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return;
	is_apart = loopback_ioctl(SIOCSIFFLAGS, &up);
	if (!is_apart)
		give_up("loopback");
}

/* Segments of 1460 octets one by one, as a wire would carry them. */
static void make_segments_small(void)
{
	struct ethtool_value off[] = { { .cmd = ETHTOOL_STSO }, { .cmd = ETHTOOL_SGSO } };
	struct ifreq mtu = { .ifr_mtu = 1500 };

	if (!is_apart)
		give_up("a namespace of its own is needed");
	if (!loopback_ioctl(SIOCSIFMTU, &mtu))
		give_up("MTU");
	for (unsigned i = 0; i < sizeof off / sizeof off[0]; i++) {
		struct ifreq change = { .ifr_data = (void *)&off[i] };

		if (!loopback_ioctl(SIOCETHTOOL, &change))
			give_up("offloads");
	}
}

static int stream_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5) != 0)
		give_up("socket");
	return fd;
}

static void listen_at(uint8_t last_octet)
{
	socklen_t len = sizeof server_address;

	server_address = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000100U + last_octet),
	};
	listener = stream_socket();
	if (bind(listener, (struct sockaddr *)&server_address, len) != 0 ||
	    listen(listener, 16) != 0 ||
	    getsockname(listener, (struct sockaddr *)&server_address, &len) != 0)
		give_up("listen");
}

static void open_pair(int *near, int *far)
{
	*near = stream_socket();
	if (connect(*near, (struct sockaddr *)&server_address, sizeof server_address) != 0)
		give_up("connect");
	*far = accept(listener, NULL, NULL);
	if (*far < 0)
		give_up("accept");
}

static void connect_once(void)
{
	const struct linger reset = { .l_onoff = 1 };
	int near, far;
	char octet;

	open_pair(&near, &far);
	if (setsockopt(near, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0)
		give_up("linger");
	close(near);
	if (recv(far, &octet, 1, 0) != -1 || errno != ECONNRESET)
		give_up("receive");
	close(far);
}

static void prepare_connections(void)
{
	go_apart();
	listen_at(1);
}

/* The limit of descriptors may stand far below what is wanted, so children hold the rest. */
static void hold_in_child(uint8_t number, unsigned pairs)
{
	int ready[2], near, far;
	char octet = 0;

	if (pipe(ready) != 0)
		give_up("pipe");
	switch (fork()) {
	case -1:
		give_up("fork");
	case 0:
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		listen_at((uint8_t)(number + 2));
		while (pairs-- > 0)
			open_pair(&near, &far);
		if (write(ready[1], &octet, 1) == 1)
			pause();
		_exit(1);
	default:
		close(ready[1]);
		if (read(ready[0], &octet, 1) != 1)
			give_up("idle connections");
		close(ready[0]);
	}
}

static void prepare_idle(void)
{
	unsigned left = IDLE_MANY;

	go_apart();
	for (uint8_t i = 0; left > 0; i++) {
		unsigned pairs = left < PAIRS_PER_CHILD ? left : PAIRS_PER_CHILD;

		hold_in_child(i, pairs);
		left -= pairs;
	}
	listen_at(1);
}

static double connections(double seconds)
{
	return rate_of(connect_once, seconds);
}

static void pass(int from, int to)
{
	if (send(from, chunk, MESSAGE_BYTES, 0) != MESSAGE_BYTES ||
	    recv(to, chunk, MESSAGE_BYTES, 0) != MESSAGE_BYTES)
		give_up("round trip");
}

static void ask_once(void)
{
	pass(near_end, far_end);
	pass(far_end, near_end);
}

static void prepare_pair(void)
{
	int on = 1;

	listen_at(1);
	open_pair(&near_end, &far_end);
	if (setsockopt(near_end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
	    setsockopt(far_end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
		give_up("no delay");
}

static void prepare_usual(void)
{
	go_apart();
	prepare_pair();
}

static void prepare_small(void)
{
	go_apart();
	make_segments_small();
	prepare_pair();
}

static double round_trips(double seconds)
{
	return rate_of(ask_once, seconds);
}

static double stream(double seconds)
{
	double begin = seconds_now(), now;
	uint64_t octets = 0;
	ssize_t n;

	do {
		(void)!send(near_end, chunk, sizeof chunk, MSG_DONTWAIT);
		while ((n = recv(far_end, chunk, sizeof chunk, MSG_DONTWAIT)) > 0)
			octets += (uint64_t)n;
		now = seconds_now();
	} while (now - begin < seconds);
	return (double)octets * 8 / 1e9 / (now - begin);
}

/* Kernel memory that is neither the programs' nor a cache of files. */
static double slab_bytes(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	unsigned long slab = 0, n;

	if (file == NULL)
		give_up("/proc/meminfo");
	while (fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "Slab: %lu kB", &n) == 1)
			slab = n;
	fclose(file);
	return (double)slab * 1024;
}

static double idle_bytes(double seconds)
{
	static int near[PAIRS_MEASURED], far[PAIRS_MEASURED];
	double before = slab_bytes(), after;

	(void)seconds;
	for (unsigned i = 0; i < PAIRS_MEASURED; i++)
		open_pair(&near[i], &far[i]);
	after = slab_bytes();
	for (unsigned i = 0; i < PAIRS_MEASURED; i++) {
		close(near[i]);
		close(far[i]);
	}
	return (after - before) / (2.0 * PAIRS_MEASURED);
}

static const struct figure figures[] = {
	{ "connections", prepare_connections, connections },
	{ "connections_100k_idle", prepare_idle, connections },
	{ "round_trips", prepare_usual, round_trips },
	{ "stream", prepare_usual, stream },
	{ "stream_mss1460", prepare_small, stream },
	{ "idle_bytes", prepare_connections, idle_bytes },
	{ NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	return rounds_main(argc, argv, figures);
}
