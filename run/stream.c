/* SPDX-License-Identifier: MIT */
/* stream.c - octets between a program's end of a stand-in and a connection of the core.
 *
 * Nothing is read that cannot be handed on: from the program as much as the core has room to send,
 * from the core one chunk, which is kept until the program has taken it. So both windows close by
 * themselves, the kernel's towards the program and TCP's towards the peer.
 *
 * Ends: a FIN of the peer is a shutdown of our end; the program's shutdown() is the end of what
 * there is to read while its end is not hung up; its close() is a hang-up, and one with octets
 * unread comes as ECONNRESET, upon which TCP sends a RST (RFC 9293 3.10.4, RFC 2525 2.17).
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "standin.h"

/* The program's close() with octets unread, or of a connection with octets on their way to it. */
static void abort_connection(struct standin *s)
{
	(void)tenon_option_set(s->socket, TENON_OPTION_LINGER, 0);
	standin_end(s);
}

/* The program's octets have ended: by close(), or by shutdown(). */
static void program_ended(struct standin *s)
{
	s->is_drained = true;
	if (!s->has_hung_up)
		(void)tenon_shutdown(s->socket, TENON_SENDING);
	else if (s->to_program != NULL)
		abort_connection(s);
	else
		standin_end(s);
}

/* Sends len octets of scratch; what the core does not take is kept. */
static void send_to_stack(struct standin *s, size_t len)
{
	struct tenon_slice slice = { s->owner->scratch, len };
	struct chunk *rest;
	size_t sent = 0, i;

	(void)tenon_send(s->socket, &(struct tenon_message){ .slices = &slice, .count = 1 }, &sent);
	if (sent == len || (rest = chunk_take(s->owner)) == NULL)
		return;
	for (i = sent; i < len; i++)
		rest->octets[i] = s->owner->scratch[i];
	rest->at = sent;
	rest->len = len - sent;
	s->to_stack = rest;
}

/* True if nothing is kept back. */
static bool send_the_rest(struct standin *s)
{
	struct chunk *rest = s->to_stack;
	struct tenon_slice slice;
	size_t sent = 0;
	enum tenon_result result;

	if (rest == NULL)
		return true;
	slice = (struct tenon_slice){ rest->octets + rest->at, rest->len };
	result = tenon_send(s->socket, &(struct tenon_message){ .slices = &slice, .count = 1 },
			    &sent);
	rest->at += sent;
	rest->len -= sent;
	if (rest->len > 0 && (result == TENON_OK || result == TENON_WOULD_BLOCK))
		return false;
	chunk_give(s->owner, rest);
	s->to_stack = NULL;
	return true;
}

/* From the program to the stack. Where nothing can be sent any more, what the program writes goes
 * nowhere, but its end is seen. */
static void pump_out(struct standin *s)
{
	const unsigned deaf = TENON_SEND_CLOSED | TENON_CLOSED | TENON_ERROR;
	size_t room;
	ssize_t n;
	bool is_deaf;

	while (s->fd >= 0 && !s->is_drained) {
		is_deaf = (tenon_readiness(s->socket) & deaf) != 0;
		if (!is_deaf && !send_the_rest(s))
			return;
		room = is_deaf ? sizeof s->owner->scratch : tenon_send_room(s->socket);
		if (room == 0)
			return;
		if (room > sizeof s->owner->scratch)
			room = sizeof s->owner->scratch;
		n = recv(s->fd, s->owner->scratch, room, MSG_DONTWAIT);
		if (n == 0)
			program_ended(s);
		else if (n < 0 && errno == ECONNRESET)
			abort_connection(s);
		else if (n < 0)
			return;
		else if (!is_deaf)
			send_to_stack(s, (size_t)n);
	}
}

/* Hands the chunk to the program. True if all of it went. */
static bool hand_over(struct standin *s)
{
	struct chunk *chunk = s->to_program;
	ssize_t n;

	while (chunk->len > 0) {
		n = send(s->fd, chunk->octets + chunk->at, chunk->len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			standin_await_room(s, true);
			return false;
		}
		/* The program reads no more (shutdown or close): what comes is discarded. */
		if (n < 0)
			break;
		chunk->at += (size_t)n;
		chunk->len -= (size_t)n;
	}
	chunk_give(s->owner, chunk);
	s->to_program = NULL;
	standin_await_room(s, false);
	return true;
}

/* One chunk from the core; false if there is nothing more for now, or ever. */
static bool fetch(struct standin *s)
{
	struct tenon_received got = { .len = 0 };
	struct chunk *chunk = chunk_take(s->owner);
	struct tenon_room room;
	enum tenon_result result;

	if (chunk == NULL)
		return false;
	room = (struct tenon_room){ chunk->octets, sizeof chunk->octets };
	result = tenon_receive(s->socket, &room, 1, 0, &got);
	if (result == TENON_OK && got.len > 0) {
		chunk->at = 0;
		chunk->len = got.len;
		s->to_program = chunk;
		return true;
	}
	chunk_give(s->owner, chunk);
	if (result == TENON_OK) {
		s->is_finished = true;
		shutdown(s->fd, SHUT_WR);
	} else if (result != TENON_WOULD_BLOCK) {
		s->is_finished = true;
		s->error = result;
		standin_detach(s);
	}
	return false;
}

/* From the stack to the program. */
static void pump_in(struct standin *s)
{
	while (s->fd >= 0 && (s->to_program == NULL || hand_over(s)))
		if (s->is_finished || !fetch(s))
			return;
}

static void pump(struct standin *s)
{
	bool has_failed = (tenon_readiness(s->socket) & TENON_ERROR) != 0;

	if (!has_failed)
		pump_out(s);
	if (s->socket != NULL)
		pump_in(s);
	if (!has_failed || s->socket == NULL || s->fd < 0)
		return;
	/* A RST after the peer's FIN finds no one reading. */
	if (s->is_finished && s->to_program == NULL) {
		s->error = tenon_take_error(s->socket);
		standin_detach(s);
	} else {
		pump_out(s);
	}
}

/* How does the attempt stand? */
static void look_at_attempt(struct standin *s)
{
	unsigned readiness = tenon_readiness(s->socket);

	if (readiness & TENON_CONNECTING)
		return;
	if (readiness & (TENON_ERROR | TENON_CLOSED)) {
		standin_explain(s, 0);
		standin_detach(s);
		return;
	}
	standin_unfill(s);
	s->state = STANDIN_OPEN;
	pump(s);
}

/* One token to read per connection that waits. */
static void show_queue(struct standin *s)
{
	unsigned waiting = 0, backlog;

	if (tenon_listen_queue(s->socket, &waiting, &backlog) != TENON_OK)
		return;
	if (s->returned != NULL)
		waiting++;
	while (s->tokens < waiting) {
		if (send(s->fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
			return;
		s->tokens++;
	}
}

void stream_news(struct standin *s)
{
	switch (s->state) {
	case STANDIN_CONNECTING:
		look_at_attempt(s);
		break;
	case STANDIN_OPEN:
		pump(s);
		break;
	case STANDIN_LISTENING:
		show_queue(s);
		break;
	case STANDIN_LOOSE:
	case STANDIN_DATAGRAM:
		break;
	}
}

/* The program had shut its side down before it closed its end. */
static void hung_up_after_shutdown(struct standin *s)
{
	int error = 0;
	socklen_t len = sizeof error;

	(void)getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error == ECONNRESET || s->to_program != NULL)
		abort_connection(s);
	else
		standin_end(s);
}

void stream_ready(void *standin, uint32_t events)
{
	struct standin *s = standin;

	if (s->socket == NULL || s->fd < 0)
		return;
	if (events & EPOLLHUP)
		s->has_hung_up = true;
	if (!s->has_hung_up && s->state != STANDIN_OPEN)
		return;
	if (s->state != STANDIN_OPEN)
		standin_end(s);
	else if (s->has_hung_up && s->is_drained)
		hung_up_after_shutdown(s);
	else
		pump(s);
}

void stream_flush(struct standin *s)
{
	if (s->state == STANDIN_OPEN)
		pump_out(s);
}
