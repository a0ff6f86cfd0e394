/* SPDX-License-Identifier: MIT */
/* udp.h - the header of RFC 768.
 *
 * A checksum of zero means that the sender computed none: right over IPv4, refused
 * over IPv6 (RFC 8200 8.1). A checksum that comes out as zero is sent as 0xFFFF.
 *
 * Called by: udp (and, for ports in quoted datagrams, ip/icmp).
 */
#ifndef TENON_WIRE_UDP_H
#define TENON_WIRE_UDP_H

#include "base/fate.h"
#include "wire/pseudo.h"

enum {
	UDP_HEADER_LEN = 8,
};

/* On the wire. */
struct udp_octets {
	uint8_t src_port[2], dst_port[2], length[2], checksum[2];
};
_Static_assert(sizeof(struct udp_octets) == UDP_HEADER_LEN, "RFC 768");
_Static_assert(_Alignof(struct udp_octets) == 1, "octets only");

/* In the core. */
struct udp_header {
	uint16_t src_port, dst_port, checksum;
};

/* Is the checksum right? datagram is what IP delivered; the pseudo-header's length is not read, for
 * the UDP length takes its place. Fates are udp_parse's too, so that either may come first. */
MUST_USE enum fate udp_verify(const struct pseudo_header *, struct bytes datagram);

/* Reads the header and narrows *datagram to the payload, by the UDP length. */
MUST_USE enum fate udp_parse(struct udp_header *, struct bytes *datagram);

/* Writes the header; sum is that of the pseudo-header and of the payload, payload_len octets. The
 * checksum is computed; the header's own is not read. */
void udp_emit(struct udp_octets *to, const struct udp_header *, uint16_t payload_len, uint32_t sum);

#endif
