/* SPDX-License-Identifier: MIT */
/* transport.h - a transport as the stack sees it: a row of functions named in the configuration.
 *
 * The definitions (tenon_tcp, tenon_udp, tenon_raw, tenon_ping) stand in socket/, the first layer
 * that knows both the protocol and its socket kind. `self` is what init returned.
 */
#ifndef TENON_IP_TRANSPORT_H
#define TENON_IP_TRANSPORT_H

#include "ip/ip.h"

struct socket_kind;

struct tenon_transport {
	uint8_t protocol;
	/* Octets of arena, and how many timers, for this configuration. */
	size_t (*need)(const struct tenon_config *);
	uint32_t (*timers)(const struct tenon_config *);
	void *(*init)(struct arena *, struct ip *, struct pages *, const struct tenon_config *);
	enum fate (*arrives)(void *self, const struct ip_arrival *);
	/* Takes a copy of a packet that is for somebody else or for nobody, if anybody here wants
	 * it; did anybody? NULL in a row that is for its own protocol alone; the others have no
	 * own. */
	bool (*overhears)(void *self, const struct ip_arrival *);
	/* Was there such a conversation? */
	bool (*report)(void *self, const struct icmp_report *);
	void (*expired)(void *self, struct timer *);
	/* The entry point is done, its news collected: objects that ended are given back. */
	void (*settle)(void *self);
	bool (*pool_use)(const void *self, unsigned index, struct tenon_pool_use *);
	const struct socket_kind *kind;
};

#endif
