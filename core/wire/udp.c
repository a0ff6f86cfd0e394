/* SPDX-License-Identifier: MIT */
#include "wire/udp.h"

#include "base/checksum.h"

/* The UDP length if it is one that these octets can have. */
static enum fate check_length(struct bytes datagram, size_t *length)
{
	const struct udp_octets *o = (const void *)datagram.at;

	if (datagram.len < sizeof *o)
		return FATE_UDP_TRUNCATED;
	*length = get16(o->length);
	if (*length < sizeof *o || *length > datagram.len)
		return FATE_UDP_LENGTH;
	return FATE_PASS;
}

enum fate udp_verify(const struct pseudo_header *pseudo, struct bytes datagram)
{
	const struct udp_octets *o = (const void *)datagram.at;
	struct pseudo_header own = *pseudo;
	size_t length;
	enum fate fate = check_length(datagram, &length);

	if (fate != FATE_PASS)
		return fate;
	if (get16(o->checksum) == 0)
		return tenon_ip_is_v4(&pseudo->source) ? FATE_PASS : FATE_UDP_CHECKSUM;
	own.length = (uint32_t)length;
	if (checksum_finish(checksum_add(pseudo_sum(&own), o, length)) != 0)
		return FATE_UDP_CHECKSUM;
	return FATE_PASS;
}

enum fate udp_parse(struct udp_header *out, struct bytes *datagram)
{
	const struct udp_octets *o = (const void *)datagram->at;
	size_t length;
	enum fate fate = check_length(*datagram, &length);

	if (fate != FATE_PASS)
		return fate;
	*out = (struct udp_header){
		.src_port = get16(o->src_port),
		.dst_port = get16(o->dst_port),
		.checksum = get16(o->checksum),
	};
	*datagram = (struct bytes){ datagram->at + sizeof *o, length - sizeof *o };
	return FATE_PASS;
}

void udp_emit(struct udp_octets *to, const struct udp_header *h, uint16_t payload_len, uint32_t sum)
{
	uint16_t checksum;

	assert_that(payload_len <= UINT16_MAX - sizeof *to);
	put16(to->src_port, h->src_port);
	put16(to->dst_port, h->dst_port);
	put16(to->length, (uint16_t)(sizeof *to + payload_len));
	put16(to->checksum, 0);
	checksum = checksum_finish(checksum_add(sum, to, sizeof *to));
	put16(to->checksum, checksum == 0 ? 0xffff : checksum);
}
