/* SPDX-License-Identifier: MIT */
/* icmp.h - what ICMP for IPv4 and for IPv6 have in common: whom to answer, how much, how often.
 *
 * An error is sent about a packet that came for this host alone, from a single host, and that was
 * no error itself (RFC 1122 3.2.2, RFC 4443 2.4 (e)); it quotes as much of the packet as the family
 * allows (RFC 1812 4.3.2.3: 576 octets in all; RFC 4443: 1,280). Errors leave at most
 * icmp_errors_per_second times a second; those to this host itself are not counted.
 *
 * Calls: ip_output, the families.    Called by: icmp4, icmp6, ipv4, ipv6, transports
 * (ip_send_error).
 */
#ifndef TENON_IP_ICMP_H
#define TENON_IP_ICMP_H

#include "ip/family.h"

/* Sends the error unless it must not be sent. even_to_group: also about a packet that went to many,
 * which RFC 4443 2.4 (e.3) wants of some. */
void icmp_send_error(struct ip *, const struct ip_arrival *, const struct icmp_message *,
		     bool even_to_group);

/* Sends an echo reply with the request's data. ICMP_ECHO_ANSWERED, or ICMP_ECHO_IGNORED. */
enum fate icmp_answer_echo(struct ip *, const struct ip_arrival *, const struct icmp_message *,
			   struct bytes data);

#endif
