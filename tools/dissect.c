/* SPDX-License-Identifier: MIT */
#include "tools/dissect.h"

#include <string.h>

enum {
	LINKTYPE_NULL = 0,
	LINKTYPE_ETHERNET = 1,
	LINKTYPE_RAW_BSD = 12,
	LINKTYPE_RAW_OPENBSD = 14,
	LINKTYPE_RAW = 101,
	LINKTYPE_LINUX_SLL = 113,
	LINKTYPE_IPV4 = 228,
	LINKTYPE_IPV6 = 229,
	LINKTYPE_LINUX_SLL2 = 276,
};

enum { TYPE_IPV4 = 0x0800, TYPE_ARP = 0x0806, TYPE_VLAN = 0x8100, TYPE_IPV6 = 0x86dd };
enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_ICMP6 = 58 };
enum { ARP_LENGTH = 28, ARP_REQUEST = 1, ARP_REPLY = 2 };
enum { NDP_SOLICITATION = 135, NDP_ADVERTISEMENT = 136, NDP_LENGTH = 24 };

/* What is left of a packet. */
struct rest {
	const uint8_t *at;
	size_t len;
};

static uint16_t u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t u32(const uint8_t *at)
{
	return (uint32_t)u16(at) << 16 | u16(at + 2);
}

static bool skip(struct rest *rest, size_t len)
{
	if (len > rest->len)
		return false;
	rest->at += len;
	rest->len -= len;
	return true;
}

static struct tenon_ip ip4_at(const uint8_t *at)
{
	return tenon_ip4(at[0], at[1], at[2], at[3]);
}

static struct tenon_ip ip6_at(const uint8_t *at)
{
	struct tenon_ip ip;

	memcpy(ip.octets, at, sizeof ip.octets);
	return ip;
}

/* FNV-1a: for telling segments apart, not against an attacker. */
static uint64_t mixed(uint64_t hash, const uint8_t *at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ at[i]) * 0x100000001b3u;
	return hash;
}

/* The IP header's story: who to whom, and what is inside. */
struct packet_ip {
	struct tenon_ip from, to;
	uint8_t protocol;
	bool is_first; /* not a later fragment */
	uint32_t len;  /* of what is inside, by the header's word */
};

static bool read_ip4(struct rest *rest, struct packet_ip *ip)
{
	const uint8_t *at = rest->at;
	size_t header = rest->len >= 20 ? (at[0] & 15u) * 4 : 0;
	uint16_t total;

	if (header < 20 || header > rest->len)
		return false;
	total = u16(at + 2);
	/* A segment that the sender left to its hardware to cut has no length yet. */
	ip->len = total == 0        ? (uint32_t)(rest->len - header)
		  : total >= header ? (uint32_t)(total - header)
				    : 0;
	ip->from = ip4_at(at + 12);
	ip->to = ip4_at(at + 16);
	ip->protocol = at[9];
	ip->is_first = (u16(at + 6) & 0x1fff) == 0;
	return skip(rest, header);
}

static bool is_extension(uint8_t next_header)
{
	return next_header == 0 || next_header == 43 || next_header == 60;
}

static bool read_ip6(struct rest *rest, struct packet_ip *ip)
{
	size_t header = 40;

	if (rest->len < header)
		return false;
	ip->len = u16(rest->at + 4);
	ip->protocol = rest->at[6];
	ip->is_first = true;
	ip->from = ip6_at(rest->at + 8);
	ip->to = ip6_at(rest->at + 24);
	skip(rest, header);
	while (is_extension(ip->protocol) && rest->len >= 8) {
		header = (rest->at[1] + 1u) * 8;
		if (header > rest->len || header > ip->len)
			return false;
		ip->protocol = rest->at[0];
		ip->len -= (uint32_t)header;
		skip(rest, header);
	}
	return true;
}

static bool read_ip(struct rest *rest, struct packet_ip *ip)
{
	if (rest->len == 0)
		return false;
	return rest->at[0] >> 4 == 4   ? read_ip4(rest, ip)
	       : rest->at[0] >> 4 == 6 ? read_ip6(rest, ip)
				       : false;
}

static void read_tcp_options(struct seen *seen, struct rest options)
{
	while (options.len >= 2 && options.at[0] != 0) {
		size_t len = options.at[0] == 1 ? 1 : options.at[1];

		if (options.at[0] == 2 && len == 4 && options.len >= 4) {
			seen->segment.has_mss = true;
			seen->segment.mss = u16(options.at + 2);
		}
		if (options.at[0] == 3 && len == 3 && options.len >= 3) {
			seen->segment.has_scale = true;
			seen->segment.scale = options.at[2];
		}
		if (len == 0 || !skip(&options, len))
			return;
	}
}

static void see_segment(struct seen *seen, const struct packet_ip *ip, struct rest rest)
{
	const uint8_t *at = rest.at;
	size_t header = rest.len >= 20 ? (at[12] >> 4) * 4u : 0;

	if (header < 20 || header > rest.len || header > ip->len)
		return;
	seen->kind = SEEN_SEGMENT;
	seen->from.port = u16(at);
	seen->to.port = u16(at + 2);
	seen->segment.seq = u32(at + 4);
	seen->segment.ack = u32(at + 8);
	seen->segment.flags = at[13] & 0x3f;
	seen->segment.window = u16(at + 14);
	seen->segment.len = ip->len - (uint32_t)header;
	read_tcp_options(seen, (struct rest){ at + 20, header - 20 });
	/* Without the checksum, which the sender may have left to its hardware. */
	seen->segment.identity = mixed(0xcbf29ce484222325u, at, 16);
	seen->segment.identity = mixed(seen->segment.identity, at + 18, rest.len - 18);
}

static bool is_error(uint8_t protocol, uint8_t type)
{
	if (protocol == PROTOCOL_ICMP6)
		return type < 128;
	return type == 3 || type == 4 || type == 11 || type == 12;
}

static void see_icmp(struct seen *seen, const struct packet_ip *ip, struct rest rest)
{
	struct packet_ip quoted;

	if (rest.len < 8)
		return;
	seen->icmp.type = rest.at[0];
	seen->icmp.code = rest.at[1];
	if (ip->protocol == PROTOCOL_ICMP6 && rest.len >= NDP_LENGTH &&
	    (seen->icmp.type == NDP_SOLICITATION || seen->icmp.type == NDP_ADVERTISEMENT)) {
		seen->kind = seen->icmp.type == NDP_SOLICITATION ? SEEN_QUESTION : SEEN_ANSWER;
		seen->neighbor.target = ip6_at(rest.at + 8);
		if (seen->kind == SEEN_ANSWER && rest.len >= NDP_LENGTH + 8 && rest.at[24] == 2)
			memcpy(seen->neighbor.mac, rest.at + 26, 6);
		return;
	}
	if (!is_error(ip->protocol, seen->icmp.type))
		return;
	skip(&rest, 8);
	if (!read_ip(&rest, &quoted) || quoted.protocol != PROTOCOL_TCP || rest.len < 4)
		return;
	seen->kind = SEEN_ICMP_ERROR;
	seen->icmp.from = (struct tenon_endpoint){ .ip = quoted.from, .port = u16(rest.at) };
	seen->icmp.to = (struct tenon_endpoint){ .ip = quoted.to, .port = u16(rest.at + 2) };
}

static void see_ip(struct seen *seen, struct rest rest)
{
	struct packet_ip ip;

	if (!read_ip(&rest, &ip) || !ip.is_first)
		return;
	seen->from.ip = ip.from;
	seen->to.ip = ip.to;
	if (rest.len > ip.len)
		rest.len = ip.len;
	if (ip.protocol == PROTOCOL_TCP)
		see_segment(seen, &ip, rest);
	else if (ip.protocol == PROTOCOL_ICMP || ip.protocol == PROTOCOL_ICMP6)
		see_icmp(seen, &ip, rest);
}

static void see_arp(struct seen *seen, struct rest rest)
{
	uint16_t operation;

	if (rest.len < ARP_LENGTH || u16(rest.at + 2) != TYPE_IPV4 || rest.at[4] != 6)
		return;
	operation = u16(rest.at + 6);
	if (operation != ARP_REQUEST && operation != ARP_REPLY)
		return;
	seen->kind = operation == ARP_REQUEST ? SEEN_QUESTION : SEEN_ANSWER;
	seen->from.ip = ip4_at(rest.at + 14);
	seen->to.ip = ip4_at(rest.at + 24);
	seen->neighbor.target = operation == ARP_REQUEST ? seen->to.ip : seen->from.ip;
	memcpy(seen->neighbor.mac, rest.at + 8, 6);
}

static void see_type(struct seen *seen, uint16_t type, struct rest rest)
{
	while (type == TYPE_VLAN && rest.len >= 4) {
		type = u16(rest.at + 2);
		skip(&rest, 4);
	}
	if (type == TYPE_ARP)
		see_arp(seen, rest);
	else if (type == TYPE_IPV4 || type == TYPE_IPV6)
		see_ip(seen, rest);
}

void dissect(struct seen *seen, const struct capture_packet *packet)
{
	struct rest rest = { packet->octets, packet->len };
	const uint8_t *at = packet->octets;

	*seen = (struct seen){ .kind = SEEN_OTHER };
	switch (packet->link_type) {
	case LINKTYPE_ETHERNET:
		if (skip(&rest, 14))
			see_type(seen, u16(at + 12), rest);
		break;
	case LINKTYPE_LINUX_SLL:
		if (skip(&rest, 16))
			see_type(seen, u16(at + 14), rest);
		break;
	case LINKTYPE_LINUX_SLL2:
		if (skip(&rest, 20))
			see_type(seen, u16(at), rest);
		break;
	case LINKTYPE_NULL:
		if (skip(&rest, 4))
			see_ip(seen, rest);
		break;
	case LINKTYPE_RAW:
	case LINKTYPE_RAW_BSD:
	case LINKTYPE_RAW_OPENBSD:
	case LINKTYPE_IPV4:
	case LINKTYPE_IPV6:
		see_ip(seen, rest);
		break;
	default:
		break;
	}
}
