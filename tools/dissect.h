/* SPDX-License-Identifier: MIT */
/* dissect.h - what a captured packet says, as far as a connection's story needs it.
 *
 * TCP segments, ICMP and ICMPv6 errors about TCP segments, ARP and neighbor discovery; everything
 * else is OTHER. A packet may be cut short by the capture's snap length and may be wrong in any
 * way: what cannot be read makes it OTHER, checksums are not looked at.
 *
 * Called by: flow.
 */
#ifndef TOOLS_DISSECT_H
#define TOOLS_DISSECT_H

#include <tenon/address.h>

#include "tools/capture.h"

enum seen_kind {
	SEEN_OTHER,
	SEEN_SEGMENT,
	SEEN_ICMP_ERROR,
	SEEN_QUESTION, /* ARP request, neighbor solicitation: who has target? */
	SEEN_ANSWER    /* ARP reply, neighbor advertisement: target is at mac */
};

enum { SEEN_FIN = 1, SEEN_SYN = 2, SEEN_RST = 4, SEEN_PSH = 8, SEEN_ACK = 16, SEEN_URG = 32 };

struct seen {
	enum seen_kind kind;
	struct tenon_endpoint from, to; /* of a segment; without ports of the rest */
	struct {
		uint32_t seq, ack;
		uint32_t len; /* payload */
		uint16_t window, mss;
		uint8_t flags, scale;
		bool has_mss, has_scale;
		uint64_t identity; /* equal for the same segment seen in two places */
	} segment;
	struct {
		uint8_t type, code;
		struct tenon_endpoint from, to; /* of the quoted segment */
	} icmp;
	struct {
		struct tenon_ip target;
		uint8_t mac[6];
	} neighbor;
};

void dissect(struct seen *, const struct capture_packet *);

#endif
