/* SPDX-License-Identifier: MIT */
/* rule.h - does this rule make sense, and does it match?
 *
 * What rules look at is a subject: a packet, of whose octets only what rules can name was read, or
 * a call. A packet too short for its ports is broken: it has none, and its state is INVALID.
 *
 * Called by: filter, track; ip_filter makes the subjects.
 */
#ifndef TENON_FILTER_RULE_H
#define TENON_FILTER_RULE_H

#include <tenon/filter.h>

#include "base/bytes.h"

struct filter_subject {
	struct tenon_ip source, destination;
	uint16_t source_port, destination_port;
	uint16_t link;
	uint8_t version; /* enum tenon_ip_version */
	uint8_t protocol;
	uint8_t icmp_type, icmp_code;
	uint8_t tcp_flags;
	uint8_t state; /* enum tenon_filter_state, one of them */
	uint8_t call;  /* enum tenon_filter_call, one of them; 0: a packet */
	bool is_broken;
	bool is_icmp_error;
	uint32_t len; /* octets of the packet */
};

bool rule_is_valid(const struct tenon_filter_rule *);
bool rule_matches(const struct tenon_filter_rule *, const struct filter_subject *);

/* Reads ports, flags, type and code from the transport header that the octets begin with. Addresses
 * and protocol are set. */
void subject_read(struct filter_subject *, struct bytes transport);

/* The same for the start of a packet that an ICMP error quotes: addresses and ports alone. */
void subject_read_quoted(struct filter_subject *, struct bytes transport);

#endif
