/* SPDX-License-Identifier: MIT */
/* Raw and ping sockets through the dialect, beside the kernel where a namespace's root may. */
#include <string.h>

#include "outcome.h"
#include "test.h"

enum { ICMP4 = 1, ICMP6 = 58, OTHER = 200 };

static int makes(struct outcome *o, const char *what, int type, int protocol)
{
	int fd = o->world->api->socket(o->world->family, type, protocol);

	saw_result(o, what, fd < 0 ? -1 : 0);
	return fd;
}

static void says_fact(struct outcome *o, int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof value;

	assert_int_equal(o->world->api->getsockopt(fd, SOL_SOCKET, name, &value, &len), 0);
	saw(o, "%s: %d", name == SO_TYPE ? "SO_TYPE" : "SO_PROTOCOL", value);
}

/* To ourselves by the loopback: a copy for each socket, over IPv4 with its header. */
static void copies(struct outcome *o)
{
	struct name self = name_of_us(o->world, 0);
	int first = makes(o, "socket", SOCK_RAW, OTHER),
	    second = makes(o, "socket", SOCK_RAW, OTHER);
	uint8_t room[64];
	long len;

	says_fact(o, first, SO_TYPE);
	says_fact(o, first, SO_PROTOCOL);
	saw_result(o, "sendto",
		   o->world->api->sendto(first, "abcd", 4, 0, (struct sockaddr *)&self.at,
					 self.len));
	world_calm(o->world);
	len = o->world->api->recvfrom(second, room, sizeof room, MSG_DONTWAIT, NULL, NULL);
	saw(o, "behind the header: %ld", o->world->family == AF_INET ? len - 20 : len);
	assert_memory_equal(room + len - 4, "abcd", 4);
	len = o->world->api->recvfrom(first, room, sizeof room, MSG_DONTWAIT, NULL, NULL);
	saw(o, "behind the header: %ld", o->world->family == AF_INET ? len - 20 : len);
	o->world->api->close(first);
	o->world->api->close(second);
}

TEST(raw_sockets_hear_copies)
{
	both_see(copies, "socket: 0\nsocket: 0\nSO_TYPE: 3\nSO_PROTOCOL: 200\nsendto: 4\n"
			 "behind the header: 4\nbehind the header: 4\n");
}

static void refusals(struct outcome *o)
{
	makes(o, "raw without a protocol", SOCK_RAW, 0);
	makes(o, "datagrams of TCP", SOCK_DGRAM, 6);
	makes(o, "the other family's ping", SOCK_DGRAM,
	      o->world->family == AF_INET ? ICMP6 : ICMP4);
}

TEST(what_is_no_raw_socket_is_refused)
{
	both_see(refusals, "raw without a protocol: EPROTONOSUPPORT\n"
			   "datagrams of TCP: EPROTONOSUPPORT\n"
			   "the other family's ping: EPROTONOSUPPORT\n");
}

/* An echo to ourselves: the reply has the identifier that the socket has as its port. */
static void pings_itself(struct outcome *o)
{
	bool v4 = o->world->family == AF_INET;
	uint8_t echo[12] = { v4 ? 8 : 128, [7] = 1, 'p', 'i', 'n', 'g' }, reply[64];
	struct name self = name_of_us(o->world, 0);
	int fd = makes(o, "socket", SOCK_DGRAM, v4 ? ICMP4 : ICMP6);
	long len;

	says_fact(o, fd, SO_TYPE);
	saw_result(o, "sendto",
		   o->world->api->sendto(fd, echo, sizeof echo, 0, (struct sockaddr *)&self.at,
					 self.len));
	world_calm(o->world);
	len = o->world->api->recvfrom(fd, reply, sizeof reply, MSG_DONTWAIT, NULL, NULL);
	saw_result(o, "recvfrom", len);
	saw(o, "a reply: %d", reply[0] == (v4 ? 0 : 129) && reply[7] == 1);
	assert_memory_equal(reply + 8, "ping", 4);
	echo[0]++;
	saw_result(o, "sendto",
		   o->world->api->sendto(fd, echo, sizeof echo, 0, (struct sockaddr *)&self.at,
					 self.len));
	o->world->api->close(fd);
}

TEST(a_ping_socket_pings)
{
	tenon_sees(pings_itself, "socket: 0\nSO_TYPE: 2\nsendto: 12\nrecvfrom: 12\na reply: 1\n"
				 "sendto: EINVAL\n");
}

static void blocks_types(struct outcome *o)
{
	bool v4 = o->world->family == AF_INET;
	uint8_t echo[8] = { v4 ? 8 : 128 }, room[64];
	struct name self = name_of_us(o->world, 0);
	int raw = makes(o, "socket", SOCK_RAW, v4 ? ICMP4 : ICMP6);
	int ping = makes(o, "socket", SOCK_DGRAM, v4 ? ICMP4 : ICMP6);
	uint32_t types[8];

	memset(types, 0xff, sizeof types);
	saw_result(o, "setsockopt",
		   o->world->api->setsockopt(raw, v4 ? IPPROTO_RAW : IPPROTO_ICMPV6, 1, types,
					     v4 ? 4 : sizeof types));
	saw_result(o, "sendto",
		   o->world->api->sendto(ping, echo, sizeof echo, 0, (struct sockaddr *)&self.at,
					 self.len));
	world_calm(o->world);
	saw_result(o, "recvfrom",
		   o->world->api->recvfrom(raw, room, sizeof room, MSG_DONTWAIT, NULL, NULL));
	o->world->api->close(raw);
	o->world->api->close(ping);
}

TEST(an_icmp_filter_keeps_types_away)
{
	tenon_sees(blocks_types, "socket: 0\nsocket: 0\nsetsockopt: 0\nsendto: 8\n"
				 "recvfrom: EAGAIN\n");
}
