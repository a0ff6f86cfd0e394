/* SPDX-License-Identifier: MIT */
/* stack.h - a stack: the one place that knows everybody.
 *
 * It holds a part of each layer by value and the transports by the rows that the configuration
 * names. tenon_init() gives each its share of the arena and its pointers downwards; from then on
 * the stack only decides the order in which a frame (stack_input.c) or the passing of time
 * (stack_advance.c) meets them. After each entry, and within one after each packet, the socket
 * layer collects what the transports noted and the transports settle: sockets_settle().
 *
 * Owns: the arena, the time, every layer.    Calls: every layer.    Called by: the user.
 */
#ifndef TENON_STACK_STACK_H
#define TENON_STACK_STACK_H

#include "ip/host.h"
#include "socket/socket.h"

enum { STACK_TRANSPORTS_MAX = 8 };

struct tenon {
	struct tenon_config config;
	struct timers timers;
	struct trace trace;
	struct random random;
	struct links links;
	struct ip ip;
	struct pages pages;
	struct sockets sockets;
	void *transports[STACK_TRANSPORTS_MAX]; /* their selves, in the configuration's order */
	uint8_t *looped; /* the packet that the loopback gave last; packet_bytes long */
};

/* Is every limit and default of the configuration in range? */
bool stack_config_is_valid(const struct tenon_config *);

/* Gives an ICMP error or a neighbor's silence to the conversation concerned. */
enum fate stack_report(struct tenon *, const struct icmp_report *);

#endif
