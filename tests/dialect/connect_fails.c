/* SPDX-License-Identifier: MIT */
/* Streams that do not connect: by a RST, an ICMP error, a missing route. */
#include <stdio.h>

#include "outcome.h"
#include "test.h"

static void refused_blocking(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM);

	peer_answers(o, PEER_REFUSES, 0);
	connects(o, fd, name_of_peer(o->world, 81));
	saw_ready(o, "after", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_names(o, "after", fd);
	saw_wire(o);
	connects(o, fd, name_of_peer(o->world, 81));
	peer_answers(o, PEER_ACCEPTS, 0);
	connects(o, fd, name_of_peer(o->world, 80));
	o->world->api->close(fd);
	saw_fresh_connect(o);
}

/* LX-15 PX-17 PX-38: RST to the SYN; the socket can be used again, and a new one too. */
TEST(a_refused_blocking_connect_is_told_at_once)
{
	both_see(refused_blocking, "connect: ECONNREFUSED\n"
				   "after: 1 OUT|HUP\n"
				   "SO_ERROR: 0\n"
				   "after: ANY:PORT ENOTCONN\n"
				   "wire: SYN\n"
				   "connect: ECONNREFUSED\n"
				   "connect: 0\n"
				   "fresh: 0\n");
}

static void refused_non_blocking(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);

	peer_answers(o, PEER_REFUSES, 5000);
	connects(o, fd, name_of_peer(o->world, 81));
	waits_writable(o, fd, 2000);
	saw_ready(o, "refused", fd);
	saw_names(o, "refused", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_ready(o, "collected", fd);
	saw_wire(o);
	connects(o, fd, name_of_peer(o->world, 81));
	saw_ready(o, "aborted", fd);
	connects(o, fd, name_of_peer(o->world, 81));
	waits_writable(o, fd, 2000);
	connects(o, fd, name_of_peer(o->world, 81));
	saw_ready(o, "told", fd);
	connects(o, fd, name_of_peer(o->world, 81));
	o->world->api->close(fd);
	saw_fresh_connect(o);
}

/* LX-15 LX-19 LX-21 LX-30 PX-17: SO_ERROR tells the reason once; a retry tells it, or, if it was
 * read, ECONNABORTED once. */
TEST(a_refused_non_blocking_connect_is_told_by_so_error_or_a_retry)
{
	both_see(refused_non_blocking, "connect: EINPROGRESS\n"
				       "poll: 1\n"
				       "refused: 1 IN|OUT|ERR|HUP|RDHUP\n"
				       "refused: US:PORT ENOTCONN\n"
				       "SO_ERROR: ECONNREFUSED\n"
				       "SO_ERROR: 0\n"
				       "collected: 1 IN|OUT|HUP|RDHUP\n"
				       "wire: SYN\n"
				       "connect: ECONNABORTED\n"
				       "aborted: 1 OUT|HUP\n"
				       "connect: EINPROGRESS\n"
				       "poll: 1\n"
				       "connect: ECONNREFUSED\n"
				       "told: 1 OUT|HUP\n"
				       "connect: EINPROGRESS\n"
				       "fresh: 0\n");
}

static void refused_then_used(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);
	char octet;

	peer_answers(o, PEER_REFUSES, 5000);
	connects(o, fd, name_of_peer(o->world, 81));
	waits_writable(o, fd, 2000);
	saw_result(o, "recv", api->recv(fd, &octet, 1, 0));
	saw_result(o, "recv", api->recv(fd, &octet, 1, 0));
	saw_result(o, "send", api->send(fd, "x", 1, MSG_NOSIGNAL));
	saw_error(o, "SO_ERROR", fd);
	api->close(fd);
}

/* LX-21: any call collects the error. */
TEST(a_refused_connect_is_told_by_the_next_transfer)
{
	both_see(refused_then_used, "connect: EINPROGRESS\n"
				    "poll: 1\n"
				    "recv: ECONNREFUSED\n"
				    "recv: 0\n"
				    "send: EPIPE\n"
				    "SO_ERROR: 0\n");
}

static void unroutable(struct outcome *o)
{
	int blocking = makes_socket(o, SOCK_STREAM);
	int non_blocking = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);
	int datagram = makes_socket(o, SOCK_DGRAM);
	unsigned which;

	connects(o, blocking, name_without_route(o->world, 80));
	saw_ready(o, "after", blocking);
	saw_error(o, "SO_ERROR", blocking);
	connects(o, non_blocking, name_without_route(o->world, 80));
	connects(o, datagram, name_without_route(o->world, 80));
	for (which = 1; which <= 3; which++) {
		connects(o, blocking, name_rejected(o->world, which));
		connects(o, datagram, name_rejected(o->world, which));
	}
	saw_names(o, "after", blocking);
	saw_wire(o);
	connects(o, blocking, name_of_peer(o->world, 80));
	o->world->api->close(blocking);
	o->world->api->close(non_blocking);
	o->world->api->close(datagram);
	saw_fresh_connect(o);
}

/* LX-17 LX-30 PX-21: no route; routes that say unreachable, prohibited, nothing at all. */
TEST(a_destination_without_a_way_is_told_at_once)
{
	both_see(unroutable, "connect: ENETUNREACH\n"
			     "after: 1 OUT|HUP\n"
			     "SO_ERROR: 0\n"
			     "connect: ENETUNREACH\n"
			     "connect: ENETUNREACH\n"
			     "connect: EHOSTUNREACH\n"
			     "connect: EHOSTUNREACH\n"
			     "connect: EACCES\n"
			     "connect: EACCES\n"
			     "connect: EINVAL\n"
			     "connect: EINVAL\n"
			     "after: ANY:0 ENOTCONN\n"
			     "wire: \n"
			     "connect: 0\n"
			     "fresh: 0\n");
}

/* Each error twice: as SO_ERROR of a non-blocking connect(), and as a blocking one's. */
static void reported(struct outcome *o, uint8_t type, uint8_t code)
{
	int late = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);
	int at_once = makes_socket(o, SOCK_STREAM);
	char what[32];

	peer_reports(o, type, code, 2000);
	connects(o, late, name_of_peer(o->world, 83));
	waits_writable(o, late, 2000);
	snprintf(what, sizeof what, "%u/%u", type, code);
	saw_ready(o, what, late);
	saw_error(o, what, late);
	connects(o, at_once, name_of_peer(o->world, 83));
	o->world->api->close(late);
	o->world->api->close(at_once);
}

#define REPORTED(kind, error)                                                                      \
	"connect: EINPROGRESS\npoll: 1\n" kind ": 1 IN|OUT|ERR|HUP|RDHUP\n" kind ": " error        \
	"\nconnect: " error "\n"

static void icmp4_first(struct outcome *o)
{
	static const uint8_t codes[] = { 0, 1, 2, 3, 5, 6, 7 };
	size_t i;

	for (i = 0; i < sizeof codes; i++)
		reported(o, 3, codes[i]);
	saw_fresh_connect(o);
}

/* LX-15 LX-21 LX-30 PX-21 PX-33: ICMP's kinds of unreachable, as answers to a SYN. */
TEST(icmp_unreachable_ends_a_connect_by_its_code)
{
	both_see_over(AF_INET, icmp4_first,
		      REPORTED("3/0", "ENETUNREACH") REPORTED("3/1", "EHOSTUNREACH")
			      REPORTED("3/2", "ENOPROTOOPT") REPORTED("3/3", "ECONNREFUSED")
				      REPORTED("3/5", "EOPNOTSUPP") REPORTED("3/6", "ENETUNREACH")
					      REPORTED("3/7", "EHOSTDOWN") "fresh: 0\n");
}

static void icmp4_second(struct outcome *o)
{
	static const uint8_t codes[] = { 8, 9, 10, 11, 12, 13, 14, 15 };
	size_t i;

	for (i = 0; i < sizeof codes; i++)
		reported(o, 3, codes[i]);
	reported(o, 11, 0);
	reported(o, 12, 0);
	saw_fresh_connect(o);
}

/* LX-21 LX-30 */
TEST(icmp_prohibitions_and_time_exceeded_end_a_connect_by_their_code)
{
	both_see_over(AF_INET, icmp4_second,
		      REPORTED("3/8", "ENONET") REPORTED("3/9", "ENETUNREACH") REPORTED(
			      "3/10", "EHOSTUNREACH") REPORTED("3/11", "ENETUNREACH")
			      REPORTED("3/12", "EHOSTUNREACH") REPORTED("3/13", "EHOSTUNREACH")
				      REPORTED("3/14", "EHOSTUNREACH") REPORTED("3/15",
										"EHOSTUNREACH")
					      REPORTED("11/0", "EHOSTUNREACH")
						      REPORTED("12/0", "EPROTO") "fresh: 0\n");
}

static void icmp6_all(struct outcome *o)
{
	uint8_t code;

	for (code = 0; code <= 6; code++)
		reported(o, 1, code);
	reported(o, 3, 0);
	reported(o, 4, 1);
	saw_fresh_connect(o);
}

/* LX-15 LX-21 LX-30 PX-21 PX-33: ICMPv6's. */
TEST(icmp6_errors_end_a_connect_by_their_code)
{
	both_see_over(AF_INET6, icmp6_all,
		      REPORTED("1/0", "ENETUNREACH") REPORTED("1/1", "EACCES")
			      REPORTED("1/2", "EHOSTUNREACH") REPORTED("1/3", "EHOSTUNREACH")
				      REPORTED("1/4", "ECONNREFUSED") REPORTED("1/5", "EACCES")
					      REPORTED("1/6", "EACCES") REPORTED("3/0",
										 "EHOSTUNREACH")
						      REPORTED("4/1", "EPROTO") "fresh: 0\n");
}

static void reset_while_opening(struct outcome *o)
{
	int blocking = makes_socket(o, SOCK_STREAM);
	int non_blocking = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);

	peer_answers(o, PEER_OPENS, 2000);
	connects(o, blocking, name_of_peer(o->world, 84));
	saw_wire(o);
	connects(o, non_blocking, name_of_peer(o->world, 84));
	waits_writable(o, non_blocking, 2000);
	saw_error(o, "SO_ERROR", non_blocking);
	o->world->api->close(blocking);
	o->world->api->close(non_blocking);
	saw_fresh_connect(o);
}

/* LX-30 PX-32: both open at once, then RST: ECONNRESET, not ECONNREFUSED. */
TEST(a_reset_of_a_simultaneous_open_is_told_as_such)
{
	both_see(reset_while_opening, "connect: ECONNRESET\n"
				      "wire: SYN SYN,ACK\n"
				      "connect: EINPROGRESS\n"
				      "poll: 1\n"
				      "SO_ERROR: ECONNRESET\n"
				      "fresh: 0\n");
}
