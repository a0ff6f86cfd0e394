/* SPDX-License-Identifier: MIT */
/* call_message.c - sending and receiving with addresses.
 *
 * Datagrams are sent by the core from here, and received from the program's own queue, which
 * other threads may be reading natively, with the source that goes with them. Streams come here
 * only when an address was given, which TCP ignores; the rest is the kernel's.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "call.h"
#include "dialects/posix/posix_errors.h"

/* A message in the caller's memory. */
struct message {
	uint64_t name_at, name_len; /* sending: the name */
	uint64_t name_len_at;       /* receiving: where its length stands */
	const struct iovec *parts;
	unsigned count;
	size_t len;         /* the sum of the parts */
	uint64_t header_at; /* the struct msghdr, or 0 */
};

/* What a message did: an errno or octets. */
struct outcome {
	int error;
	size_t len;
};

static bool is_stream(const struct call *c)
{
	return c->standin->state != STANDIN_DATAGRAM;
}

/* Reads a struct msghdr and its parts: 0 or an errno. */
static int read_message(struct call *c, uint64_t at, struct message *message)
{
	struct msghdr header;
	size_t i;

	if (request_read(&c->request, at, &header, sizeof header) != 0)
		return EFAULT;
	if (header.msg_iovlen > PARTS_MAX)
		return EMSGSIZE;
	if (request_read(&c->request, (uintptr_t)header.msg_iov, c->owner->parts,
			 header.msg_iovlen * sizeof(struct iovec)) != 0)
		return EFAULT;
	*message = (struct message){
		.name_at = (uintptr_t)header.msg_name,
		.name_len = header.msg_namelen,
		.name_len_at = at + offsetof(struct msghdr, msg_namelen),
		.parts = c->owner->parts,
		.count = (unsigned)header.msg_iovlen,
		.header_at = at,
	};
	for (i = 0; i < header.msg_iovlen; i++) {
		if (c->owner->parts[i].iov_len > SSIZE_MAX - message->len)
			return EINVAL;
		message->len += c->owner->parts[i].iov_len;
	}
	return 0;
}

/* The error that waits for an intercepted call. */
static int take_error(struct standin *s)
{
	int error = posix_errno(TENON_POSIX_LINUX, s->error);

	s->error = TENON_OK;
	return error;
}

/* The destination: *to is NULL for the peer. 0 or an errno. */
static int destination(struct call *c, const struct message *m, struct tenon_endpoint *room,
		       const struct tenon_endpoint **to)
{
	struct posix_name name;
	bool has_peer = true;
	int error;

	*to = NULL;
	if (m->name_at == 0)
		return 0;
	error = call_read_name(c, m->name_at, m->name_len, &name);
	if (error == 0)
		error = posix_name_for_send(c->standin->socket, &name, room, &has_peer);
	if (error == 0 && has_peer)
		*to = room;
	return error;
}

static struct outcome send_datagram(struct call *c, const struct message *m)
{
	struct standin *s = c->standin;
	struct tenon_endpoint room;
	struct tenon_slice slice = { c->owner->scratch, m->len };
	struct tenon_message message = { .slices = &slice, .count = 1 };
	struct outcome out = { 0, 0 };
	enum tenon_result result;

	datagram_flush(s);
	out.error = take_error(s);
	if (out.error == 0 && m->len > sizeof c->owner->scratch)
		out.error = EMSGSIZE;
	if (out.error == 0)
		out.error = destination(c, m, &room, &message.to);
	if (out.error == 0)
		out.error =
			-request_gather(&c->request, m->parts, m->count, c->owner->scratch, m->len);
	if (out.error != 0)
		return out;
	result = tenon_send(s->socket, &message, &out.len);
	out.error = posix_send_errno(TENON_POSIX_LINUX, s->socket, result);
	return out;
}

/* TCP ignores the address. */
static struct outcome send_octets(struct call *c, const struct message *m, int flags)
{
	size_t len = m->len < sizeof c->owner->scratch ? m->len : sizeof c->owner->scratch;
	ssize_t n;

	if (request_gather(&c->request, m->parts, m->count, c->owner->scratch, len) != 0)
		return (struct outcome){ EFAULT, 0 };
	n = send(c->program_end, c->owner->scratch, len,
		 (flags & MSG_OOB) | MSG_DONTWAIT | MSG_NOSIGNAL);
	return n < 0 ? (struct outcome){ errno, 0 } : (struct outcome){ 0, (size_t)n };
}

static enum call_outcome finish(struct call *c, struct outcome out, int flags, uint64_t timeout_us)
{
	if (out.error == EAGAIN && c->reason != CALL_TIME_IS_UP && !call_must_not_block(c, flags))
		return call_wait(c, timeout_us);
	return out.error != 0 ? call_fail(c, out.error) : call_answer(c, (int64_t)out.len);
}

static enum call_outcome send_message(struct call *c, const struct message *m, int flags)
{
	struct outcome out = is_stream(c) ? send_octets(c, m, flags) : send_datagram(c, m);

	return finish(c, out, flags, c->standin->options.send_timeout_us);
}

enum call_outcome call_sendto(struct call *c)
{
	const uint64_t *arguments = c->request.arguments;
	struct iovec part = { (void *)(uintptr_t)arguments[1], arguments[2] };
	struct message m = {
		.name_at = arguments[4],
		.name_len = arguments[5],
		.parts = &part,
		.count = 1,
		.len = arguments[2],
	};

	return send_message(c, &m, (int)arguments[3]);
}

enum call_outcome call_sendmsg(struct call *c)
{
	struct message m;
	int error;

	if (is_stream(c)) {
		(void)request_continue(&c->request);
		return CALL_ANSWERED;
	}
	error = read_message(c, c->request.arguments[1], &m);
	if (error != 0)
		return call_fail(c, error);
	return send_message(c, &m, (int)c->request.arguments[2]);
}

/* Sent so far are answered, whatever befell the next. */
enum call_outcome call_sendmmsg(struct call *c)
{
	uint64_t at = c->request.arguments[1];
	unsigned count = (unsigned)c->request.arguments[2], i;
	struct outcome out = { 0, 0 };
	struct message m;
	unsigned len;

	if (is_stream(c)) {
		(void)request_continue(&c->request);
		return CALL_ANSWERED;
	}
	for (i = 0; i < count && i < PARTS_MAX; i++, at += sizeof(struct mmsghdr)) {
		out.error = read_message(c, at, &m);
		if (out.error == 0)
			out = send_datagram(c, &m);
		if (out.error != 0)
			break;
		len = (unsigned)out.len;
		(void)request_write(&c->request, at + offsetof(struct mmsghdr, msg_len), &len,
				    sizeof len);
	}
	if (i > 0)
		out = (struct outcome){ 0, i };
	return finish(c, out, (int)c->request.arguments[3], c->standin->options.send_timeout_us);
}

/* The source of the datagram that is read next; tokens of errors are taken away, the error itself
 * is told once. 0, an errno, or EAGAIN. */
static int next_source(struct call *c, struct tenon_endpoint *from)
{
	bool is_token = false;
	int error;

	while (datagram_source(c->standin, from, &is_token) && is_token) {
		(void)recv(c->program_end, c->owner->scratch, 1, MSG_DONTWAIT);
		error = take_error(c->standin);
		if (error != 0)
			return error;
	}
	return take_error(c->standin);
}

/* Name, its length and the flags of what was received. */
static int tell_about(struct call *c, const struct message *m, const struct tenon_endpoint *from,
		      int flags)
{
	struct posix_name name = { .len = 0 };
	uint64_t none = 0;

	if (!is_stream(c))
		posix_name_of(c->standin->socket, from, &name);
	if (m->name_at != 0 && call_write_name(c, m->name_at, m->name_len_at, &name) != 0)
		return EFAULT;
	if (m->header_at == 0)
		return 0;
	if (request_write(&c->request, m->header_at + offsetof(struct msghdr, msg_flags), &flags,
			  sizeof flags) != 0)
		return EFAULT;
	return -request_write(&c->request, m->header_at + offsetof(struct msghdr, msg_controllen),
			      &none, sizeof none);
}

static struct outcome receive(struct call *c, const struct message *m, int flags)
{
	size_t room = m->len < sizeof c->owner->scratch ? m->len : sizeof c->owner->scratch;
	struct tenon_endpoint from = { .port = 0 };
	struct outcome out = { 0, 0 };
	int about = 0;
	ssize_t n;

	if (flags & MSG_ERRQUEUE)
		return (struct outcome){ EAGAIN, 0 };
	if (!is_stream(c))
		out.error = next_source(c, &from);
	if (out.error != 0)
		return out;
	/* A datagram is read whole, so as to know its length. */
	n = recv(c->program_end, c->owner->scratch, is_stream(c) ? room : sizeof c->owner->scratch,
		 (flags & (MSG_PEEK | MSG_OOB)) | MSG_DONTWAIT);
	if (n < 0)
		return (struct outcome){ errno, 0 };
	if ((size_t)n > room)
		about = MSG_TRUNC;
	else
		room = (size_t)n;
	out.len = flags & MSG_TRUNC ? (size_t)n : room;
	out.error = -request_scatter(&c->request, m->parts, m->count, c->owner->scratch, room);
	if (out.error == 0)
		out.error = tell_about(c, m, &from, about);
	return out;
}

static enum call_outcome receive_message(struct call *c, const struct message *m, int flags)
{
	uint64_t timeout_us = c->standin->options.receive_timeout_us;

	if (flags & MSG_ERRQUEUE)
		flags |= MSG_DONTWAIT;
	return finish(c, receive(c, m, flags), flags, timeout_us);
}

enum call_outcome call_recvfrom(struct call *c)
{
	const uint64_t *arguments = c->request.arguments;
	struct iovec part = { (void *)(uintptr_t)arguments[1], arguments[2] };
	struct message m = {
		.name_at = arguments[4],
		.name_len_at = arguments[5],
		.parts = &part,
		.count = 1,
		.len = arguments[2],
	};

	return receive_message(c, &m, (int)arguments[3]);
}

enum call_outcome call_recvmsg(struct call *c)
{
	struct message m;
	int error = read_message(c, c->request.arguments[1], &m);

	if (error != 0)
		return call_fail(c, error);
	if (is_stream(c) && m.name_at == 0) {
		(void)request_continue(&c->request);
		return CALL_ANSWERED;
	}
	return receive_message(c, &m, (int)c->request.arguments[2]);
}

/* Waits for the first only; the rest is what is there. */
enum call_outcome call_recvmmsg(struct call *c)
{
	uint64_t at = c->request.arguments[1];
	unsigned count = (unsigned)c->request.arguments[2], i, len;
	int flags = (int)c->request.arguments[3];
	struct outcome out = { 0, 0 };
	struct message m;

	if (is_stream(c)) {
		(void)request_continue(&c->request);
		return CALL_ANSWERED;
	}
	for (i = 0; i < count && i < PARTS_MAX; i++, at += sizeof(struct mmsghdr)) {
		out.error = read_message(c, at, &m);
		if (out.error == 0)
			out = receive(c, &m, flags);
		if (out.error != 0)
			break;
		len = (unsigned)out.len;
		(void)request_write(&c->request, at + offsetof(struct mmsghdr, msg_len), &len,
				    sizeof len);
	}
	if (i > 0)
		out = (struct outcome){ 0, i };
	return finish(c, out, flags, c->standin->options.receive_timeout_us);
}
