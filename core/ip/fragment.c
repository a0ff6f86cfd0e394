/* SPDX-License-Identifier: MIT */
/* fragment.c - a packet too long for its path leaves in parts.
 *
 * The parts refer to the slices of its payload; the first has a copy of its transport header. Each
 * but the last holds a multiple of eight octets (RFC 791 3.2, RFC 8200 4.5). The checksum must be
 * complete before: no driver can complete it afterwards.
 */
#include "ip/fragments.h"

/* Slices for len octets of the packet's payload from `from` on; returns how many. */
static unsigned cut(const struct packet *p, size_t from, size_t len, struct tenon_slice *slices)
{
	unsigned n = 0, i;

	for (i = 0; i < p->payload_count && len > 0; i++) {
		const struct tenon_slice *s = &p->payload[i];
		size_t here = from < s->len ? s->len - from : 0;

		if (here == 0) {
			from -= s->len;
			continue;
		}
		if (here > len)
			here = len;
		slices[n++] = (struct tenon_slice){ (const uint8_t *)s->at + from, here };
		len -= here;
		from = 0;
	}
	assert_that(len == 0);
	return n;
}

static enum tenon_result send_part(struct ip *ip, const struct ip_flow *flow,
				   const struct packet *whole, const struct ip_part *part)
{
	const struct tenon_family_module *family = ip_family_of(ip, &flow->destination);
	struct bytes headers = packet_headers(whole);
	size_t from = part->offset, len = part->len;
	struct tenon_slice slices[PACKET_SLICES_MAX];
	struct packet p;

	if (from == 0)
		len -= headers.len;
	else
		from -= headers.len;
	packet_init(&p, slices, cut(whole, from, len, slices));
	if (part->offset == 0)
		memcpy(packet_push(&p, headers.len), headers.at, headers.len);
	family->emit_part(ip, flow, &p, part);
	return ip_send_over(ip, &flow->path, family->ethertype, &p);
}

static enum tenon_result fragment_send(struct ip *ip, const struct ip_flow *flow, struct packet *p)
{
	const struct tenon_family_module *family = ip_family_of(ip, &flow->destination);
	uint32_t room = (flow->path.mtu - family->header_len - family->part_header_len) & ~7u;
	uint32_t left = packet_len(p);
	struct ip_part part = { .is_part = true, .id = family->new_part_id(ip) };
	enum tenon_result result = TENON_OK, one;

	assert_that(packet_headers(p).len <= room);
	while (left > 0) {
		part.len = left < room ? left : room;
		left -= part.len;
		part.more = left > 0;
		one = send_part(ip, flow, p, &part);
		if (one != TENON_OK)
			result = one;
		part.offset = (uint16_t)(part.offset + part.len);
	}
	return result;
}

const struct tenon_fragment_module tenon_fragments = {
	.need = reassembly_need,
	.make = reassembly_make,
	.take = reassembly_take,
	.expired = reassembly_expired,
	.send = fragment_send,
	.pool_use = reassembly_pool_use,
};
