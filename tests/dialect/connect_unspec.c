/* SPDX-License-Identifier: MIT */
/* AF_UNSPEC on streams: back to CLOSED, whatever the state was. */
#include "outcome.h"
#include "test.h"

static void from_established(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_STREAM);

	connects(o, fd, name_unspecified());
	saw_ready(o, "fresh", fd);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_wire(o);
	connects(o, fd, name_unspecified());
	saw_wire(o);
	saw_ready(o, "dissolved", fd);
	saw_names(o, "dissolved", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_ready(o, "dissolved", fd);
	saw_result(o, "recv", api->recv(fd, (char[1]){ 0 }, 1, MSG_DONTWAIT));
	connects(o, fd, name_of_other(o->world, 80));
	saw_names(o, "again", fd);
	saw_wire(o);
	api->close(fd);
	saw_fresh_connect(o);
}

/* LX-10 PX-04: the peer gets a RST, and the socket can connect again. */
TEST(an_established_stream_is_dissolved_by_af_unspec)
{
	both_see(from_established, "connect: 0\n"
				   "fresh: 1 OUT|HUP\n"
				   "connect: 0\n"
				   "wire: SYN ACK\n"
				   "connect: 0\n"
				   "wire: RST,ACK\n"
				   "dissolved: 1 OUT|ERR|HUP\n"
				   "dissolved: ANY:PORT ENOTCONN\n"
				   "SO_ERROR: ECONNRESET\n"
				   "dissolved: 1 OUT|HUP\n"
				   "recv: ENOTCONN\n"
				   "connect: 0\n"
				   "again: US:PORT OTHER:80\n"
				   "wire: SYN ACK\n"
				   "fresh: 0\n");
}

static void from_syn_sent(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);

	peer_answers(o, PEER_SILENT, 0);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_wire(o);
	connects(o, fd, name_unspecified());
	saw_ready(o, "dissolved", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_wire(o);
	peer_answers(o, PEER_ACCEPTS, 0);
	connects(o, fd, name_of_peer(o->world, 80));
	waits_writable(o, fd, 2000);
	saw_error(o, "SO_ERROR", fd);
	api->close(fd);
	saw_fresh_connect(o);
}

/* LX-10: nothing is sent to a peer that does not know of the connection. */
TEST(an_attempt_is_dissolved_by_af_unspec)
{
	both_see(from_syn_sent, "connect: EINPROGRESS\n"
				"wire: SYN\n"
				"connect: 0\n"
				"dissolved: 1 OUT|ERR|HUP\n"
				"SO_ERROR: ECONNRESET\n"
				"wire: \n"
				"connect: EINPROGRESS\n"
				"poll: 1\n"
				"SO_ERROR: 0\n"
				"fresh: 0\n");
}

static void from_listen(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name at = name_of_us(o->world, 8090);
	int fd = makes_socket(o, SOCK_STREAM);

	saw_result(o, "bind", api->bind(fd, (struct sockaddr *)&at.at, at.len));
	saw_result(o, "listen", api->listen(fd, 3));
	connects(o, fd, name_of_peer(o->world, 80));
	connects(o, fd, name_unspecified());
	saw_ready(o, "dissolved", fd);
	saw_names(o, "dissolved", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_result(o, "accept", api->accept(fd, NULL, NULL));
	connects(o, fd, name_of_peer(o->world, 80));
	saw_names(o, "connected", fd);
	api->close(fd);
	saw_fresh_connect(o);
}

/* LX-10 PX-37: a listener stops listening; before that connect() is EISCONN. */
TEST(a_listener_is_dissolved_by_af_unspec)
{
	both_see(from_listen, "bind: 0\n"
			      "listen: 0\n"
			      "connect: EISCONN\n"
			      "connect: 0\n"
			      "dissolved: 1 OUT|HUP\n"
			      "dissolved: US:8090 ENOTCONN\n"
			      "SO_ERROR: 0\n"
			      "accept: EINVAL\n"
			      "connect: 0\n"
			      "connected: US:8090 PEER:80\n"
			      "fresh: 0\n");
}

static int port_of(struct outcome *o, int fd)
{
	struct name name = { .len = sizeof name.at };

	o->world->api->getsockname(fd, (struct sockaddr *)&name.at, &name.len);
	return ((const struct sockaddr_in *)&name.at)->sin_port;
}

/* What connect() or bind() chose can be had by others, and bound anew. */
static void gives_back(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name any_port = name_of_us(o->world, 0), same;
	int fd = makes_socket(o, SOCK_STREAM), other = makes_socket(o, SOCK_STREAM);

	saw_result(o, "bind", api->bind(fd, (struct sockaddr *)&any_port.at, any_port.len));
	same = any_port;
	((struct sockaddr_in *)&same.at)->sin_port = (in_port_t)port_of(o, fd);
	connects(o, fd, name_of_peer(o->world, 80));
	connects(o, fd, name_unspecified());
	saw_names(o, "dissolved", fd);
	saw_result(o, "other", api->bind(other, (struct sockaddr *)&same.at, same.len));
	saw_result(o, "bind", api->bind(fd, (struct sockaddr *)&any_port.at, any_port.len));
	api->close(other);
	api->close(fd);
	fd = makes_socket(o, SOCK_STREAM);
	peer_answers(o, PEER_REFUSES, 0);
	connects(o, fd, name_of_peer(o->world, 81));
	saw_names(o, "refused", fd);
	saw_result(o, "bind", api->bind(fd, (struct sockaddr *)&any_port.at, any_port.len));
	saw_result(o, "bind", api->bind(fd, (struct sockaddr *)&any_port.at, any_port.len));
	saw_result(o, "listen", api->listen(fd, 1));
	api->close(fd);
	saw_fresh_connect(o);
}

/* LX-10 LX-30: a port that was chosen for a stream is free again when the stream is. */
TEST(a_chosen_port_is_given_back)
{
	both_see(gives_back, "bind: 0\n"
			     "connect: 0\n"
			     "connect: 0\n"
			     "dissolved: US:PORT ENOTCONN\n"
			     "other: 0\n"
			     "bind: 0\n"
			     "connect: ECONNREFUSED\n"
			     "refused: ANY:PORT ENOTCONN\n"
			     "bind: 0\n"
			     "bind: EINVAL\n"
			     "listen: 0\n"
			     "fresh: 0\n");
}

static void from_peer_closed(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_STREAM);

	connects(o, fd, name_of_peer(o->world, 80));
	world_lock(o->world);
	peer_send_fin(o->world->peer);
	world_unlock(o->world);
	saw_wire(o);
	saw_ready(o, "CLOSE-WAIT", fd);
	connects(o, fd, name_unspecified());
	saw_wire(o);
	connects(o, fd, name_of_peer(o->world, 80));
	world_lock(o->world);
	peer_send_rst(o->world->peer);
	world_unlock(o->world);
	saw_wire(o);
	saw_ready(o, "reset", fd);
	saw_names(o, "reset", fd);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_error(o, "SO_ERROR", fd);
	connects(o, fd, name_unspecified());
	saw_ready(o, "dissolved", fd);
	connects(o, fd, name_of_peer(o->world, 80));
	api->close(fd);
}

/* LX-07 LX-10: a connection that the peer closed or reset is still the socket's one connection. */
TEST(a_closed_or_reset_stream_is_dissolved_by_af_unspec)
{
	both_see(from_peer_closed, "connect: 0\n"
				   "wire: SYN ACK ACK\n"
				   "CLOSE-WAIT: 1 IN|OUT|RDHUP\n"
				   "connect: 0\n"
				   "wire: RST,ACK\n"
				   "connect: 0\n"
				   "wire: SYN ACK\n"
				   "reset: 1 IN|OUT|ERR|HUP|RDHUP\n"
				   "reset: US:PORT ENOTCONN\n"
				   "connect: EISCONN\n"
				   "SO_ERROR: ECONNRESET\n"
				   "connect: 0\n"
				   "dissolved: 1 OUT|HUP\n"
				   "connect: 0\n");
}
