/* SPDX-License-Identifier: MIT */
/* tenon.h - a stack: its configuration, its memory, its time, its addresses and routes.
 *
 * A stack is one host. It has no clock, thread, lock or allocator: the caller gives it memory
 * once, the time at each entry, frames as they arrive (link.h) and socket calls (socket.h), and
 * asks it when it wants to be called again. One thread at a time may be inside a stack; any number
 * of stacks may live in one process.
 */
#ifndef TENON_TENON_H
#define TENON_TENON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/api.h>
#include <tenon/address.h>
#include <tenon/cause.h>
#include <tenon/config.h>
#include <tenon/fate.h>
#include <tenon/link.h>
#include <tenon/result.h>

TENON_BEGIN

#define TENON_NEVER UINT64_MAX

/* Fills limits and behavior with Linux's defaults for a host of moderate size (1,024 sockets);
 * families, transports, congestions and observer become NULL and must be named by the caller. */
void tenon_config_linux(struct tenon_config *);

/* Octets of memory that tenon_init() needs for this configuration; 0 if a limit is out of range. */
size_t tenon_size(const struct tenon_config *);

/* Makes a stack in memory (aligned to 16), which stays the caller's and must hold at least
 * tenon_size() octets until the stack is no longer used. The configuration is copied; the module
 * tables it points to must outlive the stack. seed: 16 octets, secret and different for each
 * stack unless a run is to be repeated. The stack has a loopback link, 127.0.0.1/8 and ::1 (of
 * the families named). NULL if memory is too small or a limit is out of range. */
struct tenon *tenon_init(void *memory, size_t size, const struct tenon_config *,
			 const uint8_t seed[16], uint64_t now_us);

/* Time passes. At each entry, before any other call, the port says what time it is, in
 * microseconds since any beginning; it never goes back. */
void tenon_set_time(struct tenon *, uint64_t now_us);

/* Does what is due: timers, packets looped back. Call it when tenon_next_deadline() has come and
 * after socket calls. */
void tenon_advance(struct tenon *);

/* When tenon_advance() has something to do: a time not after now for "at once", or TENON_NEVER. */
uint64_t tenon_next_deadline(const struct tenon *);

/* The behavior in force, to be read and changed. */
struct tenon_behavior *tenon_behavior(struct tenon *);

/* Addresses. prefix_len counts in the family's own bits (0 to 32, 0 to 128); the prefix becomes an
 * on-link route. EXISTS, NOT_FOUND, TABLE_FULL, BAD_VALUE, FAMILY_ABSENT. */
enum tenon_result tenon_address_add(struct tenon *, unsigned link, const struct tenon_ip *,
				    unsigned prefix_len);
enum tenon_result tenon_address_remove(struct tenon *, unsigned link, const struct tenon_ip *);

/* What a route does with a destination that it covers. */
enum tenon_route_reject {
	TENON_REJECT_NONE,
	TENON_REJECT_UNREACHABLE, /* ROUTE_UNREACHABLE */
	TENON_REJECT_PROHIBIT,    /* ROUTE_PROHIBITED */
	TENON_REJECT_BLACKHOLE    /* ROUTE_BLACKHOLE */
};

struct tenon_route {
	struct tenon_ip prefix;
	uint8_t prefix_len; /* in the family's own bits */
	uint8_t reject;     /* enum tenon_route_reject */
	uint16_t link;      /* 0 for routes that reject */
	uint32_t metric;    /* of equal prefixes the lowest wins */
	uint32_t mtu;       /* 0: the link's */
	bool has_gateway;
	struct tenon_ip gateway; /* on the link; without it the prefix is on the link itself */
};

/* Longest prefix wins, then lowest metric. EXISTS, NOT_FOUND, TABLE_FULL, BAD_VALUE. */
enum tenon_result tenon_route_add(struct tenon *, const struct tenon_route *);
enum tenon_result tenon_route_remove(struct tenon *, const struct tenon_route *);

/* How many packets met this fate. */
uint64_t tenon_fate_count(const struct tenon *, enum tenon_fate);

/* Pools and tables, for whoever asks how full they are: index from 0 until false is returned. */
struct tenon_pool_use {
	const char *name;
	uint32_t used, high_water, limit;
};
bool tenon_pool_use(const struct tenon *, unsigned index, struct tenon_pool_use *);

TENON_END
#endif
