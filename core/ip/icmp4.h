/* SPDX-License-Identifier: MIT */
/* icmp4.h - ICMP for IPv4: RFC 792 as RFC 1122 3.2.2 asks of a host.
 *
 * Echo requests are answered, those to a broadcast or multicast address are not (RFC 1122 3.2.2.6
 * allows it; amplifiers are made of such answers). Errors become reports, each type and code its
 * own result. Redirects are not followed: a host here has the routes that it was given. Source
 * quench is obsolete (RFC 6633), and so are timestamps, masks and information requests.
 *
 * A router of before RFC 1191 says "fragmentation needed" without saying how; then the next lower
 * plateau of RFC 1191 7.1 is assumed.
 *
 * Calls: icmp, wire/icmp4, wire/ipv4.    Called by: ipv4 (its row).
 */
#ifndef TENON_IP_ICMP4_H
#define TENON_IP_ICMP4_H

#include "ip/family.h"

enum fate icmp4_arrives(struct ip *, const struct ip_arrival *, struct icmp_report *);

struct icmp_message icmp4_error(enum icmp_error, const struct ip_arrival *);
void icmp4_emit_message(const struct ip_flow *, const struct icmp_message *, struct packet *);
bool icmp4_message_is_error(struct bytes message);
bool icmp4_quote(struct bytes packet, struct icmp_report *);

#endif
