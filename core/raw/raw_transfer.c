/* SPDX-License-Identifier: MIT */
/* raw_transfer.c - packets out, copies of packets in, and what ICMP says of those that went out. */
#include "raw/raw.h"

#include "base/checksum.h"
#include "ip/family.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ipv4.h"
#include "wire/pseudo.h"

enum { HEAD_MAX = RAW_CHECKSUM_AT_MAX + 2 };

struct raw_datagram {
	struct list_node node;
	struct stream octets;
	struct tenon_endpoint from;
};

size_t raw_datagram_size(void)
{
	return sizeof(struct raw_datagram);
}

/* A message in slices that can be shortened from its front. */
struct message {
	struct packet packet; /* that it becomes */
	struct tenon_slice slices[PACKET_SLICES_MAX];
	unsigned count;
	size_t len;
};

/* Copies the first n octets, which are there, and shortens the message by them. */
static void take_front(struct message *m, uint8_t *to, size_t n)
{
	unsigned i;

	m->len -= n;
	for (i = 0; i < m->count && n > 0; i++) {
		struct tenon_slice *s = &m->slices[i];
		size_t part = s->len < n ? s->len : n;

		if (part == 0)
			continue;
		memcpy(to, s->at, part);
		s->at = (const uint8_t *)s->at + part;
		s->len -= part;
		to += part;
		n -= part;
	}
}

static enum tenon_result send_with_header(struct raw *r, struct ip_flow *flow, struct message *m)
{
	const struct tenon_family_module *family = ip_family_of(r->ip, &flow->destination);
	uint8_t header[IPV4_HEADER_LEN + IPV4_OPTIONS_MAX];
	size_t len;

	if (family->include_header == NULL || m->len < IPV4_HEADER_LEN)
		return TENON_BAD_VALUE;
	take_front(m, header, 1);
	len = ipv4_claimed_len(header);
	if (len < IPV4_HEADER_LEN || len > m->len + 1)
		return TENON_BAD_VALUE;
	take_front(m, header + 1, len - 1);
	if (m->len + len > UINT16_MAX)
		return TENON_MESSAGE_TOO_LONG;
	family->include_header(r->ip, flow, header, m->len);
	flow->flags =
		(uint8_t)((flow->flags & IP_DONT_ROUTE) | IP_HEADER_INCLUDED | IP_DONT_FRAGMENT);
	packet_init(&m->packet, m->slices, m->count);
	memcpy(packet_push(&m->packet, len), header, len);
	return ip_send(r->ip, flow, &m->packet);
}

static enum tenon_result send_with_checksum(struct raw *r, const struct raw_endpoint *e,
					    struct ip_flow *flow, struct message *m)
{
	size_t at = (size_t)e->checksum_at, head = at + 2;
	uint8_t octets[HEAD_MAX], *pushed;
	uint16_t checksum;

	if (m->len < head)
		return TENON_BAD_VALUE;
	take_front(m, octets, head);
	put16(octets + at, 0);
	packet_init(&m->packet, m->slices, m->count);
	pushed = packet_push(&m->packet, head);
	memcpy(pushed, octets, head);
	checksum = packet_checksum(&m->packet, ip_pseudo_sum(flow, packet_len(&m->packet)));
	/* RFC 8200 8.1: a UDP checksum of zero would mean none. */
	if (checksum == 0 && e->protocol == IP_PROTOCOL_UDP)
		checksum = UINT16_MAX;
	put16(pushed + at, checksum);
	return ip_send(r->ip, flow, &m->packet);
}

static enum tenon_result send_plain(struct raw *r, struct ip_flow *flow, struct message *m)
{
	packet_init(&m->packet, m->slices, m->count);
	return ip_send(r->ip, flow, &m->packet);
}

/* The identifier and the checksum are ours to fill in; the sequence number is the caller's. */
static enum tenon_result send_echo(struct raw *r, const struct raw_endpoint *e,
				   struct ip_flow *flow, struct message *m)
{
	uint8_t request = e->version == TENON_IP_V4 ? ICMP4_ECHO : ICMP6_ECHO;
	struct icmp4_octets head; /* ICMPv6's are the same */
	struct icmp_message echo = { .type = request };

	if (m->len < sizeof head)
		return TENON_BAD_VALUE;
	take_front(m, (uint8_t *)&head, sizeof head);
	if (head.type != request || head.code != 0)
		return TENON_BAD_VALUE;
	echo.rest = (uint32_t)e->id << 16 | get16(head.rest + 2);
	packet_init(&m->packet, m->slices, m->count);
	ip_family_of(r->ip, &flow->destination)->emit_control(flow, &echo, &m->packet);
	return ip_send(r->ip, flow, &m->packet);
}

static enum tenon_result send_message(struct raw *r, const struct raw_endpoint *e,
				      struct ip_flow *flow, struct message *m)
{
	if (r->is_ping)
		return send_echo(r, e, flow, m);
	if ((e->flags & RAW_HEADER_INCLUDED) != 0)
		return send_with_header(r, flow, m);
	if (e->checksum_at != RAW_NO_CHECKSUM)
		return send_with_checksum(r, e, flow, m);
	return send_plain(r, flow, m);
}

/* More slices than a packet takes are copied into pages, which are longer. */
static enum tenon_result send_gathered(struct raw *r, const struct raw_endpoint *e,
				       struct raw_sending *s, struct message *m, struct stream *all)
{
	struct stream_range range = { .position = 0 };
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (stream_append(all, r->pages, s->slices[i].at, s->slices[i].len) !=
		    s->slices[i].len)
			return TENON_NO_MEMORY;
	range.len = all->len;
	m->count = stream_slices(all, r->pages, &range, m->slices, PACKET_SLICES_MAX);
	return range.len < all->len ? TENON_MESSAGE_TOO_LONG : send_message(r, e, &s->flow, m);
}

enum tenon_result raw_send(struct raw *r, const struct raw_endpoint *e, struct raw_sending *s)
{
	struct message m;
	enum tenon_result result;
	struct stream all;

	m.count = s->count;
	m.len = s->len;
	if (s->len > UINT16_MAX)
		return TENON_MESSAGE_TOO_LONG;
	if (s->count <= PACKET_SLICES_MAX) {
		if (s->count != 0)
			memcpy(m.slices, s->slices, s->count * sizeof *m.slices);
		return send_message(r, e, &s->flow, &m);
	}
	stream_init(&all);
	result = send_gathered(r, e, s, &m, &all);
	stream_clear(&all, r->pages);
	return result;
}

/* What a datagram takes of its endpoint's limit: its record and whole pages. */
static uint32_t charge_of(const struct raw *r, size_t len)
{
	uint32_t page = r->pages->page_bytes;

	return ((uint32_t)len + page - 1) / page * page + (uint32_t)sizeof(struct raw_datagram);
}

static void drop(struct raw *r, struct raw_endpoint *e, struct raw_datagram *d)
{
	e->queued_bytes -= charge_of(r, d->octets.len);
	list_remove(&d->node);
	stream_clear(&d->octets, r->pages);
	pool_give(&r->datagrams, d);
}

static struct raw_datagram *oldest(const struct raw_endpoint *e)
{
	struct list_node *n = list_first(&e->queue);

	return n != NULL ? container_of(n, struct raw_datagram, node) : NULL;
}

void raw_drop_all(struct raw *r, struct raw_endpoint *e)
{
	struct raw_datagram *d;

	while ((d = oldest(e)) != NULL)
		drop(r, e, d);
}

size_t raw_waiting(const struct raw_endpoint *e)
{
	const struct raw_datagram *d = oldest(e);

	return d != NULL ? d->octets.len : 0;
}

enum tenon_result raw_receive(struct raw *r, struct raw_endpoint *e, const struct raw_reading *to,
			      struct tenon_received *out)
{
	struct raw_datagram *d = oldest(e);
	unsigned i;

	if (d == NULL)
		return TENON_WOULD_BLOCK;
	out->len = 0;
	for (i = 0; i < to->count && out->len < d->octets.len; i++)
		out->len += stream_peek(&d->octets, r->pages, out->len, to->room[i].at,
					to->room[i].len);
	out->whole_len = d->octets.len;
	out->from = d->from;
	out->flags = out->len < out->whole_len ? TENON_TRUNCATED : 0;
	if (!to->is_peek)
		drop(r, e, d);
	return TENON_OK;
}

/* False: no room, and the copy is lost to this endpoint. */
static bool enqueue(struct raw *r, struct raw_endpoint *e, const struct ip_arrival *a,
		    struct bytes octets)
{
	uint32_t charge = charge_of(r, octets.len);
	struct raw_datagram *d;

	if (!list_empty(&e->queue) && e->queued_bytes + charge > e->receive_bytes)
		return false;
	d = pool_take(&r->datagrams);
	if (d == NULL)
		return false;
	stream_init(&d->octets);
	if (stream_append(&d->octets, r->pages, octets.at, octets.len) != octets.len) {
		stream_clear(&d->octets, r->pages);
		pool_give(&r->datagrams, d);
		return false;
	}
	d->from = (struct tenon_endpoint){ .ip = a->source };
	if (!tenon_ip_is_v4(&a->source) && tenon_ip_is_link_local(&a->source))
		d->from.link = a->link;
	e->queued_bytes += charge;
	list_append(&e->queue, &d->node);
	raw_note(r, e, RAW_ARRIVED);
	return true;
}

static bool checksum_is_right(const struct ip_arrival *a)
{
	struct pseudo_header pseudo = {
		.source = a->source,
		.destination = a->destination,
		.protocol = a->protocol,
		.length = (uint32_t)a->payload.len,
	};
	bool has_pseudo = a->protocol != IP_PROTOCOL_ICMP4;
	uint32_t sum = has_pseudo ? pseudo_sum(&pseudo) : 0;

	return a->checksum_verified ||
	       checksum_finish(checksum_add(sum, a->payload.at, a->payload.len)) == 0;
}

static bool is_blocked(const struct raw_endpoint *e, const struct ip_arrival *a)
{
	uint8_t type;

	if (a->protocol != IP_PROTOCOL_ICMP4 && a->protocol != IP_PROTOCOL_ICMP6)
		return false;
	if (a->payload.len == 0)
		return true;
	type = a->payload.at[0];
	return (e->blocked[type / 32] >> type % 32 & 1) != 0;
}

/* Is it a reply to this ping endpoint? */
static bool is_reply(const struct raw_endpoint *e, const struct ip_arrival *a)
{
	const struct icmp4_octets *o = (const void *)a->payload.at; /* ICMPv6's are the same */
	uint8_t reply = e->version == TENON_IP_V4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY;

	return a->payload.len >= sizeof *o && o->type == reply && o->code == 0 && e->id != 0 &&
	       get16(o->rest) == e->id && checksum_is_right(a);
}

static bool wants(const struct raw *r, const struct raw_endpoint *e, const struct ip_arrival *a)
{
	if (e->protocol == 0 || e->protocol != a->protocol ||
	    e->version != tenon_ip_version(&a->source))
		return false;
	if (!tenon_ip_is_any(&e->local) && !tenon_ip_equal(&e->local, &a->destination))
		return false;
	if ((e->flags & RAW_CONNECTED) != 0 && !tenon_ip_equal(&e->flow.destination, &a->source))
		return false;
	if (e->link != 0 && e->link != a->link)
		return false;
	if (r->is_ping)
		return is_reply(e, a);
	if (is_blocked(e, a))
		return false;
	return e->checksum_at == RAW_NO_CHECKSUM || checksum_is_right(a);
}

bool raw_overhears(struct raw *r, const struct ip_arrival *a)
{
	bool with_header = !r->is_ping && tenon_ip_is_v4(&a->source);
	struct list_node *n = list_first(&r->all);
	bool is_wanted = false;

	for (; n != NULL; n = list_next(&r->all, n)) {
		struct raw_endpoint *e = container_of(n, struct raw_endpoint, all);

		if (!wants(r, e, a))
			continue;
		is_wanted = true;
		(void)!enqueue(r, e, a, with_header ? a->packet : a->payload);
	}
	return is_wanted;
}

static bool is_about(const struct raw *r, const struct raw_endpoint *e,
		     const struct icmp_report *report)
{
	const struct icmp4_octets *echo = (const void *)report->quoted.at;

	if (e->protocol != report->protocol || e->version != tenon_ip_version(&report->local))
		return false;
	if (!tenon_ip_is_any(&e->local) && !tenon_ip_equal(&e->local, &report->local))
		return false;
	if ((e->flags & RAW_CONNECTED) != 0 && !tenon_ip_equal(&e->flow.destination, &report->peer))
		return false;
	return !r->is_ping || get16(echo->rest) == e->id;
}

bool raw_report(struct raw *r, const struct icmp_report *report)
{
	struct list_node *n = list_first(&r->all);
	bool concerns = false;

	for (; n != NULL; n = list_next(&r->all, n)) {
		struct raw_endpoint *e = container_of(n, struct raw_endpoint, all);
		bool is_told = (e->flags & RAW_RECEIVE_ERRORS) != 0 ||
			       ((e->flags & RAW_CONNECTED) != 0 && icmp_is_hard(report->result));

		if (!is_about(r, e, report))
			continue;
		concerns = true;
		if (!is_told)
			continue;
		r->failure = *icmp_report_cause(report, r->ip->trace);
		raw_note(r, e, RAW_FAILED);
	}
	return concerns;
}
