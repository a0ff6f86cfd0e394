/* SPDX-License-Identifier: MIT */
/* ndp.h - neighbor discovery for IPv6: the host's half of address resolution, RFC 4861 7.
 *
 * Solicitations for an address of ours on that link are answered and teach us the sender's MAC;
 * advertisements teach us the target's. Each is believed only with a hop limit of 255, so that it
 * comes from the link itself (7.1.1, 7.1.2). Router messages and redirects are not used: routes are
 * configured. Duplicate address detection is not done yet; its probes are answered.
 *
 * Calls: neighbor, ip_output, wire/ndp.    Called by: icmp6, ipv6 (its row).
 */
#ifndef TENON_IP_NDP_H
#define TENON_IP_NDP_H

#include "ip/family.h"
#include "wire/icmp6.h"

/* Any message of ICMPv6 that is neither error nor echo; body is what icmp6_parse left. */
enum fate ndp_arrives(struct ip *, const struct ip_arrival *, const struct icmp6_header *,
		      struct bytes body);

void ndp_solicit(struct ip *, struct link *, const struct tenon_ip *target,
		 const struct mac *known);

/* The group that an address's owner listens to for solicitations, RFC 4291 2.7.1. */
struct tenon_ip ndp_solicited_group(const struct tenon_ip *);

#endif
