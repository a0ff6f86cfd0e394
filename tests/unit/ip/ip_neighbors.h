/* SPDX-License-Identifier: MIT */
/* ip_neighbors.h - what neighbors say, in ARP or in NDP. */
#ifndef TENON_TESTS_IP_NEIGHBORS_H
#define TENON_TESTS_IP_NEIGHBORS_H

#include "ip_frames.h"

static inline struct frame arp_frame(const struct arp_packet *arp)
{
	struct ethernet_header ethernet = { our_mac, arp->sender_mac, ETHERTYPE_ARP };
	struct frame frame = { .link = LINK_LOOPBACK + 1 };

	ethernet_emit((void *)frame.octets, &ethernet);
	arp_emit((void *)(frame.octets + sizeof(struct ethernet_octets)), arp);
	frame.len = sizeof(struct ethernet_octets) + sizeof(struct arp_octets);
	return frame;
}

static inline struct frame ndp_frame(const struct ndp_message *message, const struct tenon_ip *from,
				     const struct tenon_ip *to, uint8_t hop_limit)
{
	struct ip_flow flow = { .source = *from,
				.destination = *to,
				.protocol = IP_PROTOCOL_ICMP6,
				.hop_limit = hop_limit };
	struct packet p;

	packet_init(&p, NULL, 0);
	ndp_emit(packet_push(&p, ndp_len(message)), message, *from, *to);
	return frame_of(&flow, &p);
}

/* An ARP reply or a neighbor advertisement, which claims ip for mac; solicited: to us, for we
 * asked. */
static inline enum fate hears_claim(const struct side *s, const struct tenon_ip *ip,
				    const struct mac *mac, bool solicited)
{
	static const struct tenon_ip all_nodes = { { 0xff, 0x02, [15] = 1 } };
	struct arp_packet arp = { ARP_REPLY, *mac, solicited ? our_mac : *mac, *ip,
				  solicited ? s->us : *ip };
	struct ndp_message message = { .type = NDP_NEIGHBOR_ADVERTISEMENT,
				       .override = true,
				       .solicited = solicited,
				       .target = *ip,
				       .options = { .has_target_mac = true, .target_mac = *mac } };
	struct frame frame;

	if (tenon_ip_is_v4(ip))
		frame = arp_frame(&arp);
	else
		frame = ndp_frame(&message, ip, solicited ? &s->us : &all_nodes, 255);
	return receives_frame(&frame);
}

/* An ARP request or a solicitation for target, from ip at mac. */
static inline enum fate hears_question(const struct tenon_ip *target, const struct tenon_ip *ip,
				       const struct mac *mac)
{
	struct arp_packet arp = { ARP_REQUEST, *mac, { { 0 } }, *ip, *target };
	struct ndp_message message = { .type = NDP_NEIGHBOR_SOLICITATION,
				       .target = *target,
				       .options = { .has_source_mac = true, .source_mac = *mac } };
	struct frame frame;

	if (tenon_ip_is_v4(ip))
		frame = arp_frame(&arp);
	else
		frame = ndp_frame(&message, ip, target, 255);
	return receives_frame(&frame);
}

/* The peer is known and was heard just now. */
static inline void know_peer(const struct side *s)
{
	assert_int_equal(send_datagram(&s->peer, 0), TENON_OK);
	solicitation_left(&s->peer, NULL);
	(void)hears_claim(s, &s->peer, &peer_mac, true);
	datagram_left(&peer_mac, 0);
}

#endif
