/* SPDX-License-Identifier: MIT */
/* ip_filter.h - the filter as the IP layer asks it, and as it carries out what the filter says.
 *
 * tenon_filter is the one module of this kind. Whoever judges asks ip->filter, which is NULL where
 * the configuration names none; so nothing of the filter is linked then. Packets of this host's are
 * judged when their route is known and before they are fragmented; packets for it when they are
 * whole and before anybody has seen them. What the filter itself answers is not judged on its way
 * out.
 *
 * A packet that is rejected on its way out is answered to ourselves, over the loopback: by an ICMP
 * error from our own address, or by a RST in the peer's name.
 *
 * Calls: filter, ip_output, icmp.    Called by: ip_output, stack_input, socket, stack_filter.
 */
#ifndef TENON_IP_IP_FILTER_H
#define TENON_IP_IP_FILTER_H

#include "filter/filter.h"
#include "ip/ip.h"

/* A call that is judged. */
struct ip_call {
	struct tenon_endpoint local;       /* all zero where there is none yet */
	const struct tenon_endpoint *peer; /* NULL: bind() */
	uint16_t link;
	uint8_t protocol;
	uint8_t call; /* enum tenon_filter_call */
};

struct tenon_filter_module {
	size_t (*need)(const struct tenon_limits *);
	void (*init)(struct ip *, struct arena *, const struct tenon_limits *);
	/* PASS, FILTER_DROPPED, or FILTER_REJECTED: the sender was answered. */
	enum fate (*arrives)(struct ip *, const struct ip_arrival *);
	/* The same; but for PASS the cause is in trace->cause, for the result FILTER_DROPPED. */
	enum fate (*leaves)(struct ip *, const struct ip_flow *, struct packet *);
	/* If not, the cause is in trace->cause, for the result DENIED. */
	bool (*allows)(struct ip *, const struct ip_call *);
	bool (*pool_use)(const struct filter *, unsigned index, struct tenon_pool_use *);
};

#endif
