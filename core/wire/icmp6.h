/* SPDX-License-Identifier: MIT */
/* icmp6.h - messages of RFC 4443.
 *
 * A message is a type, a code, four octets whose meaning depends on the type, and
 * a body: the start of the packet in question for an error (types below 128), data
 * for an echo, the rest of it for neighbor discovery (wire/ndp). Unlike ICMPv4's,
 * its checksum covers a pseudo-header (RFC 4443 2.3).
 *
 * Called by: ip/icmp, ip/ndp.
 */
#ifndef TENON_WIRE_ICMP6_H
#define TENON_WIRE_ICMP6_H

#include "base/fate.h"
#include "wire/pseudo.h"

enum icmp6_type {
	ICMP6_UNREACHABLE = 1,
	ICMP6_PACKET_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER_PROBLEM = 4,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
};

enum icmp6_unreachable_code {
	ICMP6_NO_ROUTE = 0,
	ICMP6_ADMIN_PROHIBITED = 1,
	ICMP6_BEYOND_SCOPE = 2,
	ICMP6_ADDRESS_UNREACHABLE = 3,
	ICMP6_PORT_UNREACHABLE = 4,
	ICMP6_POLICY_FAILED = 5,
	ICMP6_REJECT_ROUTE = 6,
};

enum icmp6_time_exceeded_code {
	ICMP6_HOP_LIMIT_EXCEEDED = 0,
	ICMP6_REASSEMBLY_EXCEEDED = 1,
};

enum icmp6_parameter_code {
	ICMP6_HEADER_FIELD = 0,
	ICMP6_NEXT_HEADER = 1,
	ICMP6_OPTION = 2,
	ICMP6_FIRST_FRAGMENT = 3, /* RFC 7112 5 */
};

/* On the wire. */
struct icmp6_octets {
	uint8_t type, code, checksum[2], rest[4];
};
_Static_assert(sizeof(struct icmp6_octets) == 8, "RFC 4443 2.1 and the word all types have");
_Static_assert(_Alignof(struct icmp6_octets) == 1, "octets only");

/* In the core. */
struct icmp6_header {
	uint8_t type, code;
	uint32_t rest; /* by type: identifier and sequence number, MTU, pointer, flags */
};

/* RFC 4443 2.1: error messages have the types below 128. */
static inline bool icmp6_is_error(uint8_t type)
{
	return type < 128;
}

/* Is the checksum of the whole message right? The pseudo-header's length is the message's. */
MUST_USE enum fate icmp6_verify(const struct pseudo_header *, struct bytes message);

/* Reads the header and narrows *message to the body. */
MUST_USE enum fate icmp6_parse(struct icmp6_header *, struct bytes *message);

/* Writes the header with its checksum; sum is that of the pseudo-header and of the body, which the
 * caller places behind it. */
void icmp6_emit(struct icmp6_octets *to, const struct icmp6_header *, uint32_t sum);

#endif
