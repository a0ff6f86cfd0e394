/* SPDX-License-Identifier: MIT */
/* arp.h - address resolution for IPv4: RFC 826 on the cache of neighbor.h.
 *
 * The RFC's merge: a sender who is in the cache is brought up to date by any packet, one who is not
 * is entered only when he speaks to us. A reply to our address, in a frame to us, is the answer to
 * a question and makes the entry REACHABLE; everything else makes it STALE. A sender who claims one
 * of our addresses, a group's or nobody's is not believed (RFC 5227 1.1, 2.4); a probe, whose
 * sender address is 0.0.0.0, is answered.
 *
 * Calls: neighbor, wire/arp.    Called by: ipv4 (its row).
 */
#ifndef TENON_IP_ARP_H
#define TENON_IP_ARP_H

#include "ip/family.h"

enum fate arp_arrives(struct ip *, struct link *, struct bytes packet);

void arp_solicit(struct ip *, struct link *, const struct tenon_ip *target,
		 const struct mac *known);

#endif
