/* SPDX-License-Identifier: MIT */
/* neighbor.h - who on this link has that IP address?
 *
 * One cache for ARP and NDP. An entry goes through the states of RFC 4861 7.3.2 (INCOMPLETE,
 * REACHABLE, STALE, DELAY, PROBE); ARP's entries use the same states, their probe being a unicast
 * request (RFC 1122 2.3.2.1).
 *
 * A packet whose answer is not known yet waits in its entry, at most three; the oldest gives way.
 * It is copied, for its sender keeps nothing (packet/packet.h), and its checksum is completed. When
 * nobody answers, the entry goes and its packets become reports of silence; the next packet asks
 * anew.
 *
 * The cache is fixed in size. When it is full, the least recently used entry that is not waiting
 * gives way, but waiting entries never fill more than half of it: a scan of a subnet cannot push
 * out all peers in use.
 *
 * Owns: the entries and the parked packets.    Calls: link, timers, the families (solicit).
 * Called by: ip_output (send), arp and ndp (learn), host (timers, links).
 */
#ifndef TENON_IP_NEIGHBOR_H
#define TENON_IP_NEIGHBOR_H

#include "ip/family.h"

size_t neighbor_need(const struct tenon_config *);
struct neighbor_cache *neighbor_cache_new(struct arena *, const struct tenon_config *,
					  struct random *);

/* Sends an IP packet to next_hop over an Ethernet link, now or once its MAC is known. OK also when
 * it waits or was refused a place to wait; NO_MEMORY if the cache is full of waiting entries. */
enum tenon_result neighbor_send(struct ip *, struct link *, const struct tenon_ip *next_hop,
				struct packet *);

/* Sends a packet to a MAC that is known: pushes the Ethernet header. */
enum tenon_result neighbor_send_to(struct ip *, struct link *, const struct mac *,
				   uint16_t ethertype, struct packet *);

/* Somebody says where he is: the sender of an ARP request or of a solicitation (RFC 4861 7.2.3). A
 * new MAC makes the entry STALE. may_create: make an entry if there is none. */
void neighbor_heard(struct ip *, struct link *, const struct tenon_ip *, const struct mac *,
		    bool may_create);

/* What an ARP reply or a neighbor advertisement says of an address. */
struct neighbor_claim {
	struct tenon_ip ip;
	struct mac mac;
	bool has_mac, is_solicited, is_override, is_router;
};

/* RFC 4861 7.2.5. False if there is no entry: nobody asked. */
bool neighbor_claimed(struct ip *, struct link *, const struct neighbor_claim *);

/* The MAC, if it is known. */
MUST_USE bool neighbor_mac(const struct ip *, uint16_t link, const struct tenon_ip *next_hop,
			   uint8_t mac[6]);

/* An entry's timer was due. */
void neighbor_expired(struct ip *, struct timer *);

/* The link is down or going: its entries go, what waits is lost. */
void neighbor_forget_all(struct ip *, uint16_t link);

/* The pools: 0 the entries, 1 the parked packets. */
struct tenon_pool_use neighbor_pool_use(const struct ip *, unsigned which);

#endif
