/* SPDX-License-Identifier: MIT */
/* icmp6.h - ICMP for IPv6: RFC 4443, and the door to neighbor discovery.
 *
 * Echo requests are answered, those to a group too, from an address of ours (RFC 4443 4.2). Errors
 * become reports, each type and code its own result. A "packet too big" below 1,280 octets is
 * discarded (RFC 8201 4). Unknown error types have no result to be reported as.
 *
 * Calls: icmp, ndp, wire/icmp6, wire/ipv6.    Called by: ipv6 (its row, extension headers).
 */
#ifndef TENON_IP_ICMP6_H
#define TENON_IP_ICMP6_H

#include "ip/family.h"
#include "wire/ipv6_ext.h"

enum fate icmp6_arrives(struct ip *, const struct ip_arrival *, struct icmp_report *);

/* An extension header could not be stepped over: tells the sender what RFC 8200 4.2 wants told. */
void icmp6_send_problem(struct ip *, const struct ip_arrival *, const struct ipv6_problem *);

struct icmp_message icmp6_error(enum icmp_error, const struct ip_arrival *);
void icmp6_emit_message(const struct ip_flow *, const struct icmp_message *, struct packet *);
bool icmp6_message_is_error(struct bytes message);
bool icmp6_quote(struct bytes packet, struct icmp_report *);

#endif
