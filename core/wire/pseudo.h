/* SPDX-License-Identifier: MIT */
/* pseudo.h - what a transport's checksum covers besides the transport.
 *
 * The pseudo-header of RFC 9293 3.1 and RFC 768 over IPv4, of RFC 8200 8.1 over
 * IPv6; the source's family tells which. It is never octets: only its sum exists.
 *
 * Called by: wire/udp, wire/tcp, wire/icmp6, and whoever emits those.
 */
#ifndef TENON_WIRE_PSEUDO_H
#define TENON_WIRE_PSEUDO_H

#include "base/bytes.h"

#include <tenon/address.h>

/* The protocol numbers of IANA that this stack speaks. */
enum ip_protocol {
	IP_PROTOCOL_ICMP4 = 1,
	IP_PROTOCOL_TCP = 6,
	IP_PROTOCOL_UDP = 17,
	IP_PROTOCOL_ICMP6 = 58,
};

/* length is that of the transport's header and payload. */
struct pseudo_header {
	struct tenon_ip source, destination;
	uint8_t protocol;
	uint32_t length;
};

/* The sum to begin a checksum with (base/checksum.h). */
uint32_t pseudo_sum(const struct pseudo_header *);

#endif
