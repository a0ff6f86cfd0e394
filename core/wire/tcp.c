/* SPDX-License-Identifier: MIT */
#include "wire/tcp.h"

#include "base/checksum.h"

enum {
	QUOTED_LEN = 8, /* ports and sequence number */
};

enum fate tcp_verify(const struct pseudo_header *pseudo, struct bytes segment)
{
	if (checksum_finish(checksum_add(pseudo_sum(pseudo), segment.at, segment.len)) != 0)
		return FATE_TCP_CHECKSUM; /* MUST-3 */
	return FATE_PASS;
}

enum fate tcp_parse(struct tcp_header *out, struct bytes *segment)
{
	const struct tcp_octets *o = (const void *)segment->at;
	size_t header_len;

	if (segment->len < sizeof *o)
		return FATE_TCP_TRUNCATED;
	header_len = (size_t)(o->data_offset >> 4) * 4;
	if (header_len < sizeof *o)
		return FATE_TCP_DATA_OFFSET;
	if (header_len > segment->len)
		return FATE_TCP_TRUNCATED;
	*out = (struct tcp_header){
		.src_port = get16(o->src_port),
		.dst_port = get16(o->dst_port),
		.seq = seq(get32(o->seq)),
		.ack = seq(get32(o->ack)),
		.window = get16(o->window), /* MUST-1: unsigned */
		.checksum = get16(o->checksum),
		.urgent = get16(o->urgent),
		.flags = o->flags,
		.options = { segment->at + sizeof *o, header_len - sizeof *o },
	};
	*segment = (struct bytes){ segment->at + header_len, segment->len - header_len };
	return FATE_PASS;
}

enum fate tcp_parse_quoted(struct tcp_header *out, struct bytes quote)
{
	const struct tcp_octets *o = (const void *)quote.at;

	if (quote.len < QUOTED_LEN)
		return FATE_TCP_TRUNCATED;
	*out = (struct tcp_header){
		.src_port = get16(o->src_port),
		.dst_port = get16(o->dst_port),
		.seq = seq(get32(o->seq)),
	};
	return FATE_PASS;
}

static size_t emit(struct tcp_octets *o, const struct tcp_header *h)
{
	size_t header_len = sizeof *o + h->options.len;

	assert_that(h->options.len <= TCP_OPTIONS_MAX && h->options.len % 4 == 0);
	put16(o->src_port, h->src_port);
	put16(o->dst_port, h->dst_port);
	put32(o->seq, h->seq.n);
	put32(o->ack, h->ack.n);
	o->data_offset = (uint8_t)(header_len / 4 << 4);
	o->flags = h->flags;
	put16(o->window, h->window);
	put16(o->checksum, 0);
	put16(o->urgent, h->urgent);
	if (h->options.len != 0)
		memcpy((uint8_t *)o + sizeof *o, h->options.at, h->options.len);
	return header_len;
}

size_t tcp_emit(uint8_t *to, const struct tcp_header *h, uint32_t sum)
{
	struct tcp_octets *o = (void *)to;
	size_t header_len = emit(o, h);

	put16(o->checksum, checksum_finish(checksum_add(sum, to, header_len))); /* MUST-2 */
	return header_len;
}

size_t tcp_emit_unsummed(uint8_t *to, const struct tcp_header *h, uint32_t pseudo_sum)
{
	struct tcp_octets *o = (void *)to;
	size_t header_len = emit(o, h);

	put16(o->checksum, (uint16_t)~checksum_finish(pseudo_sum));
	return header_len;
}
