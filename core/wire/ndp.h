/* SPDX-License-Identifier: MIT */
/* ndp.h - the five messages of neighbor discovery, RFC 4861 section 4, and their options.
 *
 * Parsing makes those validity checks of RFC 4861 (6.1, 7.1, 8.1) that the message
 * alone can answer: the code is 0, it is long enough, no option has length 0, a
 * target is no multicast address. Those that need the IP header (hop limit 255,
 * who sent it) belong to ip/ndp. Unknown options are stepped over (RFC 4861 4.6);
 * of the prefixes the first NDP_PREFIXES_MAX are kept.
 *
 * Called by: ip/ndp.
 */
#ifndef TENON_WIRE_NDP_H
#define TENON_WIRE_NDP_H

#include "wire/address.h"
#include "wire/icmp6.h"

enum ndp_type {
	NDP_ROUTER_SOLICITATION = 133,
	NDP_ROUTER_ADVERTISEMENT = 134,
	NDP_NEIGHBOR_SOLICITATION = 135,
	NDP_NEIGHBOR_ADVERTISEMENT = 136,
	NDP_REDIRECT = 137,
};

enum {
	NDP_PREFIXES_MAX = 4,
	NDP_LEN_MAX = 40 + 3 * 8 + NDP_PREFIXES_MAX * 32, /* a redirect with every option */
};

struct ndp_prefix {
	struct tenon_ip prefix;
	uint32_t valid_s, preferred_s; /* UINT32_MAX is for ever */
	uint8_t bits;
	bool on_link, autonomous;
};

struct ndp_options {
	bool has_source_mac, has_target_mac, has_mtu;
	uint8_t prefix_count;
	struct mac source_mac, target_mac;
	uint32_t mtu;
	struct ndp_prefix prefixes[NDP_PREFIXES_MAX];
};

/* A router advertisement's own fields, RFC 4861 4.2. Zero times are "not specified". */
struct ndp_router {
	uint8_t hop_limit;
	bool managed, other;
	uint16_t lifetime_s;
	uint32_t reachable_ms, retransmit_ms;
};

/* In the core: one struct for the five, of which a type uses its own fields. */
struct ndp_message {
	uint8_t type;
	bool is_router, solicited, override; /* neighbor advertisement, RFC 4861 4.4 */
	struct tenon_ip target;              /* neighbor messages and redirect */
	struct tenon_ip destination;         /* redirect */
	struct ndp_router router;            /* router advertisement */
	struct ndp_options options;
};

/* Reads the message that icmp6_parse left in body. */
MUST_USE enum fate ndp_parse(struct ndp_message *, const struct icmp6_header *, struct bytes body);

/* The octets that ndp_emit will write: at most NDP_LEN_MAX. */
size_t ndp_len(const struct ndp_message *);

/* Writes the whole ICMPv6 message, source to destination, with its checksum. Returns ndp_len. */
size_t ndp_emit(uint8_t *to, const struct ndp_message *, struct tenon_ip source,
		struct tenon_ip destination);

#endif
