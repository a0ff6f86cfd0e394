/* SPDX-License-Identifier: MIT */
/* socket_unix.c - the AF_UNIX kinds: sockets over unix's endpoints, and the calls with names. */
#include "unix/unix.h"

#include "socket/socket.h"

static struct unix_host *host_of(const struct tenon_socket *s)
{
	return s->transport;
}

static enum tenon_result open_endpoint(struct tenon_socket *s)
{
	return unix_open(host_of(s), s->kind->kind, s, &s->is.local);
}

static void close_endpoint(struct tenon_socket *s)
{
	unix_close(host_of(s), s->is.local);
}

/* Endpoints of IP have nothing to say to these sockets. */
static enum tenon_result no_endpoints(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	(void)s;
	(void)to;
	return TENON_FAMILY_MISMATCH;
}

static enum tenon_result disconnect_endpoint(struct tenon_socket *s)
{
	if (s->kind->kind != TENON_UNIX_DATAGRAM)
		return TENON_BAD_VALUE;
	unix_disconnect_datagram(host_of(s), s->is.local);
	return TENON_OK;
}

static enum tenon_result listen_on(struct tenon_socket *s, unsigned backlog)
{
	enum tenon_result result;

	if (s->kind->kind == TENON_UNIX_DATAGRAM)
		return TENON_UNSUPPORTED;
	result = unix_listen(host_of(s), s->is.local, backlog);
	if (result == TENON_OK)
		s->flags |= SOCKET_IS_LISTENER;
	return result;
}

static enum tenon_result accept_into(struct tenon_socket *listener, struct tenon_socket *fresh)
{
	struct unix_endpoint *embryo = unix_accept(host_of(listener), listener->is.local);

	if (embryo == NULL)
		return (listener->is.local->shut & TENON_RECEIVING) != 0 ? TENON_NOT_LISTENING
									 : TENON_WOULD_BLOCK;
	unix_close(host_of(fresh), fresh->is.local);
	fresh->is.local = embryo;
	embryo->owner = fresh;
	fresh->error = embryo->failure;
	embryo->failure = TENON_OK;
	return TENON_OK;
}

static enum tenon_result send_message(struct tenon_socket *s, const struct tenon_unix_name *to,
				      const struct socket_message *m, size_t *sent)
{
	const struct unix_sending sending = { m->slices, m->count, m->len };
	enum tenon_result result;

	if (s->kind->kind == TENON_UNIX_STREAM)
		return unix_stream_send(host_of(s), s->is.local, &sending, sent);
	result = tenon_take_error(s);
	if (result == TENON_OK)
		result = unix_message_send(host_of(s), s->is.local, to, &sending);
	if (result == TENON_OK)
		*sent = m->len;
	return result;
}

static enum tenon_result send_to_peer(struct tenon_socket *s, const struct socket_message *m,
				      size_t *sent)
{
	return m->to != NULL ? TENON_FAMILY_MISMATCH : send_message(s, NULL, m, sent);
}

/* A stream gives what has arrived before its error; the others the error first (Linux). */
static enum tenon_result receive_octets(struct tenon_socket *s, const struct unix_reading *reading,
					struct tenon_received *out)
{
	enum tenon_result result;

	if (unix_waiting(s->is.local) == 0) {
		result = tenon_take_error(s);
		if (result != TENON_OK)
			return result;
	}
	return unix_stream_receive(host_of(s), s->is.local, reading, out);
}

static enum tenon_result receive_any(struct tenon_socket *s, const struct tenon_room *room,
				     unsigned count, unsigned flags, struct tenon_received *out)
{
	const struct unix_reading reading = { room, count, (flags & TENON_PEEK) != 0 };
	enum tenon_result result;

	if (s->kind->kind == TENON_UNIX_STREAM)
		return receive_octets(s, &reading, out);
	result = tenon_take_error(s);
	if (result != TENON_OK)
		return result;
	return unix_message_receive(host_of(s), s->is.local, &reading, out);
}

static enum tenon_result shut_endpoint(struct tenon_socket *s, unsigned directions)
{
	unix_shutdown(host_of(s), s->is.local, directions);
	return TENON_OK;
}

static bool is_bound(const struct tenon_socket *s)
{
	return s->is.local->name != NULL;
}

static void no_local(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	(void)s;
	*out = (struct tenon_endpoint){ .port = 0 };
}

static enum tenon_result no_peer(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	(void)s;
	(void)out;
	return TENON_FAMILY_MISMATCH;
}

static bool may_be_read(const struct unix_endpoint *e)
{
	return unix_waiting(e) != 0 || !list_empty(&e->messages) || !list_empty(&e->embryos) ||
	       (e->shut & TENON_RECEIVING) != 0;
}

static unsigned readiness_of(const struct tenon_socket *s)
{
	const struct unix_endpoint *e = s->is.local;
	unsigned ready = (may_be_read(e) ? TENON_READABLE : 0u) |
			 (unix_is_writable(e) ? TENON_WRITABLE : 0u);

	if ((e->shut & TENON_RECEIVING) != 0)
		ready |= TENON_RECEIVE_CLOSED;
	if ((e->shut & TENON_SENDING) != 0)
		ready |= TENON_SEND_CLOSED;
	if (e->state == UNIX_LISTENING)
		ready |= TENON_LISTENING;
	if (e->kind != TENON_UNIX_DATAGRAM && e->state == UNIX_CLOSED)
		ready |= TENON_CLOSED;
	return ready;
}

static size_t waiting_in(const struct tenon_socket *s)
{
	return unix_waiting(s->is.local);
}

static size_t unacknowledged_in(const struct tenon_socket *s)
{
	const struct unix_endpoint *peer = s->is.local->peer;

	return peer != NULL ? peer->queued_bytes : 0;
}

static size_t send_room_of(const struct tenon_socket *s)
{
	const struct unix_endpoint *e = s->is.local;
	size_t taken = unacknowledged_in(s);

	return taken < e->send_bytes ? e->send_bytes - taken : 0;
}

static enum tenon_result set_option(struct tenon_socket *s, enum tenon_option option, int value)
{
	struct unix_endpoint *e = s->is.local;

	if (option == TENON_OPTION_SEND_BYTES)
		e->send_bytes = (uint32_t)value;
	else if (option == TENON_OPTION_RECEIVE_BYTES)
		e->receive_bytes = (uint32_t)value;
	else
		return TENON_UNSUPPORTED;
	return TENON_OK;
}

static enum tenon_result get_option(const struct tenon_socket *s, enum tenon_option option,
				    int *value)
{
	const struct unix_endpoint *e = s->is.local;

	if (option != TENON_OPTION_SEND_BYTES && option != TENON_OPTION_RECEIVE_BYTES)
		return TENON_UNSUPPORTED;
	*value = (int)(option == TENON_OPTION_SEND_BYTES ? e->send_bytes : e->receive_bytes);
	return TENON_OK;
}

static void collect(void *transport)
{
	struct unix_host *u = transport;
	struct unix_endpoint *e;
	unsigned news;

	while ((e = unix_take_noted(u, &news)) != NULL) {
		if (e->failure != TENON_OK)
			socket_fail(e->owner,
				    trace_cause(u->ip->trace, (enum tenon_result)e->failure,
						TENON_CAUSE_NONE));
		e->failure = TENON_OK;
		socket_mark(e->owner, news);
	}
}

/* They differ in what their endpoints do. */
static const struct socket_kind rows[] = {
	{
		.kind = TENON_UNIX_STREAM,
		.open = open_endpoint,
		.close = close_endpoint,
		.bind = no_endpoints,
		.connect = no_endpoints,
		.disconnect = disconnect_endpoint,
		.listen = listen_on,
		.accept = accept_into,
		.send = send_to_peer,
		.receive = receive_any,
		.shutdown = shut_endpoint,
		.is_bound = is_bound,
		.local = no_local,
		.peer = no_peer,
		.readiness = readiness_of,
		.waiting = waiting_in,
		.unacknowledged = unacknowledged_in,
		.send_room = send_room_of,
		.option_set = set_option,
		.option_get = get_option,
		.collect = collect,
	},
	{
		.kind = TENON_UNIX_DATAGRAM,
		.open = open_endpoint,
		.close = close_endpoint,
		.bind = no_endpoints,
		.connect = no_endpoints,
		.disconnect = disconnect_endpoint,
		.listen = listen_on,
		.accept = accept_into,
		.send = send_to_peer,
		.receive = receive_any,
		.shutdown = shut_endpoint,
		.is_bound = is_bound,
		.local = no_local,
		.peer = no_peer,
		.readiness = readiness_of,
		.waiting = waiting_in,
		.unacknowledged = unacknowledged_in,
		.send_room = send_room_of,
		.option_set = set_option,
		.option_get = get_option,
		.collect = collect,
	},
	{
		.kind = TENON_UNIX_SEQPACKET,
		.open = open_endpoint,
		.close = close_endpoint,
		.bind = no_endpoints,
		.connect = no_endpoints,
		.disconnect = disconnect_endpoint,
		.listen = listen_on,
		.accept = accept_into,
		.send = send_to_peer,
		.receive = receive_any,
		.shutdown = shut_endpoint,
		.is_bound = is_bound,
		.local = no_local,
		.peer = no_peer,
		.readiness = readiness_of,
		.waiting = waiting_in,
		.unacknowledged = unacknowledged_in,
		.send_room = send_room_of,
		.option_set = set_option,
		.option_get = get_option,
		.collect = collect,
	},
};

enum tenon_result socket_open_unix(struct sockets *all, enum tenon_socket_kind kind,
				   struct tenon_socket **out)
{
	const struct tenon_transport *const *transports = all->config->transports;
	size_t i = 0, row = 0;

	while (transports[i] != NULL && transports[i] != &tenon_unix)
		i++;
	if (transports[i] == NULL)
		return TENON_FAMILY_ABSENT;
	while (row < sizeof rows / sizeof rows[0] && rows[row].kind != kind)
		row++;
	if (row == sizeof rows / sizeof rows[0])
		return TENON_KIND_ABSENT;
	return socket_open_as(all, &(struct socket_opening){ i, &rows[row], 0 }, out);
}

enum tenon_result tenon_unix_pair(struct tenon_socket *a, struct tenon_socket *b)
{
	struct unix_endpoint *first = a->is.local, *second = b->is.local;

	if (a->kind != b->kind || a->transport != b->transport || a == b ||
	    first->state != UNIX_CLOSED || second->state != UNIX_CLOSED)
		return TENON_BAD_VALUE;
	unix_pair(first, second);
	return TENON_OK;
}

enum tenon_result tenon_unix_bind(struct tenon_socket *s, const struct tenon_unix_name *name)
{
	socket_begin(s);
	return socket_end(s, unix_bind(host_of(s), s->is.local, name));
}

enum tenon_result tenon_unix_connect(struct tenon_socket *s, const struct tenon_unix_name *to)
{
	struct unix_host *u = host_of(s);

	socket_begin(s);
	if (s->kind->kind == TENON_UNIX_DATAGRAM)
		return socket_end(s, unix_connect_datagram(u, s->is.local, to));
	return socket_end(s, unix_connect(u, s->is.local, to));
}

enum tenon_result tenon_unix_send(struct tenon_socket *s, const struct tenon_message *asked,
				  const struct tenon_unix_name *to, size_t *sent)
{
	struct socket_message m = { .slices = asked->slices, .count = asked->count };
	unsigned i;

	*sent = 0;
	socket_begin(s);
	for (i = 0; i < m.count; i++)
		m.len += m.slices[i].len;
	if (s->kind->kind == TENON_UNIX_STREAM)
		return socket_end(s, s->is.local->state == UNIX_CONNECTED ? TENON_ALREADY_CONNECTED
									  : TENON_UNSUPPORTED);
	/* A connection of records has one receiver, whatever the name says (Linux). */
	if (s->kind->kind == TENON_UNIX_SEQPACKET)
		to = NULL;
	return socket_end(s, send_message(s, to, &m, sent));
}

static void show(const struct unix_name *name, struct tenon_unix_name *out)
{
	if (name != NULL)
		*out = name->is;
	else
		*out = (struct tenon_unix_name){ .len = 0 };
}

void tenon_unix_local(const struct tenon_socket *s, struct tenon_unix_name *out)
{
	show(s->is.local->name, out);
}

enum tenon_result tenon_unix_peer(const struct tenon_socket *s, struct tenon_unix_name *out)
{
	if (s->is.local->peer == NULL)
		return TENON_NOT_CONNECTED;
	show(s->is.local->peer->name, out);
	return TENON_OK;
}

void tenon_unix_sender(const struct tenon_socket *s, struct tenon_unix_name *out)
{
	show(s->is.local->sender, out);
}

static void *make(struct arena *arena, struct ip *ip, struct pages *pages,
		  const struct tenon_config *config)
{
	return unix_new(arena, ip, pages, config);
}

static enum fate arrives(void *self, const struct ip_arrival *arrival)
{
	(void)self;
	(void)arrival;
	assert_unreachable();
}

/* No packet is for AF_UNIX, which has no protocol's number. */
static bool overhears(void *self, const struct ip_arrival *arrival)
{
	(void)self;
	(void)arrival;
	return false;
}

static bool report(void *self, const struct icmp_report *what)
{
	(void)self;
	(void)what;
	return false;
}

static bool pool_use(const void *self, unsigned index, struct tenon_pool_use *out)
{
	return unix_pool_use(self, index, out);
}

const struct tenon_transport tenon_unix = {
	.need = unix_need,
	.timers = transport_has_no_timers,
	.init = make,
	.arrives = arrives,
	.overhears = overhears,
	.report = report,
	.expired = transport_never_expires,
	.settle = transport_settles_nothing,
	.pool_use = pool_use,
	.kind = &rows[0],
};
