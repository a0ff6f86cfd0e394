/* SPDX-License-Identifier: MIT */
/* filter.h - rules: which packets come in and leave, and which calls are allowed.
 *
 * A stack whose configuration names the filter (config.filter = &tenon_filter) has three chains of
 * rules: for packets that have come for this host, for packets that leave it, and for calls. The
 * first rule of its chain that matches decides; what no rule matches is accepted.
 *
 * A packet that is dropped on its way out is FILTER_DROPPED to a datagram's sender; a connection's
 * segment is as lost, so that an attempt ends with OPEN_TIMED_OUT (unless
 * behavior.filter_ends_attempts). A packet that is rejected is dropped too, and whoever sent it is
 * answered as by a host on the way: with the ICMP error or the RST that the rule names. A call that
 * is not accepted is DENIED.
 */
#ifndef TENON_FILTER_H
#define TENON_FILTER_H

#include <tenon/api.h>
#include <tenon/tenon.h>

TENON_BEGIN

enum tenon_filter_chain {
	TENON_FILTER_IN,
	TENON_FILTER_OUT,
	TENON_FILTER_CALL,
	TENON_FILTER_CHAINS
};

enum tenon_filter_verdict { TENON_FILTER_ACCEPT, TENON_FILTER_DROP, TENON_FILTER_REJECT };

/* What a packet is to the conversations seen so far. */
enum tenon_filter_state {
	TENON_FILTER_NEW = 1,         /* begins one, or goes on with one nobody has answered yet */
	TENON_FILTER_ESTABLISHED = 2, /* of one that has been answered, or the answer itself */
	TENON_FILTER_RELATED = 4,     /* an ICMP error about one */
	TENON_FILTER_INVALID = 8,   /* of none: a segment, an echo reply, an error that fits none */
	TENON_FILTER_UNTRACKED = 16 /* neighbor discovery and the like, which is no conversation */
};

enum tenon_filter_call {
	TENON_FILTER_BIND = 1,    /* to the source */
	TENON_FILTER_CONNECT = 2, /* to the destination */
	TENON_FILTER_SEND = 4     /* to a destination that the call names */
};

enum tenon_filter_answer {
	TENON_FILTER_WITH_ICMP, /* "unreachable", of the code that the rule gives for the family */
	TENON_FILTER_WITH_RESET /* only in rules for TCP */
};

/* One end of what is matched. prefix_len 0: any address; port_last 0: port_first alone, and any
 * port if that is 0 too. The ports of an echo are both its identifier. */
struct tenon_filter_end {
	struct tenon_ip prefix;
	uint8_t prefix_len; /* in the family's own bits */
	uint16_t port_first, port_last;
};

/* What is zero matches anything. */
struct tenon_filter_rule {
	uint8_t chain;    /* enum tenon_filter_chain */
	uint8_t verdict;  /* enum tenon_filter_verdict */
	uint8_t version;  /* enum tenon_ip_version */
	uint8_t protocol; /* IANA's number */
	uint8_t states;   /* enum tenon_filter_state bits; not in CALL */
	uint8_t calls;    /* enum tenon_filter_call bits; only in CALL */
	uint16_t link;    /* by which it came, or leaves; of a call, the socket's */
	struct tenon_filter_end source, destination;
	bool has_icmp_type, has_icmp_code; /* only where protocol is ICMP or ICMPv6 */
	uint8_t icmp_type, icmp_code;
	uint8_t answer;                 /* enum tenon_filter_answer, where verdict is REJECT */
	uint8_t icmp4_code, icmp6_code; /* of the answer */
};

/* A rule at the end of its chain, or before another of the same chain (0: before all). Its number,
 * which is no other rule's as long as the stack lives, goes to *number. BAD_VALUE, TABLE_FULL,
 * NOT_FOUND (no such rule in the chain; or the configuration names no filter). */
enum tenon_result tenon_filter_add(struct tenon *, const struct tenon_filter_rule *,
				   uint32_t *number);
enum tenon_result tenon_filter_insert(struct tenon *, const struct tenon_filter_rule *,
				      uint32_t before, uint32_t *number);

/* NOT_FOUND. */
enum tenon_result tenon_filter_remove(struct tenon *, uint32_t number);

struct tenon_filter_entry {
	struct tenon_filter_rule rule;
	uint32_t number;
	uint64_t packets, octets; /* matched so far; calls count as packets */
};

/* The chain's rules in their order: index from 0 until false is returned. */
bool tenon_filter_list(const struct tenon *, enum tenon_filter_chain, unsigned index,
		       struct tenon_filter_entry *);

TENON_END
#endif
