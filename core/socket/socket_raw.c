/* SPDX-License-Identifier: MIT */
/* socket_raw.c - the raw kind and the ping kind: sockets over raw's endpoints. */
#include "raw/raw.h"

#include "socket/socket.h"

static struct raw *raw_of(const struct tenon_socket *s)
{
	return s->transport;
}

static enum tenon_result open_endpoint(struct tenon_socket *s)
{
	return raw_open(raw_of(s), (enum tenon_ip_version)s->version, s, &s->is.raw);
}

static void close_endpoint(struct tenon_socket *s)
{
	raw_close(raw_of(s), s->is.raw);
}

static enum tenon_result bind_endpoint(struct tenon_socket *s, const struct tenon_endpoint *at)
{
	enum tenon_result result = raw_bind(raw_of(s), s->is.raw, at);

	s->link = s->is.raw->link;
	return result;
}

static enum tenon_result connect_endpoint(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	enum tenon_result result = raw_connect(raw_of(s), s->is.raw, to);

	s->link = s->is.raw->link;
	return result;
}

static enum tenon_result disconnect_endpoint(struct tenon_socket *s)
{
	raw_disconnect(s->is.raw);
	s->link = 0;
	return TENON_OK;
}

/* A raw socket speaks its own family only. */
static enum tenon_result prepare(struct tenon_socket *s, const struct socket_message *m,
				 struct raw_sending *sending)
{
	enum tenon_result result;

	if (m->to != NULL && tenon_ip_version(&m->to->ip) != (enum tenon_ip_version)s->version)
		return TENON_FAMILY_MISMATCH;
	result = raw_prepare(raw_of(s), s->is.raw, m->to, sending);
	if (result != TENON_OK)
		return result;
	result = tenon_take_error(s);
	if (result != TENON_OK)
		return result;
	return (s->shut & TENON_SENDING) != 0 ? TENON_SEND_SIDE_CLOSED : TENON_OK;
}

static enum tenon_result send_packet(struct tenon_socket *s, const struct socket_message *m,
				     size_t *sent)
{
	struct raw_sending sending = {
		.slices = m->slices,
		.count = m->len != 0 ? m->count : 0,
		.len = m->len,
	};
	enum tenon_result result = prepare(s, m, &sending);

	if (result == TENON_OK)
		result = raw_send(raw_of(s), s->is.raw, &sending);
	if (result == TENON_OK)
		*sent = m->len;
	return result;
}

static enum tenon_result receive_packet(struct tenon_socket *s, const struct tenon_room *room,
					unsigned count, unsigned flags, struct tenon_received *out)
{
	const struct raw_reading reading = { room, count, (flags & TENON_PEEK) != 0 };
	enum tenon_result result = tenon_take_error(s);

	if (result != TENON_OK)
		return result;
	result = raw_receive(raw_of(s), s->is.raw, &reading, out);
	if (result == TENON_WOULD_BLOCK && (s->shut & TENON_RECEIVING) != 0)
		return TENON_OK;
	return result;
}

static enum tenon_result shut_endpoint(struct tenon_socket *s, unsigned directions)
{
	socket_mark(s, ((directions & TENON_RECEIVING) != 0 ? TENON_READABLE : 0) |
			       ((directions & TENON_SENDING) != 0 ? TENON_WRITABLE : 0));
	return (s->is.raw->flags & RAW_CONNECTED) != 0 ? TENON_OK : TENON_NOT_CONNECTED;
}

static uint16_t zone_of(const struct raw_endpoint *e, const struct tenon_ip *ip)
{
	return tenon_ip_is_v4(ip) || !tenon_ip_is_link_local(ip) ? 0 : e->link;
}

/* A raw socket may be bound anew; a ping socket has its identifier for good. */
static bool is_bound(const struct tenon_socket *s)
{
	return s->is.raw->id != 0;
}

/* Linux shows a raw socket's protocol as its port. */
static void local_of(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	const struct raw_endpoint *e = s->is.raw;

	*out = (struct tenon_endpoint){
		.ip = e->local,
		.port = raw_of(s)->is_ping ? e->id : e->protocol,
		.link = zone_of(e, &e->local),
	};
}

static enum tenon_result peer_of(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	const struct raw_endpoint *e = s->is.raw;

	if ((e->flags & RAW_CONNECTED) == 0)
		return TENON_NOT_CONNECTED;
	*out = (struct tenon_endpoint){
		.ip = e->flow.destination,
		.link = zone_of(e, &e->flow.destination),
	};
	return TENON_OK;
}

static unsigned readiness_of(const struct tenon_socket *s)
{
	unsigned ready = TENON_WRITABLE;

	if (!list_empty(&s->is.raw->queue))
		ready |= TENON_READABLE;
	if ((s->shut & TENON_RECEIVING) != 0)
		ready |= TENON_READABLE | TENON_RECEIVE_CLOSED;
	if ((s->shut & TENON_SENDING) != 0)
		ready |= TENON_SEND_CLOSED;
	return ready;
}

static size_t waiting_in(const struct tenon_socket *s)
{
	return raw_waiting(s->is.raw);
}

static size_t unacknowledged_in(const struct tenon_socket *s)
{
	(void)s;
	return 0;
}

static size_t send_room_of(const struct tenon_socket *s)
{
	(void)s;
	return UINT16_MAX;
}

static void copy_terms(struct tenon_socket *s)
{
	unsigned flags = ((s->flags & SOCKET_BROADCAST) != 0 ? RAW_BROADCAST : 0u) |
			 ((s->flags & SOCKET_RECEIVE_ERRORS) != 0 ? RAW_RECEIVE_ERRORS : 0u);

	raw_set(s->is.raw,
		&(struct raw_terms){ .link = s->link,
				     .hop_limit = s->hop_limit,
				     .traffic_class = s->traffic_class,
				     .flags = (uint8_t)flags,
				     .is_unrouted = (s->flags & SOCKET_DONT_ROUTE) != 0 });
}

static enum tenon_result set_header_included(struct tenon_socket *s, bool is_included)
{
	struct raw_endpoint *e = s->is.raw;

	if (raw_of(s)->is_ping || s->version != TENON_IP_V4)
		return TENON_UNSUPPORTED;
	e->flags = (uint8_t)(is_included ? e->flags | RAW_HEADER_INCLUDED
					 : e->flags & ~RAW_HEADER_INCLUDED);
	return TENON_OK;
}

static enum tenon_result set_option(struct tenon_socket *s, enum tenon_option option, int value)
{
	struct raw_endpoint *e = s->is.raw;
	bool is_ping = raw_of(s)->is_ping;

	if (option == TENON_OPTION_HEADER_INCLUDED)
		return set_header_included(s, value != 0);
	if (option == TENON_OPTION_CHECKSUM_AT)
		return is_ping ? TENON_UNSUPPORTED : raw_set_checksum(e, value);
	if (option == TENON_OPTION_PROTOCOL && !is_ping)
		raw_set_protocol(e, (uint8_t)value);
	else if (option == TENON_OPTION_SEND_BYTES)
		e->send_bytes = (uint32_t)value;
	else if (option == TENON_OPTION_RECEIVE_BYTES)
		e->receive_bytes = (uint32_t)value;
	else {
		copy_terms(s);
		return TENON_UNSUPPORTED;
	}
	return TENON_OK;
}

static enum tenon_result get_option(const struct tenon_socket *s, enum tenon_option option,
				    int *value)
{
	const struct raw_endpoint *e = s->is.raw;

	if (option == TENON_OPTION_HEADER_INCLUDED)
		*value = (e->flags & RAW_HEADER_INCLUDED) != 0;
	else if (option == TENON_OPTION_CHECKSUM_AT)
		*value = e->checksum_at;
	else if (option == TENON_OPTION_PROTOCOL)
		*value = e->protocol;
	else if (option == TENON_OPTION_SEND_BYTES)
		*value = (int)e->send_bytes;
	else if (option == TENON_OPTION_RECEIVE_BYTES)
		*value = (int)e->receive_bytes;
	else
		return TENON_UNSUPPORTED;
	return TENON_OK;
}

static void collect(void *transport)
{
	struct raw *r = transport;
	struct raw_endpoint *e;
	unsigned news;

	while ((e = raw_take_noted(r, &news)) != NULL) {
		if ((news & RAW_ARRIVED) != 0)
			socket_mark(e->owner, TENON_READABLE);
		if ((news & RAW_FAILED) != 0)
			socket_fail(e->owner, &r->failure);
	}
}

static const struct socket_kind raw_kind = {
	.kind = TENON_RAW,
	.open = open_endpoint,
	.close = close_endpoint,
	.bind = bind_endpoint,
	.connect = connect_endpoint,
	.disconnect = disconnect_endpoint,
	.listen = socket_listens_not,
	.accept = socket_accepts_not,
	.send = send_packet,
	.receive = receive_packet,
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

static const struct socket_kind ping_kind = {
	.kind = TENON_PING,
	.open = open_endpoint,
	.close = close_endpoint,
	.bind = bind_endpoint,
	.connect = connect_endpoint,
	.disconnect = disconnect_endpoint,
	.listen = socket_listens_not,
	.accept = socket_accepts_not,
	.send = send_packet,
	.receive = receive_packet,
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

static void *make_raw(struct arena *arena, struct ip *ip, struct pages *pages,
		      const struct tenon_config *config)
{
	return raw_new(arena, ip, pages, config);
}

static void *make_ping(struct arena *arena, struct ip *ip, struct pages *pages,
		       const struct tenon_config *config)
{
	struct raw *r = raw_new(arena, ip, pages, config);

	r->is_ping = true;
	return r;
}

/* No protocol is a raw transport's own. */
static enum fate arrives(void *self, const struct ip_arrival *arrival)
{
	(void)self;
	(void)arrival;
	assert_unreachable();
}

static bool overhears(void *self, const struct ip_arrival *arrival)
{
	return raw_overhears(self, arrival);
}

static bool report(void *self, const struct icmp_report *what)
{
	return raw_report(self, what);
}

static bool pool_use(const void *self, unsigned index, struct tenon_pool_use *out)
{
	return raw_pool_use(self, index, out);
}

const struct tenon_transport tenon_raw = {
	.need = raw_need,
	.timers = transport_has_no_timers,
	.init = make_raw,
	.arrives = arrives,
	.overhears = overhears,
	.report = report,
	.expired = transport_never_expires,
	.settle = transport_settles_nothing,
	.pool_use = pool_use,
	.kind = &raw_kind,
};

const struct tenon_transport tenon_ping = {
	.need = raw_need,
	.timers = transport_has_no_timers,
	.init = make_ping,
	.arrives = arrives,
	.overhears = overhears,
	.report = report,
	.expired = transport_never_expires,
	.settle = transport_settles_nothing,
	.pool_use = pool_use,
	.kind = &ping_kind,
};

enum tenon_result tenon_icmp_block(struct tenon_socket *s, const uint32_t types[8])
{
	if (s->kind != &raw_kind)
		return TENON_UNSUPPORTED;
	memcpy(s->is.raw->blocked, types, sizeof s->is.raw->blocked);
	return TENON_OK;
}
