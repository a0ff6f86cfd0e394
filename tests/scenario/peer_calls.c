/* SPDX-License-Identifier: MIT */
/* What the stack's user does: each call, and then what is due. */
#include "peer.h"

#include <stdlib.h>

static void keep(struct peer *p, struct tenon_socket *s)
{
	size_t i = 0;

	while (i < PEER_SOCKETS && p->sockets[i] != NULL)
		i++;
	assert_true(i < PEER_SOCKETS);
	p->sockets[i] = s;
}

struct tenon_socket *opens(struct peer *p)
{
	struct tenon_socket *s;

	assert_result(tenon_open(p->stack, p->f->version, TENON_STREAM, &s), OK);
	keep(p, s);
	return s;
}

enum tenon_result connects(struct peer *p)
{
	struct tenon_endpoint to = at(p->f->b, p->peer_port);
	enum tenon_result result;

	if (p->socket == NULL) {
		p->socket = opens(p);
		if (p->terms.prepare != NULL)
			p->terms.prepare(p->socket);
	}
	result = tenon_connect(p->socket, &to);
	peer_runs(p);
	return result;
}

struct tenon_socket *accepts(struct peer *p)
{
	struct tenon_socket *s;

	assert_result(tenon_accept(p->listener, &s), OK);
	keep(p, s);
	peer_runs(p);
	return s;
}

void closes(struct peer *p, struct tenon_socket *s)
{
	size_t i;

	tenon_close(s);
	peer_runs(p);
	for (i = 0; i < PEER_SOCKETS; i++)
		if (p->sockets[i] == s)
			p->sockets[i] = NULL;
	if (p->socket == s)
		p->socket = NULL;
	if (p->listener == s)
		p->listener = NULL;
}

void shuts_down(struct peer *p)
{
	assert_result(tenon_shutdown(p->socket, TENON_SENDING), OK);
	peer_runs(p);
}

void sets(struct peer *p, enum tenon_option option, int value)
{
	assert_result(tenon_option_set(p->socket, option, value), OK);
	peer_runs(p);
}

size_t user_sends(struct peer *p, size_t len)
{
	uint8_t *octets = malloc(len + 1);
	struct tenon_slice slice = { octets, len };
	struct tenon_message message = { .slices = &slice, .count = 1 };
	size_t i, sent = 0;

	assert_non_null(octets);
	for (i = 0; i < len; i++)
		octets[i] = pattern((uint32_t)(p->user_sent + i + 1));
	assert_result(tenon_send(p->socket, &message, &sent), OK);
	peer_runs(p);
	p->user_sent += sent;
	free(octets);
	return sent;
}

enum tenon_result send_result(struct peer *p)
{
	const uint8_t octet = pattern((uint32_t)(p->user_sent + 1));
	struct tenon_slice slice = { &octet, 1 };
	struct tenon_message message = { .slices = &slice, .count = 1 };
	size_t sent;
	enum tenon_result result = tenon_send(p->socket, &message, &sent);

	peer_runs(p);
	p->user_sent += sent;
	return result;
}

static enum tenon_result receive(struct peer *p, size_t most, size_t *len)
{
	uint8_t *octets = malloc(most);
	struct tenon_room room = { octets, most };
	struct tenon_received received = { 0 };
	enum tenon_result result;
	size_t i;

	assert_non_null(octets);
	result = tenon_receive(p->socket, &room, 1, 0, &received);
	peer_runs(p);
	*len = result == TENON_OK ? received.len : 0;
	for (i = 0; i < *len; i++)
		assert_int_equal(octets[i], pattern((uint32_t)(p->user_received + i + 1)));
	p->user_received += *len;
	free(octets);
	return result;
}

size_t user_receives(struct peer *p, size_t most)
{
	size_t len;

	assert_result(receive(p, most, &len), OK);
	return len;
}

enum tenon_result receive_result(struct peer *p)
{
	size_t len;

	return receive(p, 1, &len);
}
