/* SPDX-License-Identifier: MIT */
/* family.h - an address family as the stack sees it: a row of functions named in the configuration.
 *
 * tenon_ipv4 (ipv4.c) and tenon_ipv6 (ipv6.c) are the two. Whatever differs between them is in
 * these rows: no shared file names a function of IPv4, ARP, ICMP, IPv6, ICMPv6 or NDP, so that a
 * family which is not configured is not linked.
 *
 * The order in which an arriving packet meets them is stack_input's: by EtherType (or, on a link
 * that is no Ethernet and on the loopback, by the packet's version) to `arrives`; from there by
 * protocol to `control` or to a transport. `resolution_arrives` has an EtherType of its own.
 *
 * Called by: stack_input; ip_output, neighbor, address and icmp in this folder.
 */
#ifndef TENON_IP_FAMILY_H
#define TENON_IP_FAMILY_H

#include "ip/ip.h"
#include "wire/address.h"

/* The first eight octets of an ICMP message, but for the checksum. */
struct icmp_message {
	uint8_t type, code;
	uint32_t rest;
};

struct tenon_family_module {
	uint16_t ethertype;
	uint16_t resolution_ethertype; /* ARP's; 0 where `control` carries address resolution */
	uint8_t version;          /* enum tenon_ip_version, also the packet's first four bits */
	uint8_t control_protocol; /* the number of this family's ICMP */
	uint8_t header_len;       /* of the header that emit pushes */
	uint8_t part_header_len;  /* what emit_part pushes besides */
	uint32_t packet_max;      /* the longest packet that a header can tell */
	uint16_t mtu_min;         /* of a link that this family can use */
	uint16_t error_len_max;   /* of an ICMP error, IP header included */

	/* A packet of this family: is its header valid, and is it for this host? The caller has set
	 * packet, link, was_link_broadcast and checksum_verified; with FATE_PASS the rest is
	 * filled. What the family's RFC wants told to a sender has then been sent. */
	enum fate (*arrives)(struct ip *, struct ip_arrival *);

	/* A message of control_protocol. FATE_ICMP_REPORTED: the report is filled, for the
	 * transport that its protocol names; every other fate is final. */
	enum fate (*control)(struct ip *, const struct ip_arrival *, struct icmp_report *);

	/* A packet of resolution_ethertype. NULL where that is 0. */
	enum fate (*resolution_arrives)(struct ip *, struct link *, struct bytes packet);

	/* Pushes the IP header of a flow whose path is chosen. */
	void (*emit)(struct ip *, const struct ip_flow *, struct packet *);

	/* The same for a part of a datagram; its identification is new_part_id's. */
	void (*emit_part)(struct ip *, const struct ip_flow *, struct packet *,
			  const struct ip_part *);
	uint32_t (*new_part_id)(struct ip *);

	/* The first part's header becomes that of the whole packet, len octets long. */
	void (*make_whole)(uint8_t *packet, size_t len, const struct ip_part *first);

	/* Completes an IP header that a raw socket gave, before payload_len octets. NULL where
	 * headers are always the stack's. */
	void (*include_header)(struct ip *, const struct ip_flow *, uint8_t *header,
			       size_t payload_len);

	/* Asks for target's MAC: the one who had it when known, else everybody (RFC 4861 7.2.2). */
	void (*solicit)(struct ip *, struct link *, const struct tenon_ip *target,
			const struct mac *known);

	/* What this family's ICMP says of such an error. */
	struct icmp_message (*error)(enum icmp_error, const struct ip_arrival *);

	/* Pushes the ICMP header, checksum included, before a body that is the packet's payload. */
	void (*emit_control)(const struct ip_flow *, const struct icmp_message *, struct packet *);

	/* Does this message of control_protocol report an error? To such a one none is answered. */
	bool (*is_error)(struct bytes message);

	/* Fills local, peer, protocol, quoted and quoted_packet from the start of a packet of ours.
	 * False if it is cut before 8 octets of transport header. */
	bool (*quote)(struct bytes packet, struct icmp_report *);

	/* A link of sufficient MTU has come up: joins, and addresses that make themselves. */
	void (*link_up)(struct ip *, struct link *);

	/* An address came to a link or leaves it: its groups are joined or left. */
	void (*address_changed)(struct ip *, struct link *, const struct tenon_ip *, bool is_added);
};

/* The configured family of that address; NULL if it is not configured. */
const struct tenon_family_module *ip_family_of(const struct ip *, const struct tenon_ip *);

/* The configured family with that EtherType, be it a packet's or a resolution's; NULL if none. */
const struct tenon_family_module *ip_family_find(const struct ip *, uint16_t ethertype);

/* The configured family of a bare packet, by the version in its first octet; NULL if none. */
const struct tenon_family_module *ip_family_of_packet(const struct ip *, struct bytes packet);

#endif
