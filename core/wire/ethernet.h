/* SPDX-License-Identifier: MIT */
/* ethernet.h - the frame header of Ethernet II, RFC 894 and RFC 2464.
 *
 * A value below 1536 in the type field is IEEE 802.3's length of an LLC frame
 * (RFC 1122 2.3.3); hosts need not receive those, and nobody here asks for them:
 * such a value is handed up as it is and is no known EtherType. Frames may carry
 * padding behind the datagram, which IP's own lengths cut off.
 *
 * Called by: packet/link users in ip (send), stack_input (receive).
 */
#ifndef TENON_WIRE_ETHERNET_H
#define TENON_WIRE_ETHERNET_H

#include "base/fate.h"
#include "wire/address.h"

enum ethertype {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_IPV6 = 0x86dd,
};

/* On the wire. */
struct ethernet_octets {
	uint8_t destination[6], source[6], type[2];
};
_Static_assert(sizeof(struct ethernet_octets) == 14, "RFC 894");
_Static_assert(_Alignof(struct ethernet_octets) == 1, "octets only");

/* In the core. */
struct ethernet_header {
	struct mac destination, source;
	uint16_t type;
};

/* Reads the header and narrows *frame to what it carries. */
MUST_USE enum fate ethernet_parse(struct ethernet_header *, struct bytes *frame);

void ethernet_emit(struct ethernet_octets *to, const struct ethernet_header *);

/* The group address of an IPv4 (RFC 1112 6.4) or IPv6 (RFC 2464 7) multicast address. */
struct mac ethernet_multicast(struct tenon_ip group);

#endif
