/* SPDX-License-Identifier: MIT */
/* call_open.c - socket() and accept(): calls that end in a new descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "dialects/posix/posix_errors.h"

enum { TYPE_MASK = 0xf, TYPES_COUNT = SOCK_PACKET + 1 };

/* What Linux says to socket(family, type, protocol) before it makes one: 0 or an errno. */
static int judge(int family, int type, int protocol)
{
	if ((type & ~(TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) != 0)
		return EINVAL;
	if (family != AF_INET && family != AF_INET6)
		return EAFNOSUPPORT;
	type &= TYPE_MASK;
	if (type >= TYPES_COUNT || protocol < 0 || protocol >= IPPROTO_MAX)
		return EINVAL;
	if (type == SOCK_RAW)
		return EPERM;
	if (type != SOCK_STREAM && type != SOCK_DGRAM)
		return ESOCKTNOSUPPORT;
	if (protocol != 0 && protocol != (type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP))
		return EPROTONOSUPPORT;
	return 0;
}

static enum tenon_result open_socket(struct supervisor *v, int family, int type,
				     struct tenon_socket **socket)
{
	enum tenon_ip_version version = family == AF_INET ? TENON_IP_V4 : TENON_IP_V6;
	enum tenon_socket_kind kind = type == SOCK_STREAM ? TENON_STREAM : TENON_DATAGRAM;
	enum tenon_result result = tenon_open(v->stack, version, kind, socket);

	if (result == TENON_NO_SOCKET_LEFT && standin_sweep(v))
		result = tenon_open(v->stack, version, kind, socket);
	return result;
}

/* The descriptor for the program, and a stand-in behind it; -errno. */
static int make_standin(struct supervisor *v, struct tenon_socket *core, int type,
			struct standin **out)
{
	bool is_stream = (type & TYPE_MASK) == SOCK_STREAM;
	int unix_type = (is_stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_CLOEXEC;
	int ends[2] = { -1, -1 }, error = 0;

	unix_type |= type & SOCK_NONBLOCK;
	if (is_stream)
		ends[0] = socket(AF_UNIX, unix_type, 0);
	else
		error = socketpair(AF_UNIX, unix_type, 0, ends);
	if (ends[0] < 0 || error < 0)
		return -errno;
	*out = standin_new(v, core, ends[0]);
	if (*out == NULL)
		error = -ENOMEM;
	else if (is_stream)
		standin_name(*out, ends[0]);
	else
		error = standin_adopt(*out, ends[1], STANDIN_DATAGRAM);
	if (error == 0)
		return ends[0];
	if (*out == NULL && ends[1] >= 0)
		close(ends[1]);
	close(ends[0]);
	return error;
}

enum call_outcome call_socket(struct call *c)
{
	int family = (int)c->request.arguments[0], type = (int)c->request.arguments[1];
	int error = judge(family, type, (int)c->request.arguments[2]);
	struct standin *s = NULL;
	struct tenon_socket *core;
	enum tenon_result result;
	int fd, number;

	if (error != 0)
		return call_fail(c, error);
	result = open_socket(c->owner, family, type & TYPE_MASK, &core);
	if (result != TENON_OK)
		return call_fail(c, posix_errno(TENON_POSIX_LINUX, result));
	fd = make_standin(c->owner, core, type, &s);
	if (fd < 0) {
		if (s != NULL)
			standin_end(s);
		else
			tenon_close(core);
		return call_fail(c, -fd);
	}
	s->holder = c->request.tid;
	number = request_give(&c->request, fd, type & SOCK_CLOEXEC ? O_CLOEXEC : 0);
	s->holder_fd = number;
	close(fd);
	if (number < 0)
		standin_end(s);
	return CALL_ANSWERED;
}

/* A connection that was accepted: its stand-in, with the program's end kept in it. */
static struct standin *stand_for(struct supervisor *v, struct tenon_socket *core)
{
	struct standin *s;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return NULL;
	s = standin_new(v, core, ends[0]);
	if (s == NULL) {
		close(ends[0]);
		close(ends[1]);
		return NULL;
	}
	s->kept_end = ends[0];
	if (standin_adopt(s, ends[1], STANDIN_OPEN) == 0)
		return s;
	standin_end(s);
	return NULL;
}

/* The next connection of the listener; *fresh is its stand-in. */
static enum tenon_result take_connection(struct call *c, struct standin **fresh)
{
	struct tenon_socket *core;
	enum tenon_result result;

	*fresh = c->standin->returned;
	c->standin->returned = NULL;
	if (*fresh != NULL)
		return TENON_OK;
	result = tenon_accept(c->standin->socket, &core);
	if (result == TENON_NO_SOCKET_LEFT && standin_sweep(c->owner))
		result = tenon_accept(c->standin->socket, &core);
	if (result != TENON_OK)
		return result;
	*fresh = stand_for(c->owner, core);
	if (*fresh != NULL)
		return TENON_OK;
	tenon_close(core);
	return TENON_NO_MEMORY;
}

/* The program's end of the listener has a token less. */
static void take_token(struct call *c)
{
	char token;

	if (recv(c->program_end, &token, 1, MSG_DONTWAIT) == 1 && c->standin->tokens > 0)
		c->standin->tokens--;
}

/* Gives the connection to the program, or keeps it for the call that will be made again. */
static enum call_outcome hand_out(struct call *c, struct standin *fresh, int flags)
{
	int number;

	if (flags & SOCK_NONBLOCK)
		(void)fcntl(fresh->kept_end, F_SETFL, O_RDWR | O_NONBLOCK);
	number = request_give(&c->request, fresh->kept_end, flags & SOCK_CLOEXEC ? O_CLOEXEC : 0);
	if (number < 0) {
		c->standin->returned = fresh;
		return CALL_ANSWERED;
	}
	take_token(c);
	close(fresh->kept_end);
	fresh->kept_end = -1;
	fresh->holder = c->request.tid;
	fresh->holder_fd = number;
	stream_news(fresh);
	return CALL_ANSWERED;
}

enum call_outcome call_accept(struct call *c)
{
	const uint64_t *arguments = c->request.arguments;
	int flags = c->request.call == __NR_accept4 ? (int)arguments[3] : 0;
	struct tenon_endpoint peer;
	struct posix_name name;
	struct standin *fresh;
	enum tenon_result result;
	int error = 0;

	if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != 0)
		return call_fail(c, EINVAL);
	result = take_connection(c, &fresh);
	if (result == TENON_WOULD_BLOCK && c->reason != CALL_TIME_IS_UP &&
	    !call_must_not_block(c, 0))
		return call_wait(c, c->standin->options.receive_timeout_us);
	if (result != TENON_OK)
		return call_fail(c, posix_errno(TENON_POSIX_LINUX, result));
	fresh->options = c->standin->options;
	if (arguments[1] != 0 && tenon_peer(fresh->socket, &peer) == TENON_OK) {
		posix_name_of(fresh->socket, &peer, &name);
		error = call_write_name(c, arguments[1], arguments[2], &name);
	}
	if (error == 0)
		return hand_out(c, fresh, flags);
	take_token(c);
	standin_end(fresh);
	return call_fail(c, error);
}
