/* SPDX-License-Identifier: MIT */
/* host.h - the IP layer as the stack makes and tends it.
 *
 * Everything here is called by stack/ only: size and wiring, links that come and go, timers that
 * have come up. Addresses and routes are added through ip/address.h and ip/route.h, whose results
 * are those of the public calls.
 *
 * On top of limits.addresses and limits.routes there is room for what the stack itself adds: the
 * two loopback addresses, a link-local address for each link, and the on-link route of each
 * address.
 */
#ifndef TENON_IP_HOST_H
#define TENON_IP_HOST_H

#include "ip/family.h"

/* Octets of arena that ip_init will take, or SIZE_MAX. */
size_t ip_need(const struct tenon_config *);

/* How many timers the IP layer may have filed at once; their owners are below
 * TIMER_TRANSPORT. */
uint32_t ip_timer_limit(const struct tenon_config *);

/* Makes the tables. The caller has set links, timers, trace, random and behavior. */
void ip_init(struct ip *, struct arena *, const struct tenon_config *);

/* A timer of ours was due. */
void ip_expired(struct ip *, struct timer *);

/* A link was added, or goes up or down; link->is_up has its new value. */
void ip_link_changed(struct ip *, struct link *);

/* A link is about to be removed: its addresses, routes and neighbors go. */
void ip_link_leaves(struct ip *, struct link *);

/* Pools for whoever asks how full they are; index from 0 until false. */
bool ip_pool_use(const struct ip *, unsigned index, struct tenon_pool_use *);

#endif
