/* SPDX-License-Identifier: MIT */
#include "ip/ndp.h"

#include "ip/address.h"
#include "ip/neighbor.h"
#include "wire/ethernet.h"
#include "wire/ipv6.h"
#include "wire/ndp.h"

enum { HOP_LIMIT_ON_LINK = 255 }; /* RFC 4861 3.1: no router has forwarded it */

static const struct tenon_ip all_nodes = { { 0xff, 0x02, [15] = 1 } };

struct tenon_ip ndp_solicited_group(const struct tenon_ip *ip)
{
	return (struct tenon_ip){ { 0xff, 0x02, [11] = 1, [12] = 0xff, [13] = ip->octets[13],
				    [14] = ip->octets[14], [15] = ip->octets[15] } };
}

static struct ip_flow flow_on_link(const struct link *link, const struct tenon_ip *source,
				   const struct tenon_ip *destination)
{
	return (struct ip_flow){
		.source = *source,
		.destination = *destination,
		.bound_link = link->index,
		.protocol = IP_PROTOCOL_ICMP6,
		.hop_limit = HOP_LIMIT_ON_LINK,
	};
}

/* Answers to a flow whose path is chosen by ip_send; the entry of who asked has just been made. */
static void advertise(struct ip *ip, struct link *link, const struct tenon_ip *target,
		      const struct tenon_ip *asked_by)
{
	bool is_probe = tenon_ip_is_any(asked_by);
	struct ip_flow flow = flow_on_link(link, target, is_probe ? &all_nodes : asked_by);
	struct ndp_message message = {
		.type = NDP_NEIGHBOR_ADVERTISEMENT,
		.solicited = !is_probe, /* RFC 4861 7.2.4 */
		.override = true,
		.target = *target,
		.options = { .has_target_mac = true, .target_mac = mac_get(link->facts.mac) },
	};
	struct packet packet;

	packet_init(&packet, NULL, 0);
	ndp_emit(packet_push(&packet, ndp_len(&message)), &message, flow.source, flow.destination);
	(void)ip_send(ip, &flow, &packet);
}

/* RFC 4861 7.1.1: who has no address yet asks the group, and names no MAC. */
static bool may_solicit(const struct ip_arrival *arrival, const struct ndp_message *message)
{
	struct tenon_ip group = ndp_solicited_group(&message->target);

	if (!tenon_ip_is_any(&arrival->source))
		return true;
	return !message->options.has_source_mac && tenon_ip_equal(&arrival->destination, &group);
}

static enum fate solicitation_arrives(struct ip *ip, struct link *link,
				      const struct ip_arrival *arrival,
				      const struct ndp_message *message)
{
	const struct mac *mac = &message->options.source_mac;

	if (!may_solicit(arrival, message))
		return FATE_NDP_INVALID;
	if (address_link(ip, &message->target, link->index) != link->index)
		return FATE_NDP_NOT_FOR_US;
	if (message->options.has_source_mac && !mac_is_group(*mac))
		neighbor_heard(ip, link, &arrival->source, mac, true);
	advertise(ip, link, &message->target, &arrival->source);
	return FATE_NDP_SOLICITATION;
}

static enum fate advertisement_arrives(struct ip *ip, struct link *link,
				       const struct ip_arrival *arrival,
				       const struct ndp_message *message)
{
	struct neighbor_claim claim = {
		.ip = message->target,
		.mac = message->options.target_mac,
		.has_mac = message->options.has_target_mac,
		.is_solicited = message->solicited,
		.is_override = message->override,
		.is_router = message->is_router,
	};

	if (message->solicited && arrival->is_multicast)
		return FATE_NDP_INVALID; /* RFC 4861 7.1.2 */
	if (claim.has_mac && mac_is_group(claim.mac))
		return FATE_NDP_INVALID;
	if (address_link(ip, &message->target, link->index) != LINK_NONE)
		return FATE_NDP_IGNORED; /* somebody else has our address: RFC 4862 5.4.4 */
	return neighbor_claimed(ip, link, &claim) ? FATE_NDP_ADVERTISEMENT : FATE_NDP_IGNORED;
}

static bool is_ndp(uint8_t type)
{
	return type >= NDP_ROUTER_SOLICITATION && type <= NDP_REDIRECT;
}

enum fate ndp_arrives(struct ip *ip, const struct ip_arrival *arrival,
		      const struct icmp6_header *header, struct bytes body)
{
	struct link *link = link_find(ip->links, arrival->link);
	struct ndp_message message;
	enum fate fate;

	if (!is_ndp(header->type))
		return FATE_ICMP_UNKNOWN;
	if (arrival->hop_limit != HOP_LIMIT_ON_LINK)
		return FATE_NDP_INVALID;
	fate = ndp_parse(&message, header, body);
	if (fate != FATE_PASS)
		return fate;
	if (link == NULL || !link->facts.is_ethernet)
		return FATE_NDP_IGNORED;
	if (message.type == NDP_NEIGHBOR_SOLICITATION)
		return solicitation_arrives(ip, link, arrival, &message);
	if (message.type == NDP_NEIGHBOR_ADVERTISEMENT)
		return advertisement_arrives(ip, link, arrival, &message);
	return FATE_NDP_IGNORED;
}

/* RFC 4861 7.2.2: from an address of ours, for one without would be a probe of DAD. */
static bool choose_source(struct ip *ip, struct link *link, const struct tenon_ip *target,
			  struct tenon_ip *source)
{
	struct ip_flow to_target = { .destination = *target, .bound_link = link->index };
	struct ip_path path = { .link = link, .next_hop = *target };

	return address_choose(ip, &to_target, &path, source);
}

void ndp_solicit(struct ip *ip, struct link *link, const struct tenon_ip *target,
		 const struct mac *known)
{
	struct tenon_ip to = known == NULL ? ndp_solicited_group(target) : *target;
	struct mac mac = known == NULL ? ethernet_multicast(to) : *known;
	struct ndp_message message = {
		.type = NDP_NEIGHBOR_SOLICITATION,
		.target = *target,
		.options = { .has_source_mac = true, .source_mac = mac_get(link->facts.mac) },
	};
	struct tenon_ip source;
	struct ip_flow flow;
	struct packet packet;

	if (!choose_source(ip, link, target, &source))
		return;
	flow = flow_on_link(link, &source, &to);
	packet_init(&packet, NULL, 0);
	ndp_emit(packet_push(&packet, ndp_len(&message)), &message, source, to);
	ip->v6->emit(ip, &flow, &packet);
	(void)neighbor_send_to(ip, link, &mac, ETHERTYPE_IPV6, &packet);
}
