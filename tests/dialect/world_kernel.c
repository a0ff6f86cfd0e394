/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "world.h"

enum { ACTIONS_MAX = 64, SETTLE_MS = 2000 };

/* What is to happen later: a call, or a packet that leaves. */
struct action {
	uint64_t due_us;
	void (*call)(void *context);
	void *context;
	size_t len;
	uint8_t packet[PEER_PACKET_MAX];
};

static struct {
	bool is_open;
	const char *why_not;
	int tun, wake;
	struct peer peer;
	struct action actions[ACTIONS_MAX];
	unsigned count;
} kernel;

/* Held by a call back too, so it is recursive. */
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

/* A name as <linux/ipv6.h> has it, which does not go together with <netinet/in.h>. */
struct ifreq6 {
	struct in6_addr address;
	uint32_t prefix_len;
	int index;
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void kernel_world_lock(void)
{
	pthread_mutex_lock(&lock);
}

void kernel_world_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

static struct action *action_new(uint32_t us)
{
	const uint64_t once = 1;
	struct action *action = NULL;

	if (kernel.count < ACTIONS_MAX) {
		action = &kernel.actions[kernel.count++];
		action->due_us = now_us() + us;
		(void)!write(kernel.wake, &once, sizeof once);
	}
	return action;
}

void kernel_world_at(uint32_t us, void (*call)(void *context), void *context)
{
	struct action *action;

	kernel_world_lock();
	action = action_new(us);
	if (action) {
		action->call = call;
		action->context = context;
	}
	kernel_world_unlock();
}

static void tun_send(void *context, const uint8_t *packet, size_t len, uint32_t delay_us)
{
	struct action *action;

	(void)context;
	if (delay_us == 0) {
		(void)!write(kernel.tun, packet, len);
		return;
	}
	action = action_new(delay_us);
	if (action) {
		action->call = NULL;
		action->len = len;
		memcpy(action->packet, packet, len);
	}
}

static void act(void)
{
	uint64_t now = now_us();
	struct action action;
	unsigned i = 0;

	while (i < kernel.count) {
		if (kernel.actions[i].due_us > now) {
			i++;
			continue;
		}
		action = kernel.actions[i];
		kernel.actions[i] = kernel.actions[--kernel.count];
		if (action.call)
			action.call(action.context);
		else
			(void)!write(kernel.tun, action.packet, action.len);
		i = 0;
	}
}

static int milliseconds_to_next(void)
{
	uint64_t now = now_us(), first = UINT64_MAX;
	unsigned i;

	for (i = 0; i < kernel.count; i++)
		if (kernel.actions[i].due_us < first)
			first = kernel.actions[i].due_us;
	if (first == UINT64_MAX)
		return -1;
	return first <= now ? 0 : (int)((first - now) / 1000 + 1);
}

static void *play_peer(void *unused)
{
	struct pollfd fds[] = { { .fd = kernel.tun, .events = POLLIN },
				{ .fd = kernel.wake, .events = POLLIN } };
	uint8_t packet[PEER_PACKET_MAX];
	uint64_t times;
	ssize_t len;
	int timeout;

	for (;;) {
		kernel_world_lock();
		timeout = milliseconds_to_next();
		kernel_world_unlock();
		poll(fds, 2, timeout);
		(void)!read(kernel.wake, &times, sizeof times);
		kernel_world_lock();
		len = read(kernel.tun, packet, sizeof packet);
		if (len > 0)
			peer_receive(&kernel.peer, packet, (size_t)len);
		act();
		kernel_world_unlock();
	}
	return unused;
}

/* What the kernel sends stands in the device's queue before the call that made it send returns. */
void kernel_world_settle(void)
{
	struct pollfd tun = { .fd = kernel.tun, .events = POLLIN };
	const struct timespec millisecond = { 0, 1000000 };
	int patience = SETTLE_MS;
	bool busy;

	do {
		kernel_world_lock();
		busy = poll(&tun, 1, 0) > 0 || kernel.count > 0;
		kernel_world_unlock();
		nanosleep(&millisecond, NULL);
	} while (busy && --patience > 0);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* As root a network namespace will do; others need a user namespace around it. */
static bool enter_namespace(void)
{
	unsigned uid = getuid(), gid = getgid();
	char map[64];

	if (unshare(CLONE_NEWNET) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "0 %u 1", uid);
	write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof map, "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

static bool set_address4(int control, struct ifreq *request)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	inet_pton(AF_INET, "10.9.0.1", &in.sin_addr);
	memcpy(&request->ifr_addr, &in, sizeof in);
	if (ioctl(control, SIOCSIFADDR, request) != 0)
		return false;
	inet_pton(AF_INET, "255.255.255.0", &in.sin_addr);
	memcpy(&request->ifr_netmask, &in, sizeof in);
	return ioctl(control, SIOCSIFNETMASK, request) == 0;
}

static bool set_address6(int index)
{
	struct ifreq6 request = { .prefix_len = 64, .index = index };
	int control = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done;

	inet_pton(AF_INET6, "fd09::1", &request.address);
	done = control >= 0 && ioctl(control, SIOCSIFADDR, &request) == 0;
	if (control >= 0)
		close(control);
	return done;
}

static bool set_up(int control, const char *name, bool is_cable)
{
	struct ifreq request = { .ifr_flags = 0 };
	bool done;

	strcpy(request.ifr_name, name);
	if (is_cable && !set_address4(control, &request))
		return false;
	done = ioctl(control, SIOCGIFFLAGS, &request) == 0;
	request.ifr_flags |= IFF_UP;
	done = done && ioctl(control, SIOCSIFFLAGS, &request) == 0;
	return done && (!is_cable || set_address6((int)if_nametoindex(name)));
}

static const char *make_cable(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int control;
	bool done;

	kernel.tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (kernel.tun < 0)
		return "no network namespace: /dev/net/tun cannot be opened";
	strcpy(request.ifr_name, "peer0");
	if (ioctl(kernel.tun, TUNSETIFF, &request) != 0)
		return "no network namespace: a TUN device cannot be made";
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	done = control >= 0 && set_up(control, "lo", false) && set_up(control, "peer0", true);
	if (control >= 0)
		close(control);
	return done ? NULL : "no network namespace: its addresses cannot be set";
}

static bool add_rejecting_routes(void)
{
	return write_file("/proc/sys/net/ipv4/tcp_syn_linear_timeouts", "0") &&
	       system("ip route add unreachable 198.51.100.1/32 &&"
		      "ip route add prohibit 198.51.100.2/32 &&"
		      "ip route add blackhole 198.51.100.3/32 &&"
		      "ip -6 route add unreachable 2001:db8:1::1/128 &&"
		      "ip -6 route add prohibit 2001:db8:1::2/128 &&"
		      "ip -6 route add blackhole 2001:db8:1::3/128") == 0;
}

static const char *start_peer(void)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	kernel.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	kernel.peer.send = tun_send;
	peer_reset(&kernel.peer);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, play_peer, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error ? "no thread for the peer" : NULL;
}

const char *kernel_world_open(struct peer **peer)
{
	*peer = &kernel.peer;
	if (kernel.is_open)
		return kernel.why_not;
	kernel.is_open = true;
	if (!enter_namespace())
		kernel.why_not = "network namespaces are not allowed here";
	if (!kernel.why_not)
		kernel.why_not = make_cable();
	if (!kernel.why_not && !add_rejecting_routes())
		kernel.why_not = "no network namespace: its routes cannot be set (iproute2)";
	if (!kernel.why_not)
		kernel.why_not = start_peer();
	return kernel.why_not;
}
