/* SPDX-License-Identifier: MIT */
/* udp_transfer.c - datagrams out, datagrams in, and what ICMP says of those that went out. */
#include "udp/udp.h"

#include "wire/udp.h"

struct udp_datagram {
	struct list_node node;
	struct stream octets;
	struct tenon_endpoint from;
};

size_t udp_datagram_size(void)
{
	return sizeof(struct udp_datagram);
}

static enum tenon_result send_slices(struct udp *u, const struct udp_endpoint *e,
				     struct udp_sending *s, const struct tenon_slice *slices,
				     unsigned count)
{
	struct udp_header header = { .src_port = e->port, .dst_port = s->port };
	struct packet packet;
	uint32_t sum;

	packet_init(&packet, slices, count);
	sum = ip_pseudo_sum(&s->flow, UDP_HEADER_LEN + packet.payload_len);
	/* The complement of the payload's checksum is its sum. */
	sum += (uint16_t)~packet_checksum(&packet, 0);
	udp_emit(packet_push(&packet, sizeof(struct udp_octets)), &header,
		 (uint16_t)packet.payload_len, sum);
	return ip_send(u->ip, &s->flow, &packet);
}

static bool gather(struct udp *u, struct stream *all, const struct udp_sending *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (stream_append(all, u->pages, s->slices[i].at, s->slices[i].len) !=
		    s->slices[i].len)
			return false;
	return true;
}

/* More slices than a packet takes are copied into pages, which are longer. */
static enum tenon_result send_gathered(struct udp *u, const struct udp_endpoint *e,
				       struct udp_sending *s, struct stream *all)
{
	struct tenon_slice slices[PACKET_SLICES_MAX];
	struct stream_range range = { .position = 0, .len = all->len };
	unsigned count = stream_slices(all, u->pages, &range, slices, PACKET_SLICES_MAX);

	if (range.len < all->len)
		return TENON_MESSAGE_TOO_LONG;
	return send_slices(u, e, s, slices, count);
}

enum tenon_result udp_send(struct udp *u, const struct udp_endpoint *e, struct udp_sending *s)
{
	enum tenon_result result = TENON_NO_MEMORY;
	struct stream all;

	if (s->count <= PACKET_SLICES_MAX)
		return send_slices(u, e, s, s->slices, s->count);
	stream_init(&all);
	if (gather(u, &all, s))
		result = send_gathered(u, e, s, &all);
	stream_clear(&all, u->pages);
	return result;
}

/* What a datagram takes of its endpoint's limit: its record and whole pages, so that one endpoint's
 * many small datagrams do not take all pages of the stack. */
static uint32_t charge_of(const struct udp *u, size_t len)
{
	uint32_t page = u->pages->page_bytes;
	uint32_t pages = ((uint32_t)len + page - 1) / page;

	return pages * page + (uint32_t)sizeof(struct udp_datagram);
}

static void drop(struct udp *u, struct udp_endpoint *e, struct udp_datagram *d)
{
	e->queued_bytes -= charge_of(u, d->octets.len);
	list_remove(&d->node);
	stream_clear(&d->octets, u->pages);
	pool_give(&u->datagrams, d);
}

static struct udp_datagram *oldest(const struct udp_endpoint *e)
{
	struct list_node *n = list_first(&e->queue);

	return n != NULL ? container_of(n, struct udp_datagram, node) : NULL;
}

void udp_drop_all(struct udp *u, struct udp_endpoint *e)
{
	struct udp_datagram *d;

	while ((d = oldest(e)) != NULL)
		drop(u, e, d);
}

size_t udp_waiting(const struct udp_endpoint *e)
{
	const struct udp_datagram *d = oldest(e);

	return d != NULL ? d->octets.len : 0;
}

static size_t copy_out(struct udp *u, struct udp_datagram *d, const struct udp_reading *r)
{
	size_t copied = 0;
	unsigned i;

	for (i = 0; i < r->count && copied < d->octets.len; i++)
		copied += stream_peek(&d->octets, u->pages, copied, r->room[i].at, r->room[i].len);
	return copied;
}

enum tenon_result udp_receive(struct udp *u, struct udp_endpoint *e, const struct udp_reading *r,
			      struct tenon_received *out)
{
	struct udp_datagram *d = oldest(e);

	if (d == NULL)
		return TENON_WOULD_BLOCK;
	out->len = copy_out(u, d, r);
	out->whole_len = d->octets.len;
	out->from = d->from;
	out->flags = out->len < out->whole_len ? TENON_TRUNCATED : 0;
	if (!r->is_peek)
		drop(u, e, d);
	return TENON_OK;
}

static void note(struct udp *u, struct udp_endpoint *e, unsigned news)
{
	e->news |= (uint8_t)news;
	if (!list_has(&e->noted))
		list_append(&u->noted, &e->noted);
}

/* What an arriving datagram is made of. */
struct arrived {
	struct udp_tuple tuple;
	struct bytes payload;
	bool has_zone; /* its sender's address is link-local */
};

static enum fate enqueue(struct udp *u, struct udp_endpoint *e, const struct arrived *a)
{
	uint32_t charge = charge_of(u, a->payload.len);
	struct udp_datagram *d;

	if (!list_empty(&e->queue) && e->queued_bytes + charge > e->receive_bytes)
		return FATE_UDP_QUEUE_FULL;
	d = pool_take(&u->datagrams);
	if (d == NULL)
		return FATE_UDP_NO_MEMORY;
	stream_init(&d->octets);
	if (stream_append(&d->octets, u->pages, a->payload.at, a->payload.len) != a->payload.len) {
		stream_clear(&d->octets, u->pages);
		pool_give(&u->datagrams, d);
		return FATE_UDP_NO_MEMORY;
	}
	d->from = (struct tenon_endpoint){ .ip = a->tuple.peer, .port = a->tuple.peer_port };
	if (a->has_zone)
		d->from.link = a->tuple.link;
	e->queued_bytes += charge;
	list_append(&e->queue, &d->node);
	note(u, e, UDP_ARRIVED);
	return FATE_DELIVERED;
}

static enum fate deliver_to_all(struct udp *u, const struct arrived *a)
{
	struct udp_endpoint *e = udp_table_each(&u->table, &a->tuple, NULL);
	enum fate fate = FATE_UDP_NO_SOCKET, one;

	for (; e != NULL; e = udp_table_each(&u->table, &a->tuple, e)) {
		one = enqueue(u, e, a);
		if (fate != FATE_DELIVERED)
			fate = one;
	}
	return fate;
}

static enum fate deliver_to_one(struct udp *u, const struct arrived *a,
				const struct ip_arrival *arrival)
{
	struct udp_endpoint *e = udp_table_find(&u->table, &a->tuple);

	if (e != NULL)
		return enqueue(u, e, a);
	ip_send_error(u->ip, arrival, ICMP_ERROR_PORT_UNREACHABLE);
	return udp_table_has_other(&u->table, &a->tuple) ? FATE_UDP_OTHER_SENDER
							 : FATE_UDP_NO_SOCKET;
}

static enum fate verify(const struct ip_arrival *arrival)
{
	struct pseudo_header pseudo = {
		.source = arrival->source,
		.destination = arrival->destination,
		.protocol = IP_PROTOCOL_UDP,
	};

	return arrival->checksum_verified ? FATE_PASS : udp_verify(&pseudo, arrival->payload);
}

enum fate udp_arrives(struct udp *u, const struct ip_arrival *arrival)
{
	struct arrived a = { .payload = arrival->payload };
	struct udp_header header;
	enum fate fate = verify(arrival);

	if (fate == FATE_PASS)
		fate = udp_parse(&header, &a.payload);
	if (fate != FATE_PASS)
		return fate;
	/* RFC 8200 8.1: over IPv6 there is a checksum, whatever a driver says of it. */
	if (header.checksum == 0 && !tenon_ip_is_v4(&arrival->source))
		return FATE_UDP_CHECKSUM;
	a.tuple = (struct udp_tuple){
		.local = arrival->destination,
		.peer = arrival->source,
		.local_port = header.dst_port,
		.peer_port = header.src_port,
		.link = arrival->link,
	};
	a.has_zone = !tenon_ip_is_v4(&arrival->source) && tenon_ip_is_link_local(&arrival->source);
	if (arrival->is_broadcast || arrival->is_multicast)
		return deliver_to_all(u, &a);
	return deliver_to_one(u, &a, arrival);
}

/* RFC 1122 4.1.3.3: ICMP errors are passed on to the application. */
bool udp_report(struct udp *u, const struct icmp_report *report)
{
	const struct udp_octets *quoted = (const void *)report->quoted.at;
	struct udp_tuple tuple = {
		.local = report->local,
		.peer = report->peer,
		.local_port = get16(quoted->src_port),
		.peer_port = get16(quoted->dst_port),
		.link = report->link,
	};
	struct udp_endpoint *e = udp_table_find(&u->table, &tuple);
	bool concerns;
	struct tenon_cause *cause;

	if (e == NULL)
		return false;
	concerns = icmp_is_hard(report->result) && (e->flags & UDP_CONNECTED) != 0;
	if (!concerns && (e->flags & UDP_RECEIVE_ERRORS) == 0)
		return true;
	cause = icmp_report_cause(report, u->ip->trace);
	cause->local = (struct tenon_endpoint){ .ip = tuple.local, .port = tuple.local_port };
	cause->peer = (struct tenon_endpoint){ .ip = tuple.peer, .port = tuple.peer_port };
	u->failure = *cause;
	note(u, e, UDP_FAILED);
	return true;
}
