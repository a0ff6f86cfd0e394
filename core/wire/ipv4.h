/* SPDX-License-Identifier: MIT */
/* ipv4.h - the header of RFC 791 section 3.1.
 *
 * Parsing proves the version, the lengths and the checksum (RFC 1122 3.2.1.1 and
 * 3.2.1.2 ask for silent discard); whose the addresses are is judged in ip/. The
 * options are handed up as octets.
 *
 * A header quoted inside an ICMP error is another matter: routers have changed
 * its TTL and checksum, and only its first octets may be there. It has a parser
 * of its own, which trusts less and demands less.
 *
 * Called by: ip (send, ICMP errors), stack_input (receive).
 */
#ifndef TENON_WIRE_IPV4_H
#define TENON_WIRE_IPV4_H

#include "base/fate.h"
#include "wire/address.h"

enum {
	IPV4_HEADER_LEN = 20,
	IPV4_OPTIONS_MAX = 40,
};

/* On the wire, without options. */
struct ipv4_octets {
	uint8_t version_length, tos, total_length[2];
	uint8_t identification[2], flags_offset[2];
	uint8_t ttl, protocol, checksum[2];
	uint8_t source[4], destination[4];
};
_Static_assert(sizeof(struct ipv4_octets) == IPV4_HEADER_LEN, "RFC 791 3.1");
_Static_assert(_Alignof(struct ipv4_octets) == 1, "octets only");

/* In the core. */
struct ipv4_header {
	struct tenon_ip source, destination;
	struct bytes options;  /* up to 40 octets, inside the packet */
	uint16_t total_length; /* read only: emission counts it anew */
	uint16_t identification;
	uint16_t fragment_offset; /* in octets, a multiple of 8 */
	bool dont_fragment, more_fragments;
	uint8_t tos; /* DSCP and ECN */
	uint8_t ttl, protocol;
};

/* Reads the header and narrows *datagram to the payload, by the total length. */
MUST_USE enum fate ipv4_parse(struct ipv4_header *, struct bytes *datagram);

/* The same for the start of a datagram quoted in an ICMP error; what is left may be cut short. */
MUST_USE enum fate ipv4_parse_quoted(struct ipv4_header *, struct bytes *quote);

/* How long a header that begins with this octet says it is. */
static inline size_t ipv4_claimed_len(const uint8_t *first)
{
	return (size_t)(*first & 0x0f) * 4;
}

/* Fills in what the maker of a header leaves to us: its total length and checksum, and source and
 * identification where they are 0. Its length is the claimed one, at least 20. */
void ipv4_complete(uint8_t *header, const struct tenon_ip *source, uint16_t identification,
		   size_t payload_len);

/* The octets that the header takes, its options padded to a multiple of four. */
size_t ipv4_header_len(const struct ipv4_header *);

/* Writes the header with its checksum; payload_len octets follow. Returns the header's length. */
size_t ipv4_emit(uint8_t *to, const struct ipv4_header *, size_t payload_len);

#endif
