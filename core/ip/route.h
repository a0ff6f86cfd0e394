/* SPDX-License-Identifier: MIT */
/* route.h - which way to a destination: the longest prefix, then the lowest metric.
 *
 * One hash table holds the routes of both families, keyed by prefix and prefix length; beside it
 * stands, for each family, which lengths are in use, longest first. A lookup tries those lengths,
 * one probe each: its cost is the number of different lengths, not of routes.
 *
 * A route whose link is down is passed over. Rejecting routes take part like all others.
 *
 * Owns: the routes.    Called by: ip_output, address (on-link routes), stack.
 */
#ifndef TENON_IP_ROUTE_H
#define TENON_IP_ROUTE_H

#include "ip/ip.h"

/* What a lookup is about. link: only routes over it, 0 for any. */
struct route_query {
	struct tenon_ip destination;
	uint16_t link;
	bool is_on_link; /* only routes without gateway */
};

/* Every path that a flow remembers must be chosen again. */
static inline void route_paths_changed(struct ip *ip)
{
	if (++ip->generation == 0)
		ip->generation = 1; /* 0 is the path that was never chosen */
}

size_t route_need(const struct tenon_config *);
struct route_table *route_table_new(struct arena *, const struct tenon_config *, struct random *);

/* EXISTS, TABLE_FULL, BAD_VALUE (prefix bits, link, gateway, kind), FAMILY_ABSENT. */
MUST_USE enum tenon_result route_add(struct ip *, const struct tenon_route *);
/* The route with the same prefix, reject kind, link, gateway and metric. NOT_FOUND. */
MUST_USE enum tenon_result route_remove(struct ip *, const struct tenon_route *);

/* The link is going. */
void route_remove_all(struct ip *, uint16_t link);

/* OK and the route, which stays valid until the table changes; LINK_DOWN and the route that would
 * have been taken were its link up; NO_ROUTE. */
MUST_USE enum tenon_result route_find(const struct ip *, const struct route_query *,
				      const struct tenon_route **);

/* ip with all but the first prefix_len bits (of its own family) cleared. */
struct tenon_ip route_prefix(const struct tenon_ip *, unsigned prefix_len);

struct tenon_pool_use route_pool_use(const struct ip *);

#endif
