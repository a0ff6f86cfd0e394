/* SPDX-License-Identifier: MIT */
/* arp.h - address resolution for IPv4 over Ethernet, RFC 826.
 *
 * Other hardware and protocol kinds are refused; the operation is not judged here.
 *
 * Called by: ip/arp.
 */
#ifndef TENON_WIRE_ARP_H
#define TENON_WIRE_ARP_H

#include "base/fate.h"
#include "wire/address.h"

enum arp_operation {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

/* On the wire. */
struct arp_octets {
	uint8_t hardware[2], protocol[2], hardware_len, protocol_len, operation[2];
	uint8_t sender_mac[6], sender_ip[4], target_mac[6], target_ip[4];
};
_Static_assert(sizeof(struct arp_octets) == 28, "RFC 826");
_Static_assert(_Alignof(struct arp_octets) == 1, "octets only");

/* In the core. */
struct arp_packet {
	uint16_t operation;
	struct mac sender_mac, target_mac;
	struct tenon_ip sender_ip, target_ip;
};

/* Reads the packet, which may have padding behind it. */
MUST_USE enum fate arp_parse(struct arp_packet *, struct bytes packet);

void arp_emit(struct arp_octets *to, const struct arp_packet *);

#endif
