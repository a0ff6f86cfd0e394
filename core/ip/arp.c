/* SPDX-License-Identifier: MIT */
#include "ip/arp.h"

#include "ip/address.h"
#include "ip/neighbor.h"
#include "wire/arp.h"
#include "wire/ethernet.h"

static void send(struct ip *ip, struct link *link, const struct mac *to,
		 const struct arp_packet *arp)
{
	struct packet packet;

	packet_init(&packet, NULL, 0);
	arp_emit(packet_push(&packet, sizeof(struct arp_octets)), arp);
	(void)neighbor_send_to(ip, link, to, ETHERTYPE_ARP, &packet);
}

static bool is_credible_sender(const struct ip *ip, const struct arp_packet *arp)
{
	const struct tenon_ip *sender = &arp->sender_ip;

	if (mac_is_group(arp->sender_mac) || tenon_ip_is_multicast(sender))
		return false;
	return !ip_is_broadcast(ip, sender) && !ip_is_local(ip, sender);
}

static bool is_for_us(const struct ip *ip, const struct arp_packet *arp)
{
	return ip_is_local(ip, &arp->target_ip) && !tenon_ip_is_loopback(&arp->target_ip);
}

static void answer(struct ip *ip, struct link *link, const struct arp_packet *request)
{
	struct arp_packet reply = {
		.operation = ARP_REPLY,
		.sender_mac = mac_get(link->facts.mac),
		.sender_ip = request->target_ip,
		.target_mac = request->sender_mac,
		.target_ip = request->sender_ip,
	};

	send(ip, link, &request->sender_mac, &reply);
}

static enum fate request_arrives(struct ip *ip, struct link *link, const struct arp_packet *arp,
				 bool is_probe)
{
	bool for_us = is_for_us(ip, arp);

	if (!is_probe)
		neighbor_heard(ip, link, &arp->sender_ip, &arp->sender_mac, for_us);
	if (!for_us)
		return FATE_ARP_NOT_FOR_US;
	answer(ip, link, arp);
	return FATE_ARP_REQUEST;
}

static enum fate reply_arrives(struct ip *ip, struct link *link, const struct arp_packet *arp)
{
	struct neighbor_claim claim = {
		.ip = arp->sender_ip,
		.mac = arp->sender_mac,
		.has_mac = true,
		.is_solicited =
			is_for_us(ip, arp) && mac_equal(arp->target_mac, mac_get(link->facts.mac)),
		.is_override = true,
	};

	return neighbor_claimed(ip, link, &claim) ? FATE_ARP_REPLY : FATE_ARP_NOT_FOR_US;
}

enum fate arp_arrives(struct ip *ip, struct link *link, struct bytes packet)
{
	struct arp_packet arp;
	enum fate fate = arp_parse(&arp, packet);
	bool is_probe;

	if (fate != FATE_PASS)
		return fate;
	if (arp.operation != ARP_REQUEST && arp.operation != ARP_REPLY)
		return FATE_ARP_KIND;
	is_probe = tenon_ip_is_any(&arp.sender_ip) && arp.operation == ARP_REQUEST;
	if (!link->facts.is_ethernet || (!is_probe && !is_credible_sender(ip, &arp)))
		return FATE_ARP_BAD_SENDER;
	if (arp.operation == ARP_REPLY)
		return reply_arrives(ip, link, &arp);
	return request_arrives(ip, link, &arp, is_probe);
}

void arp_solicit(struct ip *ip, struct link *link, const struct tenon_ip *target,
		 const struct mac *known)
{
	struct ip_flow to_target = { .destination = *target, .bound_link = link->index };
	struct ip_path path = { .link = link, .next_hop = *target };
	struct arp_packet request = {
		.operation = ARP_REQUEST,
		.sender_mac = mac_get(link->facts.mac),
		.target_ip = *target,
	};
	struct mac to = known == NULL ? mac_broadcast() : *known;

	if (address_choose(ip, &to_target, &path, &request.sender_ip))
		send(ip, link, &to, &request);
}
