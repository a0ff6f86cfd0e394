/* SPDX-License-Identifier: MIT */
#include "standin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "call.h"
#include "dialects/posix/posix_errors.h"
#include "explain.h"
#include "host.h"

enum { LOOSE_LIMIT_MIN = 64, SENTENCE_MAX = 512 };

/* What is always of interest at our end of a stand-in. */
static const uint32_t ENDS = EPOLLIN | EPOLLRDHUP | EPOLLET;

static unsigned bucket_of(uint64_t cookie)
{
	return (unsigned)(cookie % STANDIN_BUCKETS);
}

static bool cookie_of(int fd, uint64_t *cookie)
{
	socklen_t len = sizeof *cookie;

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &len) == 0;
}

/* Binds fd to the abstract name of this cookie; false if it is taken. */
static bool bind_name(int fd, uint64_t cookie)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int len = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "tenon/%llx",
			   (unsigned long long)cookie);

	return bind(fd, (const struct sockaddr *)&name,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (unsigned)len)) == 0;
}

static void loose_add(struct standin *s)
{
	struct supervisor *v = s->owner;

	s->loose_next = v->loose;
	s->loose_link = &v->loose;
	if (v->loose != NULL)
		v->loose->loose_link = &s->loose_next;
	v->loose = s;
	v->loose_count++;
}

static void loose_remove(struct standin *s)
{
	if (s->loose_link == NULL)
		return;
	*s->loose_link = s->loose_next;
	if (s->loose_next != NULL)
		s->loose_next->loose_link = s->loose_link;
	s->loose_link = NULL;
	s->owner->loose_count--;
}

struct standin *standin_new(struct supervisor *v, struct tenon_socket *socket, int program_end)
{
	struct standin *s;

	if (v->loose_count >= v->loose_limit) {
		standin_sweep(v);
		v->loose_limit =
			v->loose_count * 2 < LOOSE_LIMIT_MIN ? LOOSE_LIMIT_MIN : v->loose_count * 2;
	}
	s = calloc(1, sizeof *s);
	if (s == NULL || !cookie_of(program_end, &s->cookie)) {
		free(s);
		return NULL;
	}
	s->owner = v;
	s->socket = socket;
	s->fd = -1;
	s->holder_fd = -1;
	s->kept_end = -1;
	posix_options_init(&s->options);
	s->next = v->buckets[bucket_of(s->cookie)];
	v->buckets[bucket_of(s->cookie)] = s;
	tenon_set_user(socket, s);
	loose_add(s);
	return s;
}

void standin_name(struct standin *s, int program_end)
{
	s->is_named = bind_name(program_end, s->cookie);
}

struct standin *standin_find(struct supervisor *v, int descriptor)
{
	struct standin *s;
	uint64_t cookie;

	if (!cookie_of(descriptor, &cookie))
		return NULL;
	for (s = v->buckets[bucket_of(cookie)]; s != NULL; s = s->next)
		if (s->cookie == cookie)
			return s;
	return NULL;
}

static void unfile(struct standin *s)
{
	struct standin **link = &s->owner->buckets[bucket_of(s->cookie)];

	while (*link != s)
		link = &(*link)->next;
	*link = s->next;
}

void standin_rename(struct standin *s, int program_end)
{
	struct supervisor *v = s->owner;
	uint64_t cookie;

	if (!cookie_of(program_end, &cookie))
		return;
	unfile(s);
	s->cookie = cookie;
	s->next = v->buckets[bucket_of(cookie)];
	v->buckets[bucket_of(cookie)] = s;
	s->was_attached = false;
	standin_name(s, program_end);
}

static void close_our_end(struct standin *s)
{
	if (s->fd < 0)
		return;
	close(s->fd);
	s->fd = -1;
	s->owner->attached_count--;
}

void standin_end(struct standin *s)
{
	struct supervisor *v = s->owner;

	calls_forget(s);
	if (s->returned != NULL)
		standin_end(s->returned);
	unfile(s);
	loose_remove(s);
	close_our_end(s);
	if (s->kept_end >= 0)
		close(s->kept_end);
	datagram_forget(s);
	chunk_give(v, s->to_program);
	chunk_give(v, s->to_stack);
	tenon_set_user(s->socket, NULL);
	tenon_close(s->socket);
	s->socket = NULL;
	s->next = v->dead;
	v->dead = s;
}

void standin_bury(struct supervisor *v)
{
	struct standin *s;

	while ((s = v->dead) != NULL) {
		v->dead = s->next;
		free(s);
	}
}

void standin_await_room(struct standin *s, bool awaits)
{
	if (s->awaits_room == awaits)
		return;
	s->awaits_room = awaits;
	supervisor_rewatch(s->owner, s->fd, awaits ? ENDS | EPOLLOUT : ENDS, &s->watch);
}

int standin_adopt(struct standin *s, int fd, enum standin_state state)
{
	int error;

	s->watch.ready = state == STANDIN_DATAGRAM ? datagram_ready : stream_ready;
	s->watch.context = s;
	error = supervisor_watch(s->owner, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
				 &s->watch);
	if (error != 0) {
		close(fd);
		return error;
	}
	loose_remove(s);
	s->fd = fd;
	s->state = state;
	s->was_attached = true;
	s->awaits_room = s->has_hung_up = s->is_drained = s->is_finished = false;
	s->owner->attached_count++;
	return 0;
}

/* Writes from the program's side until no more fits: poll() there no longer says OUT. */
static void fill(struct standin *s, int program_end)
{
	ssize_t n;

	while ((n = send(program_end, s->owner->scratch, sizeof s->owner->scratch,
			 MSG_DONTWAIT | MSG_NOSIGNAL)) > 0)
		s->filler += (size_t)n;
}

int standin_attach(struct standin *s, int program_end, enum standin_state state)
{
	int fd = rendezvous_meet(&s->owner->rendezvous, program_end);
	int error, smallest = 0;

	if (fd < 0)
		return fd;
	error = standin_adopt(s, fd, state);
	if (error != 0)
		return error;
	s->filler = 0;
	/* Nobody ever writes to a listener: the least that fills it will do. */
	if (state == STANDIN_LISTENING)
		(void)setsockopt(program_end, SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
	if (state != STANDIN_OPEN)
		fill(s, program_end);
	return 0;
}

void standin_unfill(struct standin *s)
{
	size_t room;
	ssize_t n;

	while (s->filler > 0) {
		room = s->filler < sizeof s->owner->scratch ? s->filler : sizeof s->owner->scratch;
		n = recv(s->fd, s->owner->scratch, room, MSG_DONTWAIT);
		if (n <= 0)
			break;
		s->filler -= (size_t)n;
	}
}

int standin_program_end(const struct standin *s)
{
	uint64_t cookie;
	int fd = notifier_take(&s->owner->notifier, s->holder, s->holder_fd);

	if (fd < 0)
		return -1;
	if (cookie_of(fd, &cookie) && cookie == s->cookie)
		return fd;
	close(fd);
	return -1;
}

/* Leaves one octet unread in our end, so that closing it resets the program's end. */
static void plant_sentinel(const struct standin *s, int program_end)
{
	int unread = 0;

	if (ioctl(s->fd, FIONREAD, &unread) == 0 && unread > 0)
		return;
	(void)!send(program_end, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void standin_detach(struct standin *s)
{
	int program_end = s->fd < 0 ? -1 : standin_program_end(s);

	if (program_end >= 0) {
		plant_sentinel(s, program_end);
		if (!s->is_named)
			standin_name(s, program_end);
		close(program_end);
	}
	close_our_end(s);
	s->state = STANDIN_LOOSE;
	s->filler = 0;
	if (!s->is_named)
		standin_end(s);
	else if (s->loose_link == NULL)
		loose_add(s);
}

static bool is_alive(const struct standin *s)
{
	int probe;
	bool is_free;

	if (!s->is_named)
		return true;
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return true;
	is_free = bind_name(probe, s->cookie);
	close(probe);
	return !is_free;
}

bool standin_sweep(struct supervisor *v)
{
	struct standin *s, *next;
	bool found = false;

	for (s = v->loose; s != NULL; s = next) {
		next = s->loose_next;
		if (is_alive(s))
			continue;
		standin_end(s);
		found = true;
	}
	return found;
}

void standin_explain(struct standin *s, int error)
{
	struct tenon_cause cause;
	char sentence[SENTENCE_MAX];

	if (!s->owner->is_explaining || s->is_explained || !tenon_cause(s->socket, &cause))
		return;
	s->is_explained = true;
	if (error == 0)
		error = posix_connect_errno(TENON_POSIX_LINUX, s->socket, cause.result);
	explain_sentence(sentence, sizeof sentence, &cause, error, host_link_name(cause.link));
	fprintf(stderr, "tenon: %s\n", sentence);
}

void standin_news(struct standin *s)
{
	if (s->state == STANDIN_DATAGRAM)
		datagram_news(s);
	else
		stream_news(s);
	if (s->socket != NULL)
		calls_retry(s);
}
