/* SPDX-License-Identifier: MIT */
#include "packet/packet.h"

#include "base/checksum.h"

void packet_init(struct packet *p, const struct tenon_slice *payload, unsigned count)
{
	unsigned i;

	assert_that(count <= PACKET_SLICES_MAX);
	p->payload = payload;
	p->payload_count = count;
	p->payload_len = 0;
	p->head = PACKET_HEADROOM;
	p->offload = 0;
	p->segment_payload = 0;
	p->transport = PACKET_HEADROOM;
	p->checksum_offset = 0;
	for (i = 0; i < count; i++)
		p->payload_len += (uint32_t)payload[i].len;
}

void *packet_push(struct packet *p, size_t len)
{
	assert_that(len <= p->head);
	p->head = (uint16_t)(p->head - len);
	return p->headroom + p->head;
}

uint32_t packet_len(const struct packet *p)
{
	return PACKET_HEADROOM - (uint32_t)p->head + p->payload_len;
}

struct bytes packet_headers(const struct packet *p)
{
	return (struct bytes){ p->headroom + p->head, (size_t)(PACKET_HEADROOM - p->head) };
}

uint16_t packet_checksum(const struct packet *p, uint32_t sum)
{
	struct bytes headers = packet_headers(p);
	bool is_odd = headers.len % 2 != 0;
	unsigned i;

	sum = checksum_add(sum, headers.at, headers.len);
	for (i = 0; i < p->payload_count; i++) {
		const struct tenon_slice *s = &p->payload[i];

		if (is_odd)
			sum = checksum_add_odd(sum, s->at, s->len);
		else
			sum = checksum_add(sum, s->at, s->len);
		is_odd ^= s->len % 2 != 0;
	}
	return checksum_finish(sum);
}

/* Copies what range has from *from on, at most *left octets, to *to, and moves all three. */
static void copy_range(struct bytes range, size_t *from, uint8_t **to, size_t *left)
{
	size_t n;

	if (*from >= range.len) {
		*from -= range.len;
		return;
	}
	n = range.len - *from;
	if (n > *left)
		n = *left;
	if (n != 0)
		memcpy(*to, range.at + *from, n);
	*from = 0;
	*to += n;
	*left -= n;
}

void packet_copy(const struct packet *p, size_t from, void *to, size_t len)
{
	uint8_t *at = to;
	unsigned i;

	copy_range(packet_headers(p), &from, &at, &len);
	for (i = 0; i < p->payload_count && len > 0; i++)
		copy_range((struct bytes){ p->payload[i].at, p->payload[i].len }, &from, &at, &len);
	assert_that(len == 0);
}
