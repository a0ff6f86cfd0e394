/* SPDX-License-Identifier: MIT */
/* socket_transfer.c - send, receive, shutdown: the calls, their vectors and flags. */
#include <tenon/filter.h>

#include "socket/socket.h"

static bool sum_of(const struct tenon_slice *slices, unsigned count, size_t *sum)
{
	unsigned i;

	*sum = 0;
	for (i = 0; i < count; i++) {
		if (slices[i].len > SIZE_MAX - *sum)
			return false;
		*sum += slices[i].len;
	}
	return true;
}

enum tenon_result tenon_send(struct tenon_socket *s, const struct tenon_message *asked,
			     size_t *sent)
{
	struct socket_message message = {
		.slices = asked->slices,
		.count = asked->count,
		.to = asked->to,
		.flags = asked->flags,
	};
	enum tenon_result result = TENON_OK;

	*sent = 0;
	socket_begin(s);
	if (!sum_of(message.slices, message.count, &message.len))
		return socket_end(s, TENON_MESSAGE_TOO_LONG);
	if (message.to != NULL && s->kind->kind != TENON_STREAM)
		result = socket_check_call(s, TENON_FILTER_SEND, message.to);
	if (result != TENON_OK)
		return socket_end(s, result);
	return socket_end(s, s->kind->send(s, &message, sent));
}

enum tenon_result tenon_receive(struct tenon_socket *s, const struct tenon_room *room,
				unsigned count, unsigned flags, struct tenon_received *out)
{
	*out = (struct tenon_received){ .len = 0 };
	socket_begin(s);
	return socket_end(s, s->kind->receive(s, room, count, flags, out));
}

/* Linux's inet_shutdown: a listener that stops receiving, and an attempt that runs, are undone. */
static enum tenon_result stream_shutdown(struct tenon_socket *s, unsigned directions)
{
	unsigned ready = s->kind->readiness(s);

	if ((ready & TENON_CLOSED) != 0) {
		s->shut |= (uint8_t)directions;
		return TENON_NOT_CONNECTED;
	}
	if ((ready & TENON_LISTENING) != 0 && (directions & TENON_RECEIVING) == 0)
		return TENON_OK;
	if ((ready & (TENON_LISTENING | TENON_CONNECTING)) != 0)
		return tenon_disconnect(s);
	s->shut |= (uint8_t)directions;
	return s->kind->shutdown(s, directions);
}

enum tenon_result tenon_shutdown(struct tenon_socket *s, unsigned directions)
{
	const unsigned all = TENON_RECEIVING | TENON_SENDING;

	socket_begin(s);
	if (directions == 0 || (directions & ~all) != 0)
		return socket_end(s, TENON_BAD_VALUE);
	if (s->kind->kind == TENON_STREAM)
		return socket_end(s, stream_shutdown(s, directions));
	s->shut |= (uint8_t)directions;
	return socket_end(s, s->kind->shutdown(s, directions));
}
