/* SPDX-License-Identifier: MIT */
/* ip_frames.h - frames as the tests of core/ip make them and take them apart. */
#ifndef TENON_TESTS_IP_FRAMES_H
#define TENON_TESTS_IP_FRAMES_H

#include "base/checksum.h"
#include "ip_host.h"
#include "wire/arp.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/ndp.h"

/* A frame that left, taken apart. */
struct sent {
	struct ethernet_header ethernet;
	struct tenon_ip source, destination;
	uint8_t protocol, hop_limit, traffic_class;
	bool dont_fragment;
	struct bytes packet, payload; /* as they left */
	uint16_t link;
};

static inline struct frame *take_frame(void)
{
	assert_true(host.taken < host.sent);
	return &host.out[host.taken++ % FRAMES_MAX];
}

static inline void nothing_left(void)
{
	assert_int_equal(host.sent - host.taken, 0);
}

static inline void open_packet(struct sent *out)
{
	struct ipv4_header v4;
	struct ipv6_header v6;

	out->payload = out->packet;
	if (out->ethernet.type == ETHERTYPE_IPV4) {
		assert_int_equal(ipv4_parse(&v4, &out->payload), FATE_PASS);
		out->source = v4.source;
		out->destination = v4.destination;
		out->protocol = v4.protocol;
		out->hop_limit = v4.ttl;
		out->traffic_class = v4.tos;
		out->dont_fragment = v4.dont_fragment;
		return;
	}
	assert_int_equal(ipv6_parse(&v6, &out->payload), FATE_PASS);
	out->source = v6.source;
	out->destination = v6.destination;
	out->protocol = v6.next_header;
	out->hop_limit = v6.hop_limit;
	out->traffic_class = v6.traffic_class;
}

/* The next frame that left by an Ethernet link; an IP packet is taken apart. */
static inline struct sent take_sent(void)
{
	const struct frame *frame = take_frame();
	struct sent out = { .packet = { frame->octets, frame->len }, .link = frame->link };

	assert_int_equal(ethernet_parse(&out.ethernet, &out.packet), FATE_PASS);
	if (out.ethernet.type != ETHERTYPE_ARP)
		open_packet(&out);
	return out;
}

/* As far as the IP layer goes: what stack_input does with a frame. */
static inline enum fate receives_frame(const struct frame *frame)
{
	struct link *link = link_find(&host.links, frame->link);
	struct bytes packet = { host.in.octets, frame->len };
	const struct tenon_family_module *family;
	struct ethernet_header ethernet;
	enum fate fate;

	host.in = *frame;
	fate = ethernet_parse(&ethernet, &packet);
	assert_int_equal(fate, FATE_PASS);
	family = ip_family_find(&host.ip, ethernet.type);
	assert_non_null(family);
	if (ethernet.type == ETHERTYPE_ARP)
		return family->resolution_arrives(&host.ip, link, packet);
	host.arrival =
		(struct ip_arrival){ .packet = packet,
				     .link = frame->link,
				     .was_link_broadcast = mac_is_group(ethernet.destination) };
	fate = family->arrives(&host.ip, &host.arrival);
	if (fate != FATE_PASS || host.arrival.protocol != family->control_protocol)
		return fate;
	return family->control(&host.ip, &host.arrival, &host.report);
}

/* A packet of the flow, which somebody else sends to our first Ethernet link. */
static inline struct frame frame_of(const struct ip_flow *flow, struct packet *p)
{
	const struct tenon_family_module *family = ip_family_of(&host.ip, &flow->destination);
	struct ethernet_header ethernet = { our_mac, peer_mac, family->ethertype };
	struct frame frame = { .link = LINK_LOOPBACK + 1 };

	family->emit(&host.ip, flow, p);
	ethernet_emit(packet_push(p, sizeof(struct ethernet_octets)), &ethernet);
	frame.len = packet_len(p);
	packet_copy(p, 0, frame.octets, frame.len);
	return frame;
}

/* UDP without a checksum is enough for IP; tag is its first octet, so that it can be known again.
 */
static inline struct frame datagram(const struct tenon_ip *from, const struct tenon_ip *to,
				    uint8_t tag)
{
	struct ip_flow flow = { .source = *from, .destination = *to, .protocol = IP_PROTOCOL_UDP };
	struct packet p;

	packet_init(&p, NULL, 0);
	memset(packet_push(&p, UDP_LEN), tag, UDP_LEN);
	return frame_of(&flow, &p);
}

/* An ICMP message from somebody, with its body. */
static inline struct frame control_frame(const struct ip_flow *from_to, struct icmp_message message,
					 struct bytes body)
{
	const struct tenon_family_module *family = ip_family_of(&host.ip, &from_to->destination);
	struct tenon_slice slice = { body.at, body.len };
	struct ip_flow flow = *from_to;
	struct packet p;

	flow.protocol = family->control_protocol;
	packet_init(&p, &slice, 1);
	family->emit_control(&flow, &message, &p);
	return frame_of(&flow, &p);
}

/* We send a datagram; what becomes of it is seen in the frames. */
static inline enum tenon_result send_datagram(const struct tenon_ip *to, uint8_t tag)
{
	struct ip_flow flow = { .destination = *to, .protocol = IP_PROTOCOL_UDP };
	struct packet p;

	packet_init(&p, NULL, 0);
	memset(packet_push(&p, UDP_LEN), tag, UDP_LEN);
	return ip_send(&host.ip, &flow, &p);
}

/* The next frame is our datagram with that tag to that MAC. */
static inline void datagram_left(const struct mac *to, uint8_t tag)
{
	struct sent sent = take_sent();

	assert_true(mac_equal(sent.ethernet.destination, *to));
	assert_int_equal(sent.protocol, IP_PROTOCOL_UDP);
	assert_int_equal(sent.payload.at[0], tag);
}

static inline struct ndp_message ndp_of(const struct sent *sent)
{
	struct pseudo_header pseudo = { sent->source, sent->destination, IP_PROTOCOL_ICMP6,
					(uint32_t)sent->payload.len };
	struct bytes body = sent->payload;
	struct icmp6_header header;
	struct ndp_message message;

	assert_int_equal(icmp6_verify(&pseudo, body), FATE_PASS);
	assert_int_equal(icmp6_parse(&header, &body), FATE_PASS);
	assert_int_equal(ndp_parse(&message, &header, body), FATE_PASS);
	assert_int_equal(sent->hop_limit, 255);
	return message;
}

/* The next frame asks for target: of everybody (known is NULL) or of the one who had it. */
static inline void solicitation_left(const struct tenon_ip *target, const struct mac *known)
{
	struct sent sent = take_sent();
	struct ndp_message message;
	struct arp_packet arp;

	assert_true(known == NULL ? mac_is_group(sent.ethernet.destination)
				  : mac_equal(sent.ethernet.destination, *known));
	if (tenon_ip_is_v4(target)) {
		assert_int_equal(arp_parse(&arp, sent.packet), FATE_PASS);
		assert_int_equal(arp.operation, ARP_REQUEST);
		assert_true(tenon_ip_equal(&arp.target_ip, target));
		assert_true(ip_is_local(&host.ip, &arp.sender_ip));
		return;
	}
	message = ndp_of(&sent);
	assert_int_equal(message.type, NDP_NEIGHBOR_SOLICITATION);
	assert_true(tenon_ip_equal(&message.target, target));
	assert_true(mac_equal(message.options.source_mac, our_mac));
	assert_true(ip_is_local(&host.ip, &sent.source));
}

#endif
