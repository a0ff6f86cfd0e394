/* SPDX-License-Identifier: MIT */
#include "supervisor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "host.h"
#include "standin.h"

/* Events of one turn; rounds of stack work before the descriptors have their turn again. */
enum { EVENTS_MAX = 64, ROUNDS_MAX = 64, LOOSE_LIMIT_FIRST = 64 };

uint64_t supervisor_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

struct chunk *chunk_take(struct supervisor *v)
{
	struct chunk *chunk = v->chunks;

	if (chunk == NULL)
		chunk = malloc(sizeof *chunk);
	else
		v->chunks = chunk->next;
	if (chunk != NULL)
		chunk->at = chunk->len = 0;
	return chunk;
}

void chunk_give(struct supervisor *v, struct chunk *chunk)
{
	if (chunk == NULL)
		return;
	chunk->next = v->chunks;
	v->chunks = chunk;
}

int supervisor_watch(struct supervisor *v, int fd, uint32_t events, struct watch *watch)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	return epoll_ctl(v->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

void supervisor_rewatch(struct supervisor *v, int fd, uint32_t events, struct watch *watch)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	(void)epoll_ctl(v->epoll, EPOLL_CTL_MOD, fd, &event);
}

int supervisor_open(struct supervisor *v, const struct host *host)
{
	int error;

	memset(v, 0, sizeof *v);
	v->host = host;
	v->stack = host->stack;
	v->loose_limit = LOOSE_LIMIT_FIRST;
	v->notifier.fd = -1;
	v->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (v->epoll < 0)
		return -errno;
	error = rendezvous_open(&v->rendezvous);
	if (error != 0)
		close(v->epoll);
	return error;
}

void supervisor_close(struct supervisor *v)
{
	struct chunk *chunk;
	unsigned i;

	calls_drop(v);
	for (i = 0; i < STANDIN_BUCKETS; i++)
		while (v->buckets[i] != NULL)
			standin_end(v->buckets[i]);
	standin_bury(v);
	calls_bury(v);
	while ((chunk = v->chunks) != NULL) {
		v->chunks = chunk->next;
		free(chunk);
	}
	rendezvous_close(&v->rendezvous);
	close(v->epoll);
}

int supervisor_serve(struct supervisor *v)
{
	v->calls = (struct watch){ calls_ready, v };
	return supervisor_watch(v, v->notifier.fd, EPOLLIN, &v->calls);
}

/* A time to wait, for epoll; NULL for no limit. */
static struct timespec *time_until(uint64_t until_us, uint64_t now_us, struct timespec *room)
{
	uint64_t wait_us = until_us <= now_us ? 0 : until_us - now_us;

	if (until_us == TENON_NEVER)
		return NULL;
	room->tv_sec = (time_t)(wait_us / 1000000);
	room->tv_nsec = (long)(wait_us % 1000000) * 1000;
	return room;
}

/* Lets the stack work and hands its news out, until there is nothing more to do now. */
static void settle(struct supervisor *v, uint64_t now_us)
{
	struct tenon_socket *socket;
	struct standin *s;
	unsigned what, round;

	for (round = 0; round < ROUNDS_MAX; round++) {
		tenon_advance(v->stack);
		while ((socket = tenon_news(v->stack, &what)) != NULL) {
			s = tenon_user(socket);
			if (s != NULL)
				standin_news(s);
		}
		if (tenon_next_deadline(v->stack) > now_us)
			return;
	}
}

void supervisor_turn(struct supervisor *v, uint64_t until_us)
{
	struct epoll_event events[EVENTS_MAX];
	struct timespec room;
	const struct watch *watch;
	uint64_t deadline = tenon_next_deadline(v->stack), calls = calls_deadline(v);
	int n, i;

	if (calls < deadline)
		deadline = calls;
	if (until_us < deadline)
		deadline = until_us;
	n = epoll_pwait2(v->epoll, events, EVENTS_MAX,
			 time_until(deadline, supervisor_now(), &room), NULL);
	tenon_set_time(v->stack, supervisor_now());
	for (i = 0; i < n; i++) {
		watch = events[i].data.ptr;
		watch->ready(watch->context, events[i].events);
	}
	calls_look(v, supervisor_now());
	settle(v, supervisor_now());
	standin_bury(v);
	calls_bury(v);
}
