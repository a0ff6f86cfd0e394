/* SPDX-License-Identifier: MIT */
/* Every failed connect() leaves its cause: the packet, timer, route or table behind the errno. */
#include <netinet/tcp.h>

#include "outcome.h"
#include "test.h"

static void saw_cause(struct outcome *o, int fd)
{
	struct tenon_cause cause;

	if (!tenon_posix_cause(fd, &cause)) {
		saw(o, "  no cause");
		return;
	}
	if (cause.kind != TENON_CAUSE_ICMP)
		saw(o, "  %s", tenon_result_name(cause.result));
	saw(o, "  kind %d, port %u, %u sent", cause.kind, cause.peer.port, cause.transmissions);
	if (cause.kind == TENON_CAUSE_SEGMENT)
		saw(o, "  flags %x", cause.detail.segment.flags);
	if (cause.kind == TENON_CAUSE_ICMP)
		saw(o, "  code %u, quote of %d", cause.detail.icmp.code,
		    cause.detail.icmp.quote_len >= TENON_CAUSE_QUOTE_MAX);
	if (cause.kind == TENON_CAUSE_TIMER)
		saw(o, "  timer %d, after %u s", cause.detail.timer.name,
		    (unsigned)((cause.at_us - cause.since_us) / 1000000));
}

static void by_the_wire(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM), two = 2;

	saw_cause(o, fd);
	peer_answers(o, PEER_REFUSES, 1000);
	connects(o, fd, name_of_peer(o->world, 81));
	saw_cause(o, fd);
	peer_reports(o, o->world->family == AF_INET ? 3 : 1, 0, 1000);
	connects(o, fd, name_of_peer(o->world, 82));
	saw_cause(o, fd);
	peer_answers(o, PEER_SILENT, 0);
	tenon_posix_setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &two, sizeof two);
	connects(o, fd, name_of_peer(o->world, 83));
	saw_cause(o, fd);
	tenon_posix_close(fd);
	saw(o, "closed: %d", tenon_posix_cause(fd, &(struct tenon_cause){ .at_us = 0 }));
}

TEST(the_cause_is_what_came_or_did_not_come_over_the_wire)
{
	tenon_sees(by_the_wire, "  no cause\n"
				"connect: ECONNREFUSED\n"
				"  PEER_REFUSED\n  kind 1, port 81, 1 sent\n"
				"  flags 14\n"
				"connect: ENETUNREACH\n"
				"  kind 2, port 82, 1 sent\n"
				"  code 0, quote of 1\n"
				"connect: ETIMEDOUT\n"
				"  OPEN_TIMED_OUT\n  kind 3, port 83, 3 sent\n"
				"  timer 0, after 7 s\n"
				"closed: 0\n");
}

static void by_this_host(struct outcome *o)
{
	struct name at = name_of_us(o->world, 6200);
	int fd = makes_socket(o, SOCK_STREAM), taken = makes_socket(o, SOCK_STREAM), on = 1;

	connects(o, fd, name_without_route(o->world, 80));
	saw_cause(o, fd);
	connects(o, fd, name_rejected(o->world, 2));
	saw_cause(o, fd);
	tenon_posix_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	tenon_posix_setsockopt(taken, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	tenon_posix_bind(fd, (struct sockaddr *)&at.at, at.len);
	tenon_posix_bind(taken, (struct sockaddr *)&at.at, at.len);
	connects(o, taken, name_of_peer(o->world, 80));
	connects(o, fd, name_of_peer(o->world, 80));
	saw_cause(o, fd);
	tenon_posix_close(taken);
	tenon_posix_close(fd);
	tenon_behavior(o->world->stack)->port_first = tenon_behavior(o->world->stack)->port_last =
		40000;
	taken = makes_socket(o, SOCK_STREAM);
	fd = makes_socket(o, SOCK_STREAM);
	connects(o, taken, name_of_peer(o->world, 80));
	connects(o, fd, name_of_peer(o->world, 80));
	saw_cause(o, fd);
	tenon_posix_close(taken);
	tenon_posix_close(fd);
}

TEST(the_cause_is_a_route_or_a_table_of_this_host)
{
	tenon_sees(by_this_host, "connect: ENETUNREACH\n"
				 "  NO_ROUTE\n  kind 5, port 80, 0 sent\n"
				 "connect: EACCES\n"
				 "  ROUTE_PROHIBITED\n  kind 5, port 80, 0 sent\n"
				 "connect: 0\n"
				 "connect: EADDRNOTAVAIL\n"
				 "  TUPLE_TAKEN\n  kind 0, port 80, 0 sent\n"
				 "connect: 0\n"
				 "connect: EADDRNOTAVAIL\n"
				 "  NO_PORT_LEFT\n  kind 8, port 80, 0 sent\n");
}
