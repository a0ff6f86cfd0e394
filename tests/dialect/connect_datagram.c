/* SPDX-License-Identifier: MIT */
/* connect() on datagram sockets: a peer is chosen, changed, dissolved; nothing leaves. */
#include <string.h>

#include "outcome.h"
#include "test.h"

static void peer_says(struct outcome *o, uint8_t last_octet, uint16_t port, const char *text)
{
	world_lock(o->world);
	peer_send_datagram(o->world->peer, last_octet, port, text);
	world_unlock(o->world);
	world_calm(o->world);
}

static void receives(struct outcome *o, int fd)
{
	char text[64] = "";
	long len = o->world->api->recv(fd, text, sizeof text - 1, MSG_DONTWAIT);

	saw_result(o, "recv", len);
	if (len >= 0)
		saw(o, "text: %s", text);
}

static void chooses_peer(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_DGRAM);

	saw_ready(o, "before", fd);
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	connects(o, fd, name_of_peer(o->world, 53));
	saw_names(o, "after", fd);
	saw_ready(o, "after", fd);
	saw_wire(o);
	saw_result(o, "send", api->send(fd, "hello", 5, 0));
	saw_wire(o);
	peer_says(o, 2, 53, "from the peer");
	peer_says(o, 3, 53, "from another host");
	peer_says(o, 2, 54, "from another port");
	saw_ready(o, "answered", fd);
	receives(o, fd);
	receives(o, fd);
	api->close(fd);
}

/* LX-02 LX-03 PX-02 PX-03: no packet for connect(); only the peer is heard. */
TEST(a_connected_datagram_socket_sends_to_and_hears_its_peer_only)
{
	both_see(chooses_peer, "before: 1 OUT\n"
			       "send: EDESTADDRREQ\n"
			       "connect: 0\n"
			       "after: US:PORT PEER:53\n"
			       "after: 1 OUT\n"
			       "wire: \n"
			       "send: 5\n"
			       "wire: UDP\n"
			       "answered: 1 IN|OUT\n"
			       "recv: 13\n"
			       "text: from the peer\n"
			       "recv: EAGAIN\n");
}

static void changes_peer(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_DGRAM | SOCK_NONBLOCK);

	connects(o, fd, name_of_peer(o->world, 53));
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	saw_wire(o);
	connects(o, fd, name_of_other(o->world, 54));
	saw_names(o, "second", fd);
	peer_says(o, 2, 53, "from the old peer");
	peer_says(o, 3, 54, "from the new peer");
	receives(o, fd);
	receives(o, fd);
	connects(o, fd, name_unspecified());
	saw_names(o, "dissolved", fd);
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	connects(o, fd, name_of_peer(o->world, 53));
	api->close(fd);
}

/* LX-08 LX-09 PX-04: many times; AF_UNSPEC dissolves, and releases what connect() chose. */
TEST(a_datagram_socket_changes_and_dissolves_its_association)
{
	both_see(changes_peer, "connect: 0\n"
			       "send: 1\n"
			       "wire: UDP\n"
			       "connect: 0\n"
			       "second: US:PORT OTHER:54\n"
			       "recv: 17\n"
			       "text: from the new peer\n"
			       "recv: EAGAIN\n"
			       "connect: 0\n"
			       "dissolved: ANY:0 ENOTCONN\n"
			       "send: EDESTADDRREQ\n"
			       "connect: 0\n");
}

static void dissolves_bound(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name at = name_of_us(o->world, 6000), to = name_of_peer(o->world, 53);
	int fd = makes_socket(o, SOCK_DGRAM | SOCK_NONBLOCK);

	saw_result(o, "bind", api->bind(fd, (struct sockaddr *)&at.at, at.len));
	connects(o, fd, to);
	saw_names(o, "connected", fd);
	connects(o, fd, name_unspecified());
	saw_names(o, "dissolved", fd);
	saw_result(o, "sendto", api->sendto(fd, "x", 1, 0, (struct sockaddr *)&to.at, to.len));
	saw_wire(o);
	peer_says(o, 2, 99, "from any port");
	receives(o, fd);
	api->close(fd);
}

/* LX-09: what bind() gave stays. */
TEST(a_bound_datagram_socket_keeps_its_address_when_dissolved)
{
	both_see(dissolves_bound, "bind: 0\n"
				  "connect: 0\n"
				  "connected: US:6000 PEER:53\n"
				  "connect: 0\n"
				  "dissolved: US:6000 ENOTCONN\n"
				  "sendto: 1\n"
				  "wire: UDP\n"
				  "recv: 13\n"
				  "text: from any port\n");
}

static void dissolves_half_bound(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name any_port = name_of_us(o->world, 0),
		    any = name_of(o->world, "0.0.0.0", "::", 6002);
	int fd = makes_socket(o, SOCK_DGRAM);

	saw_result(o, "bind", api->bind(fd, (struct sockaddr *)&any_port.at, any_port.len));
	saw_names(o, "bound", fd);
	connects(o, fd, name_of_peer(o->world, 53));
	connects(o, fd, name_unspecified());
	saw_names(o, "dissolved", fd);
	api->close(fd);
	fd = makes_socket(o, SOCK_DGRAM);
	saw_result(o, "bind", api->bind(fd, (struct sockaddr *)&any.at, any.len));
	connects(o, fd, name_of_peer(o->world, 53));
	saw_names(o, "connected", fd);
	connects(o, fd, name_unspecified());
	saw_names(o, "dissolved", fd);
	api->close(fd);
}

/* LX-09: what was left to bind() or to connect() to choose goes. */
TEST(a_half_bound_datagram_socket_keeps_only_what_it_was_given)
{
	both_see(dissolves_half_bound, "bind: 0\n"
				       "bound: US:PORT ENOTCONN\n"
				       "connect: 0\n"
				       "connect: 0\n"
				       "dissolved: US:0 ENOTCONN\n"
				       "bind: 0\n"
				       "connect: 0\n"
				       "connected: US:6002 PEER:53\n"
				       "connect: 0\n"
				       "dissolved: ANY:6002 ENOTCONN\n");
}

static void hears_all_again(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name at = name_of_us(o->world, 6001);
	int fd = makes_socket(o, SOCK_DGRAM | SOCK_NONBLOCK);

	saw_result(o, "bind", api->bind(fd, (struct sockaddr *)&at.at, at.len));
	connects(o, fd, name_of_peer(o->world, 53));
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	saw_wire(o);
	connects(o, fd, name_unspecified());
	peer_says(o, 3, 99, "from anybody");
	receives(o, fd);
	api->close(fd);
}

static const char all_are_heard[] = "bind: 0\n"
				    "connect: 0\n"
				    "send: 1\n"
				    "wire: UDP\n"
				    "connect: 0\n"
				    "recv: 12\n"
				    "text: from anybody\n";

/* LX-09: all peers are heard again. Linux 6.18 forgets to over IPv6: the old peer's address goes on
 * filtering [M]; the manual is followed there. */
TEST(a_dissolved_datagram_socket_hears_all_again)
{
	tenon_sees(hears_all_again, all_are_heard);
	both_see_over(AF_INET, hears_all_again, all_are_heard);
}

static void refused(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_DGRAM);

	peer_answers(o, PEER_REFUSES, 0);
	connects(o, fd, name_of_peer(o->world, 55));
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	world_calm(o->world);
	saw_ready(o, "refused", fd);
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	saw_ready(o, "told", fd);
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	saw_result(o, "recv", api->recv(fd, (char[1]){ 0 }, 1, 0));
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	world_calm(o->world);
	saw_error(o, "SO_ERROR", fd);
	saw_error(o, "SO_ERROR", fd);
	connects(o, fd, name_of_peer(o->world, 55));
	api->close(fd);
}

/* LX-15 LX-21: ICMP port unreachable comes with the next call, once. */
TEST(a_refused_datagram_is_told_by_the_next_call)
{
	both_see(refused, "connect: 0\n"
			  "send: 1\n"
			  "refused: 1 OUT|ERR\n"
			  "send: ECONNREFUSED\n"
			  "told: 1 OUT\n"
			  "send: 1\n"
			  "recv: ECONNREFUSED\n"
			  "send: 1\n"
			  "SO_ERROR: ECONNREFUSED\n"
			  "SO_ERROR: 0\n"
			  "connect: 0\n");
}

static void reported_softly(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_DGRAM | SOCK_NONBLOCK);

	peer_reports(o, o->world->family == AF_INET ? 3 : 1, 0, 0);
	connects(o, fd, name_of_peer(o->world, 56));
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	world_calm(o->world);
	saw_ready(o, "reported", fd);
	saw_error(o, "SO_ERROR", fd);
	api->close(fd);
}

/* LX-21 LX-30: a network that is unreachable for now is no error of the socket's. */
TEST(a_soft_icmp_error_is_not_told_to_a_datagram_socket)
{
	both_see(reported_softly, "connect: 0\n"
				  "send: 1\n"
				  "reported: 1 OUT\n"
				  "SO_ERROR: 0\n");
}

static void broadcasts(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name subnet = name_of(o->world, "10.9.0.255", "::", 7);
	struct name everywhere = name_of(o->world, "255.255.255.255", "::", 7);
	int fd = makes_socket(o, SOCK_DGRAM), stream = makes_socket(o, SOCK_STREAM), on = 1;

	connects(o, fd, subnet);
	saw_result(o, "sendto",
		   api->sendto(fd, "x", 1, 0, (struct sockaddr *)&subnet.at, subnet.len));
	connects(o, fd, everywhere);
	saw_result(o, "SO_BROADCAST",
		   api->setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on));
	connects(o, fd, subnet);
	saw_result(o, "send", api->send(fd, "x", 1, 0));
	saw_wire(o);
	connects(o, stream, subnet);
	connects(o, stream, everywhere);
	connects(o, stream, name_of(o->world, "224.0.0.9", "::", 7));
	api->close(fd);
	api->close(stream);
	saw_fresh_connect(o);
}

/* LX-25: EACCES without SO_BROADCAST; 255.255.255.255 has no route here; never for streams. */
TEST(a_broadcast_needs_permission)
{
	both_see_over(AF_INET, broadcasts,
		      "connect: EACCES\n"
		      "sendto: EACCES\n"
		      "connect: ENETUNREACH\n"
		      "SO_BROADCAST: 0\n"
		      "connect: 0\n"
		      "send: 1\n"
		      "wire: UDP\n"
		      "connect: ENETUNREACH\n"
		      "connect: ENETUNREACH\n"
		      "connect: ENETUNREACH\n"
		      "fresh: 0\n");
}

static void of_ipv6(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(53) };
	struct name mapped = name_of(o->world, "", "::ffff:10.9.0.2", 80);
	struct name short_v4 = { .len = sizeof v4 };
	int datagram = makes_socket(o, SOCK_DGRAM), stream = makes_socket(o, SOCK_STREAM), on = 1;

	v4.sin_addr.s_addr = htonl(0x0a090002);
	memcpy(&short_v4.at, &v4, sizeof v4);
	connects(o, datagram, short_v4);
	saw_names(o, "mapped", datagram);
	connects(o, stream, short_v4);
	connects(o, stream, name_of(o->world, "", "fe80::7", 80));
	connects(o, stream, name_of(o->world, "", "ff02::7", 80));
	connects(o, datagram, name_of(o->world, "", "fe80::7", 80));
	connects(o, stream, mapped);
	saw_names(o, "mapped", stream);
	api->close(datagram);
	api->close(stream);
	stream = makes_socket(o, SOCK_STREAM);
	datagram = makes_socket(o, SOCK_DGRAM);
	api->setsockopt(stream, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	api->setsockopt(datagram, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	connects(o, stream, mapped);
	connects(o, datagram, mapped);
	connects(o, datagram, short_v4);
	api->close(datagram);
	api->close(stream);
}

/* LX-06 LX-24 LX-30 PX-34: IPv4 peers of IPv6 sockets, link-local without a scope, multicast. */
TEST(an_ipv6_socket_takes_ipv4_peers_as_linux_does)
{
	both_see_over(AF_INET6, of_ipv6,
		      "connect: 0\n"
		      "mapped: ::ffff:10.9.0.1:PORT ::ffff:10.9.0.2:53\n"
		      "connect: EINVAL\n"
		      "connect: EINVAL\n"
		      "connect: ENETUNREACH\n"
		      "connect: EINVAL\n"
		      "connect: 0\n"
		      "mapped: ::ffff:10.9.0.1:PORT ::ffff:10.9.0.2:80\n"
		      "connect: ENETUNREACH\n"
		      "connect: ENETUNREACH\n"
		      "connect: EAFNOSUPPORT\n");
}
