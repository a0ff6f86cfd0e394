/* SPDX-License-Identifier: MIT */
/* config.h - what a stack is made of: its modules, its limits, its behavior. */
#ifndef TENON_CONFIG_H
#define TENON_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include <tenon/api.h>
#include <tenon/event.h>

TENON_BEGIN

/* Modules: what a configuration does not name is not linked. */
struct tenon_family_module;
struct tenon_transport;
struct tenon_congestion;
struct tenon_fragment_module;
struct tenon_filter_module;
struct tenon_names;
extern const struct tenon_family_module tenon_ipv4, tenon_ipv6;
extern const struct tenon_transport tenon_tcp, tenon_udp, tenon_raw, tenon_ping;
extern const struct tenon_transport tenon_unix;
extern const struct tenon_congestion tenon_newreno;
extern const struct tenon_filter_module tenon_filter;
extern const struct tenon_fragment_module tenon_fragments;

struct tenon_limits {
	uint32_t sockets;         /* all kinds */
	uint32_t tcp_connections; /* every state from SYN-RECEIVED to TIME-WAIT */
	uint32_t tcp_listeners;
	uint32_t tcp_port_bindings;
	uint32_t pages;      /* stream data and received datagrams, of page_bytes each */
	uint32_t page_bytes; /* 256 to 65536 */
	uint32_t datagrams;  /* received and not yet read, all sockets */
	uint32_t links, addresses, routes, neighbors;
	uint32_t parked_packets; /* waiting for a neighbor, all neighbors */
	uint32_t packet_bytes;   /* longest IP packet that can be parked or looped back */
	uint32_t loopback_packets;
	uint32_t path_mtus;            /* destinations whose path MTU is known */
	uint32_t fragmented_datagrams; /* arriving in parts, at once */
	uint32_t fragment_pages;       /* for those parts, of page_bytes each */
	uint32_t causes;               /* failures whose cause is kept at once */
	uint32_t filter_rules, filter_conversations;
	uint32_t raw_sockets, raw_datagrams; /* of raw and of ping sockets each */
	uint32_t unix_sockets;               /* with connections that wait to be accepted */
	uint32_t unix_messages, unix_names;
};

/* What differs between systems; each may be changed while the stack runs. */
struct tenon_behavior {
	uint16_t port_first, port_last; /* net.ipv4.ip_local_port_range */
	uint8_t syn_retries;            /* net.ipv4.tcp_syn_retries */
	uint8_t syn_linear_timeouts; /* net.ipv4.tcp_syn_linear_timeouts: before the RTO doubles */
	uint8_t synack_retries;      /* net.ipv4.tcp_synack_retries */
	uint8_t retries_soft;        /* net.ipv4.tcp_retries1, R1 of RFC 9293 MUST-20 */
	uint8_t retries_hard;        /* net.ipv4.tcp_retries2, R2 */
	uint8_t orphan_retries;      /* net.ipv4.tcp_orphan_retries */
	uint8_t neighbor_probes;     /* RFC 4861 10: MAX_MULTICAST_SOLICIT */
	uint32_t neighbor_retransmit_us; /* RFC 4861 10: RETRANS_TIMER */
	uint32_t neighbor_reachable_us;  /* RFC 4861 10: REACHABLE_TIME */
	uint32_t path_mtu_min;           /* net.ipv4.route.min_pmtu */
	uint32_t reassembly_v4_us;       /* net.ipv4.ipfrag_time; RFC 1122 3.3.2 */
	uint32_t reassembly_v6_us;       /* net.ipv6.ip6frag_time; RFC 8200 4.5: 60 s */
	uint32_t rto_initial_us;         /* RFC 6298 2.1 */
	uint32_t rto_min_us, rto_max_us;
	uint32_t delayed_ack_us; /* RFC 9293 MUST-59: at most 500,000 */
	uint32_t time_wait_us;   /* Linux: 60 s; RFC 9293: 2 MSL */
	uint32_t fin_wait_2_us;  /* net.ipv4.tcp_fin_timeout, of a connection nobody owns */
	uint32_t receive_bytes;  /* default SO_RCVBUF of streams, usable octets */
	uint32_t send_bytes;     /* default SO_SNDBUF of streams, likewise */
	uint32_t datagram_receive_bytes;
	uint32_t backlog_max;               /* net.core.somaxconn */
	uint32_t challenge_acks_per_second; /* RFC 5961 7 */
	uint32_t icmp_errors_per_second;    /* RFC 1812 4.3.2.8, RFC 4443 2.4 (f) */
	bool window_scaling, timestamps;    /* RFC 7323 */
	bool abort_on_overflow;             /* net.ipv4.tcp_abort_on_overflow */
	bool echo_ignored;                  /* net.ipv4.icmp_echo_ignore_all */
	/* connect() */
	bool success_is_collected; /* after an asynchronous success it gives OK once (LX-07) */
	bool failure_is_collected; /* after a collected failure EARLIER_ATTEMPT_FAILED (LX-30) */
	bool any_means_loopback;   /* a destination of 0.0.0.0 or :: is this host (PX-04) */
	bool datagram_tuple_may_repeat; /* two datagram sockets may have one four-tuple (LX-18) */
	bool filter_ends_attempts;      /* a SYN that a rule keeps back ends its attempt (LX-26) */
};

struct tenon_config {
	/* Each ends with NULL. Of congestions the first is the default; NULL without TCP. */
	const struct tenon_family_module *const *families; /* &tenon_ipv4, &tenon_ipv6 */
	const struct tenon_transport *const *transports;   /* &tenon_tcp, &tenon_udp */
	const struct tenon_congestion *const *congestions; /* &tenon_newreno */
	const struct tenon_filter_module *filter;          /* &tenon_filter, or NULL */
	struct tenon_limits limits;
	struct tenon_behavior behavior;
	const struct tenon_fragment_module
		*fragments;              /* &tenon_fragments, or NULL: none are taken or made */
	const struct tenon_names *names; /* of tenon_unix's paths, or NULL */
	struct tenon_observer observer;  /* event may be NULL */
};

TENON_END
#endif
