/* SPDX-License-Identifier: MIT */
/* getsockopt() and setsockopt(), beside the kernel's. */
#include <errno.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <string.h>

#include "outcome.h"
#include "test.h"

struct option {
	int level, name;
	const char *text;
};

#define OPTION(level, name)                                                                        \
	{                                                                                          \
		level, name, #name                                                                 \
	}

static void sets(struct outcome *o, int fd, const struct option *option, int value)
{
	char what[64];
	int got = -1;
	socklen_t len = sizeof got;
	int result =
		o->world->api->setsockopt(fd, option->level, option->name, &value, sizeof value);

	snprintf(what, sizeof what, "%s %d", option->text, value);
	saw_result(o, what, result);
	result = o->world->api->getsockopt(fd, option->level, option->name, &got, &len);
	if (result == 0)
		saw(o, "  %d (%u)", got, len);
	else
		saw_result(o, "  get", result);
}

static void switches(struct outcome *o)
{
	static const struct option options[] = {
		OPTION(SOL_SOCKET, SO_REUSEADDR),  OPTION(SOL_SOCKET, SO_KEEPALIVE),
		OPTION(SOL_SOCKET, SO_BROADCAST),  OPTION(SOL_SOCKET, SO_REUSEPORT),
		OPTION(IPPROTO_TCP, TCP_NODELAY),  OPTION(IPPROTO_TCP, TCP_CORK),
		OPTION(SOL_SOCKET, SO_ERROR),      OPTION(SOL_SOCKET, SO_TYPE),
		OPTION(SOL_SOCKET, SO_DOMAIN),     OPTION(SOL_SOCKET, SO_PROTOCOL),
		OPTION(SOL_SOCKET, SO_ACCEPTCONN),
	};
	int fd = makes_socket(o, SOCK_STREAM);
	size_t i;

	for (i = 0; i < sizeof options / sizeof options[0]; i++) {
		sets(o, fd, &options[i], 2);
		sets(o, fd, &options[i], 0);
	}
	o->world->api->close(fd);
}

#define SWITCH(name) name " 2: 0\n  1 (4)\n" name " 0: 0\n  0 (4)\n"
#define FACT(name, value)                                                                          \
	name " 2: ENOPROTOOPT\n  " value " (4)\n" name " 0: ENOPROTOOPT\n  " value " (4)\n"

TEST(switches_are_one_or_zero_and_facts_cannot_be_set)
{
	both_see_over(AF_INET, switches,
		      SWITCH("SO_REUSEADDR") SWITCH("SO_KEEPALIVE") SWITCH("SO_BROADCAST")
			      SWITCH("SO_REUSEPORT") SWITCH("TCP_NODELAY") SWITCH("TCP_CORK")
				      FACT("SO_ERROR", "0") FACT("SO_TYPE", "1")
					      FACT("SO_DOMAIN", "2") FACT("SO_PROTOCOL", "6")
						      FACT("SO_ACCEPTCONN", "0"));
}

static void numbers(struct outcome *o)
{
	static const struct {
		struct option option;
		int values[5];
	} tried[] = {
		{ OPTION(IPPROTO_TCP, TCP_SYNCNT), { 1, 127, 0, 128, -1 } },
		{ OPTION(IPPROTO_TCP, TCP_KEEPIDLE), { 1, 32767, 0, 32768, -1 } },
		{ OPTION(IPPROTO_TCP, TCP_KEEPINTVL), { 1, 32767, 0, 32768, -1 } },
		{ OPTION(IPPROTO_TCP, TCP_KEEPCNT), { 1, 127, 0, 128, -1 } },
		{ OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT), { 700, 0, 1000000, 1, -1 } },
		{ OPTION(SOL_SOCKET, SO_RCVLOWAT), { 100, 1, 0, 2, 3 } },
		{ OPTION(SOL_SOCKET, SO_SNDBUF), { 65536, 1, 0, 2304, 2305 } },
		{ OPTION(SOL_SOCKET, SO_RCVBUF), { 65536, 1, 0, 1152, 1153 } },
	};
	int fd = makes_socket(o, SOCK_STREAM);
	size_t i;
	int n;

	for (i = 0; i < sizeof tried / sizeof tried[0]; i++)
		for (n = 0; n < 5; n++)
			sets(o, fd, &tried[i].option, tried[i].values[n]);
	o->world->api->close(fd);
}

TEST(numbers_have_linux_bounds)
{
	both_see(numbers,
		 "TCP_SYNCNT 1: 0\n  1 (4)\nTCP_SYNCNT 127: 0\n  127 (4)\n"
		 "TCP_SYNCNT 0: EINVAL\n  127 (4)\nTCP_SYNCNT 128: EINVAL\n  127 (4)\n"
		 "TCP_SYNCNT -1: EINVAL\n  127 (4)\n"
		 "TCP_KEEPIDLE 1: 0\n  1 (4)\nTCP_KEEPIDLE 32767: 0\n  32767 (4)\n"
		 "TCP_KEEPIDLE 0: EINVAL\n  32767 (4)\nTCP_KEEPIDLE 32768: EINVAL\n  32767 (4)\n"
		 "TCP_KEEPIDLE -1: EINVAL\n  32767 (4)\n"
		 "TCP_KEEPINTVL 1: 0\n  1 (4)\nTCP_KEEPINTVL 32767: 0\n  32767 (4)\n"
		 "TCP_KEEPINTVL 0: EINVAL\n  32767 (4)\nTCP_KEEPINTVL 32768: EINVAL\n  32767 (4)\n"
		 "TCP_KEEPINTVL -1: EINVAL\n  32767 (4)\n"
		 "TCP_KEEPCNT 1: 0\n  1 (4)\nTCP_KEEPCNT 127: 0\n  127 (4)\n"
		 "TCP_KEEPCNT 0: EINVAL\n  127 (4)\nTCP_KEEPCNT 128: EINVAL\n  127 (4)\n"
		 "TCP_KEEPCNT -1: EINVAL\n  127 (4)\n"
		 "TCP_USER_TIMEOUT 700: 0\n  700 (4)\nTCP_USER_TIMEOUT 0: 0\n  0 (4)\n"
		 "TCP_USER_TIMEOUT 1000000: 0\n  1000000 (4)\nTCP_USER_TIMEOUT 1: 0\n  1 (4)\n"
		 "TCP_USER_TIMEOUT -1: EINVAL\n  1 (4)\n"
		 "SO_RCVLOWAT 100: 0\n  100 (4)\nSO_RCVLOWAT 1: 0\n  1 (4)\n"
		 "SO_RCVLOWAT 0: 0\n  1 (4)\nSO_RCVLOWAT 2: 0\n  2 (4)\nSO_RCVLOWAT 3: 0\n  3 (4)\n"
		 "SO_SNDBUF 65536: 0\n  131072 (4)\nSO_SNDBUF 1: 0\n  4608 (4)\n"
		 "SO_SNDBUF 0: 0\n  4608 (4)\nSO_SNDBUF 2304: 0\n  4608 (4)\n"
		 "SO_SNDBUF 2305: 0\n  4610 (4)\n"
		 "SO_RCVBUF 65536: 0\n  131072 (4)\nSO_RCVBUF 1: 0\n  2304 (4)\n"
		 "SO_RCVBUF 0: 0\n  2304 (4)\nSO_RCVBUF 1152: 0\n  2304 (4)\n"
		 "SO_RCVBUF 1153: 0\n  2306 (4)\n");
}

static void tries(struct outcome *o, int fd, const char *text, int level, int name)
{
	char value[64] = { 0 };
	socklen_t len = sizeof value;

	saw(o, "%s", text);
	saw_result(o, "  set", o->world->api->setsockopt(fd, level, name, value, 4));
	saw_result(o, "  get", o->world->api->getsockopt(fd, level, name, value, &len));
}

static void unknowns(struct outcome *o)
{
	int stream = makes_socket(o, SOCK_STREAM), datagram = makes_socket(o, SOCK_DGRAM);

	tries(o, stream, "stream SOL_SOCKET 999", SOL_SOCKET, 999);
	tries(o, stream, "stream IPPROTO_TCP 999", IPPROTO_TCP, 999);
	tries(o, stream, "stream IPPROTO_IP 999", IPPROTO_IP, 999);
	tries(o, stream, "stream level 999", 999, 1);
	tries(o, datagram, "datagram TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY);
	tries(o, datagram, "datagram level 999", 999, 1);
	if (o->world->family == AF_INET)
		tries(o, stream, "stream IPPROTO_IPV6 26", IPPROTO_IPV6, IPV6_V6ONLY);
	o->world->api->close(stream);
	o->world->api->close(datagram);
}

TEST(unknown_options_and_levels_are_refused_over_ipv4)
{
	both_see_over(AF_INET, unknowns,
		      "stream SOL_SOCKET 999\n  set: ENOPROTOOPT\n  get: ENOPROTOOPT\n"
		      "stream IPPROTO_TCP 999\n  set: ENOPROTOOPT\n  get: ENOPROTOOPT\n"
		      "stream IPPROTO_IP 999\n  set: ENOPROTOOPT\n  get: ENOPROTOOPT\n"
		      "stream level 999\n  set: ENOPROTOOPT\n  get: EOPNOTSUPP\n"
		      "datagram TCP_NODELAY\n  set: ENOPROTOOPT\n  get: EOPNOTSUPP\n"
		      "datagram level 999\n  set: ENOPROTOOPT\n  get: EOPNOTSUPP\n"
		      "stream IPPROTO_IPV6 26\n  set: ENOPROTOOPT\n  get: EOPNOTSUPP\n");
}

TEST(unknown_options_and_levels_are_refused_over_ipv6)
{
	both_see_over(AF_INET6, unknowns,
		      "stream SOL_SOCKET 999\n  set: ENOPROTOOPT\n  get: ENOPROTOOPT\n"
		      "stream IPPROTO_TCP 999\n  set: ENOPROTOOPT\n  get: ENOPROTOOPT\n"
		      "stream IPPROTO_IP 999\n  set: ENOPROTOOPT\n  get: ENOPROTOOPT\n"
		      "stream level 999\n  set: ENOPROTOOPT\n  get: ENOPROTOOPT\n"
		      "datagram TCP_NODELAY\n  set: ENOPROTOOPT\n  get: ENOPROTOOPT\n"
		      "datagram level 999\n  set: ENOPROTOOPT\n  get: ENOPROTOOPT\n");
}

static void saw_time(struct outcome *o, int fd)
{
	struct timeval time = { -1, -1 };
	socklen_t len = sizeof time;

	saw_result(o, "get", o->world->api->getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, &len));
	saw(o, "%ld.%06ld (%u)", (long)time.tv_sec, (long)time.tv_usec, len);
}

static void times(struct outcome *o)
{
	static const struct timeval tried[] = {
		{ 0, 20000 }, { -1, 0 }, { 0, 1000000 }, { 0, -1 }, { 0, 0 }
	};
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_DGRAM), four = 4;
	size_t i;

	saw_time(o, fd);
	for (i = 0; i < sizeof tried / sizeof tried[0]; i++) {
		saw_result(o, "set",
			   api->setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tried[i],
					   sizeof tried[i]));
		saw_time(o, fd);
		if (i < 2)
			saw_result(o, "recv", api->recv(fd, (char[1]){ 0 }, 1, 0));
	}
	saw_result(o, "set", api->setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &four, sizeof four));
	saw_result(o, "set", api->setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &four, 3));
	api->close(fd);
}

/* SO_RCVTIMEO's end is EAGAIN; no time at all means no limit, less than none not to wait. */
TEST(time_limits_are_kept_and_end_a_wait)
{
	both_see(times, "get: 0\n0.000000 (16)\n"
			"set: 0\nget: 0\n0.020000 (16)\nrecv: EAGAIN\n"
			"set: 0\nget: 0\n0.000000 (16)\nrecv: EAGAIN\n"
			"set: EDOM\nget: 0\n0.000000 (16)\n"
			"set: EDOM\nget: 0\n0.000000 (16)\n"
			"set: 0\nget: 0\n0.000000 (16)\n"
			"set: EINVAL\n"
			"set: EINVAL\n");
}

static void lingers(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct linger linger = { 1, 0 };
	socklen_t len = sizeof linger;
	int fd = makes_socket(o, SOCK_STREAM);

	saw_result(o, "set", api->setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
	linger = (struct linger){ 7, 7 };
	saw_result(o, "get", api->getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len));
	saw(o, "%d %d (%u)", linger.l_onoff, linger.l_linger, len);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_wire(o);
	saw_result(o, "close", api->close(fd));
	saw_wire(o);
}

TEST(a_stream_that_does_not_linger_is_reset_by_close)
{
	both_see(lingers, "set: 0\n"
			  "get: 0\n"
			  "1 0 (8)\n"
			  "connect: 0\n"
			  "wire: SYN ACK\n"
			  "close: 0\n"
			  "wire: RST,ACK\n");
}

static void saw_state(struct outcome *o, int fd)
{
	struct tcp_info info = { .tcpi_state = 99 };
	socklen_t len = sizeof info;

	saw_result(o, "TCP_INFO",
		   o->world->api->getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
	saw(o, "state %u", info.tcpi_state);
}

static void states(struct outcome *o)
{
	const struct api *api = o->world->api;
	int fd = makes_socket(o, SOCK_STREAM), listener = makes_socket(o, SOCK_STREAM);
	struct tcp_info info;
	socklen_t one = 1;

	saw_state(o, fd);
	api->listen(listener, 1);
	saw_state(o, listener);
	connects(o, fd, name_of_peer(o->world, 80));
	saw_state(o, fd);
	saw_result(o, "TCP_INFO", api->getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &one));
	saw(o, "(%u)", one);
	world_lock(o->world);
	peer_send_fin(o->world->peer);
	world_unlock(o->world);
	saw_wire(o);
	saw_state(o, fd);
	api->close(fd);
	api->close(listener);
}

TEST(tcp_info_has_the_state)
{
	both_see(states, "TCP_INFO: 0\nstate 7\n"
			 "TCP_INFO: 0\nstate 10\n"
			 "connect: 0\n"
			 "TCP_INFO: 0\nstate 1\n"
			 "TCP_INFO: 0\n(1)\n"
			 "wire: SYN ACK ACK\n"
			 "TCP_INFO: 0\nstate 8\n");
}
