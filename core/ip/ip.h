/* SPDX-License-Identifier: MIT */
/* ip.h - the IP layer: what a transport asks of it and what it gives a transport.
 *
 * Downward: ip_route chooses source, link, next hop and MTU for a flow, or says why there is none
 * (and leaves the cause in trace); ip_send adds the header and sends over the chosen path. A path
 * is remembered in its flow and chosen again when the tables have changed since.
 * Upward nothing is called: stack_input asks the family what has arrived (struct ip_arrival) or
 * what an ICMP error says of which conversation (struct icmp_report) and gives it to the transport.
 *
 * Owns: addresses, routes, neighbors, families.    Calls: link, timers, trace, wire.
 * Called by: udp, tcp (send), stack (arrivals, timers).
 */
#ifndef TENON_IP_IP_H
#define TENON_IP_IP_H

#include <tenon/tenon.h>

#include "base/random.h"
#include "packet/link.h"
#include "packet/packet.h"
#include "packet/pages.h"

struct address_table;
struct route_table;
struct neighbor_cache;
struct tenon_filter_module;
struct filter;
struct reassembly;
struct pmtu_table;

struct ip {
	struct links *links;
	struct timers *timers;
	struct trace *trace;
	struct random *random;
	struct tenon_behavior *behavior;
	const struct tenon_family_module *v4, *v6; /* NULL where not configured */
	struct address_table *addresses;
	struct route_table *routes;
	struct neighbor_cache *neighbors;
	const struct tenon_filter_module *filter; /* NULL where not configured */
	struct filter *rules;
	const struct tenon_fragment_module *fragments; /* NULL where not configured */
	struct reassembly *reassembly;
	struct pmtu_table *path_mtus;
	uint32_t generation;   /* moves whenever a cached path may have become wrong */
	uint16_t datagram_id;  /* IPv4 identification, RFC 6864 */
	uint32_t error_tokens; /* ICMP errors that may still be sent in this second */
	time_us error_refill;
};

/* Where a flow's packets go. Filled by ip_route. */
struct ip_path {
	struct link *link;
	struct tenon_ip next_hop;
	uint32_t mtu;
	uint32_t generation;
	bool is_local;     /* to this host: over the loopback */
	bool is_broadcast; /* limited, or directed to a subnet on link */
	bool is_multicast;
	bool may_be_cut; /* by routers, whatever the flow says: pmtu.h */
};

enum ip_flow_flags {
	IP_DONT_FRAGMENT = 1, /* what is too long for the path is refused */
	IP_CUT_HERE = 4,      /* it is cut here, but what fits may not be cut on its way */
	IP_DONT_ROUTE = 2,    /* on-link destinations only */
	IP_UNFILTERED = 8,
	IP_HEADER_INCLUDED = 16, /* the packet's headers are its IP header, IPv4 only */
};

struct ip_flow {
	struct tenon_ip source; /* any: ip_route chooses, RFC 6724 */
	struct tenon_ip destination;
	uint16_t bound_link; /* 0: any; a zone, or SO_BINDTODEVICE */
	uint8_t protocol;
	uint8_t hop_limit; /* 0: the default, 64 */
	uint8_t traffic_class;
	uint8_t flags;
	struct ip_path path;
};

/* Fills flow->path and, if it was any, flow->source. NO_ROUTE, ROUTE_*, LINK_DOWN, SCOPE_MISSING,
 * NO_SOURCE_ADDRESS, ADDRESS_NOT_LOCAL (a given source that is no address of ours, or of the other
 * family), SOURCE_UNUSABLE, FAMILY_ABSENT; the cause is then in trace->cause. */
MUST_USE enum tenon_result ip_route(struct ip *, struct ip_flow *);

/* Sends one packet of the flow (routing it first if its path is out of date): transport header and
 * payload in, IP header added. OK also when it waits for a neighbor. Besides ip_route's results:
 * FILTER_DROPPED, MESSAGE_TOO_LONG, LINK_BUSY, NO_MEMORY. Borrows the packet. */
enum tenon_result ip_send(struct ip *, struct ip_flow *, struct packet *);

/* The sum to start a transport checksum with: the flow's pseudo-header (its source is chosen). */
uint32_t ip_pseudo_sum(const struct ip_flow *, uint32_t transport_len);

/* Of a datagram in parts (fragments.h): which octets behind the header these are. */
struct ip_part {
	uint32_t id;
	uint32_t len;            /* of a part that leaves */
	uint16_t offset;         /* a multiple of 8 */
	uint16_t header_len;     /* what stands before the payload once it is whole */
	uint16_t next_header_at; /* IPv6: the octet of it that must name … */
	uint8_t next_header;     /* … this header */
	bool more;
	bool is_part;
};

/* A packet that has come for this host. Everything is borrowed from the frame. */
struct ip_arrival {
	struct tenon_ip source, destination;
	struct bytes packet;  /* IP header and all, for quoting */
	struct bytes payload; /* behind the last header */
	uint32_t protocol_at; /* where `packet` names the protocol, for ICMPv6's errors */
	uint16_t link;
	uint8_t protocol;
	uint8_t hop_limit;
	uint8_t traffic_class;
	bool is_broadcast, is_multicast; /* the destination */
	bool was_link_broadcast;         /* the frame's destination was not ours alone */
	bool checksum_verified;          /* by the driver, or it came over the loopback */
	struct ip_part part;             /* with FATE_IP_FRAGMENT of the family's arrives() */
};

/* What an ICMP error says. The transport finds its conversation by the quoted header. */
struct icmp_report {
	enum tenon_result result;
	struct tenon_ip from;        /* who sent it */
	struct tenon_ip local, peer; /* quoted source and destination: ours and theirs */
	uint8_t protocol;            /* quoted */
	uint8_t type, code;
	uint16_t link;
	uint16_t probes;     /* with NEIGHBOR_SILENT: how often `from`, the next hop, was asked */
	uint32_t mtu;        /* with "fragmentation needed" and "too big" */
	struct bytes quoted; /* the quoted transport header, at least 8 octets */
	struct bytes quoted_packet; /* from its IP header on */
};

/* A report into trace->cause, with its quote; returns the cause for the rest to be filled in. */
struct tenon_cause *icmp_report_cause(const struct icmp_report *, struct trace *);

/* Does the error reach a connected datagram socket that has not asked for errors? */
bool icmp_is_hard(enum tenon_result);

/* Who is the flow's next hop? Fills the cause's link, next_hop_mac and next_hop_known. */
void ip_path_cause(const struct ip *, const struct ip_path *, struct tenon_cause *);

/* A datagram or segment could not be delivered: tells its sender, within RFC 1122 3.2.2's and
 * RFC 4443 2.4's limits. */
enum icmp_error {
	ICMP_ERROR_PORT_UNREACHABLE,
	ICMP_ERROR_PROTOCOL_UNREACHABLE,
	ICMP_ERROR_REASSEMBLY, /* it was not whole in time */
};
void ip_send_error(struct ip *, const struct ip_arrival *, enum icmp_error);

/* Neighbors that gave up: the next report (NEIGHBOR_SILENT, quoting a packet that waited), or
 * false. stack_advance gives each to its transport. The quote is valid until the next call. */
bool ip_take_silence(struct ip *, struct icmp_report *);

/* Is this one of our addresses (any link)? */
bool ip_is_local(const struct ip *, const struct tenon_ip *);
/* A broadcast address of a directly attached subnet, or 255.255.255.255. */
bool ip_is_broadcast(const struct ip *, const struct tenon_ip *);

#endif
