/* SPDX-License-Identifier: MIT */
#include "peer_wire.h"

#include "base/checksum.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

enum { HOP_LIMIT = 61, QUOTE_MAX = 256 };

uint8_t pattern(uint32_t number)
{
	return (uint8_t)(number * 7 + number / 251);
}

static size_t header_len(const struct tenon_ip *ip)
{
	return tenon_ip_is_v4(ip) ? IPV4_HEADER_LEN : IPV6_HEADER_LEN;
}

static void put_ip(uint8_t *to, const struct pseudo_header *about)
{
	if (tenon_ip_is_v4(&about->source)) {
		const struct ipv4_header header = {
			.source = about->source,
			.destination = about->destination,
			.ttl = HOP_LIMIT,
			.protocol = about->protocol,
		};

		ipv4_emit(to, &header, about->length);
	} else {
		const struct ipv6_header header = {
			.source = about->source,
			.destination = about->destination,
			.hop_limit = HOP_LIMIT,
			.next_header = about->protocol,
		};

		ipv6_emit((struct ipv6_octets *)(void *)to, &header, about->length);
	}
}

size_t peer_emit_tcp(uint8_t *to, const struct pseudo_header *addresses,
		     const struct tcp_header *header, struct bytes text)
{
	struct pseudo_header about = *addresses;
	size_t ip_len = header_len(&about.source);
	size_t tcp_len = TCP_HEADER_LEN + header->options.len;
	uint32_t sum;

	about.protocol = IP_PROTOCOL_TCP;
	about.length = (uint32_t)(tcp_len + text.len);
	put_ip(to, &about);
	sum = checksum_add(pseudo_sum(&about), text.at, text.len);
	tcp_emit(to + ip_len, header, sum);
	memcpy(to + ip_len + tcp_len, text.at, text.len);
	return ip_len + tcp_len + text.len;
}

static void parse_ip(struct caught *out, struct bytes *packet, uint8_t *protocol)
{
	if (packet->at[0] >> 4 == 4) {
		struct ipv4_header header;

		assert_int_equal(ipv4_parse(&header, packet), FATE_PASS);
		out->from = header.source;
		out->to = header.destination;
		out->hop_limit = header.ttl;
		out->traffic_class = header.tos;
		out->dont_fragment = header.dont_fragment;
		*protocol = header.protocol;
	} else {
		struct ipv6_header header;

		assert_int_equal(ipv6_parse(&header, packet), FATE_PASS);
		out->from = header.source;
		out->to = header.destination;
		out->hop_limit = header.hop_limit;
		out->traffic_class = header.traffic_class;
		*protocol = header.next_header;
	}
}

void peer_parse_tcp(struct caught *out, struct bytes packet)
{
	struct pseudo_header about;
	struct tcp_header header;

	*out = (struct caught){ .packet_len = packet.len };
	parse_ip(out, &packet, &about.protocol);
	assert_int_equal(about.protocol, IP_PROTOCOL_TCP);
	about.source = out->from;
	about.destination = out->to;
	about.length = (uint32_t)packet.len;
	assert_int_equal(tcp_verify(&about, packet),
			 FATE_PASS); /* MUST-2: what leaves has a sum. */
	assert_int_equal(tcp_parse(&header, &packet), FATE_PASS);
	out->seq = header.seq.n;
	out->ack = header.ack.n;
	out->wnd = header.window;
	out->urgent = header.urgent;
	out->flags = header.flags;
	out->src_port = header.src_port;
	out->dst_port = header.dst_port;
	out->options_len = header.options.len;
	tcp_options_parse(&out->options, header.options);
	out->len = (uint16_t)packet.len;
	memcpy(out->text, packet.at, packet.len);
}

size_t peer_emit_icmp(uint8_t *to, const struct peer_icmp *error, struct bytes quote)
{
	size_t ip_len = header_len(&error->from);
	struct pseudo_header about = { .source = error->from, .destination = error->to };
	uint8_t *message = to + ip_len;
	uint32_t sum;

	if (quote.len > QUOTE_MAX)
		quote.len = QUOTE_MAX;
	about.length = (uint32_t)(sizeof(struct icmp4_octets) + quote.len);
	sum = checksum_add(0, quote.at, quote.len);
	memcpy(message + sizeof(struct icmp4_octets), quote.at, quote.len);
	if (tenon_ip_is_v4(&error->from)) {
		const struct icmp4_header header = { error->type, error->code, error->rest };

		about.protocol = IP_PROTOCOL_ICMP4;
		icmp4_emit((struct icmp4_octets *)(void *)message, &header, sum);
	} else {
		const struct icmp6_header header = { error->type, error->code, error->rest };

		about.protocol = IP_PROTOCOL_ICMP6;
		sum = checksum_add(pseudo_sum(&about), quote.at, quote.len);
		icmp6_emit((struct icmp6_octets *)(void *)message, &header, sum);
	}
	put_ip(to, &about);
	return ip_len + about.length;
}
