/* SPDX-License-Identifier: MIT */
/* udp_table.h - whose is this datagram, and which port is free?
 *
 * Endpoints that have a port stand in two hash tables. By place, for datagrams: a connected one
 * under its four-tuple, another under its address and port, or under its port alone. A datagram
 * is looked for in that order; among endpoints of one place the best match wins (bound to the link,
 * of the datagram's own family), then the newest, except that those which share their port by
 * REUSE_PORT divide the peers among themselves. By port, for bind(): may two endpoints have this
 * port at once?
 *
 * Free ports are found from a random offset (RFC 6056 3.3.1) in a bitmap of those in use. Only when
 * all are, each is tried for one that can be shared with its users.
 *
 * Called by: udp.
 */
#ifndef TENON_UDP_UDP_TABLE_H
#define TENON_UDP_UDP_TABLE_H

#include <tenon/address.h>

#include "base/bitmap.h"
#include "base/hash.h"
#include "base/random.h"

struct udp_endpoint;

struct udp_table {
	struct hash_table by_port, by_place;
	struct bitmap ports; /* in use by any endpoint */
	struct siphash_key key;
	struct random *random;
};

/* What a datagram, or a quoted one, says of its two ends. */
struct udp_tuple {
	struct tenon_ip local, peer;
	uint16_t local_port, peer_port;
	uint16_t link;
};

size_t udp_table_need(uint32_t limit);
void udp_table_init(struct udp_table *, struct arena *, uint32_t limit, struct random *);

/* An endpoint that has got its port. */
void udp_table_add(struct udp_table *, struct udp_endpoint *);

/* Before its port goes. */
void udp_table_remove(struct udp_table *, struct udp_endpoint *);

/* Would the endpoint, with its present address, clash with others on that port? */
bool udp_table_clashes(const struct udp_table *, const struct udp_endpoint *, uint16_t port);

/* A port for the endpoint in [first, last]; 0 if there is none. */
uint16_t udp_table_choose(struct udp_table *, const struct udp_endpoint *, uint16_t first,
			  uint16_t last);

/* The endpoint for a datagram to one host, or NULL. */
struct udp_endpoint *udp_table_find(const struct udp_table *, const struct udp_tuple *);

/* Is another endpoint than this connected by exactly that tuple? Its link does not matter. */
bool udp_table_has_tuple(const struct udp_table *, const struct udp_tuple *,
			 const struct udp_endpoint *);

/* All endpoints for a datagram to many hosts, one after the other: NULL begins and ends. */
struct udp_endpoint *udp_table_each(const struct udp_table *, const struct udp_tuple *,
				    const struct udp_endpoint *after);

/* Does an endpoint have that address and port, but another peer? Looks at one. */
bool udp_table_has_other(const struct udp_table *, const struct udp_tuple *);

#endif
