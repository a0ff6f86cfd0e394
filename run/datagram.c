/* SPDX-License-Identifier: MIT */
/* datagram.c - datagrams between a program's end of a SEQPACKET pair and the core's socket.
 *
 * Datagrams go into the pair as they arrive, so that poll() and native reads need no help. Whom
 * each came from is kept in a ring, which is brought into step with what the program has read
 * since: the kernel says how much memory the unread ones take (SIOCOUTQ), and what one of a given
 * length takes is measured once, on a pair of our own.
 *
 * A pair cannot show an error. So one (ICMP said that nobody listens) is kept for the next call
 * that is intercepted, and an empty datagram in the queue, a token, wakes who polls. A native
 * recv() reads the token as what it is; recvfrom() and recvmsg() take it away and answer the error.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "standin.h"

enum { SOURCES_MAX = 512 };

struct source {
	struct tenon_endpoint from;
	uint32_t cost;
	bool is_token;
};

/* A ring: count of them, the oldest at first. */
struct sources {
	unsigned first, count;
	uint64_t cost;              /* of all */
	struct tenon_endpoint held; /* of the datagram in to_program, which did not fit yet */
	struct source ring[SOURCES_MAX];
};

/* What the kernel charges for a datagram of this length that nobody has read. */
static uint32_t cost_of(struct supervisor *v, size_t len)
{
	int ends[2], queued = 0;

	if (v->datagram_cost[len] != 0)
		return v->datagram_cost[len];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return 0;
	if (send(ends[0], v->scratch, len, MSG_DONTWAIT) == (ssize_t)len)
		(void)ioctl(ends[0], SIOCOUTQ, &queued);
	close(ends[0]);
	close(ends[1]);
	v->datagram_cost[len] = (uint32_t)queued;
	return (uint32_t)queued;
}

/* Forgets the sources of what the program has read. */
static void keep_in_step(const struct standin *s)
{
	struct sources *all = s->sources;
	int queued = 0;

	if (ioctl(s->fd, SIOCOUTQ, &queued) != 0)
		return;
	while (all->count > 0 && all->cost > (uint64_t)queued) {
		all->cost -= all->ring[all->first].cost;
		all->first = (all->first + 1) % SOURCES_MAX;
		all->count--;
	}
}

static void remember(struct standin *s, size_t len, bool is_token)
{
	struct sources *all = s->sources;
	struct source *source = &all->ring[(all->first + all->count) % SOURCES_MAX];

	*source = (struct source){ all->held, cost_of(s->owner, len), is_token };
	all->cost += source->cost;
	all->count++;
}

/* The held datagram goes to the program; false if there is no room yet. */
static bool hand_over(struct standin *s)
{
	struct chunk *chunk = s->to_program;
	ssize_t n;

	keep_in_step(s);
	n = -1;
	errno = EAGAIN;
	if (s->sources->count < SOURCES_MAX)
		n = send(s->fd, chunk->octets, chunk->len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == EAGAIN) {
		standin_await_room(s, true);
		return false;
	}
	standin_await_room(s, false);
	if (n >= 0)
		remember(s, chunk->len, false);
	chunk_give(s->owner, chunk);
	s->to_program = NULL;
	return true;
}

static bool has_sources(struct standin *s)
{
	if (s->sources == NULL)
		s->sources = calloc(1, sizeof *s->sources);
	return s->sources != NULL;
}

/* The next datagram from the core; false if there is none. */
static bool fetch(struct standin *s)
{
	struct tenon_received got = { .len = 0 };
	struct chunk *chunk;
	struct tenon_room room;

	/* Shut for receiving, the core would tell the end of data for ever; the kernel tells it. */
	if ((tenon_readiness(s->socket) & TENON_RECEIVE_CLOSED) || !has_sources(s))
		return false;
	chunk = chunk_take(s->owner);
	if (chunk == NULL)
		return false;
	room = (struct tenon_room){ chunk->octets, sizeof chunk->octets };
	if (tenon_receive(s->socket, &room, 1, 0, &got) != TENON_OK) {
		chunk_give(s->owner, chunk);
		return false;
	}
	chunk->len = got.len;
	s->sources->held = got.from;
	s->to_program = chunk;
	return true;
}

static void keep_error(struct standin *s)
{
	s->error = tenon_take_error(s->socket);
	if (!has_sources(s) || s->sources->count == SOURCES_MAX)
		return;
	if (send(s->fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL) == 0)
		remember(s, 0, true);
}

void datagram_news(struct standin *s)
{
	if (tenon_readiness(s->socket) & TENON_ERROR)
		keep_error(s);
	while (s->to_program == NULL ? fetch(s) : hand_over(s))
		;
}

/* Has the program's side no more to send? At the end and for an empty datagram, recv() says 0. */
static bool is_at_end(const struct standin *s)
{
	struct pollfd poll_fd = { .fd = s->fd, .events = POLLRDHUP };

	return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLRDHUP | POLLHUP)) != 0;
}

void datagram_flush(struct standin *s)
{
	struct tenon_slice slice = { s->owner->scratch, 0 };
	const struct tenon_message message = { .slices = &slice, .count = 1 };
	size_t sent;
	ssize_t n;

	while (!s->is_drained) {
		n = recv(s->fd, s->owner->scratch, sizeof s->owner->scratch, MSG_DONTWAIT);
		if (n < 0 && errno != ECONNRESET)
			return;
		if (n == 0 && is_at_end(s))
			s->is_drained = true;
		if (n < 0 || s->is_drained)
			continue;
		slice.len = (size_t)n;
		(void)tenon_send(s->socket, &message, &sent);
	}
}

void datagram_ready(void *standin, uint32_t events)
{
	struct standin *s = standin;

	if (s->socket == NULL || s->fd < 0)
		return;
	datagram_flush(s);
	if (events & EPOLLHUP)
		standin_end(s);
	else
		datagram_news(s);
}

bool datagram_source(struct standin *s, struct tenon_endpoint *from, bool *is_token)
{
	if (s->sources == NULL)
		return false;
	keep_in_step(s);
	if (s->sources->count == 0)
		return false;
	*from = s->sources->ring[s->sources->first].from;
	*is_token = s->sources->ring[s->sources->first].is_token;
	return true;
}

void datagram_forget(struct standin *s)
{
	free(s->sources);
	s->sources = NULL;
}
