/* SPDX-License-Identifier: MIT */
/* address.h - which addresses are ours, and which of them is the source.
 *
 * An address belongs to a link. Whether an address is ours is one hash lookup, whichever link a
 * packet came by (RFC 1122 3.3.4.2's weak model, which is Linux's); link-local ones count on their
 * own link only. All of 127/8 is ours once one of its addresses is (RFC 1122 3.2.1.3 (g)). A subnet
 * of IPv4 has a broadcast address unless its prefix is longer than 30 bits (RFC 3021).
 *
 * Sources are chosen by RFC 6724 5: rules 1, 2, 5, 6 and 8. Rules 3, 4 and 7 (deprecated, home and
 * temporary addresses) have no addresses to apply to before there is SLAAC. For IPv4 rule 8 asks
 * instead whether the next hop is in the address's subnet, as Linux does; then the oldest wins.
 *
 * Owns: the addresses.    Calls: route (their on-link routes), the families (groups).
 * Called by: ip_output, arp, ndp, ipv4, ipv6, stack.
 */
#ifndef TENON_IP_ADDRESS_H
#define TENON_IP_ADDRESS_H

#include "ip/ip.h"

struct address;

/* How many addresses there may be: the configuration's, the loopback's two, one for each link. */
uint32_t address_limit(const struct tenon_config *);

size_t address_need(const struct tenon_config *);
struct address_table *address_table_new(struct arena *, const struct tenon_config *);

/* EXISTS, TABLE_FULL, BAD_VALUE (link, prefix length, not a host's address, MTU), FAMILY_ABSENT. */
MUST_USE enum tenon_result address_add(struct ip *, unsigned link, const struct tenon_ip *,
				       unsigned prefix_len);
/* NOT_FOUND. */
MUST_USE enum tenon_result address_remove(struct ip *, unsigned link, const struct tenon_ip *);

/* The link is going. */
void address_remove_all(struct ip *, uint16_t link);

/* The link on which that address is ours, the given one if it is among several; LINK_NONE if it is
 * not ours. Of 127/8: the loopback. */
uint16_t address_link(const struct ip *, const struct tenon_ip *, uint16_t link);

/* The link whose subnet has that broadcast address, likewise. 255.255.255.255 is of no subnet. */
uint16_t address_broadcast_link(const struct ip *, const struct tenon_ip *, uint16_t link);

/* Is one of the link's addresses answered for by this IPv6 solicited-node group? */
bool address_has_group(const struct ip *, uint16_t link, const struct tenon_ip *group);

/* The source for packets to destination that leave by link towards next_hop; false if none can. */
MUST_USE bool address_choose(const struct ip *, const struct ip_flow *, const struct ip_path *,
			     struct tenon_ip *source);

struct tenon_pool_use address_pool_use(const struct ip *);

#endif
