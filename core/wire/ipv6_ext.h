/* SPDX-License-Identifier: MIT */
/* ipv6_ext.h - the chain of extension headers, RFC 8200 section 4.
 *
 * One walk steps over hop-by-hop options, destination options and routing
 * headers, and stops at the first header that is none of these: a transport, or
 * something unknown, which the caller judges. A fragment header ends the walk
 * too, for what follows it is whole only after reassembly; then the walk is taken
 * up again on the reassembled octets. A fragment that is the whole packet
 * (RFC 6946) is stepped over like any other header. Whether a fragment's length
 * makes sense (RFC 8200 4.5) is reassembly's to judge.
 *
 * Bounds: at most IPV6_EXT_MAX headers and IPV6_OPTIONS_SEEN_MAX options in one
 * header (RFC 8504 5.3 allows such limits), so no packet costs more than a little.
 *
 * When the packet must be refused, `problem` says what RFC 8200 wants told to the
 * sender: an ICMPv6 Parameter Problem with this code and pointer, or nothing.
 *
 * Called by: stack_input (receive), ip/icmp (quoted packets).
 */
#ifndef TENON_WIRE_IPV6_EXT_H
#define TENON_WIRE_IPV6_EXT_H

#include "base/fate.h"
#include "wire/address.h"

enum {
	IPV6_EXT_MAX = 8,
	IPV6_OPTIONS_SEEN_MAX = 16,
	IPV6_FRAGMENT_LEN = 8,
};

enum ipv6_next_header {
	IPV6_HOP_BY_HOP = 0,
	IPV6_ROUTING = 43,
	IPV6_FRAGMENT = 44,
	IPV6_NO_NEXT_HEADER = 59,
	IPV6_DESTINATION_OPTIONS = 60,
};

/* What RFC 8200 4.2 asks of who refuses the packet. */
enum ipv6_problem_kind {
	IPV6_PROBLEM_SILENT,         /* discard, say nothing */
	IPV6_PROBLEM_REPORT,         /* say so, even to a multicast packet's sender */
	IPV6_PROBLEM_REPORT_UNICAST, /* say so unless the destination is multicast */
};

struct ipv6_problem {
	enum ipv6_problem_kind kind;
	uint8_t code;     /* of ICMPv6 Parameter Problem, RFC 4443 3.4 */
	uint32_t pointer; /* from the start of the IPv6 header */
};

struct ipv6_fragment {
	uint32_t identification;
	uint16_t offset; /* in octets, a multiple of 8 */
	bool more;
};

/* On the wire: the fragment header. */
struct ipv6_fragment_octets {
	uint8_t next_header, reserved, offset_more[2], identification[4];
};
_Static_assert(sizeof(struct ipv6_fragment_octets) == IPV6_FRAGMENT_LEN, "RFC 8200 4.5");
_Static_assert(_Alignof(struct ipv6_fragment_octets) == 1, "octets only");

struct ipv6_ext {
	uint8_t next_header;     /* what *payload begins with */
	uint32_t next_header_at; /* where that is named, from the start of the IPv6 header */
	uint32_t payload_at;     /* where *payload begins, likewise */
	bool has_fragment;       /* the walk ended at a fragment header … */
	uint32_t fragment_named_at; /* … which this octet names, from the start of the IPv6 header …
				     */
	uint32_t fragment_at;       /* … and which stands here */
	struct ipv6_fragment fragment;
	struct ipv6_problem problem; /* set when the fate is not FATE_PASS */
};

/* Walks the chain that begins at *payload, right behind the IPv6 header that named next_header;
 * narrows *payload to what follows the chain. */
MUST_USE enum fate ipv6_ext_parse(struct ipv6_ext *, uint8_t next_header, struct bytes *payload);

void ipv6_fragment_emit(struct ipv6_fragment_octets *to, const struct ipv6_fragment *,
			uint8_t next_header);

#endif
