/* SPDX-License-Identifier: MIT */
#include "wire/ipv6.h"

static enum fate header_of(struct ipv6_header *out, struct bytes packet)
{
	const struct ipv6_octets *o = (const void *)packet.at;
	uint32_t first;

	if (packet.len < sizeof *o)
		return FATE_IP_TRUNCATED;
	first = get32(o->version_class_flow);
	if (first >> 28 != 6)
		return FATE_IP_VERSION;
	*out = (struct ipv6_header){
		.source = ip6_get(o->source),
		.destination = ip6_get(o->destination),
		.flow_label = first & 0xfffff,
		.traffic_class = (uint8_t)(first >> 20),
		.next_header = o->next_header,
		.hop_limit = o->hop_limit,
	};
	if (tenon_ip_is_v4(&out->source))
		return FATE_IP_SOURCE;
	return tenon_ip_is_v4(&out->destination) ? FATE_IP_NOT_FOR_US : FATE_PASS;
}

enum fate ipv6_parse(struct ipv6_header *out, struct bytes *packet)
{
	const struct ipv6_octets *o = (const void *)packet->at;
	enum fate fate = header_of(out, *packet);
	size_t payload_len;

	if (fate != FATE_PASS)
		return fate;
	payload_len = get16(o->payload_length);
	if (payload_len > packet->len - sizeof *o)
		return FATE_IP_TRUNCATED;
	*packet = (struct bytes){ packet->at + sizeof *o, payload_len };
	return FATE_PASS;
}

enum fate ipv6_parse_quoted(struct ipv6_header *out, struct bytes *quote)
{
	enum fate fate = header_of(out, *quote);

	if (fate != FATE_PASS)
		return fate;
	*quote = (struct bytes){ quote->at + IPV6_HEADER_LEN, quote->len - IPV6_HEADER_LEN };
	return FATE_PASS;
}

void ipv6_emit(struct ipv6_octets *to, const struct ipv6_header *h, size_t payload_len)
{
	assert_that(payload_len <= UINT16_MAX && h->flow_label <= 0xfffff);
	put32(to->version_class_flow,
	      UINT32_C(6) << 28 | (uint32_t)h->traffic_class << 20 | h->flow_label);
	put16(to->payload_length, (uint16_t)payload_len);
	to->next_header = h->next_header;
	to->hop_limit = h->hop_limit;
	ip6_put(to->source, h->source);
	ip6_put(to->destination, h->destination);
}
