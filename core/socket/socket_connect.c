/* SPDX-License-Identifier: MIT */
/* socket_connect.c - connect bind listen accept, and what undoes them.
 *
 * The order of connect()'s answers is Linux's inet_stream_connect, told by the socket's stage:
 *
 *	NONE     nothing was begun: a new attempt, unless the socket listens
 *	RUNNING  an attempt was begun and its outcome not collected: PENDING while it lasts, then
 *	         OK (and DONE), or the error that ended it (and NONE)
 *	DONE     connected once: ALREADY_CONNECTED, whatever became of the connection since
 *
 * An error that tenon_take_error() collected before leaves EARLIER_ATTEMPT_FAILED in its place.
 * Datagram sockets have no stages: each connect() chooses the peer anew.
 */
#include "socket/socket.h"

#include <tenon/filter.h>

#include "ip/address.h"

static enum tenon_result collect_failure(struct tenon_socket *s)
{
	enum tenon_result error = tenon_take_error(s);

	s->connect_stage = CONNECT_NONE;
	(void)s->kind->disconnect(s);
	return error != TENON_OK ? error : TENON_EARLIER_ATTEMPT_FAILED;
}

static enum tenon_result running_outcome(struct tenon_socket *s)
{
	unsigned ready = s->kind->readiness(s);

	if ((ready & TENON_CONNECTING) != 0)
		return TENON_CONNECT_PENDING;
	if ((ready & TENON_CLOSED) != 0)
		return collect_failure(s);
	s->connect_stage = CONNECT_DONE;
	return TENON_OK;
}

static enum tenon_result check_destination(const struct tenon_socket *s,
					   const struct tenon_endpoint *to)
{
	enum tenon_result result = socket_check_family(s, &to->ip);

	if (result != TENON_OK)
		return result;
	if (tenon_ip_is_v4(&to->ip))
		return TENON_OK;
	if (!tenon_ip_is_link_local(&to->ip))
		return TENON_OK;
	if (to->link == 0 && s->link == 0)
		return TENON_SCOPE_MISSING;
	return to->link != 0 && s->link != 0 && to->link != s->link ? TENON_BAD_VALUE : TENON_OK;
}

static enum tenon_result start_attempt(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	enum tenon_result result;

	if ((s->flags & SOCKET_IS_LISTENER) != 0)
		return TENON_IS_LISTENING;
	result = check_destination(s, to);
	if (result == TENON_OK)
		result = socket_check_call(s, TENON_FILTER_CONNECT, to);
	if (result != TENON_OK)
		return result;
	if (tenon_ip_is_multicast(&to->ip))
		return TENON_MULTICAST_CONNECTION;
	if (ip_is_broadcast(s->sockets->ip, &to->ip))
		return TENON_BROADCAST_CONNECTION;
	result = s->kind->connect(s, to);
	if (result == TENON_CONNECT_STARTED) {
		s->connect_stage = CONNECT_RUNNING;
		s->error = TENON_OK;
	}
	return result;
}

static enum tenon_result connect_again(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	const struct tenon_behavior *behavior = s->sockets->behavior;
	enum tenon_result result = running_outcome(s);

	if (result == TENON_OK && !behavior->success_is_collected)
		return TENON_ALREADY_CONNECTED;
	if (result == TENON_EARLIER_ATTEMPT_FAILED && !behavior->failure_is_collected)
		return start_attempt(s, to);
	return result;
}

static enum tenon_result stream_connect(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	switch ((enum connect_stage)s->connect_stage) {
	case CONNECT_NONE:
		return start_attempt(s, to);
	case CONNECT_RUNNING:
		return connect_again(s, to);
	case CONNECT_DONE:
		return TENON_ALREADY_CONNECTED;
	}
	assert_unreachable();
}

static enum tenon_result datagram_connect(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	enum tenon_result result = check_destination(s, to);

	if (result == TENON_OK)
		result = socket_check_call(s, TENON_FILTER_CONNECT, to);
	return result != TENON_OK ? result : s->kind->connect(s, to);
}

/* A refusal that has no other cause than the call itself is about the destination, too. */
static void name_destination(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	struct tenon_cause *cause = s->cause != NULL ? &s->cause->cause : NULL;

	if (cause != NULL && cause->kind == TENON_CAUSE_NONE && cause->peer.port == 0)
		cause->peer = *to;
}

enum tenon_result tenon_connect(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	enum tenon_result result;

	socket_begin(s);
	if (s->kind->kind == TENON_STREAM)
		result = stream_connect(s, to);
	else
		result = datagram_connect(s, to);
	if (s->sockets->trace->cause.result == result)
		s->sockets->trace->cause.peer = *to;
	socket_end(s, result);
	name_destination(s, to);
	return result;
}

enum tenon_result tenon_connect_outcome(struct tenon_socket *s)
{
	enum tenon_result result;

	socket_begin(s);
	switch ((enum connect_stage)s->connect_stage) {
	case CONNECT_NONE:
		return socket_end(s, TENON_NOT_CONNECTED);
	case CONNECT_RUNNING:
		result = running_outcome(s);
		return socket_end(s, result);
	case CONNECT_DONE:
		return TENON_OK;
	}
	assert_unreachable();
}

enum tenon_result tenon_disconnect(struct tenon_socket *s)
{
	unsigned ready = s->kind->readiness(s);
	enum tenon_result result;

	socket_begin(s);
	result = s->kind->disconnect(s);
	if (result != TENON_OK)
		return socket_end(s, result);
	s->connect_stage = CONNECT_NONE;
	s->shut = 0;
	if (s->kind->kind == TENON_STREAM && (ready & (TENON_CLOSED | TENON_LISTENING)) == 0)
		s->error = TENON_ABORTED;
	return socket_end(s, TENON_OK);
}

static bool may_be_local(const struct tenon_socket *s, const struct tenon_endpoint *at)
{
	const struct ip *ip = s->sockets->ip;
	uint16_t link = at->link != 0 ? at->link : s->link;

	if (tenon_ip_is_any(&at->ip) || tenon_ip_is_multicast(&at->ip))
		return true;
	return address_link(ip, &at->ip, link) != LINK_NONE || ip_is_broadcast(ip, &at->ip);
}

static enum tenon_result check_local(const struct tenon_socket *s, const struct tenon_endpoint *at)
{
	enum tenon_result result = check_destination(s, at);

	if (result != TENON_OK)
		return result;
	if (!may_be_local(s, at))
		return TENON_ADDRESS_NOT_LOCAL;
	return s->kind->is_bound(s) ? TENON_ALREADY_BOUND : TENON_OK;
}

enum tenon_result tenon_bind(struct tenon_socket *s, const struct tenon_endpoint *at)
{
	enum tenon_result result;

	socket_begin(s);
	result = socket_check_call(s, TENON_FILTER_BIND, at);
	if (result == TENON_OK)
		result = check_local(s, at);
	if (result == TENON_OK)
		result = s->kind->bind(s, at);
	return socket_end(s, result);
}

enum tenon_result tenon_listen(struct tenon_socket *s, unsigned backlog)
{
	uint32_t most = s->sockets->behavior->backlog_max;
	unsigned ready = s->kind->readiness(s);
	bool may = (ready & (TENON_CLOSED | TENON_LISTENING)) != 0;

	socket_begin(s);
	if (s->kind->kind == TENON_STREAM && (s->connect_stage != CONNECT_NONE || !may))
		return socket_end(s, TENON_ALREADY_CONNECTED);
	return socket_end(s, s->kind->listen(s, backlog < most ? backlog : most));
}

static enum tenon_result accept_into_new(struct tenon_socket *listener, struct tenon_socket **out)
{
	struct tenon_socket *fresh;
	enum tenon_result result = socket_open_like(listener, &fresh);

	if (result != TENON_OK)
		return result;
	fresh->flags = (uint8_t)(listener->flags & ~SOCKET_IS_LISTENER);
	fresh->link = listener->link;
	fresh->hop_limit = listener->hop_limit;
	fresh->traffic_class = listener->traffic_class;
	fresh->linger_s = listener->linger_s;
	result = listener->kind->accept(listener, fresh);
	if (result != TENON_OK) {
		tenon_close(fresh);
		return result;
	}
	fresh->connect_stage = CONNECT_DONE;
	*out = fresh;
	return TENON_OK;
}

static bool has_connections(const struct tenon_socket *s)
{
	enum tenon_socket_kind kind = s->kind->kind;

	return kind == TENON_STREAM || kind == TENON_UNIX_STREAM || kind == TENON_UNIX_SEQPACKET;
}

enum tenon_result tenon_accept(struct tenon_socket *s, struct tenon_socket **out)
{
	unsigned ready = s->kind->readiness(s);

	socket_begin(s);
	if (!has_connections(s))
		return socket_end(s, TENON_UNSUPPORTED);
	if ((s->flags & SOCKET_IS_LISTENER) == 0)
		return socket_end(s, TENON_NOT_LISTENING);
	if ((ready & TENON_READABLE) == 0)
		return TENON_WOULD_BLOCK;
	return socket_end(s, accept_into_new(s, out));
}

void tenon_local(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	s->kind->local(s, out);
}

enum tenon_result tenon_peer(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	return s->kind->peer(s, out);
}
