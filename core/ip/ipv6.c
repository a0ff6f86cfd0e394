/* SPDX-License-Identifier: MIT */
#include "ip/family.h"

#include "ip/address.h"
#include "ip/icmp6.h"
#include "ip/ndp.h"
#include "wire/ethernet.h"
#include "wire/icmp6.h"
#include "wire/ipv6.h"
#include "wire/ipv6_ext.h"

enum {
	HOP_LIMIT_DEFAULT = 64,
	HOP_LIMIT_MULTICAST = 1,
	MTU_LEAST = 1280, /* RFC 8200 5 */
	LINK_LOCAL_BITS = 64,
	UNIVERSAL_BIT = 0x02, /* RFC 4291 appendix A: inverted in an interface identifier */
	PAYLOAD_LENGTH_AT = 4,
	FRAGMENT_OFFSET_AT = 2, /* in a fragment header */
	UPPER_HEADER_LEAST = 8,
};

static const struct tenon_ip all_nodes = { { 0xff, 0x02, [15] = 1 } };

/* MUST-63. RFC 4291 2.7: a source that is no single host; 2.5.3: one that must not come from
 * outside. */
static enum fate check_source(const struct ip_arrival *arrival)
{
	if (tenon_ip_is_multicast(&arrival->source))
		return FATE_IP_SOURCE;
	if (tenon_ip_is_loopback(&arrival->source) && arrival->link != LINK_LOOPBACK)
		return FATE_IP_SOURCE;
	return FATE_PASS;
}

static enum fate check_destination(const struct ip *ip, struct ip_arrival *arrival)
{
	const struct tenon_ip *to = &arrival->destination;
	uint16_t link = address_link(ip, to, arrival->link);

	if (tenon_ip_is_loopback(to) && arrival->link != LINK_LOOPBACK)
		return FATE_IP_NOT_FOR_US;
	arrival->is_multicast = tenon_ip_is_multicast(to);
	if (arrival->is_multicast)
		return tenon_ip_equal(to, &all_nodes) || address_has_group(ip, arrival->link, to)
			       ? FATE_PASS
			       : FATE_IP_NOT_FOR_US;
	if (link == LINK_NONE)
		return FATE_IP_NOT_FOR_US;
	/* To ourselves by the loopback: the zone is that of the address. */
	if (tenon_ip_is_link_local(to))
		arrival->link = link;
	return FATE_PASS;
}

static enum fate refuse_part(struct ip *ip, const struct ip_arrival *arrival, uint8_t code,
			     uint32_t pointer)
{
	struct ipv6_problem problem = { IPV6_PROBLEM_REPORT_UNICAST, code, pointer };

	icmp6_send_problem(ip, arrival, &problem);
	return FATE_IP_FRAGMENT_LENGTH;
}

/* RFC 8200 4.5 and RFC 7112 5: the first part has every header, the transport's too. */
static bool has_all_headers(const struct ip_arrival *arrival, const struct ipv6_ext *ext)
{
	struct bytes rest = arrival->payload;
	struct ipv6_ext behind;

	return ext->fragment.offset != 0 ||
	       (ipv6_ext_parse(&behind, ext->next_header, &rest) == FATE_PASS &&
		rest.len >= UPPER_HEADER_LEAST);
}

static enum fate check_part(struct ip *ip, struct ip_arrival *arrival, const struct ipv6_ext *ext)
{
	size_t len = arrival->payload.len, unfragmented = ext->fragment_at - IPV6_HEADER_LEN;

	if (len == 0)
		return FATE_IP_FRAGMENT_LENGTH;
	if (ext->fragment.more && len % 8 != 0)
		return refuse_part(ip, arrival, ICMP6_HEADER_FIELD, PAYLOAD_LENGTH_AT);
	if (unfragmented + ext->fragment.offset + len > UINT16_MAX)
		return refuse_part(ip, arrival, ICMP6_HEADER_FIELD,
				   ext->fragment_at + FRAGMENT_OFFSET_AT);
	if (!has_all_headers(arrival, ext))
		return refuse_part(ip, arrival, ICMP6_FIRST_FRAGMENT, 0);
	arrival->part = (struct ip_part){
		.id = ext->fragment.identification,
		.offset = ext->fragment.offset,
		.header_len = (uint16_t)ext->fragment_at,
		.next_header_at = (uint16_t)ext->fragment_named_at,
		.next_header = ext->next_header,
		.more = ext->fragment.more,
		.is_part = true,
	};
	return FATE_IP_FRAGMENT;
}

/* Whatever precedes the transport. What cannot be stepped over is reported as RFC 8200 4.2 says. */
static enum fate check_extensions(struct ip *ip, struct ip_arrival *arrival, uint8_t next_header)
{
	struct ipv6_ext ext;
	enum fate fate = ipv6_ext_parse(&ext, next_header, &arrival->payload);

	arrival->protocol = ext.next_header;
	arrival->protocol_at = ext.next_header_at;
	if (fate != FATE_PASS) {
		icmp6_send_problem(ip, arrival, &ext.problem);
		return fate;
	}
	return ext.has_fragment ? check_part(ip, arrival, &ext) : FATE_PASS;
}

/* Neighbor discovery alone has senders without an address, or with ours (a duplicate's). */
static enum fate check_speaker(const struct ip *ip, const struct ip_arrival *arrival,
			       bool from_outside)
{
	bool is_ours = from_outside && ip_is_local(ip, &arrival->source);

	if (arrival->protocol == IPV6_NO_NEXT_HEADER)
		return FATE_IP_PROTOCOL_UNKNOWN;
	if (arrival->protocol == IP_PROTOCOL_ICMP6)
		return FATE_PASS;
	return is_ours || tenon_ip_is_any(&arrival->source) ? FATE_IP_SOURCE : FATE_PASS;
}

static enum fate ipv6_arrives(struct ip *ip, struct ip_arrival *arrival)
{
	bool from_outside = arrival->link != LINK_LOOPBACK;
	struct ipv6_header h;
	struct bytes payload = arrival->packet;
	enum fate fate = ipv6_parse(&h, &payload);

	if (fate != FATE_PASS)
		return fate;
	arrival->source = h.source;
	arrival->destination = h.destination;
	arrival->packet.len = IPV6_HEADER_LEN + payload.len;
	arrival->payload = payload;
	arrival->hop_limit = h.hop_limit;
	arrival->traffic_class = h.traffic_class;
	arrival->is_broadcast = false;
	if (fate == FATE_PASS) fate = check_source(arrival);
	if (fate == FATE_PASS) fate = check_destination(ip, arrival);
	if (fate == FATE_PASS) fate = check_extensions(ip, arrival, h.next_header);
	if (fate == FATE_PASS) fate = check_speaker(ip, arrival, from_outside);
	return fate;
}

static void push_header(const struct ip_flow *flow, uint8_t next_header, struct packet *p)
{
	uint8_t hop_limit = flow->path.is_multicast ? HOP_LIMIT_MULTICAST : HOP_LIMIT_DEFAULT;
	uint32_t payload_len = packet_len(p);
	struct ipv6_header h = {
		.source = flow->source,
		.destination = flow->destination,
		.traffic_class = flow->traffic_class,
		.next_header = next_header,
		.hop_limit = flow->hop_limit == 0 ? hop_limit : flow->hop_limit,
	};

	ipv6_emit(packet_push(p, IPV6_HEADER_LEN), &h, payload_len);
}

static void ipv6_emit_header(struct ip *ip, const struct ip_flow *flow, struct packet *p)
{
	(void)ip;
	push_header(flow, flow->protocol, p);
}

/* RFC 7739 5: nobody outside can tell the next one. */
static uint32_t ipv6_new_part_id(struct ip *ip)
{
	return random_u32(ip->random);
}

static void ipv6_emit_part(struct ip *ip, const struct ip_flow *flow, struct packet *p,
			   const struct ip_part *part)
{
	struct ipv6_fragment fragment = { part->id, part->offset, part->more };

	(void)ip;
	ipv6_fragment_emit(packet_push(p, IPV6_FRAGMENT_LEN), &fragment, flow->protocol);
	push_header(flow, IPV6_FRAGMENT, p);
}

static void ipv6_make_whole(uint8_t *packet, size_t len, const struct ip_part *first)
{
	put16(packet + PAYLOAD_LENGTH_AT, (uint16_t)(len - IPV6_HEADER_LEN));
	packet[first->next_header_at] = first->next_header;
}

static void listen_to(struct link *link, struct tenon_ip group, bool join)
{
	struct mac mac = ethernet_multicast(group);

	if (link->facts.is_ethernet && link->driver->set_multicast != NULL)
		link->driver->set_multicast(link->driver_self, mac.octets, join);
}

/* RFC 4291 appendix A: the interface identifier that a MAC gives. */
static struct tenon_ip link_local_of(const uint8_t mac[6])
{
	struct tenon_ip ip = { { 0xfe, 0x80, [11] = 0xff, [12] = 0xfe } };

	memcpy(ip.octets + 8, mac, 3);
	memcpy(ip.octets + 13, mac + 3, 3);
	ip.octets[8] ^= UNIVERSAL_BIT;
	return ip;
}

static void ipv6_link_up(struct ip *ip, struct link *link)
{
	struct tenon_ip own = link_local_of(link->facts.mac);

	if (!link->facts.is_ethernet)
		return;
	listen_to(link, all_nodes, true);
	(void)!address_add(ip, link->index, &own,
			   LINK_LOCAL_BITS); /* EXISTS when it was up before */
}

static void ipv6_address_changed(struct ip *ip, struct link *link, const struct tenon_ip *address,
				 bool is_added)
{
	struct tenon_ip group = ndp_solicited_group(address);

	if (is_added || !address_has_group(ip, link->index, &group))
		listen_to(link, group, is_added);
}

const struct tenon_family_module tenon_ipv6 = {
	.ethertype = ETHERTYPE_IPV6,
	.version = TENON_IP_V6,
	.control_protocol = IP_PROTOCOL_ICMP6,
	.header_len = IPV6_HEADER_LEN,
	.part_header_len = IPV6_FRAGMENT_LEN,
	.packet_max = IPV6_HEADER_LEN + UINT16_MAX,
	.mtu_min = MTU_LEAST,
	.error_len_max = MTU_LEAST, /* RFC 4443 2.4 (c) */
	.arrives = ipv6_arrives,
	.control = icmp6_arrives,
	.emit = ipv6_emit_header,
	.emit_part = ipv6_emit_part,
	.new_part_id = ipv6_new_part_id,
	.make_whole = ipv6_make_whole,
	.solicit = ndp_solicit,
	.error = icmp6_error,
	.emit_control = icmp6_emit_message,
	.is_error = icmp6_message_is_error,
	.quote = icmp6_quote,
	.link_up = ipv6_link_up,
	.address_changed = ipv6_address_changed,
};
