/* SPDX-License-Identifier: MIT */
/* ipv6.h - the header of RFC 8200 section 3.
 *
 * What follows it, be it an extension header or a transport, is found by
 * wire/ipv6_ext. Jumbograms (RFC 2675) are not spoken: a payload length of 0 is
 * an empty payload. A v4-mapped source or destination is refused: such addresses
 * never stand on the wire, and inside the core they mean IPv4.
 *
 * Called by: ip (send, ICMP errors), stack_input (receive).
 */
#ifndef TENON_WIRE_IPV6_H
#define TENON_WIRE_IPV6_H

#include "base/fate.h"
#include "wire/address.h"

enum {
	IPV6_HEADER_LEN = 40,
};

/* On the wire. */
struct ipv6_octets {
	uint8_t version_class_flow[4];
	uint8_t payload_length[2], next_header, hop_limit;
	uint8_t source[16], destination[16];
};
_Static_assert(sizeof(struct ipv6_octets) == IPV6_HEADER_LEN, "RFC 8200 3");
_Static_assert(_Alignof(struct ipv6_octets) == 1, "octets only");

/* In the core. */
struct ipv6_header {
	struct tenon_ip source, destination;
	uint32_t flow_label;
	uint8_t traffic_class; /* DSCP and ECN */
	uint8_t next_header, hop_limit;
};

/* Reads the header and narrows *packet to the payload, by the payload length. */
MUST_USE enum fate ipv6_parse(struct ipv6_header *, struct bytes *packet);

/* The same for the start of a packet quoted in an ICMPv6 error; what is left may be cut short. */
MUST_USE enum fate ipv6_parse_quoted(struct ipv6_header *, struct bytes *quote);

void ipv6_emit(struct ipv6_octets *to, const struct ipv6_header *, size_t payload_len);

#endif
