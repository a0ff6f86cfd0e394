/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <stdio.h>
#include <string.h>

enum {
	FIN = 1,
	SYN = 2,
	RST = 4,
	PSH = 8,
	ACK = 16,
	TCP = 6,
	UDP = 17,
	ICMP4 = 1,
	ICMP6 = 58,
	FIRST_SEQUENCE = 5000,
	WINDOW = 60000,
	QUOTE_V4 = 28,
	QUOTE_V6 = 1000,
};

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at + 2, (uint16_t)value);
}

static uint32_t add_up(const uint8_t *at, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get16(at + i);
	return len % 2 ? sum + (uint32_t)(at[len - 1] << 8) : sum;
}

static uint16_t folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void say(struct peer *p, const char *word)
{
	size_t len = strlen(p->log);

	snprintf(p->log + len, sizeof p->log - len, "%s%s", len ? " " : "", word);
}

void peer_reset(struct peer *p)
{
	struct peer fresh = { .send = p->send, .context = p->context };

	*p = fresh;
}

/* What a packet between the two is made of; payload points into the packet while it is read. */
struct parts {
	struct peer_flow flow; /* addresses and ports only */
	uint8_t protocol;
	uint8_t flags;
	uint32_t seq, ack;
	const uint8_t *payload;
	size_t len;
};

static size_t emit_ip(uint8_t *to, const struct peer_flow *flow, uint8_t protocol, size_t len)
{
	size_t header = flow->is_v6 ? 40 : 20;

	memset(to, 0, header);
	if (flow->is_v6) {
		to[0] = 0x60;
		put16(to + 4, (uint16_t)len);
		to[6] = protocol;
		to[7] = 64;
		memcpy(to + 8, flow->them, 16);
		memcpy(to + 24, flow->us, 16);
	} else {
		to[0] = 0x45;
		put16(to + 2, (uint16_t)(header + len));
		to[8] = 64;
		to[9] = protocol;
		memcpy(to + 12, flow->them, 4);
		memcpy(to + 16, flow->us, 4);
		put16(to + 10, folded(add_up(to, 20, 0)));
	}
	return header;
}

/* The transport's packet of len octets stands behind room for the IP header. */
static void send_ip(struct peer *p, const struct peer_flow *flow, uint8_t protocol, uint8_t *packet,
		    size_t len)
{
	size_t header = emit_ip(packet, flow, protocol, len);
	size_t addresses = flow->is_v6 ? 16 : 4;
	size_t checksum = protocol == TCP ? 16 : protocol == UDP ? 6 : 2;
	uint32_t sum = 0;

	if (protocol != ICMP4)
		sum = add_up(flow->them, addresses, add_up(flow->us, addresses, protocol)) +
		      (uint32_t)len;
	put16(packet + header + checksum, 0);
	put16(packet + header + checksum, folded(add_up(packet + header, len, sum)));
	p->send(p->context, packet, header + len, p->delay_us);
}

static size_t ip_header(const struct peer_flow *flow)
{
	return flow->is_v6 ? 40 : 20;
}

static void send_tcp(struct peer *p, const struct parts *parts)
{
	const struct peer_flow *flow = &parts->flow;
	uint8_t packet[PEER_PACKET_MAX] = { 0 };
	uint8_t *tcp = packet + ip_header(flow);

	put16(tcp, flow->their_port);
	put16(tcp + 2, flow->our_port);
	put32(tcp + 4, parts->seq);
	put32(tcp + 8, parts->ack);
	tcp[12] = 5 << 4;
	tcp[13] = parts->flags;
	put16(tcp + 14, WINDOW);
	if (parts->len > 0)
		memcpy(tcp + 20, parts->payload, parts->len);
	send_ip(p, flow, TCP, packet, 20 + parts->len);
}

/* RFC 792 and RFC 4443: the packet that is answered comes along, or its beginning. */
static void send_icmp(struct peer *p, const struct peer_flow *flow, const uint8_t *about,
		      size_t len)
{
	size_t limit = flow->is_v6 ? QUOTE_V6 : QUOTE_V4;
	uint8_t packet[PEER_PACKET_MAX] = { 0 };
	uint8_t *icmp = packet + ip_header(flow);

	len = len < limit ? len : limit;
	icmp[0] = p->icmp_type;
	icmp[1] = p->icmp_code;
	memcpy(icmp + 8, about, len);
	send_ip(p, flow, flow->is_v6 ? ICMP6 : ICMP4, packet, 8 + len);
}

static bool parse_ip(const uint8_t *packet, size_t len, struct parts *parts, size_t *header)
{
	struct peer_flow *flow = &parts->flow;

	if (len >= 20 && packet[0] >> 4 == 4) {
		*header = (size_t)(packet[0] & 0xf) * 4;
		parts->protocol = packet[9];
		memcpy(flow->us, packet + 12, 4);
		memcpy(flow->them, packet + 16, 4);
		return true;
	}
	if (len < 40 || packet[0] >> 4 != 6)
		return false;
	*header = 40;
	flow->is_v6 = true;
	parts->protocol = packet[6];
	memcpy(flow->us, packet + 8, 16);
	memcpy(flow->them, packet + 24, 16);
	return true;
}

static bool parse(const uint8_t *packet, size_t len, struct parts *parts)
{
	const uint8_t *at;
	size_t header, more;

	memset(parts, 0, sizeof *parts);
	if (!parse_ip(packet, len, parts, &header))
		return false;
	at = packet + header;
	parts->flow.is_tcp = parts->protocol == TCP;
	if ((parts->protocol != TCP || len < header + 20) &&
	    (parts->protocol != UDP || len < header + 8))
		return false;
	parts->flow.our_port = get16(at);
	parts->flow.their_port = get16(at + 2);
	more = parts->flow.is_tcp ? (size_t)(at[12] >> 4) * 4 : 8;
	if (parts->flow.is_tcp) {
		parts->seq = get32(at + 4);
		parts->ack = get32(at + 8);
		parts->flags = at[13];
	}
	parts->payload = at + more;
	parts->len = len - header - more;
	return true;
}

static struct peer_flow *flow_find(struct peer *p, const struct peer_flow *like)
{
	unsigned i;

	for (i = p->flow_count; i-- > 0;) {
		struct peer_flow *flow = &p->flows[i];

		if (flow->is_tcp == like->is_tcp && flow->our_port == like->our_port &&
		    flow->their_port == like->their_port && memcmp(flow->them, like->them, 16) == 0)
			return flow;
	}
	return NULL;
}

static struct peer_flow *flow_open(struct peer *p, const struct peer_flow *like)
{
	struct peer_flow *flow = flow_find(p, like);

	if (!flow && p->flow_count < PEER_FLOWS) {
		flow = &p->flows[p->flow_count++];
		*flow = *like;
	}
	return flow;
}

static void say_flags(struct peer *p, uint8_t flags)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} names[] = {
		{ SYN, "SYN" }, { FIN, "FIN" }, { RST, "RST" }, { PSH, "PSH" }, { ACK, "ACK" }
	};
	char word[32] = "";
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!(flags & names[i].bit))
			continue;
		if (word[0])
			strcat(word, ",");
		strcat(word, names[i].name);
	}
	say(p, word);
}

/* From the flow's own numbers. */
static void send_next(struct peer *p, struct peer_flow *flow, uint8_t flags, const void *data,
		      size_t len)
{
	struct parts parts = { .flow = *flow, .flags = flags, .seq = flow->next };

	parts.ack = flags & ACK ? flow->theirs : 0;
	parts.payload = data;
	parts.len = len;
	flow->next += (uint32_t)len + (flags & (SYN | FIN) ? 1 : 0);
	send_tcp(p, &parts);
}

static void answer_syn(struct peer *p, struct peer_flow *flow, const uint8_t *packet, size_t len)
{
	switch (p->answer) {
	case PEER_ACCEPTS:
		flow->opened = true;
		flow->next = FIRST_SEQUENCE;
		send_next(p, flow, SYN | ACK, NULL, 0);
		break;
	case PEER_REFUSES:
		flow->next = 0;
		send_next(p, flow, RST | ACK, NULL, 0);
		break;
	case PEER_SILENT:
		break;
	case PEER_REPORTS:
		send_icmp(p, flow, packet, len);
		break;
	case PEER_OPENS:
		flow->next = FIRST_SEQUENCE;
		send_next(p, flow, SYN, NULL, 0);
		break;
	}
}

static void tcp_receive(struct peer *p, const struct parts *parts, const uint8_t *packet,
			size_t len)
{
	bool is_syn = (parts->flags & (SYN | ACK)) == SYN;
	struct peer_flow *flow = is_syn ? flow_open(p, &parts->flow) : flow_find(p, &parts->flow);

	if (!flow)
		return;
	say_flags(p, parts->flags);
	flow->theirs = parts->seq + (uint32_t)parts->len + (parts->flags & (SYN | FIN) ? 1 : 0);
	if (is_syn) {
		answer_syn(p, flow, packet, len);
	} else if (p->answer == PEER_OPENS && parts->flags & SYN) {
		send_next(p, flow, RST, NULL, 0);
	} else if (flow->opened && parts->flags & FIN && !flow->finished) {
		flow->finished = true;
		send_next(p, flow, FIN | ACK, NULL, 0);
	} else if (flow->opened && !(parts->flags & RST) &&
		   (parts->len > 0 || parts->flags & FIN)) {
		send_next(p, flow, ACK, NULL, 0);
	}
}

static void udp_receive(struct peer *p, const struct parts *parts, const uint8_t *packet,
			size_t len)
{
	struct peer_flow *flow = flow_open(p, &parts->flow);

	if (!flow)
		return;
	say(p, "UDP");
	if (p->answer == PEER_REFUSES) {
		p->icmp_type = flow->is_v6 ? 1 : 3;
		p->icmp_code = flow->is_v6 ? 4 : 3;
	}
	if (p->answer == PEER_REFUSES || p->answer == PEER_REPORTS)
		send_icmp(p, flow, packet, len);
}

void peer_receive(struct peer *p, const uint8_t *packet, size_t len)
{
	struct parts parts;

	if (!parse(packet, len, &parts))
		return;
	if (parts.flow.is_tcp)
		tcp_receive(p, &parts, packet, len);
	else
		udp_receive(p, &parts, packet, len);
}

static struct peer_flow *newest(struct peer *p, bool is_tcp)
{
	unsigned i;

	for (i = p->flow_count; i-- > 0;)
		if (p->flows[i].is_tcp == is_tcp)
			return &p->flows[i];
	return NULL;
}

void peer_send_data(struct peer *p, const void *data, size_t len)
{
	struct peer_flow *flow = newest(p, true);

	if (flow)
		send_next(p, flow, PSH | ACK, data, len);
}

void peer_send_fin(struct peer *p)
{
	struct peer_flow *flow = newest(p, true);

	if (!flow)
		return;
	flow->finished = true;
	send_next(p, flow, FIN | ACK, NULL, 0);
}

void peer_send_rst(struct peer *p)
{
	struct peer_flow *flow = newest(p, true);

	if (flow)
		send_next(p, flow, RST | ACK, NULL, 0);
}

void peer_send_syn_ack(struct peer *p)
{
	struct peer_flow *flow = newest(p, true);

	if (!flow)
		return;
	flow->opened = true;
	flow->next = FIRST_SEQUENCE;
	send_next(p, flow, SYN | ACK, NULL, 0);
}

void peer_send_datagram(struct peer *p, uint8_t last_octet, uint16_t port, const char *text)
{
	struct peer_flow *flow = newest(p, false);
	uint8_t packet[PEER_PACKET_MAX] = { 0 };
	size_t len = strlen(text);
	struct peer_flow from;
	uint8_t *udp;

	if (!flow)
		return;
	from = *flow;
	from.them[from.is_v6 ? 15 : 3] = last_octet;
	udp = packet + ip_header(&from);
	put16(udp, port);
	put16(udp + 2, from.our_port);
	put16(udp + 4, (uint16_t)(8 + len));
	memcpy(udp + 8, text, len);
	send_ip(p, &from, UDP, packet, 8 + len);
}
