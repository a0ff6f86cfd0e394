/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Signals are looked for this often, in at most so many calls at a time. */
enum { LOOK_US = 5000, LOOK_MAX = 64 };

struct call_row {
	int call;
	enum call_outcome (*handle)(struct call *);
	bool is_for_standin; /* argument 0 is a descriptor; not ours: the kernel's business */
};

static const struct call_row rows[] = {
	{ __NR_socket, call_socket, false },          { __NR_ioctl, call_ioctl, false },
	{ __NR_connect, call_connect, true },         { __NR_accept, call_accept, true },
	{ __NR_accept4, call_accept, true },          { __NR_bind, call_bind, true },
	{ __NR_listen, call_listen, true },           { __NR_shutdown, call_shutdown, true },
	{ __NR_getsockname, call_getsockname, true }, { __NR_getpeername, call_getpeername, true },
	{ __NR_getsockopt, call_getsockopt, true },   { __NR_setsockopt, call_setsockopt, true },
	{ __NR_sendto, call_sendto, true },           { __NR_recvfrom, call_recvfrom, true },
	{ __NR_sendmsg, call_sendmsg, true },         { __NR_recvmsg, call_recvmsg, true },
	{ __NR_sendmmsg, call_sendmmsg, true },       { __NR_recvmmsg, call_recvmmsg, true },
};

static const struct call_row *row_of(int call)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].call == call)
			return &rows[i];
	return NULL;
}

static void file_waiting(const struct call *c)
{
	struct supervisor *v = c->owner;
	struct call *kept = malloc(sizeof *kept);

	if (kept == NULL) {
		(void)request_reply(&c->request, -ENOMEM);
		return;
	}
	*kept = *c;
	kept->next = v->waiting;
	kept->link = &v->waiting;
	if (v->waiting != NULL)
		v->waiting->link = &kept->next;
	else
		v->next_look_us = supervisor_now() + LOOK_US;
	v->waiting = kept;
}

/* Whoever walks the list may stand on it: it is freed when the loop's turn is over. */
static void unfile_waiting(struct call *c)
{
	struct supervisor *v = c->owner;

	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	c->link = NULL;
	c->dead_next = v->dead_calls;
	v->dead_calls = c;
}

void calls_bury(struct supervisor *v)
{
	struct call *c;

	while ((c = v->dead_calls) != NULL) {
		v->dead_calls = c->dead_next;
		free(c);
	}
}

/* A new call that concerns a descriptor: false if that is none of ours. */
static bool find_standin(struct call *c)
{
	int fd = (int)c->request.arguments[0];

	c->program_end = request_take(&c->request, fd);
	if (c->program_end < 0)
		return false;
	c->standin = standin_find(c->owner, c->program_end);
	if (c->standin == NULL)
		return false;
	c->standin->holder = c->request.tid;
	c->standin->holder_fd = fd;
	return true;
}

static void handle_new(struct supervisor *v, const struct request *request)
{
	struct call c = {
		.row = row_of(request->call),
		.owner = v,
		.request = *request,
		.program_end = -1,
		.reason = CALL_NEW,
		.deadline_us = TENON_NEVER,
	};
	enum call_outcome outcome = CALL_ANSWERED;

	/* A dead caller's number may be another's by now: what was taken so far was not from it. */
	if (c.row == NULL || (c.row->is_for_standin && !find_standin(&c)))
		(void)request_continue(request);
	else if (request_is_alive(request))
		outcome = c.row->handle(&c);
	if (c.program_end >= 0)
		close(c.program_end);
	if (outcome == CALL_WAITS)
		file_waiting(&c);
}

void calls_ready(void *supervisor, uint32_t events)
{
	struct supervisor *v = supervisor;
	struct request request;

	if (events & EPOLLHUP)
		v->has_ended = true;
	if (v->has_ended && !(events & EPOLLIN))
		notifier_close(&v->notifier);
	else if (request_receive(&v->notifier, &request))
		handle_new(v, &request);
}

/* Tries a waiting call; it may be gone afterwards. */
static void try_again(struct call *c, enum call_reason reason)
{
	enum call_outcome outcome;

	c->program_end = request_take(&c->request, (int)c->request.arguments[0]);
	if (c->program_end < 0 || standin_find(c->owner, c->program_end) != c->standin) {
		/* Another thread has closed or reused the number while this one waits. */
		outcome = call_fail(c, EBADF);
	} else {
		c->reason = reason;
		outcome = c->row->handle(c);
	}
	if (c->program_end >= 0)
		close(c->program_end);
	c->program_end = -1;
	if (outcome == CALL_ANSWERED && c->link != NULL)
		unfile_waiting(c);
}

void calls_retry(struct standin *s)
{
	struct call *c, *next;

	for (c = s->owner->waiting; c != NULL; c = next) {
		next = c->next;
		if (c->link != NULL && c->standin == s)
			try_again(c, CALL_NEWS);
	}
}

void calls_forget(struct standin *s)
{
	struct call *c, *next;

	for (c = s->owner->waiting; c != NULL; c = next) {
		next = c->next;
		if (c->link == NULL || c->standin != s)
			continue;
		(void)call_fail(c, EBADF);
		unfile_waiting(c);
	}
}

static void interrupt(struct call *c)
{
	bool is_gone = !request_is_alive(&c->request);

	if (is_gone)
		unfile_waiting(c);
	else if (request_is_interrupted(&c->request))
		try_again(c, CALL_INTERRUPTED);
}

void calls_look(struct supervisor *v, uint64_t now_us)
{
	bool is_time = now_us >= v->next_look_us;
	unsigned looked = 0;
	struct call *c, *next;

	if (v->waiting == NULL)
		return;
	for (c = v->waiting; c != NULL; c = next) {
		next = c->next;
		if (c->link == NULL)
			continue;
		if (now_us >= c->deadline_us)
			try_again(c, CALL_TIME_IS_UP);
		else if (is_time && looked++ < LOOK_MAX)
			interrupt(c);
	}
	if (is_time)
		v->next_look_us = now_us + LOOK_US;
}

uint64_t calls_deadline(const struct supervisor *v)
{
	uint64_t first = v->waiting == NULL ? TENON_NEVER : v->next_look_us;
	const struct call *c;

	for (c = v->waiting; c != NULL; c = c->next)
		if (c->deadline_us < first)
			first = c->deadline_us;
	return first;
}

void calls_drop(struct supervisor *v)
{
	while (v->waiting != NULL)
		unfile_waiting(v->waiting);
}

enum call_outcome call_answer(const struct call *c, int64_t value)
{
	(void)request_reply(&c->request, value);
	return CALL_ANSWERED;
}

enum call_outcome call_fail(const struct call *c, int error)
{
	return call_answer(c, -error);
}

enum call_outcome call_wait(struct call *c, uint64_t time_us)
{
	if (c->reason == CALL_NEW && time_us != TENON_NEVER)
		c->deadline_us = supervisor_now() + time_us;
	/* Linux: with a time limit the call is not made again after the handler. */
	if (c->reason == CALL_INTERRUPTED)
		return call_answer(c, time_us == TENON_NEVER ? REQUEST_RESTART : -EINTR);
	return CALL_WAITS;
}

bool call_must_not_block(const struct call *c, int flags)
{
	return (flags & MSG_DONTWAIT) != 0 || (fcntl(c->program_end, F_GETFL) & O_NONBLOCK) != 0;
}

/* A detached end cannot be attached again: the caller's descriptor gets a fresh one. 0 or -errno.
 */
int call_replace_end(struct call *c)
{
	int flags = call_must_not_block(c, 0) ? SOCK_NONBLOCK : 0, fresh, error;

	if (!c->standin->was_attached)
		return 0;
	fresh = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (fresh < 0)
		return -errno;
	error = request_replace(&c->request, (int)c->request.arguments[0], fresh);
	if (error != 0) {
		close(fresh);
		return error;
	}
	close(c->program_end);
	c->program_end = fresh;
	standin_rename(c->standin, fresh);
	return 0;
}

int call_read_name(const struct call *c, uint64_t at, uint64_t len, struct posix_name *name)
{
	memset(name, 0, sizeof *name);
	if ((int)len < 0 || (uint32_t)len > sizeof name->at)
		return EINVAL;
	name->len = (socklen_t)len;
	return -request_read(&c->request, at, &name->at, (uint32_t)len);
}

int call_write_name(const struct call *c, uint64_t at, uint64_t len_at,
		    const struct posix_name *name)
{
	int room;
	size_t len = name->len;

	if (request_read(&c->request, len_at, &room, sizeof room) != 0)
		return EFAULT;
	if (room < 0)
		return EINVAL;
	if ((size_t)room < len)
		len = (size_t)room;
	if (request_write(&c->request, at, &name->at, len) != 0)
		return EFAULT;
	return -request_write(&c->request, len_at, &name->len, sizeof name->len);
}
