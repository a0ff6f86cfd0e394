/* SPDX-License-Identifier: MIT */
/* send and recv, their vectors and flags, shutdown, and what is told of a stream's end. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "outcome.h"
#include "test.h"

static void peer_does(struct outcome *o, void (*what)(struct peer *))
{
	world_lock(o->world);
	what(o->world->peer);
	world_unlock(o->world);
	world_calm(o->world);
}

static void peer_says(struct outcome *o, const char *text)
{
	world_lock(o->world);
	peer_send_data(o->world->peer, text, strlen(text));
	world_unlock(o->world);
	world_calm(o->world);
}

static void receives(struct outcome *o, int fd, size_t len, int flags)
{
	char text[64] = "";
	long got = o->world->api->recv(fd, text, len, flags);

	saw_result(o, "recv", got);
	if (got > 0)
		saw(o, "  %s", text);
}

static int connected(struct outcome *o, int type)
{
	int fd = makes_socket(o, type);

	connects(o, fd, name_of_peer(o->world, 80));
	return fd;
}

static void stream_flags(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = connected(o, SOCK_STREAM), count = -1;

	receives(o, fd, 8, MSG_DONTWAIT);
	peer_says(o, "hello, world");
	saw_result(o, "FIONREAD", api->ioctl(fd, FIONREAD, &count));
	saw(o, "  %d", count);
	receives(o, fd, 5, MSG_PEEK);
	receives(o, fd, 5, 0);
	receives(o, fd, 3, MSG_TRUNC);
	receives(o, fd, 60, MSG_DONTWAIT | MSG_WAITALL);
	receives(o, fd, 1, MSG_OOB);
	receives(o, fd, 1, MSG_ERRQUEUE);
	saw_result(o, "write", api->write(fd, "", 0));
	world_lock(o->world);
	o->world->peer->log[0] = '\0';
	world_unlock(o->world);
	saw_result(o, "more", api->send(fd, "ab", 2, MSG_MORE));
	saw_result(o, "rest", api->send(fd, "cd", 2, 0));
	saw_wire(o);
	saw_result(o, "SIOCOUTQ", api->ioctl(fd, SIOCOUTQ, &count));
	saw(o, "  %d", count);
	api->close(fd);
}

TEST(a_stream_is_read_and_written_with_flags)
{
	both_see(stream_flags, "connect: 0\n"
			       "recv: EAGAIN\n"
			       "FIONREAD: 0\n  12\n"
			       "recv: 5\n  hello\n"
			       "recv: 5\n  hello\n"
			       "recv: 3\n  \n"
			       "recv: 4\n  orld\n"
			       "recv: EINVAL\n"
			       "recv: EAGAIN\n"
			       "write: 0\n"
			       "more: 2\n"
			       "rest: 2\n"
			       "wire: PSH,ACK\n"
			       "SIOCOUTQ: 0\n  0\n");
}

static void reset_with_data(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = connected(o, SOCK_STREAM);

	peer_says(o, "last words");
	peer_does(o, peer_send_rst);
	saw_ready(o, "reset", fd);
	receives(o, fd, 4, 0);
	receives(o, fd, 60, 0);
	receives(o, fd, 60, 0);
	receives(o, fd, 60, 0);
	saw_result(o, "send", api->send(fd, "x", 1, MSG_NOSIGNAL));
	saw_result(o, "shutdown", api->shutdown(fd, SHUT_RDWR));
	api->close(fd);
	fd = connected(o, SOCK_STREAM);
	peer_does(o, peer_send_rst);
	saw_result(o, "send", api->send(fd, "x", 1, MSG_NOSIGNAL));
	saw_result(o, "send", api->send(fd, "x", 1, MSG_NOSIGNAL));
	receives(o, fd, 1, 0);
	api->close(fd);
	saw_fresh_connect(o);
}

TEST(a_reset_stream_tells_so_once)
{
	both_see(reset_with_data, "connect: 0\n"
				  "reset: 1 IN|OUT|ERR|HUP|RDHUP\n"
				  "recv: 4\n  last\n"
				  "recv: 6\n   words\n"
				  "recv: ECONNRESET\n"
				  "recv: 0\n"
				  "send: EPIPE\n"
				  "shutdown: ENOTCONN\n"
				  "connect: 0\n"
				  "send: ECONNRESET\n"
				  "send: EPIPE\n"
				  "recv: 0\n"
				  "fresh: 0\n");
}

static void closes_by_halves(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = connected(o, SOCK_STREAM | SOCK_CLOEXEC), fresh = makes_socket(o, SOCK_STREAM);

	saw_result(o, "shutdown", api->shutdown(fresh, SHUT_WR));
	saw_result(o, "how", api->shutdown(fd, 3));
	saw_result(o, "shutdown", api->shutdown(fd, SHUT_RD));
	saw_ready(o, "SHUT_RD", fd);
	receives(o, fd, 4, 0);
	saw_result(o, "shutdown", api->shutdown(fd, SHUT_WR));
	saw_ready(o, "SHUT_RDWR", fd);
	saw_result(o, "send", api->send(fd, "x", 1, MSG_NOSIGNAL));
	saw_wire(o);
	saw_names(o, "closed", fd);
	saw_result(o, "shutdown", api->shutdown(fd, SHUT_WR));
	connects(o, fd, name_of_peer(o->world, 80));
	saw_result(o, "fresh", api->recv(fresh, (char[1]){ 0 }, 1, 0));
	api->close(fresh);
	api->close(fd);
}

TEST(a_stream_is_shut_down_by_halves)
{
	both_see(closes_by_halves, "connect: 0\n"
				   "shutdown: ENOTCONN\n"
				   "how: EINVAL\n"
				   "shutdown: 0\n"
				   "SHUT_RD: 1 IN|OUT|RDHUP\n"
				   "recv: 0\n"
				   "shutdown: 0\n"
				   "SHUT_RDWR: 1 IN|OUT|HUP|RDHUP\n"
				   "send: EPIPE\n"
				   "wire: SYN ACK FIN,ACK ACK\n"
				   "closed: US:PORT ENOTCONN\n"
				   "shutdown: ENOTCONN\n"
				   "connect: EISCONN\n"
				   "fresh: ENOTCONN\n");
}

static void vectors(struct outcome *o)
{
	const struct api *api = o->world->api;
	char first[4] = "", second[4] = "", third[30] = "";
	struct iovec in[] = { { first, 3 }, { second, 0 }, { second, 3 }, { third, 20 } };
	struct iovec out[12];
	struct name from = { .len = 0 }, to = name_of_peer(o->world, 80);
	struct msghdr message = { .msg_iov = in, .msg_iovlen = 4 };
	int datagram = connected(o, SOCK_DGRAM), i;

	for (i = 0; i < 12; i++)
		out[i] = (struct iovec){ (char *)(uintptr_t) "abc", 3 };
	message.msg_iov = out;
	message.msg_iovlen = 12;
	saw_result(o, "sendmsg", api->sendmsg(datagram, &message, 0));
	message.msg_iovlen = 2000;
	saw_result(o, "sendmsg", api->sendmsg(datagram, &message, 0));
	saw_result(o, "writev", api->writev(datagram, out, 2000));
	saw_result(o, "writev", api->writev(datagram, out, 2));
	message.msg_iovlen = 1;
	message.msg_name = &to.at;
	message.msg_namelen = to.len;
	saw_result(o, "sendmsg", api->sendmsg(datagram, &message, 0));
	world_calm(o->world);
	world_lock(o->world);
	peer_send_datagram(o->world->peer, 2, 80, "0123456789");
	peer_send_datagram(o->world->peer, 2, 80, "a long one, of more than there is room for");
	world_unlock(o->world);
	world_calm(o->world);
	message = (struct msghdr){
		.msg_iov = in, .msg_iovlen = 4, .msg_name = &from.at, .msg_namelen = sizeof from.at
	};
	saw_result(o, "recvmsg", api->recvmsg(datagram, &message, 0));
	saw(o, "  %s %s %s, flags %x, named %d", first, second, third, (unsigned)message.msg_flags,
	    message.msg_namelen == to.len && memcmp(&from.at, &to.at, to.len) == 0);
	saw_result(o, "recvmsg", api->recvmsg(datagram, &message, MSG_PEEK));
	saw_result(o, "recvmsg", api->recvmsg(datagram, &message, MSG_TRUNC));
	saw(o, "  %s %s %s, flags %x", first, second, third, (unsigned)message.msg_flags);
	api->close(datagram);
}

TEST(messages_are_gathered_and_scattered)
{
	both_see(vectors, "connect: 0\n"
			  "sendmsg: 36\n"
			  "sendmsg: EMSGSIZE\n"
			  "writev: EINVAL\n"
			  "writev: 6\n"
			  "sendmsg: 3\n"
			  "recvmsg: 10\n"
			  "  012 345 6789, flags 0, named 1\n"
			  "recvmsg: 26\n"
			  "recvmsg: 42\n"
			  "  a l ong  one, of more than t, flags 20\n");
}

static void fills_up(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct timeval limit = { .tv_usec = 30000 };
	struct name at = name_of_loopback(o->world, 8099);
	int listener = makes_socket(o, SOCK_STREAM), client = makes_socket(o, SOCK_STREAM), server;
	static char octets[1 << 20];
	long sent, total = 0;

	api->bind(listener, (struct sockaddr *)&at.at, at.len);
	api->listen(listener, 1);
	connects(o, client, at);
	server = api->accept(listener, NULL, NULL);
	api->setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	while ((sent = api->send(client, octets, sizeof octets, 0)) > 0)
		total += sent;
	saw_result(o, "full", sent);
	saw(o, "some went: %d", total > 0);
	while (total > 0 && (sent = api->recv(server, octets, sizeof octets, MSG_DONTWAIT)) != 0) {
		if (sent < 0)
			world_calm(o->world);
		else
			total -= sent;
	}
	saw(o, "all came: %d", total == 0);
	waits_writable(o, client, 2000);
	api->close(client);
	api->close(server);
	api->close(listener);
}

TEST(a_full_stream_blocks_until_it_is_read)
{
	both_see(fills_up, "connect: 0\n"
			   "full: EAGAIN\n"
			   "some went: 1\n"
			   "all came: 1\n"
			   "poll: 1\n");
}
