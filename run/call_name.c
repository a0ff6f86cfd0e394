/* SPDX-License-Identifier: MIT */
/* call_name.c - calls that name, ask and set: bind, listen, shutdown, names and options. */
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "dialects/posix/posix_errors.h"
#include "dialects/posix/posix_options.h"

/* Timeouts by their names for 64-bit time, which not all headers tell. */
enum { RECEIVE_TIMEOUT_64 = 66, SEND_TIMEOUT_64 = 67, OPTION_MAX = 4096 };

enum call_outcome call_bind(struct call *c)
{
	struct tenon_socket *socket = c->standin->socket;
	struct tenon_endpoint local;
	struct posix_name name;
	enum tenon_result result;
	int error;

	error = call_read_name(c, c->request.arguments[1], c->request.arguments[2], &name);
	if (error == 0)
		error = posix_name_for_bind(socket, &name, &local);
	if (error != 0)
		return call_fail(c, error);
	result = tenon_bind(socket, &local);
	if (result == TENON_PORT_TAKEN && standin_sweep(c->owner))
		result = tenon_bind(socket, &local);
	return call_fail(c, posix_bind_errno(TENON_POSIX_LINUX, result));
}

enum call_outcome call_listen(struct call *c)
{
	struct standin *s = c->standin;
	int backlog = (int)c->request.arguments[1], error = 0;
	enum tenon_result result = tenon_listen(s->socket, (unsigned)backlog);

	if (result == TENON_PORT_TAKEN && standin_sweep(c->owner))
		result = tenon_listen(s->socket, (unsigned)backlog);
	if (result != TENON_OK)
		return call_fail(c, posix_listen_errno(TENON_POSIX_LINUX, result));
	if (s->state == STANDIN_LOOSE)
		error = call_replace_end(c);
	if (error == 0 && s->state == STANDIN_LOOSE)
		error = standin_attach(s, c->program_end, STANDIN_LISTENING);
	return call_answer(c, error);
}

/* Those who wait in accept() learn of it. */
static enum call_outcome stop_listening(struct call *c)
{
	struct standin *s = c->standin;
	int error;

	(void)tenon_disconnect(s->socket);
	standin_detach(s);
	if (s->socket == NULL)
		return call_answer(c, 0);
	error = call_replace_end(c);
	s->tokens = 0;
	calls_retry(s);
	return call_answer(c, error);
}

/* A listener stops listening; a connection's directions are shut by the kernel, in the stand-in,
 * where the pump notices. */
enum call_outcome call_shutdown(struct call *c)
{
	struct standin *s = c->standin;
	unsigned how = (unsigned)c->request.arguments[1];
	enum tenon_result result;

	if (how > SHUT_RDWR)
		return call_fail(c, EINVAL);
	if (s->state == STANDIN_OPEN) {
		(void)request_continue(&c->request);
		return CALL_ANSWERED;
	}
	if (s->state == STANDIN_LOOSE) {
		/* The call fails, and yet poll() shows it, as on Linux [M]. */
		(void)shutdown(c->program_end, (int)how);
		s->was_attached = true;
		return call_fail(c, ENOTCONN);
	}
	if (s->state == STANDIN_LISTENING && how == SHUT_WR)
		return call_answer(c, 0);
	if (s->state == STANDIN_LISTENING)
		return stop_listening(c);
	result = tenon_shutdown(s->socket, (how != SHUT_WR ? TENON_RECEIVING : 0u) |
						   (how != SHUT_RD ? TENON_SENDING : 0u));
	if (result != TENON_OK || s->state != STANDIN_DATAGRAM)
		return call_fail(c, posix_errno(TENON_POSIX_LINUX, result));
	datagram_flush(s);
	(void)request_continue(&c->request);
	return CALL_ANSWERED;
}

static enum call_outcome tell_name(struct call *c, const struct tenon_endpoint *endpoint)
{
	struct posix_name name;

	posix_name_of(c->standin->socket, endpoint, &name);
	return call_fail(c, call_write_name(c, c->request.arguments[1], c->request.arguments[2],
					    &name));
}

enum call_outcome call_getsockname(struct call *c)
{
	struct tenon_endpoint local;

	tenon_local(c->standin->socket, &local);
	return tell_name(c, &local);
}

enum call_outcome call_getpeername(struct call *c)
{
	struct tenon_endpoint peer;
	enum tenon_result result = tenon_peer(c->standin->socket, &peer);

	if (result != TENON_OK)
		return call_fail(c, posix_errno(TENON_POSIX_LINUX, result));
	return tell_name(c, &peer);
}

/* SO_ERROR of a detached stream: where the program has read the kernel's ECONNRESET already, the
 * error is told. */
static int take_error(struct call *c)
{
	struct standin *s = c->standin;
	enum tenon_result result;
	int kernel = 0;
	socklen_t len = sizeof kernel;

	result = s->error != TENON_OK ? s->error : tenon_take_error(s->socket);
	s->error = TENON_OK;
	if (s->state == STANDIN_DATAGRAM || !s->was_attached)
		return posix_errno(TENON_POSIX_LINUX, result);
	(void)getsockopt(c->program_end, SOL_SOCKET, SO_ERROR, &kernel, &len);
	if (s->state == STANDIN_LOOSE && kernel == 0)
		return 0;
	return posix_connect_errno(TENON_POSIX_LINUX, s->socket, result);
}

/* Copies what is there into the caller's room and tells its length. */
static int tell_option(struct call *c, const struct posix_option *option)
{
	int len = (int)option->len;

	if (request_write(&c->request, c->request.arguments[3], option->value, option->len) != 0)
		return EFAULT;
	return -request_write(&c->request, c->request.arguments[4], &len, sizeof len);
}

enum call_outcome call_getsockopt(struct call *c)
{
	struct standin *s = c->standin;
	struct posix_optioned of = { TENON_POSIX_LINUX, s->socket, &s->options };
	struct posix_option option = {
		.level = (int)c->request.arguments[1],
		.name = (int)c->request.arguments[2],
		.value = c->owner->scratch,
	};
	int room, error;

	if (request_read(&c->request, c->request.arguments[4], &room, sizeof room) != 0)
		return call_fail(c, EFAULT);
	if (room < 0)
		return call_fail(c, EINVAL);
	if (option.level == SOL_SOCKET && option.name == SO_ERROR) {
		error = take_error(c);
		option.value = &error;
		option.len = (size_t)room < sizeof error ? (socklen_t)room : sizeof error;
		return call_fail(c, tell_option(c, &option));
	}
	option.len = room < OPTION_MAX ? (socklen_t)room : OPTION_MAX;
	error = posix_option_get(&of, &option);
	return call_fail(c, error != 0 ? error : tell_option(c, &option));
}

/* Options of the descriptor itself rather than of the protocol: the kernel must know them too,
 * since it does the reading and writing. */
static void set_in_kernel(const struct call *c, const struct posix_option *option)
{
	if (option->level != SOL_SOCKET)
		return;
	switch (option->name) {
	case SO_RCVTIMEO: case SO_SNDTIMEO: case RECEIVE_TIMEOUT_64: case SEND_TIMEOUT_64:
	case SO_RCVLOWAT:
		(void)setsockopt(c->program_end, option->level, option->name, option->value,
				 option->len);
	}
}

enum call_outcome call_setsockopt(struct call *c)
{
	struct standin *s = c->standin;
	struct posix_optioned of = { TENON_POSIX_LINUX, s->socket, &s->options };
	int len = (int)c->request.arguments[4];
	struct posix_option option = {
		.level = (int)c->request.arguments[1],
		.name = (int)c->request.arguments[2],
		.value = c->owner->scratch,
		.len = len < OPTION_MAX ? (socklen_t)len : OPTION_MAX,
	};
	int error;

	if (len < 0)
		return call_fail(c, EINVAL);
	if (request_read(&c->request, c->request.arguments[3], option.value, option.len) != 0)
		return call_fail(c, EFAULT);
	error = posix_option_set(&of, &option);
	if (error == 0)
		set_in_kernel(c, &option);
	return call_fail(c, error);
}
