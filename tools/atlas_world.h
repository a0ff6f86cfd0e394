/* SPDX-License-Identifier: MIT */
/* atlas_world.h - where the atlas looks: two simulated hosts on one Ethernet, in virtual time.
 *
 *	here   10.0.0.1/24  fd00::1/64   speaks the dialect that is looked at
 *	there  10.0.0.2/24  fd00::2/64   a Linux host; what provokes the errors is done to it
 *
 * Nothing else is on the wire, and no route leads off it. Both hosts have a packet filter. The
 * calls are tenon/posix.h's; sockets are made here unless atlas_there() says otherwise.
 */
#ifndef TOOLS_ATLAS_WORLD_H
#define TOOLS_ATLAS_WORLD_H

#include <stdio.h>

#include <tenon/filter.h>
#include <tenon/pcapng.h>
#include <tenon/posix.h>
#include <tenon/sim.h>

enum { ATLAS_CONNECTIONS = 8 }; /* that a host may have */

struct atlas_host {
	struct tenon *stack;
	struct tenon_posix_host *posix;
	struct tenon_wire_end *end;
	unsigned link;
};

struct atlas_world {
	struct tenon_sim *sim;
	struct atlas_host here, there;
	int family; /* AF_INET, AF_INET6 */
	FILE *file; /* of the capture; NULL: none */
	struct tenon_pcapng capture;
	struct tenon_pcapng_host captured;
};

/* capture may be NULL and stays the caller's. False: no memory. */
bool atlas_world_begin(struct atlas_world *, enum tenon_posix_dialect, int family, FILE *capture);
void atlas_world_end(struct atlas_world *);

/* Lets that much virtual time pass. */
void atlas_pass(struct atlas_world *, uint32_t us);

/* A socket of the other host. */
int atlas_there(struct atlas_world *, int type);

/* A frame takes this long, from now on, either way. */
void atlas_slow_wire(struct atlas_world *, uint32_t us);

/* A rule at the end of its chain, a route that rejects the destination; false: there is no room. */
bool atlas_rule(struct atlas_host *, const struct tenon_filter_rule *);
bool atlas_reject(struct atlas_world *, const char *destination, enum tenon_route_reject);

/* An address by its text, whose family is as given. */
struct tenon_ip atlas_ip(const char *text);

struct atlas_name {
	struct sockaddr_storage at;
	socklen_t len;
};

/* The world's family decides which of the two. */
struct atlas_name atlas_name(const struct atlas_world *, const char *v4, const char *v6,
			     uint16_t port);
struct atlas_name atlas_name_here(const struct atlas_world *, uint16_t port);
struct atlas_name atlas_name_there(const struct atlas_world *, uint16_t port);

int atlas_connect(int fd, const struct atlas_name *);
int atlas_bind(int fd, const struct atlas_name *);

#endif
