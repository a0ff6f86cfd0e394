/* SPDX-License-Identifier: MIT */
/* lab_switch.c - the switch of a lab: it learns who is where and forwards frames.
 *
 * A table of fixed size remembers the port on which each MAC was seen last; a frame to an unknown
 * or a group address goes to all ports but its own. Two addresses that share a place in the table
 * displace one another, which costs a flood, never a frame. A port whose host does not read fast
 * enough loses frames, as a real one does.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab.h"

enum { PORTS_MAX = 256, MACS_MAX = 4096, MAC_LEN = 6, EVENTS_MAX = 16, FRAMES_MAX = 64 };

struct port {
	int fd;       /* -1: free */
	bool is_host; /* it was welcomed */
	struct lab_hello hello;
};

struct seen {
	uint8_t mac[MAC_LEN];
	uint16_t port;
	bool is_known;
};

struct lab_switch {
	int epoll, listener, signals;
	struct port ports[PORTS_MAX];
	struct seen seen[MACS_MAX];
	uint8_t frame[LAB_FRAME_MAX];
};

/* What an epoll event's number means: a port, or one of these. */
enum { EVENT_LISTENER = PORTS_MAX, EVENT_SIGNAL };

static bool watch(struct lab_switch *w, int fd, uint32_t number)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = number };

	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static struct seen *place_of(struct lab_switch *w, const uint8_t *mac)
{
	uint32_t hash = 2166136261u;
	int i;

	for (i = 0; i < MAC_LEN; i++)
		hash = (hash ^ mac[i]) * 16777619u;
	return &w->seen[hash % MACS_MAX];
}

static void leave(struct lab_switch *w, unsigned number)
{
	unsigned i;

	close(w->ports[number].fd);
	w->ports[number].fd = -1;
	for (i = 0; i < MACS_MAX; i++)
		if (w->seen[i].port == number)
			w->seen[i].is_known = false;
}

static bool has_address(const struct port *port, const struct tenon_ip *address)
{
	unsigned i;

	for (i = 0; i < port->hello.addresses_count; i++)
		if (tenon_ip_equal(&port->hello.addresses[i], address))
			return true;
	return false;
}

/* What another host says against this one's hello. */
static struct lab_answer objection(const struct port *other, const struct lab_hello *hello)
{
	struct lab_answer answer = { .verdict = LAB_WELCOME };
	unsigned i;

	if (memcmp(other->hello.mac, hello->mac, MAC_LEN) == 0)
		answer.verdict = LAB_MAC_IN_USE;
	for (i = 0; i < hello->addresses_count; i++)
		if (has_address(other, &hello->addresses[i])) {
			answer.verdict = LAB_ADDRESS_IN_USE;
			answer.address = hello->addresses[i];
		}
	return answer;
}

static struct lab_answer judge(const struct lab_switch *w, const struct lab_hello *hello,
			       size_t len)
{
	struct lab_answer answer = { .verdict = LAB_WELCOME };
	unsigned i;

	if (len != sizeof *hello || hello->version != LAB_VERSION ||
	    hello->addresses_count > LAB_ADDRESSES_MAX) {
		answer.verdict = LAB_NOT_UNDERSTOOD;
		return answer;
	}
	for (i = 0; i < PORTS_MAX && answer.verdict == LAB_WELCOME; i++)
		if (w->ports[i].fd >= 0 && w->ports[i].is_host)
			answer = objection(&w->ports[i], hello);
	return answer;
}

/* A port's first message. */
static void greet(struct lab_switch *w, unsigned number)
{
	struct port *port = &w->ports[number];
	struct lab_hello hello;
	struct lab_answer answer;
	ssize_t n = recv(port->fd, &hello, sizeof hello, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		leave(w, number);
		return;
	}
	answer = judge(w, &hello, (size_t)n);
	(void)send(port->fd, &answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL);
	port->hello = hello;
	port->is_host = answer.verdict == LAB_WELCOME;
	if (!port->is_host)
		leave(w, number);
}

static void send_to(const struct lab_switch *w, unsigned number, size_t len)
{
	const struct port *port = &w->ports[number];

	if (port->fd >= 0 && port->is_host)
		(void)send(port->fd, w->frame, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void forward(struct lab_switch *w, unsigned from, size_t len)
{
	const uint8_t *to_mac = w->frame, *from_mac = w->frame + MAC_LEN;
	struct seen *place = place_of(w, from_mac);
	const struct seen *target = place_of(w, to_mac);
	unsigned i;

	/* A group address is nobody's source. */
	if (len < 2 * MAC_LEN || (from_mac[0] & 1))
		return;
	memcpy(place->mac, from_mac, MAC_LEN);
	place->port = (uint16_t)from;
	place->is_known = true;
	if (target->is_known && memcmp(target->mac, to_mac, MAC_LEN) == 0) {
		if (target->port != from)
			send_to(w, target->port, len);
		return;
	}
	for (i = 0; i < PORTS_MAX; i++)
		if (i != from)
			send_to(w, i, len);
}

static void port_ready(struct lab_switch *w, unsigned number)
{
	struct port *port = &w->ports[number];
	ssize_t n;
	int i;

	if (port->fd < 0)
		return;
	if (!port->is_host) {
		greet(w, number);
		return;
	}
	for (i = 0; i < FRAMES_MAX; i++) {
		n = recv(port->fd, w->frame, sizeof w->frame, MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			leave(w, number);
			return;
		}
		forward(w, number, (size_t)n);
	}
}

static void admit(struct lab_switch *w)
{
	const struct lab_answer full = { .verdict = LAB_FULL };
	int fd = accept4(w->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	unsigned i;

	if (fd < 0)
		return;
	for (i = 0; i < PORTS_MAX && w->ports[i].fd >= 0; i++)
		;
	if (i == PORTS_MAX)
		(void)send(fd, &full, sizeof full, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (i == PORTS_MAX || !lab_peer_is_user(fd) || !watch(w, fd, i)) {
		close(fd);
		return;
	}
	lab_lengthen_queue(fd);
	w->ports[i] = (struct port){ .fd = fd };
}

/* Listens at name; the socket file of a switch that died is taken over, one in use is not. */
static bool listen_at(struct lab_switch *w, const char *lab, const struct sockaddr_un *name)
{
	const struct sockaddr *address = (const struct sockaddr *)name;
	int probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool is_running = connect(probe, address, sizeof *name) == 0;

	close(probe);
	if (is_running) {
		fprintf(stderr, "tenon: lab %s is running already\n", lab);
		return false;
	}
	unlink(name->sun_path);
	w->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(w->listener, address, sizeof *name) == 0 && chmod(name->sun_path, 0600) == 0 &&
	    listen(w->listener, PORTS_MAX) == 0)
		return true;
	fprintf(stderr, "tenon: cannot make the lab's socket %s: %s\n", name->sun_path,
		strerror(errno));
	return false;
}

/* SIGINT and SIGTERM come as events. */
static bool prepare(struct lab_switch *w)
{
	sigset_t ending;
	unsigned i;

	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	for (i = 0; i < PORTS_MAX; i++)
		w->ports[i].fd = -1;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->signals = signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC);
	return w->epoll >= 0 && w->signals >= 0 && watch(w, w->signals, EVENT_SIGNAL) &&
	       watch(w, w->listener, EVENT_LISTENER);
}

static void serve(struct lab_switch *w)
{
	struct epoll_event events[EVENTS_MAX];
	struct signalfd_siginfo info;
	int n, i;

	for (;;) {
		n = epoll_wait(w->epoll, events, EVENTS_MAX, -1);
		for (i = 0; i < n; i++) {
			if (events[i].data.u32 == EVENT_SIGNAL &&
			    read(w->signals, &info, sizeof info) > 0)
				return;
			if (events[i].data.u32 == EVENT_LISTENER)
				admit(w);
			else
				port_ready(w, events[i].data.u32);
		}
	}
}

int lab_switch(const char *lab)
{
	struct lab_switch *w = calloc(1, sizeof *w);
	struct sockaddr_un name;
	int status = 1;

	if (w == NULL || !lab_socket_name(lab, &name) || !listen_at(w, lab, &name))
		goto free;
	if (prepare(w)) {
		printf("lab %s is up; join it with: tenon run --net lab:%s --address A/N -- "
		       "PROGRAM\n",
		       lab, lab);
		fflush(stdout);
		serve(w);
		status = 0;
	} else {
		perror("tenon: lab");
	}
	unlink(name.sun_path);
free:
	free(w);
	return status;
}
