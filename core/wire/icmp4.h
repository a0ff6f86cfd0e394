/* SPDX-License-Identifier: MIT */
/* icmp4.h - messages of RFC 792, with the codes of RFC 1122 3.2.2 and RFC 1812 5.2.7.
 *
 * A message is a type, a code, four octets whose meaning depends on both, and a
 * body: the start of the datagram in question for an error, data for an echo.
 *
 * Called by: ip/icmp.
 */
#ifndef TENON_WIRE_ICMP4_H
#define TENON_WIRE_ICMP4_H

#include "base/fate.h"
#include "base/bytes.h"

enum icmp4_type {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACHABLE = 3,
	ICMP4_SOURCE_QUENCH = 4,
	ICMP4_REDIRECT = 5,
	ICMP4_ECHO = 8,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAMETER_PROBLEM = 12,
};

enum icmp4_unreachable_code {
	ICMP4_NET_UNREACHABLE = 0,
	ICMP4_HOST_UNREACHABLE = 1,
	ICMP4_PROTOCOL_UNREACHABLE = 2,
	ICMP4_PORT_UNREACHABLE = 3,
	ICMP4_FRAGMENTATION_NEEDED = 4,
	ICMP4_SOURCE_ROUTE_FAILED = 5,
	ICMP4_NET_UNKNOWN = 6,
	ICMP4_HOST_UNKNOWN = 7,
	ICMP4_SOURCE_ISOLATED = 8,
	ICMP4_NET_PROHIBITED = 9,
	ICMP4_HOST_PROHIBITED = 10,
	ICMP4_NET_TOS = 11,
	ICMP4_HOST_TOS = 12,
	ICMP4_ADMIN_PROHIBITED = 13,
	ICMP4_PRECEDENCE_VIOLATION = 14,
	ICMP4_PRECEDENCE_CUTOFF = 15,
};

enum icmp4_time_exceeded_code {
	ICMP4_TTL_EXCEEDED = 0,
	ICMP4_REASSEMBLY_EXCEEDED = 1,
};

/* On the wire. */
struct icmp4_octets {
	uint8_t type, code, checksum[2], rest[4];
};
_Static_assert(sizeof(struct icmp4_octets) == 8, "RFC 792");
_Static_assert(_Alignof(struct icmp4_octets) == 1, "octets only");

/* In the core. */
struct icmp4_header {
	uint8_t type, code;
	uint32_t rest; /* by type: identifier and sequence number, next-hop MTU, gateway, pointer */
};

/* Does a message of this type quote a datagram? To such a one no ICMP error answers. */
static inline bool icmp4_is_error(uint8_t type)
{
	return type == ICMP4_UNREACHABLE || type == ICMP4_SOURCE_QUENCH || type == ICMP4_REDIRECT ||
	       type == ICMP4_TIME_EXCEEDED || type == ICMP4_PARAMETER_PROBLEM;
}

/* The next-hop MTU of ICMP4_FRAGMENTATION_NEEDED (RFC 1191 4); 0 from routers of before. */
static inline uint16_t icmp4_next_hop_mtu(const struct icmp4_header *h)
{
	return (uint16_t)h->rest;
}

/* Is the checksum of the whole message right? */
MUST_USE enum fate icmp4_verify(struct bytes message);

/* Reads the header and narrows *message to the body: quoted datagram or echo data. */
MUST_USE enum fate icmp4_parse(struct icmp4_header *, struct bytes *message);

/* Writes the header with its checksum; sum is that of the body, which the caller puts behind it. */
void icmp4_emit(struct icmp4_octets *to, const struct icmp4_header *, uint32_t sum);

#endif
