/* SPDX-License-Identifier: MIT */
/* call_connect.c - connect(), and what of it outlives a call.
 *
 * A blocking attempt attaches the stand-in when it has succeeded, so that a failed one leaves it
 * as it was. A non-blocking attempt attaches it at once: poll() must show SYN-SENT. So does a
 * blocking one that is interrupted or whose time is up, since it goes on (LX-22).
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "dialects/posix/posix_errors.h"

/* The kernel's own error of the program's end: read, and thereby cleared. */
static int take_kernel_error(const struct call *c)
{
	int error = 0;
	socklen_t len = sizeof error;

	(void)getsockopt(c->program_end, SOL_SOCKET, SO_ERROR, &error, &len);
	return error;
}

/* Attaches a stand-in whose attempt goes on without a caller that waits. */
static int show_attempt(struct call *c)
{
	if (c->standin->state != STANDIN_LOOSE)
		return 0;
	return standin_attach(c->standin, c->program_end, STANDIN_CONNECTING);
}

static enum call_outcome fail_attempt(struct call *c, enum tenon_result result)
{
	struct standin *s = c->standin;
	int error = posix_connect_errno(TENON_POSIX_LINUX, s->socket, result);

	standin_explain(s, error);
	if (s->was_attached && s->state == STANDIN_LOOSE)
		(void)take_kernel_error(c);
	return call_fail(c, error);
}

static enum call_outcome succeed(struct call *c)
{
	struct standin *s = c->standin;
	int error = 0;

	if (s->state == STANDIN_LOOSE)
		error = standin_attach(s, c->program_end, STANDIN_OPEN);
	if (error != 0)
		return call_fail(c, -error);
	if (!request_reply(&c->request, 0))
		s->is_uncollected = true;
	stream_news(s);
	return CALL_ANSWERED;
}

/* The attempt is under way. */
static enum call_outcome await(struct call *c, enum tenon_result result)
{
	struct standin *s = c->standin;
	bool gives_up = c->reason == CALL_TIME_IS_UP || call_must_not_block(c, 0);
	int error = 0;

	if (gives_up || c->reason == CALL_INTERRUPTED)
		error = show_attempt(c);
	if (error != 0)
		return call_fail(c, -error);
	if (!gives_up)
		return call_wait(c, s->options.send_timeout_us);
	if (c->reason == CALL_TIME_IS_UP)
		result = TENON_CONNECT_STARTED; /* SO_SNDTIMEO: EINPROGRESS, LX-19 */
	return call_fail(c, posix_connect_errno(TENON_POSIX_LINUX, s->socket, result));
}

static enum call_outcome look_again(struct call *c)
{
	enum tenon_result result = tenon_connect_outcome(c->standin->socket);

	if (result == TENON_CONNECT_PENDING)
		return await(c, result);
	return result == TENON_OK ? succeed(c) : fail_attempt(c, result);
}

/* AF_UNSPEC. */
static enum call_outcome dissolve(struct call *c)
{
	struct standin *s = c->standin;
	enum tenon_result result = tenon_disconnect(s->socket);
	int error;

	if (result != TENON_OK)
		return call_fail(c, posix_connect_errno(TENON_POSIX_LINUX, s->socket, result));
	if (s->state == STANDIN_DATAGRAM)
		return call_answer(c, 0);
	if (s->state != STANDIN_LOOSE)
		standin_detach(s);
	error = s->socket == NULL ? -EBADF : call_replace_end(c);
	return call_answer(c, error);
}

static enum call_outcome connect_stream(struct call *c, const struct tenon_endpoint *peer)
{
	struct standin *s = c->standin;
	enum tenon_result result;
	int error;

	/* An error that a read has shown to the program is not the core's to report any more. */
	if (s->state == STANDIN_LOOSE && s->was_attached && take_kernel_error(c) == 0)
		(void)tenon_take_error(s->socket);
	result = tenon_connect(s->socket, peer);
	if (result == TENON_CONNECT_STARTED) {
		s->is_explained = false;
		error = s->state == STANDIN_LOOSE ? call_replace_end(c) : 0;
		if (error != 0) {
			(void)tenon_disconnect(s->socket);
			return call_fail(c, -error);
		}
	}
	if (result == TENON_CONNECT_STARTED || result == TENON_CONNECT_PENDING)
		return await(c, result);
	return result == TENON_OK ? succeed(c) : fail_attempt(c, result);
}

enum call_outcome call_connect(struct call *c)
{
	struct standin *s = c->standin;
	struct tenon_endpoint peer;
	struct posix_name name;
	enum tenon_result result;
	int error;

	if (c->reason != CALL_NEW)
		return look_again(c);
	error = call_read_name(c, c->request.arguments[1], c->request.arguments[2], &name);
	if (error != 0)
		return call_fail(c, error);
	if (s->is_uncollected) {
		s->is_uncollected = false;
		return call_answer(c, 0);
	}
	if (posix_name_is_unspecified(&name))
		return dissolve(c);
	error = posix_name_for_connect(s->socket, &name, &peer);
	if (error != 0)
		return call_fail(c, error);
	if (s->state != STANDIN_DATAGRAM)
		return connect_stream(c, &peer);
	result = tenon_connect(s->socket, &peer);
	if (result == TENON_OK)
		return call_answer(c, 0);
	s->is_explained = false;
	return fail_attempt(c, result);
}
