/* SPDX-License-Identifier: MIT */
#include "ip/family.h"

#include "base/checksum.h"
#include "ip/address.h"
#include "ip/arp.h"
#include "ip/icmp.h"
#include "ip/icmp4.h"
#include "wire/ethernet.h"
#include "wire/icmp4.h"
#include "wire/ipv4.h"
#include "wire/pseudo.h"

enum {
	HOP_LIMIT_DEFAULT = 64,
	HOP_LIMIT_MULTICAST = 1, /* RFC 1112 6.1 */
	MTU_LEAST = 68,          /* RFC 791 3.2 */
	ERROR_LEN_MAX = 576,     /* RFC 1812 4.3.2.3 */
	PROTOCOL_AT = 9,
	TOTAL_LENGTH_AT = 2,
	FLAGS_OFFSET_AT = 6,
	CHECKSUM_AT = 10,
};

enum ipv4_option {
	OPTION_END = 0,
	OPTION_NOTHING = 1,
	OPTION_LOOSE_ROUTE = 131,
	OPTION_STRICT_ROUTE = 137,
};

/* RFC 1112 4: the group of all hosts on the link, which nobody joins. */
static bool is_all_hosts(const struct tenon_ip *ip)
{
	const struct tenon_ip all_hosts = tenon_ip4(224, 0, 0, 1);

	return tenon_ip_equal(ip, &all_hosts);
}

/* RFC 1122 3.2.1.3 (a): 0.0.0.0 is somebody who does not know his address yet and asks everybody.
 */
static bool is_beginner(const struct ipv4_header *h)
{
	return tenon_ip_is_any(&h->source) && tenon_ip_is_limited_broadcast(&h->destination);
}

/* RFC 1122 3.2.1.3, MUST-63: what no datagram may come from; and from outside, not from ourselves.
 */
static enum fate check_source(const struct ip *ip, const struct ip_arrival *arrival,
			      const struct ipv4_header *h)
{
	if (tenon_ip_is_multicast(&h->source) || ip_is_broadcast(ip, &h->source))
		return FATE_IP_SOURCE;
	if (h->source.octets[12] == 0 && !is_beginner(h))
		return FATE_IP_SOURCE;
	if (arrival->link == LINK_LOOPBACK)
		return FATE_PASS;
	if (tenon_ip_is_loopback(&h->source) || ip_is_local(ip, &h->source))
		return FATE_IP_SOURCE;
	return FATE_PASS;
}

static enum fate check_destination(const struct ip *ip, struct ip_arrival *arrival,
				   const struct ipv4_header *h)
{
	const struct tenon_ip *to = &h->destination;

	arrival->is_broadcast = ip_is_broadcast(ip, to);
	arrival->is_multicast = is_all_hosts(to);
	if (tenon_ip_is_loopback(to) && arrival->link != LINK_LOOPBACK)
		return FATE_IP_NOT_FOR_US;
	if (arrival->is_broadcast || arrival->is_multicast)
		return FATE_PASS;
	/* RFC 1122 3.3.6: one host's address in a frame to all is a mistake, or an attack. */
	if (!ip_is_local(ip, to) || arrival->was_link_broadcast)
		return FATE_IP_NOT_FOR_US;
	return FATE_PASS;
}

/* RFC 1122 3.2.2.5: the sender is told where his options make no sense. */
static enum fate refuse_option(struct ip *ip, const struct ip_arrival *arrival, size_t at)
{
	struct icmp_message problem = { .type = ICMP4_PARAMETER_PROBLEM,
					.rest = (uint32_t)(IPV4_HEADER_LEN + at) << 24 };

	icmp_send_error(ip, arrival, &problem, false);
	return FATE_IP_OPTION;
}

/* RFC 1122 3.2.1.8: unknown options are stepped over; MUST-50. Source routes are refused: they let
 * a stranger choose how our answers travel. */
static enum fate check_options(struct ip *ip, const struct ip_arrival *arrival,
			       struct bytes options)
{
	struct reader r = reader_of(options);

	while (reader_left(&r) > 0) {
		size_t at = options.len - reader_left(&r);
		uint8_t kind = read8(&r), len;

		if (kind == OPTION_END)
			break;
		if (kind == OPTION_NOTHING)
			continue;
		len = read8(&r);
		if (len < 2 || reader_left(&r) < len - 2u)
			return refuse_option(ip, arrival, at);
		if (kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE)
			return FATE_IP_OPTION;
		(void)read_bytes(&r, len - 2u);
	}
	return FATE_PASS;
}

/* A part: does it end on a multiple of eight octets, and within the longest datagram? */
static enum fate check_whole(struct ip_arrival *arrival, const struct ipv4_header *h)
{
	size_t len = arrival->payload.len;
	struct ip_part part = {
		.id = h->identification,
		.offset = h->fragment_offset,
		.header_len = (uint16_t)(arrival->payload.at - arrival->packet.at),
		.more = h->more_fragments,
		.is_part = true,
	};

	if (!h->more_fragments && h->fragment_offset == 0)
		return FATE_PASS;
	if (len == 0 || (h->more_fragments && len % 8 != 0))
		return FATE_IP_FRAGMENT_LENGTH;
	if (part.header_len + part.offset + len > UINT16_MAX)
		return FATE_IP_FRAGMENT_LENGTH;
	arrival->part = part;
	return FATE_IP_FRAGMENT;
}

static enum fate ipv4_arrives(struct ip *ip, struct ip_arrival *arrival)
{
	struct ipv4_header h;
	struct bytes payload = arrival->packet;
	enum fate fate = ipv4_parse(&h, &payload);

	if (fate != FATE_PASS)
		return fate;
	arrival->source = h.source;
	arrival->destination = h.destination;
	arrival->packet.len = h.total_length;
	arrival->payload = payload;
	arrival->protocol = h.protocol;
	arrival->protocol_at = PROTOCOL_AT;
	arrival->hop_limit = h.ttl;
	arrival->traffic_class = h.tos;
	if (fate == FATE_PASS) fate = check_source(ip, arrival, &h);
	if (fate == FATE_PASS) fate = check_destination(ip, arrival, &h);
	if (fate == FATE_PASS) fate = check_whole(arrival, &h);
	if (fate == FATE_PASS) fate = check_options(ip, arrival, h.options);
	return fate;
}

static struct ipv4_header header_of(const struct ip_flow *flow)
{
	uint8_t hop_limit = flow->path.is_multicast ? HOP_LIMIT_MULTICAST : HOP_LIMIT_DEFAULT;

	return (struct ipv4_header){
		.source = flow->source,
		.destination = flow->destination,
		.tos = flow->traffic_class,
		.ttl = flow->hop_limit == 0 ? hop_limit : flow->hop_limit,
		.protocol = flow->protocol,
	};
}

static void ipv4_emit_header(struct ip *ip, const struct ip_flow *flow, struct packet *p)
{
	uint32_t payload_len = packet_len(p);
	struct ipv4_header h = header_of(flow);

	h.dont_fragment =
		(flow->flags & (IP_DONT_FRAGMENT | IP_CUT_HERE)) != 0 && !flow->path.may_be_cut;
	/* RFC 6864 4.1: a datagram that nobody may fragment needs no identification. */
	if (!h.dont_fragment)
		h.identification = ip->datagram_id++;
	ipv4_emit(packet_push(p, IPV4_HEADER_LEN), &h, payload_len);
}

static void ipv4_include_header(struct ip *ip, const struct ip_flow *flow, uint8_t *header,
				size_t payload_len)
{
	ipv4_complete(header, &flow->source, ip->datagram_id++, payload_len);
}

static uint32_t ipv4_new_part_id(struct ip *ip)
{
	return ip->datagram_id++;
}

static void ipv4_emit_part(struct ip *ip, const struct ip_flow *flow, struct packet *p,
			   const struct ip_part *part)
{
	uint32_t payload_len = packet_len(p);
	struct ipv4_header h = header_of(flow);

	(void)ip;
	h.identification = (uint16_t)part->id;
	h.fragment_offset = part->offset;
	h.more_fragments = part->more;
	ipv4_emit(packet_push(p, IPV4_HEADER_LEN), &h, payload_len);
}

static void ipv4_make_whole(uint8_t *packet, size_t len, const struct ip_part *first)
{
	put16(packet + TOTAL_LENGTH_AT, (uint16_t)len);
	put16(packet + FLAGS_OFFSET_AT, 0);
	put16(packet + CHECKSUM_AT, 0);
	put16(packet + CHECKSUM_AT, checksum_finish(checksum_add(0, packet, first->header_len)));
}

static void ipv4_link_up(struct ip *ip, struct link *link)
{
	struct mac all_hosts = ethernet_multicast(tenon_ip4(224, 0, 0, 1));

	(void)ip;
	if (link->facts.is_ethernet && link->driver->set_multicast != NULL)
		link->driver->set_multicast(link->driver_self, all_hosts.octets, true);
}

/* IPv4 addresses belong to no group of their own. */
static void ipv4_address_changed(struct ip *ip, struct link *link, const struct tenon_ip *address,
				 bool is_added)
{
	(void)ip;
	(void)link;
	(void)address;
	(void)is_added;
}

const struct tenon_family_module tenon_ipv4 = {
	.ethertype = ETHERTYPE_IPV4,
	.resolution_ethertype = ETHERTYPE_ARP,
	.version = TENON_IP_V4,
	.control_protocol = IP_PROTOCOL_ICMP4,
	.header_len = IPV4_HEADER_LEN,
	.packet_max = UINT16_MAX,
	.mtu_min = MTU_LEAST,
	.error_len_max = ERROR_LEN_MAX,
	.arrives = ipv4_arrives,
	.control = icmp4_arrives,
	.resolution_arrives = arp_arrives,
	.emit = ipv4_emit_header,
	.include_header = ipv4_include_header,
	.emit_part = ipv4_emit_part,
	.new_part_id = ipv4_new_part_id,
	.make_whole = ipv4_make_whole,
	.solicit = arp_solicit,
	.error = icmp4_error,
	.emit_control = icmp4_emit_message,
	.is_error = icmp4_message_is_error,
	.quote = icmp4_quote,
	.link_up = ipv4_link_up,
	.address_changed = ipv4_address_changed,
};
