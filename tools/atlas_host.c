/* SPDX-License-Identifier: MIT */
/* atlas_host.c - what this host itself refuses: its routes, tables, addresses, rules. */
#include <errno.h>
#include <netinet/in.h>

#include "tools/atlas_cells.h"

enum { TCP = 6, PORT = 80, OURS = 6000, SILENT = 81 };

static void try_to(struct atlas_attempt *a, const char *v4, const char *v6)
{
	struct atlas_name to = atlas_name(a->world, v4, v6, PORT);

	atlas_try(a, atlas_socket(a), &to);
}

static void no_route(struct atlas_attempt *a)
{
	try_to(a, "192.0.2.1", "2001:db8::1");
}

static void rejecting_route(struct atlas_attempt *a)
{
	const char *const to4 = "198.51.100.1", *const to6 = "2001:db8:1::1";
	const char *to = a->world->family == AF_INET ? to4 : to6;

	atlas_need(a, atlas_reject(a->world, to, (enum tenon_route_reject)a->which));
	try_to(a, to4, to6);
}

static int bound_socket(struct atlas_attempt *a)
{
	struct atlas_name at = atlas_name_here(a->world, OURS);
	int fd = atlas_socket(a), on = 1;

	tenon_posix_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	atlas_need(a, atlas_bind(fd, &at) == 0);
	return fd;
}

static void same_tuple(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int first = bound_socket(a), second = bound_socket(a);

	atlas_serve(a, PORT, 4);
	atlas_need(a, atlas_connect(first, &to) == 0);
	atlas_try(a, second, &to);
}

static void no_port_left(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	struct tenon_behavior *behavior = tenon_behavior(a->world->here.stack);

	atlas_serve(a, PORT, 4);
	behavior->port_first = behavior->port_last = 40000;
	atlas_need(a, atlas_connect(atlas_socket(a), &to) == 0);
	atlas_try(a, atlas_socket(a), &to);
}

static void address_removed(struct atlas_attempt *a)
{
	struct atlas_host *here = &a->world->here;
	struct tenon_ip ours = atlas_ip(a->world->family == AF_INET ? "10.0.0.1" : "fd00::1");
	struct atlas_name to = atlas_name_there(a->world, PORT);
	struct tenon_ip another = ours;
	unsigned len = a->world->family == AF_INET ? 24 : 64;
	int fd = bound_socket(a);

	another.octets[15] = 7;
	atlas_need(a, tenon_address_add(here->stack, here->link, &another, len) == TENON_OK);
	atlas_need(a, tenon_address_remove(here->stack, here->link, &ours) == TENON_OK);
	atlas_try(a, fd, &to);
}

static void loopback_source(struct atlas_attempt *a)
{
	struct atlas_name at = atlas_name(a->world, "127.0.0.1", "::1", OURS);
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	atlas_need(a, atlas_bind(fd, &at) == 0);
	atlas_try(a, fd, &to);
}

static void link_down(struct atlas_attempt *a)
{
	struct atlas_host *here = &a->world->here;

	atlas_need(a, tenon_link_set_up(here->stack, here->link, false) == TENON_OK);
	try_to(a, "10.0.0.2", "fd00::2");
}

static void subnet_broadcast(struct atlas_attempt *a)
{
	try_to(a, "10.0.0.255", NULL);
}

static void allowed_broadcast(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name(a->world, "10.0.0.255", NULL, PORT);
	int fd = atlas_socket(a), on = 1;

	tenon_posix_setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	atlas_try(a, fd, &to);
}

static void limited_broadcast(struct atlas_attempt *a)
{
	try_to(a, "255.255.255.255", NULL);
}

static void multicast(struct atlas_attempt *a)
{
	try_to(a, "224.0.0.9", "ff0e::9");
}

static void without_scope(struct atlas_attempt *a)
{
	try_to(a, NULL, "fe80::9");
}

static void own_rule(struct atlas_attempt *a, struct tenon_filter_rule rule)
{
	rule.destination.port_first = PORT;
	atlas_need(a, atlas_rule(&a->world->here, &rule));
}

static void own_drop(struct atlas_attempt *a)
{
	own_rule(a, (struct tenon_filter_rule){ .chain = TENON_FILTER_OUT,
						.verdict = TENON_FILTER_DROP });
	try_to(a, "10.0.0.2", "fd00::2");
}

static void own_drop_of_datagram(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, PORT);
	int fd = atlas_socket(a);

	own_rule(a, (struct tenon_filter_rule){ .chain = TENON_FILTER_OUT,
						.verdict = TENON_FILTER_DROP });
	atlas_try(a, fd, &to);
	atlas_need(a, a->error == 0);
	atlas_saw(a, fd, tenon_posix_send(fd, "x", 1, 0));
}

static void own_reset(struct atlas_attempt *a)
{
	own_rule(a, (struct tenon_filter_rule){ .chain = TENON_FILTER_OUT,
						.verdict = TENON_FILTER_REJECT,
						.protocol = TCP,
						.answer = TENON_FILTER_WITH_RESET });
	try_to(a, "10.0.0.2", "fd00::2");
}

static void own_reject(struct atlas_attempt *a)
{
	own_rule(a, (struct tenon_filter_rule){ .chain = TENON_FILTER_OUT,
						.verdict = TENON_FILTER_REJECT,
						.icmp4_code = 1,
						.icmp6_code = 3 });
	try_to(a, "10.0.0.2", "fd00::2");
}

static void denied(struct atlas_attempt *a)
{
	own_rule(a, (struct tenon_filter_rule){ .chain = TENON_FILTER_CALL,
						.verdict = TENON_FILTER_DROP,
						.calls = TENON_FILTER_CONNECT });
	try_to(a, "10.0.0.2", "fd00::2");
}

/* As many attempts under way as there may be connections. */
static void table_full(struct atlas_attempt *a)
{
	const struct tenon_filter_rule silence = { .chain = TENON_FILTER_IN,
						   .verdict = TENON_FILTER_DROP,
						   .protocol = TCP };
	struct atlas_name to = atlas_name_there(a->world, SILENT);
	int i, fd;

	atlas_need(a, atlas_rule(&a->world->there, &silence));
	for (i = 0; i < ATLAS_CONNECTIONS; i++) {
		fd = tenon_posix_socket(a->world->family, SOCK_STREAM | SOCK_NONBLOCK, 0);
		atlas_need(a, atlas_connect(fd, &to) < 0 && errno == EINPROGRESS);
	}
	atlas_try(a, atlas_socket(a), &to);
}

enum { DATAGRAM = ATLAS_IP | ATLAS_DATAGRAM, V4_DATAGRAM = ATLAS_V4 | ATLAS_DATAGRAM };

#define ALL(error)                                                                                 \
	{                                                                                          \
		error, error, error                                                                \
	}

const struct atlas_scenario atlas_by_host[] = {
	{ "LX-17", "PX-21", "no route", ATLAS_IP | ATLAS_LATE, TENON_CAUSE_ROUTE, ALL(ENETUNREACH),
	  .run = no_route },
	{ "LX-17", "PX-21", "no route", DATAGRAM, TENON_CAUSE_ROUTE, ALL(ENETUNREACH),
	  .run = no_route },
	{ "LX-30", "PX-33", "an unreachable route", ATLAS_IP, TENON_CAUSE_ROUTE, ALL(EHOSTUNREACH),
	  .which = TENON_REJECT_UNREACHABLE, .run = rejecting_route },
	{ "LX-26", "PX-12", "a prohibit route", ATLAS_IP, TENON_CAUSE_ROUTE, ALL(EACCES),
	  .which = TENON_REJECT_PROHIBIT, .run = rejecting_route },
	{ "LX-30",
	  "PX-21",
	  "a blackhole route",
	  ATLAS_IP,
	  TENON_CAUSE_ROUTE,
	  { EINVAL, EINVAL, ENETUNREACH },
	  .which = TENON_REJECT_BLACKHOLE,
	  .run = rejecting_route },
	{ "LX-18", "PX-31", "the same four-tuple is connected", ATLAS_IP,
	  .error = { EADDRNOTAVAIL, EADDRINUSE, EADDRINUSE }, .run = same_tuple },
	{ "LX-18", "PX-31", "the same four-tuple is connected", DATAGRAM,
	  .error = { 0, EADDRINUSE, EADDRINUSE }, .run = same_tuple },
	{ "LX-23",
	  "PX-13",
	  "the port range is used up",
	  ATLAS_IP,
	  TENON_CAUSE_TABLE,
	  { EADDRNOTAVAIL, EAGAIN, EADDRNOTAVAIL },
	  .run = no_port_left },
	{ "LX-23",
	  "PX-13",
	  "the port range is used up",
	  DATAGRAM,
	  TENON_CAUSE_TABLE,
	  { EAGAIN, EAGAIN, EADDRNOTAVAIL },
	  .run = no_port_left },
	{ "LX-27", "PX-13", "the bound address was removed", ATLAS_IP,
	  .error = { ENETUNREACH, EADDRNOTAVAIL, EADDRNOTAVAIL }, .run = address_removed },
	{ "LX-27", "PX-13", "bound to the loopback, to another host", ATLAS_V4,
	  .error = { EINVAL, EADDRNOTAVAIL, EADDRNOTAVAIL }, .run = loopback_source },
	{ "LX-17", "PX-35", "the interface is down", ATLAS_IP,
	  .error = { ENETUNREACH, ENETUNREACH, ENETDOWN }, .run = link_down },
	{ "LX-17", "PX-35", "the interface is down", DATAGRAM,
	  .error = { ENETUNREACH, ENETUNREACH, ENETDOWN }, .run = link_down },
	{ "LX-25", NULL, "to the subnet's broadcast address", V4_DATAGRAM, .error = ALL(EACCES),
	  .run = subnet_broadcast },
	{ "LX-25", NULL, "… with SO_BROADCAST", V4_DATAGRAM, .error = ALL(0),
	  .run = allowed_broadcast },
	{ "LX-25", NULL, "to 255.255.255.255, no default route", V4_DATAGRAM,
	  .error = ALL(ENETUNREACH), .run = limited_broadcast },
	{ "LX-25", "PX-21", "to the subnet's broadcast address", ATLAS_V4,
	  .error = { ENETUNREACH, EACCES, ENETUNREACH }, .run = subnet_broadcast },
	{ "LX-25", "PX-21", "to a multicast address", ATLAS_IP, .error = ALL(ENETUNREACH),
	  .run = multicast },
	{ "LX-30", "PX-34", "a link-local address without a scope", ATLAS_V6, .error = ALL(EINVAL),
	  .run = without_scope },
	{ "LX-26",
	  "PX-24",
	  "an own rule drops the SYN",
	  ATLAS_IP | ATLAS_LATE,
	  TENON_CAUSE_RULE,
	  { ETIMEDOUT, EPERM, ETIMEDOUT },
	  .seconds = { 131, 0, 127 },
	  .run = own_drop },
	{ "LX-26",
	  "PX-12",
	  "an own rule drops the datagram",
	  DATAGRAM,
	  TENON_CAUSE_RULE,
	  { EPERM, EPERM, EACCES },
	  .run = own_drop_of_datagram },
	{ "LX-26",
	  "PX-17",
	  "an own rule rejects with RST",
	  ATLAS_IP | ATLAS_LATE,
	  TENON_CAUSE_RULE,
	  { ECONNREFUSED, EPERM, ECONNREFUSED },
	  .run = own_reset },
	{ "LX-26",
	  "PX-33",
	  "an own rule rejects as host unreachable",
	  ATLAS_IP | ATLAS_LATE,
	  TENON_CAUSE_RULE,
	  { EHOSTUNREACH, EPERM, EHOSTUNREACH },
	  .run = own_reject },
	{ "LX-26",
	  "PX-12",
	  "the call is denied by a rule",
	  ATLAS_IP,
	  TENON_CAUSE_RULE,
	  { EPERM, EPERM, EACCES },
	  .run = denied },
	{ "LX-26",
	  "PX-12",
	  "the call is denied by a rule",
	  DATAGRAM,
	  TENON_CAUSE_RULE,
	  { EPERM, EPERM, EACCES },
	  .run = denied },
	{ "LX-30", "PX-36", "the connection table is full", ATLAS_IP, TENON_CAUSE_TABLE,
	  ALL(ENOBUFS), .run = table_full },
	{ .run = NULL },
};
