/* SPDX-License-Identifier: MIT */
#include "wire/ipv4.h"

#include "base/checksum.h"

enum {
	DONT_FRAGMENT = 0x4000,
	MORE_FRAGMENTS = 0x2000,
	OFFSET_MASK = 0x1fff,
};

/* The header's length if the octets hold a whole header of version 4. */
static enum fate check_start(struct bytes datagram, size_t *header_len)
{
	const struct ipv4_octets *o = (const void *)datagram.at;

	if (datagram.len < sizeof *o)
		return FATE_IP_TRUNCATED;
	if (o->version_length >> 4 != 4)
		return FATE_IP_VERSION;
	*header_len = (size_t)(o->version_length & 15) * 4;
	if (*header_len < sizeof *o)
		return FATE_IP_HEADER_LENGTH;
	return *header_len > datagram.len ? FATE_IP_TRUNCATED : FATE_PASS;
}

static struct ipv4_header header_of(const uint8_t *at, size_t header_len)
{
	const struct ipv4_octets *o = (const void *)at;
	uint16_t flags_offset = get16(o->flags_offset);

	return (struct ipv4_header){
		.source = ip4_get(o->source),
		.destination = ip4_get(o->destination),
		.options = { at + sizeof *o, header_len - sizeof *o },
		.total_length = get16(o->total_length),
		.identification = get16(o->identification),
		.fragment_offset = (uint16_t)((flags_offset & OFFSET_MASK) * 8),
		.dont_fragment = (flags_offset & DONT_FRAGMENT) != 0,
		.more_fragments = (flags_offset & MORE_FRAGMENTS) != 0,
		.tos = o->tos,
		.ttl = o->ttl,
		.protocol = o->protocol,
	};
}

enum fate ipv4_parse(struct ipv4_header *out, struct bytes *datagram)
{
	const struct ipv4_octets *o = (const void *)datagram->at;
	size_t header_len, total_len;
	enum fate fate = check_start(*datagram, &header_len);

	if (fate != FATE_PASS)
		return fate;
	total_len = get16(o->total_length);
	if (total_len < header_len)
		return FATE_IP_HEADER_LENGTH;
	if (total_len > datagram->len)
		return FATE_IP_TRUNCATED;
	if (checksum_finish(checksum_add(0, o, header_len)) != 0)
		return FATE_IP_CHECKSUM;

	*out = header_of(datagram->at, header_len);
	*datagram = (struct bytes){ datagram->at + header_len, total_len - header_len };
	return FATE_PASS;
}

enum fate ipv4_parse_quoted(struct ipv4_header *out, struct bytes *quote)
{
	size_t header_len;
	enum fate fate = check_start(*quote, &header_len);

	if (fate != FATE_PASS)
		return fate;
	*out = header_of(quote->at, header_len);
	*quote = (struct bytes){ quote->at + header_len, quote->len - header_len };
	return FATE_PASS;
}

size_t ipv4_header_len(const struct ipv4_header *h)
{
	return IPV4_HEADER_LEN + ((h->options.len + 3) & ~(size_t)3);
}

size_t ipv4_emit(uint8_t *to, const struct ipv4_header *h, size_t payload_len)
{
	struct ipv4_octets *o = (void *)to;
	size_t header_len = ipv4_header_len(h);
	unsigned flags =
		(h->dont_fragment ? DONT_FRAGMENT : 0u) | (h->more_fragments ? MORE_FRAGMENTS : 0u);

	assert_that(h->options.len <= IPV4_OPTIONS_MAX);
	assert_that(payload_len <= UINT16_MAX - header_len && h->fragment_offset % 8 == 0);
	o->version_length = (uint8_t)(4 << 4 | header_len / 4);
	o->tos = h->tos;
	put16(o->total_length, (uint16_t)(header_len + payload_len));
	put16(o->identification, h->identification);
	put16(o->flags_offset, (uint16_t)(flags | h->fragment_offset / 8u));
	o->ttl = h->ttl;
	o->protocol = h->protocol;
	put16(o->checksum, 0);
	ip4_put(o->source, h->source);
	ip4_put(o->destination, h->destination);
	memset(to + sizeof *o, 0, header_len - sizeof *o); /* padding is End of Option List */
	if (h->options.len != 0)
		memcpy(to + sizeof *o, h->options.at, h->options.len);
	put16(o->checksum, checksum_finish(checksum_add(0, to, header_len)));
	return header_len;
}

void ipv4_complete(uint8_t *header, const struct tenon_ip *source, uint16_t identification,
		   size_t payload_len)
{
	struct ipv4_octets *o = (void *)header;
	size_t header_len = ipv4_claimed_len(header);

	put16(o->total_length, (uint16_t)(header_len + payload_len));
	if (get32(o->source) == 0)
		ip4_put(o->source, *source);
	if (get16(o->identification) == 0)
		put16(o->identification, identification);
	put16(o->checksum, 0);
	put16(o->checksum, checksum_finish(checksum_add(0, header, header_len)));
}
