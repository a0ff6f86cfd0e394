/* SPDX-License-Identifier: MIT */
/* socket_udp.c - the datagram kind: sockets over udp's endpoints.
 *
 * The order of a call's refusals is Linux's: a port is found first, then the destination is judged
 * and routed, and only then a pending error is given.
 */
#include "udp/udp.h"

#include "socket/socket.h"

static struct udp *udp_of(const struct tenon_socket *s)
{
	return s->transport;
}

static enum tenon_result open_endpoint(struct tenon_socket *s)
{
	return udp_open(udp_of(s), (enum tenon_ip_version)s->version, s, &s->is.udp);
}

static void close_endpoint(struct tenon_socket *s)
{
	udp_close(udp_of(s), s->is.udp);
}

static enum tenon_result bind_endpoint(struct tenon_socket *s, const struct tenon_endpoint *at)
{
	enum tenon_result result =
		udp_bind(udp_of(s), s->is.udp, at, (s->flags & SOCKET_BIND_NO_PORT) != 0);

	s->link = s->is.udp->link;
	return result;
}

static enum tenon_result connect_endpoint(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	enum tenon_result result = udp_connect(udp_of(s), s->is.udp, to);

	s->link = s->is.udp->link;
	return result;
}

static enum tenon_result disconnect_endpoint(struct tenon_socket *s)
{
	udp_disconnect(udp_of(s), s->is.udp);
	s->link = 0;
	return TENON_OK;
}

static enum tenon_result prepare(struct tenon_socket *s, const struct socket_message *m,
				 struct udp_sending *sending)
{
	enum tenon_result result;

	if (m->to != NULL) {
		result = socket_check_family(s, &m->to->ip);
		if (result != TENON_OK)
			return result;
	}
	result = udp_prepare(udp_of(s), s->is.udp, m->to, sending);
	if (result != TENON_OK)
		return result;
	if (m->len > udp_payload_max(&sending->flow))
		return TENON_MESSAGE_TOO_LONG;
	result = tenon_take_error(s);
	if (result != TENON_OK)
		return result;
	return (s->shut & TENON_SENDING) != 0 ? TENON_SEND_SIDE_CLOSED : TENON_OK;
}

static enum tenon_result send_datagram(struct tenon_socket *s, const struct socket_message *m,
				       size_t *sent)
{
	struct udp_sending sending = {
		.slices = m->slices,
		.count = m->len != 0 ? m->count : 0,
	};
	enum tenon_result result = prepare(s, m, &sending);

	if (result == TENON_OK)
		result = udp_send(udp_of(s), s->is.udp, &sending);
	if (result == TENON_OK)
		*sent = m->len;
	return result;
}

static enum tenon_result receive_datagram(struct tenon_socket *s, const struct tenon_room *room,
					  unsigned count, unsigned flags,
					  struct tenon_received *out)
{
	const struct udp_reading reading = { room, count, (flags & TENON_PEEK) != 0 };
	enum tenon_result result = tenon_take_error(s);

	if (result != TENON_OK)
		return result;
	result = udp_receive(udp_of(s), s->is.udp, &reading, out);
	if (result == TENON_WOULD_BLOCK && (s->shut & TENON_RECEIVING) != 0)
		return TENON_OK;
	return result;
}

/* Linux says that an unconnected socket cannot be shut down, and shuts it down. */
static enum tenon_result shut_endpoint(struct tenon_socket *s, unsigned directions)
{
	socket_mark(s, ((directions & TENON_RECEIVING) != 0 ? TENON_READABLE : 0) |
			       ((directions & TENON_SENDING) != 0 ? TENON_WRITABLE : 0));
	return (s->is.udp->flags & UDP_CONNECTED) != 0 ? TENON_OK : TENON_NOT_CONNECTED;
}

static uint16_t zone_of(const struct udp_endpoint *e, const struct tenon_ip *ip)
{
	return tenon_ip_is_v4(ip) || !tenon_ip_is_link_local(ip) ? 0 : e->link;
}

static bool is_bound(const struct tenon_socket *s)
{
	return s->is.udp->port != 0;
}

static void local_of(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	const struct udp_endpoint *e = s->is.udp;

	*out = (struct tenon_endpoint){
		.ip = e->local,
		.port = e->port,
		.link = zone_of(e, &e->local),
	};
}

static enum tenon_result peer_of(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	const struct udp_endpoint *e = s->is.udp;

	/* A peer without port counts as none (Linux). */
	if ((e->flags & UDP_CONNECTED) == 0 || e->peer_port == 0)
		return TENON_NOT_CONNECTED;
	*out = (struct tenon_endpoint){
		.ip = e->flow.destination,
		.port = e->peer_port,
		.link = zone_of(e, &e->flow.destination),
	};
	return TENON_OK;
}

static unsigned readiness_of(const struct tenon_socket *s)
{
	unsigned ready = TENON_WRITABLE;

	if (!list_empty(&s->is.udp->queue))
		ready |= TENON_READABLE;
	if ((s->shut & TENON_RECEIVING) != 0)
		ready |= TENON_READABLE | TENON_RECEIVE_CLOSED;
	if ((s->shut & TENON_SENDING) != 0)
		ready |= TENON_SEND_CLOSED;
	return ready;
}

static size_t waiting_in(const struct tenon_socket *s)
{
	return udp_waiting(s->is.udp);
}

static size_t unacknowledged_in(const struct tenon_socket *s)
{
	(void)s;
	return 0;
}

static size_t send_room_of(const struct tenon_socket *s)
{
	(void)s;
	return UDP_PAYLOAD_MAX;
}

static uint8_t endpoint_flags(const struct tenon_socket *s)
{
	static const struct {
		uint8_t socket, udp;
	} same[] = {
		{ SOCKET_REUSE_ADDRESS, UDP_REUSE_ADDRESS },
		{ SOCKET_REUSE_PORT, UDP_REUSE_PORT },
		{ SOCKET_BROADCAST, UDP_BROADCAST },
		{ SOCKET_V6_ONLY, UDP_V6_ONLY },
		{ SOCKET_RECEIVE_ERRORS, UDP_RECEIVE_ERRORS },
	};
	unsigned flags = s->is.udp->flags & (UDP_ADDRESS_ASKED | UDP_PORT_ASKED | UDP_CONNECTED);
	size_t i;

	for (i = 0; i < sizeof same / sizeof same[0]; i++)
		if ((s->flags & same[i].socket) != 0)
			flags |= same[i].udp;
	return (uint8_t)flags;
}

static enum tenon_result set_option(struct tenon_socket *s, enum tenon_option option, int value)
{
	struct udp_endpoint *e = s->is.udp;

	if (option == TENON_OPTION_SEND_BYTES) {
		e->send_bytes = (uint32_t)value;
		return TENON_OK;
	}
	if (option == TENON_OPTION_RECEIVE_BYTES) {
		e->receive_bytes = (uint32_t)value;
		return TENON_OK;
	}
	udp_set(e, &(struct udp_terms){ .link = s->link,
					.hop_limit = s->hop_limit,
					.traffic_class = s->traffic_class,
					.flags = endpoint_flags(s),
					.is_unrouted = (s->flags & SOCKET_DONT_ROUTE) != 0 });
	return TENON_UNSUPPORTED;
}

static enum tenon_result get_option(const struct tenon_socket *s, enum tenon_option option,
				    int *value)
{
	const struct udp_endpoint *e = s->is.udp;

	if (option != TENON_OPTION_SEND_BYTES && option != TENON_OPTION_RECEIVE_BYTES)
		return TENON_UNSUPPORTED;
	*value = (int)(option == TENON_OPTION_SEND_BYTES ? e->send_bytes : e->receive_bytes);
	return TENON_OK;
}

static void collect(void *transport)
{
	struct udp *u = transport;
	struct udp_endpoint *e;
	unsigned news;

	while ((e = udp_take_noted(u, &news)) != NULL) {
		if ((news & UDP_ARRIVED) != 0)
			socket_mark(e->owner, TENON_READABLE);
		if ((news & UDP_FAILED) != 0)
			socket_fail(e->owner, &u->failure);
	}
}

static const struct socket_kind datagram_kind = {
	.kind = TENON_DATAGRAM,
	.open = open_endpoint,
	.close = close_endpoint,
	.bind = bind_endpoint,
	.connect = connect_endpoint,
	.disconnect = disconnect_endpoint,
	.listen = socket_listens_not,
	.accept = socket_accepts_not,
	.send = send_datagram,
	.receive = receive_datagram,
	.shutdown = shut_endpoint,
	.is_bound = is_bound,
	.local = local_of,
	.peer = peer_of,
	.readiness = readiness_of,
	.waiting = waiting_in,
	.unacknowledged = unacknowledged_in,
	.send_room = send_room_of,
	.option_set = set_option,
	.option_get = get_option,
	.collect = collect,
};

static void *make(struct arena *arena, struct ip *ip, struct pages *pages,
		  const struct tenon_config *config)
{
	return udp_new(arena, ip, pages, config);
}

static enum fate arrives(void *self, const struct ip_arrival *arrival)
{
	return udp_arrives(self, arrival);
}

static bool report(void *self, const struct icmp_report *what)
{
	return udp_report(self, what);
}

static bool pool_use(const void *self, unsigned index, struct tenon_pool_use *out)
{
	return udp_pool_use(self, index, out);
}

const struct tenon_transport tenon_udp = {
	.protocol = IP_PROTOCOL_UDP,
	.need = udp_need,
	.timers = transport_has_no_timers,
	.init = make,
	.arrives = arrives,
	.report = report,
	.expired = transport_never_expires,
	.settle = transport_settles_nothing,
	.pool_use = pool_use,
	.kind = &datagram_kind,
};
