/* SPDX-License-Identifier: MIT */
/* Streams that connect: blocking and not, what goes over the wire, what both ends are called. */
#include <errno.h>
#include <fcntl.h>

#include "outcome.h"
#include "test.h"

/* LX-01 LX-28: the functions have exactly the types of their namesakes. */
_Static_assert(_Generic(&tenon_posix_connect, int (*)(int, const struct sockaddr *, socklen_t) : 1,
			default : 0),
	       "connect(2)");

static void connect_blocking(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_STREAM);

	saw_ready(o, "before", fd);
	saw_names(o, "before", fd);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_ready(o, "after", fd);
	saw_names(o, "after", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_wire(o);
	connects(o, fd, name_of_peer(o->world, 80));
	connects(o, fd, name_of_other(o->world, 81));
	saw_result(o, "send", api->send(fd, "hello", 5, 0));
	saw_result(o, "close", api->close(fd));
	saw_fresh_connect(o);
}

/* LX-01 LX-04 LX-07 LX-14 PX-05 PX-20: a three-way handshake; a second connect() is EISCONN. */
TEST(a_blocking_connect_returns_after_the_handshake)
{
	both_see(connect_blocking, "before: 1 OUT|HUP\n"
				   "before: ANY:0 ENOTCONN\n"
				   "connect: 0\n"
				   "after: 1 OUT\n"
				   "after: US:PORT PEER:80\n"
				   "SO_ERROR: 0\n"
				   "wire: SYN ACK\n"
				   "connect: EISCONN\n"
				   "connect: EISCONN\n"
				   "send: 5\n"
				   "close: 0\n"
				   "fresh: 0\n");
}

static void connect_non_blocking(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);

	peer_answers(o, PEER_ACCEPTS, 50000);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_ready(o, "SYN-SENT", fd);
	saw_names(o, "SYN-SENT", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_result(o, "send", api->send(fd, "x", 1, MSG_NOSIGNAL));
	saw_result(o, "recv", api->recv(fd, (char[1]){ 0 }, 1, 0));
	connects(o, fd, name_of_peer(o->world, 80));
	waits_writable(o, fd, 2000);
	saw_ready(o, "ESTABLISHED", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_names(o, "ESTABLISHED", fd);
	saw_wire(o);
	connects(o, fd, name_of_peer(o->world, 80));
	connects(o, fd, name_of_peer(o->world, 80));
	api->close(fd);
}

/* LX-07 LX-19 LX-20 LX-21 LX-22 PX-09 PX-10 PX-11 PX-15 PX-18: EINPROGRESS, EALREADY, then
 * writable with SO_ERROR 0; the next connect() gives 0 once, then EISCONN. */
TEST(a_non_blocking_connect_is_in_progress_until_the_handshake)
{
	both_see(connect_non_blocking, "connect: EINPROGRESS\n"
				       "SYN-SENT: 0 \n"
				       "SYN-SENT: US:PORT ENOTCONN\n"
				       "SO_ERROR: 0\n"
				       "send: EAGAIN\n"
				       "recv: EAGAIN\n"
				       "connect: EALREADY\n"
				       "poll: 1\n"
				       "ESTABLISHED: 1 OUT\n"
				       "SO_ERROR: 0\n"
				       "ESTABLISHED: US:PORT PEER:80\n"
				       "wire: SYN ACK\n"
				       "connect: 0\n"
				       "connect: EISCONN\n");
}

static void connect_with_fcntl(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_STREAM);

	saw_result(o, "flags", api->fcntl(fd, F_GETFL));
	saw_result(o, "fcntl", api->fcntl(fd, F_SETFL, O_NONBLOCK));
	saw_result(o, "flags", api->fcntl(fd, F_GETFL));
	peer_answers(o, PEER_ACCEPTS, 20000);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_result(o, "fcntl", api->fcntl(fd, F_SETFL, 0));
	connects(o, fd, name_of_peer(o->world, 80));
	saw_ready(o, "after", fd);
	api->close(fd);
}

/* LX-19 LX-22: O_NONBLOCK set and cleared; a blocking connect() waits for the attempt under way. */
TEST(a_blocking_connect_waits_for_an_attempt_under_way)
{
	both_see(connect_with_fcntl, "flags: 2\n"
				     "fcntl: 0\n"
				     "flags: 2050\n"
				     "connect: EINPROGRESS\n"
				     "fcntl: 0\n"
				     "connect: 0\n"
				     "after: 1 OUT\n");
}

static void connect_slowly(struct outcome *o)
{
	struct timeval limit = { .tv_usec = 50000 };
	int fd = makes_socket(o, SOCK_STREAM);
	int one = makes_socket(o, SOCK_STREAM);

	peer_answers(o, PEER_ACCEPTS, 400000);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_result(o, "SO_SNDTIMEO",
		   o->world->api->setsockopt(one, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
	connects(o, one, name_of_peer(o->world, 81));
	saw_ready(o, "SYN-SENT", one);
	connects(o, one, name_of_peer(o->world, 81));
	waits_writable(o, one, 2000);
	saw_error(o, "SO_ERROR", one);
	o->world->api->close(one);
	o->world->api->close(fd);
}

/* PX-06 PX-08: a blocking connect() waits for a late SYN,ACK; SO_SNDTIMEO ends the wait with
 * EINPROGRESS, not the attempt. */
TEST(a_blocking_connect_waits_as_long_as_it_may)
{
	both_see(connect_slowly, "connect: 0\n"
				 "SO_SNDTIMEO: 0\n"
				 "connect: EINPROGRESS\n"
				 "SYN-SENT: 0 \n"
				 "connect: EALREADY\n"
				 "poll: 1\n"
				 "SO_ERROR: 0\n");
}

static void connect_to_accept(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name at = name_of_loopback(o->world, 8080);
	int listener = makes_socket(o, SOCK_STREAM), client = makes_socket(o, SOCK_STREAM);
	struct name from = { .len = sizeof from.at };
	char text[8] = "";
	int server;

	saw_result(o, "bind", api->bind(listener, (struct sockaddr *)&at.at, at.len));
	saw_result(o, "listen", api->listen(listener, 5));
	saw_ready(o, "LISTEN", listener);
	connects(o, client, at);
	saw_ready(o, "LISTEN", listener);
	server = api->accept4(listener, (struct sockaddr *)&from.at, &from.len, SOCK_NONBLOCK);
	saw(o, "accept: %s", server >= 0 ? "0" : "failed");
	saw_ready(o, "LISTEN", listener);
	saw_names(o, "client", client);
	saw_names(o, "server", server);
	saw(o, "accepted peer is the client: %d", from.len == at.len);
	saw_result(o, "flags", api->fcntl(server, F_GETFL));
	saw_result(o, "send", api->send(client, "ping", 4, 0));
	saw_ready(o, "server", server);
	saw_result(o, "recv", api->recv(server, text, sizeof text, 0));
	saw(o, "text: %s", text);
	saw_result(o, "recv", api->recv(server, text, sizeof text, 0));
	saw_result(o, "shutdown", api->shutdown(client, SHUT_WR));
	saw_ready(o, "server", server);
	saw_result(o, "recv", api->recv(server, text, sizeof text, 0));
	saw_result(o, "send", api->send(server, "pong", 4, 0));
	saw_result(o, "recv", api->recv(client, text, sizeof text, 0));
	saw_result(o, "close", api->close(server));
	saw_ready(o, "client", client);
	connects(o, client, at);
	api->close(client);
	api->close(listener);
}

/* LX-04 LX-29: both ends have each other's names; data goes both ways, and the end of it. */
TEST(the_accepted_peer_is_the_connecting_socket)
{
	both_see(connect_to_accept, "bind: 0\n"
				    "listen: 0\n"
				    "LISTEN: 0 \n"
				    "connect: 0\n"
				    "LISTEN: 1 IN\n"
				    "accept: 0\n"
				    "LISTEN: 0 \n"
				    "client: LO:PORT LO:8080\n"
				    "server: LO:8080 LO:PORT\n"
				    "accepted peer is the client: 1\n"
				    "flags: 2050\n"
				    "send: 4\n"
				    "server: 1 IN|OUT\n"
				    "recv: 4\n"
				    "text: ping\n"
				    "recv: EAGAIN\n"
				    "shutdown: 0\n"
				    "server: 1 IN|OUT|RDHUP\n"
				    "recv: 0\n"
				    "send: 4\n"
				    "recv: 4\n"
				    "close: 0\n"
				    "client: 1 IN|OUT|HUP|RDHUP\n"
				    "connect: EISCONN\n");
}
