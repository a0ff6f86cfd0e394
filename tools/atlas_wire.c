/* SPDX-License-Identifier: MIT */
/* atlas_wire.c - what the other host, the way to it, or silence answers. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/time.h>

#include "tools/atlas_cells.h"

enum { TCP = 6, PORT = 80, OURS = 6000, MILLISECOND_US = 1000 };
enum { ETHERNET = 14, RST = 4, ACK = 16, ROUND_MS = 10 };

static void drop_arriving(struct atlas_attempt *a)
{
	const struct tenon_filter_rule rule = { .chain = TENON_FILTER_IN,
						.verdict = TENON_FILTER_DROP,
						.protocol = TCP };

	atlas_need(a, atlas_rule(&a->world->there, &rule));
}

static void try_there(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);

	atlas_try(a, atlas_socket(a), &to);
}

static void answered(struct atlas_attempt *a)
{
	atlas_serve(a, PORT, 1);
	atlas_slow_wire(a->world, ROUND_MS * MILLISECOND_US);
	try_there(a);
}

static void silent(struct atlas_attempt *a)
{
	drop_arriving(a);
	try_there(a);
}

/* A queue for 0 takes one connection; nobody accepts it. */
static void too_busy(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int first = tenon_posix_socket(a->world->family, SOCK_STREAM, 0);

	atlas_serve(a, PORT, 0);
	atlas_need(a, atlas_connect(first, &to) == 0);
	try_there(a);
}

/* The other host's own rule answers with that code. */
static void reported(struct atlas_attempt *a)
{
	struct tenon_filter_rule rule = { .chain = TENON_FILTER_IN,
					  .verdict = TENON_FILTER_REJECT,
					  .protocol = TCP };

	if (a->world->family == AF_INET)
		rule.icmp4_code = (uint8_t)a->which;
	else
		rule.icmp6_code = (uint8_t)a->which;
	atlas_need(a, atlas_rule(&a->world->there, &rule));
	try_there(a);
}

static void nobody_home(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name(a->world, "10.0.0.9", "fd00::9", PORT);

	atlas_try(a, atlas_socket(a), &to);
}

/* The error comes back after the first datagram, and the second is told. */
static void datagram_refused(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	atlas_try(a, fd, &to);
	atlas_need(a, a->error == 0 && tenon_posix_send(fd, "x", 1, 0) == 1);
	atlas_pass(a->world, ROUND_MS * MILLISECOND_US);
	atlas_saw(a, fd, tenon_posix_send(fd, "x", 1, 0));
}

static bool is_acknowledgment(void *context, const struct tenon_wire_sight *sight)
{
	const struct atlas_world *w = context;
	const uint8_t *ip = (const uint8_t *)sight->frame + ETHERNET;
	size_t header = w->family == AF_INET ? 20 : 40, protocol = w->family == AF_INET ? 9 : 6;

	return sight->direction == TENON_WIRE_LEAVING && sight->len >= ETHERNET + header + 20 &&
	       ip[protocol] == TCP && (ip[header + 13] & (ACK | RST)) == ACK;
}

/* Both hosts open at once; what acknowledges our SYN is lost, and then the other one aborts. */
static void reset_while_opening(struct atlas_attempt *a)
{
	const struct tenon_wire_hook hook = { .drop = is_acknowledgment, .context = a->world };
	const struct atlas_name unspecified = { .len = sizeof(struct sockaddr_in) };
	struct atlas_name here = atlas_name_here(a->world, OURS);
	struct atlas_name there = atlas_name_there(a->world, PORT);
	int theirs = atlas_there(a->world, SOCK_STREAM | SOCK_NONBLOCK), ours;
	struct pollfd watched = { .events = POLLOUT };
	socklen_t len = sizeof a->error;

	a->type |= SOCK_NONBLOCK;
	watched.fd = ours = atlas_socket(a);
	tenon_wire_set_hook(a->world->there.end, &hook);
	atlas_slow_wire(a->world, ROUND_MS * MILLISECOND_US);
	atlas_need(a, atlas_bind(theirs, &there) == 0 && atlas_bind(ours, &here) == 0);
	a->begun_us = tenon_sim_now(a->world->sim);
	atlas_need(a, atlas_connect(theirs, &here) < 0 && errno == EINPROGRESS);
	atlas_need(a, atlas_connect(ours, &there) < 0 && errno == EINPROGRESS);
	atlas_pass(a->world, 5 * ROUND_MS * MILLISECOND_US);
	atlas_need(a, atlas_connect(theirs, &unspecified) == 0);
	atlas_need(a, tenon_posix_poll(&watched, 1, 1000) == 1);
	atlas_saw(a, ours, 0);
	atlas_need(a, tenon_posix_getsockopt(ours, SOL_SOCKET, SO_ERROR, &a->error, &len) == 0);
}

/* SO_SNDTIMEO ends the call, not the attempt. */
static void waits_a_while(struct atlas_attempt *a)
{
	struct timeval limit = { .tv_sec = 2 };
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	drop_arriving(a);
	tenon_posix_setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	atlas_try(a, fd, &to);
}

enum {
	STREAM_LATE = ATLAS_IP | ATLAS_LATE,
	V4_LATE = ATLAS_V4 | ATLAS_LATE,
	V6_LATE = ATLAS_V6 | ATLAS_LATE
};

#define ALL(error)                                                                                 \
	{                                                                                          \
		error, error, error                                                                \
	}

const struct atlas_scenario atlas_by_wire[] = {
	{ "LX-04", "PX-05", "a listener answers the SYN", STREAM_LATE, .error = ALL(0),
	  .run = answered },
	{ "LX-15", "PX-17", "nobody listens: a RST answers the SYN", STREAM_LATE,
	  TENON_CAUSE_SEGMENT, ALL(ECONNREFUSED), .run = try_there },
	{ "LX-15", "PX-17", "nobody listens: ICMP port unreachable, told by the next send()",
	  ATLAS_IP | ATLAS_DATAGRAM, TENON_CAUSE_ICMP, ALL(ECONNREFUSED), .run = datagram_refused },
	{ "LX-16", "PX-24", "every SYN is dropped on arrival", STREAM_LATE, TENON_CAUSE_TIMER,
	  ALL(ETIMEDOUT), .seconds = { 131, 127, 127 }, .run = silent },
	{ "LX-16", "PX-24", "the listener's accept queue is full", STREAM_LATE, TENON_CAUSE_TIMER,
	  ALL(ETIMEDOUT), .seconds = { 131, 127, 127 }, .run = too_busy },
	{ "LX-16", "PX-08", "no answer within SO_SNDTIMEO", ATLAS_IP, .error = ALL(EINPROGRESS),
	  .seconds = ALL(2), .run = waits_a_while },
	{ "LX-30", "PX-33", "nobody answers ARP or neighbor solicitations", STREAM_LATE,
	  TENON_CAUSE_NEIGHBOR, ALL(EHOSTUNREACH), .run = nobody_home },
	{ "LX-30", "PX-32", "both open at once, then RST", ATLAS_IP, TENON_CAUSE_SEGMENT,
	  ALL(ECONNRESET), .run = reset_while_opening },
	{ "LX-30", "PX-21", "ICMP network unreachable", V4_LATE, TENON_CAUSE_ICMP, ALL(ENETUNREACH),
	  .which = 0, .run = reported },
	{ "LX-30", "PX-33", "ICMP host unreachable", V4_LATE, TENON_CAUSE_ICMP, ALL(EHOSTUNREACH),
	  .which = 1, .run = reported },
	{ "LX-30",
	  "PX-17",
	  "ICMP protocol unreachable",
	  V4_LATE,
	  TENON_CAUSE_ICMP,
	  { ENOPROTOOPT, ENOPROTOOPT, ECONNREFUSED },
	  .which = 2,
	  .run = reported },
	{ "LX-30", "PX-17", "ICMP port unreachable", V4_LATE, TENON_CAUSE_ICMP, ALL(ECONNREFUSED),
	  .which = 3, .run = reported },
	{ "LX-30",
	  "PX-33",
	  "ICMP source route failed",
	  V4_LATE,
	  TENON_CAUSE_ICMP,
	  { EOPNOTSUPP, EOPNOTSUPP, EHOSTUNREACH },
	  .which = 5,
	  .run = reported },
	{ "LX-30", "PX-21", "ICMP network unknown", V4_LATE, TENON_CAUSE_ICMP, ALL(ENETUNREACH),
	  .which = 6, .run = reported },
	{ "LX-30",
	  "PX-33",
	  "ICMP host unknown",
	  V4_LATE,
	  TENON_CAUSE_ICMP,
	  { EHOSTDOWN, EHOSTDOWN, EHOSTUNREACH },
	  .which = 7,
	  .run = reported },
	{ "LX-30",
	  "PX-33",
	  "ICMP source host isolated",
	  V4_LATE,
	  TENON_CAUSE_ICMP,
	  { ENONET, ENONET, EHOSTUNREACH },
	  .which = 8,
	  .run = reported },
	{ "LX-30", "PX-21", "ICMP network prohibited", V4_LATE, TENON_CAUSE_ICMP, ALL(ENETUNREACH),
	  .which = 9, .run = reported },
	{ "LX-30", "PX-33", "ICMP host prohibited", V4_LATE, TENON_CAUSE_ICMP, ALL(EHOSTUNREACH),
	  .which = 10, .run = reported },
	{ "LX-30", "PX-21", "ICMP network, type of service", V4_LATE, TENON_CAUSE_ICMP,
	  ALL(ENETUNREACH), .which = 11, .run = reported },
	{ "LX-30", "PX-33", "ICMP host, type of service", V4_LATE, TENON_CAUSE_ICMP,
	  ALL(EHOSTUNREACH), .which = 12, .run = reported },
	{ "LX-30", "PX-33", "ICMP administratively prohibited", V4_LATE, TENON_CAUSE_ICMP,
	  ALL(EHOSTUNREACH), .which = 13, .run = reported },
	{ "LX-30", "PX-33", "ICMP precedence violation", V4_LATE, TENON_CAUSE_ICMP,
	  ALL(EHOSTUNREACH), .which = 14, .run = reported },
	{ "LX-30", "PX-33", "ICMP precedence cutoff", V4_LATE, TENON_CAUSE_ICMP, ALL(EHOSTUNREACH),
	  .which = 15, .run = reported },
	{ "LX-30", "PX-21", "ICMPv6 no route", V6_LATE, TENON_CAUSE_ICMP, ALL(ENETUNREACH),
	  .which = 0, .run = reported },
	{ "LX-30",
	  "PX-33",
	  "ICMPv6 administratively prohibited",
	  V6_LATE,
	  TENON_CAUSE_ICMP,
	  { EACCES, EACCES, EHOSTUNREACH },
	  .which = 1,
	  .run = reported },
	{ "LX-30", "PX-33", "ICMPv6 beyond scope", V6_LATE, TENON_CAUSE_ICMP, ALL(EHOSTUNREACH),
	  .which = 2, .run = reported },
	{ "LX-30", "PX-33", "ICMPv6 address unreachable", V6_LATE, TENON_CAUSE_ICMP,
	  ALL(EHOSTUNREACH), .which = 3, .run = reported },
	{ "LX-30", "PX-17", "ICMPv6 port unreachable", V6_LATE, TENON_CAUSE_ICMP, ALL(ECONNREFUSED),
	  .which = 4, .run = reported },
	{ "LX-30",
	  "PX-33",
	  "ICMPv6 policy failed",
	  V6_LATE,
	  TENON_CAUSE_ICMP,
	  { EACCES, EACCES, EHOSTUNREACH },
	  .which = 5,
	  .run = reported },
	{ "LX-30",
	  "PX-21",
	  "ICMPv6 reject route",
	  V6_LATE,
	  TENON_CAUSE_ICMP,
	  { EACCES, EACCES, ENETUNREACH },
	  .which = 6,
	  .run = reported },
	{ .run = NULL },
};
