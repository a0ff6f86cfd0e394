/* SPDX-License-Identifier: MIT */
/* pmtu.h - how long a packet the path to a destination takes (RFC 1191, RFC 8201).
 *
 * A router on the way that had to drop a packet says what would have fitted. What it says is
 * believed when a transport recognized the conversation that it quotes, for ten minutes (RFC 1191
 * 6.3, RFC 8201 5.3), and only downwards: a path's MTU is never more than its link's. Over IPv4
 * nothing below behavior.path_mtu_min is believed as it stands, since a forged report could make
 * every segment tiny: the least is kept instead, and packets to there may be fragmented on their
 * way, as Linux has it. Over IPv6 nothing below 1,280 is believed at all (RFC 8201 4).
 *
 * The table is fixed in size; the entry that was learnt first gives way.
 *
 * Called by: ip_output (choosing a path), stack (a report that a transport recognized).
 */
#ifndef TENON_IP_PMTU_H
#define TENON_IP_PMTU_H

#include "ip/ip.h"

size_t pmtu_need(const struct tenon_config *);
struct pmtu_table *pmtu_table_new(struct arena *, const struct tenon_config *, struct random *);

/* A report of ICMP_FRAGMENTATION_NEEDED or ICMP6_PACKET_TOO_BIG about a conversation of ours. */
void pmtu_learn(struct ip *, const struct icmp_report *);

/* Lowers a path's MTU to what is known of its destination. */
void pmtu_apply(const struct ip *, const struct tenon_ip *destination, struct ip_path *);

struct tenon_pool_use pmtu_pool_use(const struct ip *);

#endif
