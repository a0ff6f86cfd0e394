/* SPDX-License-Identifier: MIT */
#include "wire/arp.h"

enum {
	HARDWARE_ETHERNET = 1,
	PROTOCOL_IPV4 = 0x0800,
};

enum fate arp_parse(struct arp_packet *out, struct bytes packet)
{
	const struct arp_octets *o = (const void *)packet.at;

	if (packet.len < sizeof *o)
		return FATE_ARP_TRUNCATED;
	if (get16(o->hardware) != HARDWARE_ETHERNET || get16(o->protocol) != PROTOCOL_IPV4)
		return FATE_ARP_KIND;
	if (o->hardware_len != 6 || o->protocol_len != 4)
		return FATE_ARP_KIND;
	*out = (struct arp_packet){
		.operation = get16(o->operation),
		.sender_mac = mac_get(o->sender_mac),
		.target_mac = mac_get(o->target_mac),
		.sender_ip = ip4_get(o->sender_ip),
		.target_ip = ip4_get(o->target_ip),
	};
	return FATE_PASS;
}

void arp_emit(struct arp_octets *to, const struct arp_packet *p)
{
	put16(to->hardware, HARDWARE_ETHERNET);
	put16(to->protocol, PROTOCOL_IPV4);
	to->hardware_len = 6;
	to->protocol_len = 4;
	put16(to->operation, p->operation);
	mac_put(to->sender_mac, p->sender_mac);
	ip4_put(to->sender_ip, p->sender_ip);
	mac_put(to->target_mac, p->target_mac);
	ip4_put(to->target_ip, p->target_ip);
}
