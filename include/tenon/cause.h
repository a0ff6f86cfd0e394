/* SPDX-License-Identifier: MIT */
/* cause.h - why a call failed: the packet, timer, route or table behind a result. */
#ifndef TENON_CAUSE_H
#define TENON_CAUSE_H

#include <stddef.h>
#include <stdint.h>

#include <tenon/api.h>
#include <tenon/address.h>
#include <tenon/result.h>

TENON_BEGIN

enum tenon_cause_kind {
	TENON_CAUSE_NONE,     /* the call itself: its arguments or the socket's state */
	TENON_CAUSE_SEGMENT,  /* a segment that arrived, a RST */
	TENON_CAUSE_ICMP,     /* an ICMP or ICMPv6 error that arrived */
	TENON_CAUSE_TIMER,    /* a timer gave up */
	TENON_CAUSE_NEIGHBOR, /* ARP or NDP gave up */
	TENON_CAUSE_ROUTE,    /* the route table: no route, or one that rejects */
	TENON_CAUSE_LINK,     /* the link is down */
	TENON_CAUSE_RULE,     /* a filter rule */
	TENON_CAUSE_TABLE     /* a table or pool is full */
};

enum tenon_timer_name {
	TENON_TIMER_RETRANSMIT,
	TENON_TIMER_PERSIST,
	TENON_TIMER_DELAYED_ACK,
	TENON_TIMER_KEEPALIVE,
	TENON_TIMER_USER,
	TENON_TIMER_TIME_WAIT,
	TENON_TIMER_COUNT
};

#define TENON_CAUSE_QUOTE_MAX 28 /* an IP header of 20 octets and 8 of its payload, RFC 792 */

/* Times are the stack's, in microseconds. Unused members are zero. */
struct tenon_cause {
	enum tenon_result result;
	enum tenon_cause_kind kind;
	uint64_t at_us;    /* when the call's failure was decided */
	uint64_t since_us; /* when what failed began: the first SYN; 0 where nothing had begun */
	struct tenon_endpoint local, peer;
	uint16_t link;          /* the link's index, 0 if none was involved */
	uint16_t transmissions; /* how often the unanswered segment was sent */
	uint8_t next_hop_mac[6];
	uint8_t next_hop_known; /* next_hop_mac is valid */
	union {
		struct {
			uint32_t seq, ack;
			uint8_t flags;
		} segment;
		struct {
			struct tenon_ip from;
			uint8_t type, code;
			uint8_t quote_len;
			uint8_t quote[TENON_CAUSE_QUOTE_MAX];
		} icmp;
		struct {
			enum tenon_timer_name name;
			uint32_t last_rto_us;
		} timer;
		struct {
			struct tenon_ip next_hop;
			uint16_t probes;
		} neighbor;
		struct {
			struct tenon_ip prefix;
			uint8_t prefix_len;
			uint8_t found; /* 0: no route covered the destination */
		} route;
		struct {
			uint32_t number;
		} rule;
		struct {
			const char *name; /* static: "tcp ports", "connections", "pages" … */
			uint32_t size;
		} table;
	} detail;
};

TENON_END
#endif
