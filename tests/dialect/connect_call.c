/* SPDX-License-Identifier: MIT */
/* The call itself: bad descriptors, memory, lengths, families, and which of two faults is told. */
#include <fcntl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "outcome.h"
#include "test.h"

enum { PAGE = 4096, LONGEST = 128 };

/* A page, behind which there is nothing. */
static char *page_before_nothing(void)
{
	char *two =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(two != MAP_FAILED);
	munmap(two + PAGE, PAGE);
	return two;
}

/* Descriptors that the API does not know as sockets of its own. */
static int make_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC);
}

static void bad_descriptors(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name to = name_of_peer(o->world, 80);
	int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC), pipe[2];
	int epoll = api->epoll_create1(0), closed;

	make_pipe(pipe);
	closed = makes_socket(o, SOCK_STREAM);
	api->close(closed);
	connects(o, closed, to);
	connects(o, -1, to);
	connects(o, 987654, to);
	connects(o, file, to);
	connects(o, pipe[0], to);
	connects(o, epoll, to);
	saw_result(o, "bind", api->bind(file, (struct sockaddr *)&to.at, to.len));
	saw_result(o, "listen", api->listen(pipe[1], 1));
	saw_result(o, "accept", api->accept(closed, NULL, NULL));
	saw_result(o, "getsockname", api->getsockname(file, (struct sockaddr *)&to.at, &to.len));
	saw_result(o, "close", api->close(closed));
	saw_error(o, "SO_ERROR", file);
	saw_result(o, "recv", api->recv(pipe[0], (char[1]){ 0 }, 1, 0));
	saw_result(o, "write", api->write(pipe[1], "x", 1));
	saw_result(o, "read", api->read(pipe[0], (char[1]){ 0 }, 1));
	api->close(file);
	api->close(pipe[0]);
	api->close(pipe[1]);
	api->close(epoll);
	saw_fresh_connect(o);
}

/* LX-11 LX-13 PX-16 PX-22: closed and never opened numbers; a file, a pipe, an epoll instance. */
TEST(a_descriptor_that_is_no_socket_is_refused)
{
	both_see(bad_descriptors, "connect: EBADF\n"
				  "connect: EBADF\n"
				  "connect: EBADF\n"
				  "connect: ENOTSOCK\n"
				  "connect: ENOTSOCK\n"
				  "connect: ENOTSOCK\n"
				  "bind: ENOTSOCK\n"
				  "listen: ENOTSOCK\n"
				  "accept: EBADF\n"
				  "getsockname: ENOTSOCK\n"
				  "close: EBADF\n"
				  "SO_ERROR: ENOTSOCK\n"
				  "recv: ENOTSOCK\n"
				  "write: 1\n"
				  "read: 1\n"
				  "fresh: 0\n");
}

static void bad_memory(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name at = name_of_loopback(o->world, 0), to = name_of_peer(o->world, 53);
	struct sockaddr *whole = (struct sockaddr *)&at.at, *none = NULL, *low = (void *)8;
	char *page = page_before_nothing();
	struct sockaddr *crossing = (void *)(page + PAGE - 8);
	int fd = makes_socket(o, SOCK_STREAM), datagram = makes_socket(o, SOCK_DGRAM);
	socklen_t len = sizeof at.at, *bad_len = (void *)(page + PAGE);

	memcpy(crossing, whole, 8);
	saw_result(o, "connect", api->connect(fd, none, at.len));
	saw_result(o, "connect", api->connect(fd, low, at.len));
	saw_result(o, "connect", api->connect(fd, (void *)(page + PAGE), at.len));
	saw_result(o, "connect", api->connect(fd, crossing, at.len));
	saw_result(o, "connect", api->connect(datagram, crossing, at.len));
	saw_result(o, "bind", api->bind(fd, crossing, at.len));
	saw_result(o, "sendto", api->sendto(datagram, "x", 1, 0, crossing, at.len));
	saw_result(o, "data", api->sendto(datagram, NULL, 1, 0, (struct sockaddr *)&to.at, to.len));
	saw_result(o, "bind", api->bind(fd, whole, at.len));
	saw_result(o, "getsockname", api->getsockname(fd, none, &len));
	saw_result(o, "getsockname", api->getsockname(fd, whole, bad_len));
	len = 0;
	saw_result(o, "getsockname", api->getsockname(fd, none, &len));
	saw(o, "whole length: %d", len == at.len);
	len = (socklen_t)-1;
	saw_result(o, "getsockname", api->getsockname(fd, whole, &len));
	len = 4;
	saw_result(o, "getsockopt", api->getsockopt(fd, SOL_SOCKET, SO_TYPE, none, &len));
	saw_result(o, "setsockopt", api->setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, low, 4));
	munmap(page, PAGE);
	api->close(fd);
	api->close(datagram);
	saw_fresh_connect(o);
}

/* LX-12: a null, an unmapped and a half mapped name. */
TEST(memory_that_is_not_there_is_efault)
{
	both_see(bad_memory, "connect: EFAULT\n"
			     "connect: EFAULT\n"
			     "connect: EFAULT\n"
			     "connect: EFAULT\n"
			     "connect: EFAULT\n"
			     "bind: EFAULT\n"
			     "sendto: EFAULT\n"
			     "data: EFAULT\n"
			     "bind: 0\n"
			     "getsockname: EFAULT\n"
			     "getsockname: EFAULT\n"
			     "getsockname: 0\n"
			     "whole length: 1\n"
			     "getsockname: EINVAL\n"
			     "getsockopt: EFAULT\n"
			     "setsockopt: EFAULT\n"
			     "fresh: 0\n");
}

static void connect_with_length(struct outcome *o, int type, socklen_t len)
{
	union {
		struct sockaddr_storage name;
		char octets[LONGEST + 1];
	} room = { .octets = { 0 } };
	struct name to = name_of_peer(o->world, 80);
	int fd = makes_socket(o, type);
	int result;

	memcpy(&room.name, &to.at, to.len);
	result = o->world->api->connect(fd, (struct sockaddr *)&room.name, len);
	saw(o, "%u: %s", len, result ? strerrorname_np(errno) : "0");
	o->world->api->close(fd);
}

static void lengths(struct outcome *o)
{
	static const socklen_t tried[] = { 0,  1,  2,  8,  15,  16,  17,  23,
					   24, 27, 28, 29, 127, 128, 129, (socklen_t)-1 };
	size_t i;

	for (i = 0; i < sizeof tried / sizeof tried[0]; i++)
		connect_with_length(o, SOCK_STREAM, tried[i]);
	for (i = 0; i < sizeof tried / sizeof tried[0]; i++)
		connect_with_length(o, SOCK_DGRAM, tried[i]);
}

/* PX-34 LX-27: IPv4 names of 16 to 128 octets, ... */
TEST(the_length_of_an_ipv4_name_is_checked)
{
	static const char each[] = "0: EINVAL\n1: EINVAL\n2: EINVAL\n8: EINVAL\n15: EINVAL\n16: 0\n"
				   "17: 0\n23: 0\n24: 0\n27: 0\n28: 0\n29: 0\n127: 0\n128: 0\n"
				   "129: EINVAL\n4294967295: EINVAL\n";
	char twice[2 * sizeof each];

	snprintf(twice, sizeof twice, "%s%s", each, each);
	both_see_over(AF_INET, lengths, twice);
}

/* ... IPv6 names of 24 (without a scope) to 128. */
TEST(the_length_of_an_ipv6_name_is_checked)
{
	static const char each[] =
		"0: EINVAL\n1: EINVAL\n2: EINVAL\n8: EINVAL\n15: EINVAL\n"
		"16: EINVAL\n17: EINVAL\n23: EINVAL\n24: 0\n27: 0\n28: 0\n29: 0\n"
		"127: 0\n128: 0\n129: EINVAL\n4294967295: EINVAL\n";
	char twice[2 * sizeof each];

	snprintf(twice, sizeof twice, "%s%s", each, each);
	both_see_over(AF_INET6, lengths, twice);
}

static void families(struct outcome *o)
{
	static const int tried[] = { AF_UNIX, AF_INET, AF_INET6, AF_PACKET, 9999 };
	const struct api *api = o->world->api;
	size_t i;

	for (i = 0; i < sizeof tried / sizeof tried[0]; i++) {
		int stream = makes_socket(o, SOCK_STREAM), datagram = makes_socket(o, SOCK_DGRAM);
		struct name to = name_of_peer(o->world, 80);

		if (tried[i] == o->world->family)
			continue;
		to.at.ss_family = (sa_family_t)tried[i];
		to.len = sizeof(struct sockaddr_in6);
		saw(o, "family %d", tried[i]);
		connects(o, stream, to);
		saw_ready(o, "after", stream);
		saw_wire(o);
		if (tried[i] != AF_INET)
			connects(o, datagram, to);
		saw_result(o, "bind", api->bind(stream, (struct sockaddr *)&to.at, to.len));
		api->close(stream);
		api->close(datagram);
	}
	saw_fresh_connect(o);
}

#define NO_SUCH_FAMILY(number)                                                                     \
	"family " number                                                                           \
	"\nconnect: EAFNOSUPPORT\nafter: 1 OUT|HUP\nwire: \nconnect: EAFNOSUPPORT\n"               \
	"bind: EAFNOSUPPORT\n"

/* LX-24 PX-14 */
TEST(a_name_of_another_family_is_refused)
{
	both_see_over(AF_INET, families,
		      NO_SUCH_FAMILY("1") NO_SUCH_FAMILY("10") NO_SUCH_FAMILY("17")
			      NO_SUCH_FAMILY("9999") "fresh: 0\n");
	both_see_over(AF_INET6, families,
		      NO_SUCH_FAMILY("1") "family 2\nconnect: EAFNOSUPPORT\nafter: 1 OUT|HUP\n"
					  "wire: \nbind: EAFNOSUPPORT\n" NO_SUCH_FAMILY("17")
						  NO_SUCH_FAMILY("9999") "fresh: 0\n");
}

/* The faults of a connect() call; each pair of one from each list is tried. */
enum fault {
	FAULT_BADF,
	FAULT_NOTSOCK,
	FAULT_CONNECTED,
	FAULT_PENDING,
	FAULT_LISTENING,
	FAULT_NONE,
	SOCKET_FAULTS
};
enum name_fault {
	NAME_TOO_LONG,
	NAME_NULL,
	NAME_EMPTY,
	NAME_SHORT,
	NAME_FAMILY,
	NAME_UNROUTABLE,
	NAME_UNSPECIFIED,
	NAME_FAULTS
};

static const char *const socket_faults[] = { "closed",  "file",      "connected",
					     "pending", "listening", "fresh" };
static const char *const name_faults[] = { "too long", "null",       "empty",      "short",
					   "family",   "unroutable", "unspecified" };

static int socket_with(struct outcome *o, enum fault fault, int type)
{
	struct name peer = name_of_peer(o->world, 80);
	int fd = makes_socket(o, type);

	switch (fault) {
	case FAULT_BADF:
		o->world->api->close(fd);
		return fd;
	case FAULT_NOTSOCK:
		o->world->api->close(fd);
		return open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	case FAULT_CONNECTED:
		o->world->api->connect(fd, (struct sockaddr *)&peer.at, peer.len);
		return fd;
	case FAULT_PENDING:
		peer_answers(o, PEER_SILENT, 0);
		o->world->api->fcntl(fd, F_SETFL, O_NONBLOCK);
		o->world->api->connect(fd, (struct sockaddr *)&peer.at, peer.len);
		peer_answers(o, PEER_ACCEPTS, 0);
		return fd;
	case FAULT_LISTENING:
		o->world->api->listen(fd, 1);
		return fd;
	case FAULT_NONE:
	case SOCKET_FAULTS:
		return fd;
	}
	return -1;
}

static int connect_with(struct outcome *o, int fd, enum name_fault fault)
{
	struct name to = name_of_peer(o->world, 80);
	const struct sockaddr *at = (const struct sockaddr *)&to.at;

	switch (fault) {
	case NAME_TOO_LONG:
		to.len = LONGEST + 1;
		break;
	case NAME_NULL:
		at = NULL;
		break;
	case NAME_EMPTY:
		to.len = 0;
		break;
	case NAME_SHORT:
		to.len = 10;
		break;
	case NAME_FAMILY:
		to.at.ss_family = AF_UNIX;
		break;
	case NAME_UNROUTABLE:
		to = name_without_route(o->world, 80);
		break;
	case NAME_UNSPECIFIED:
		to = name_unspecified();
		break;
	case NAME_FAULTS:
		break;
	}
	return o->world->api->connect(fd, at, to.len);
}

static void pairs(struct outcome *o, int type)
{
	int fault, name_fault;

	for (fault = 0; fault < SOCKET_FAULTS; fault++) {
		for (name_fault = 0; name_fault < NAME_FAULTS; name_fault++) {
			int fd = socket_with(o, (enum fault)fault, type);
			char what[64];

			snprintf(what, sizeof what, "%s, %s", socket_faults[fault],
				 name_faults[name_fault]);
			saw_result(o, what, connect_with(o, fd, (enum name_fault)name_fault));
			if (fault != FAULT_BADF)
				o->world->api->close(fd);
		}
	}
}

static void pairs_of_streams(struct outcome *o)
{
	pairs(o, SOCK_STREAM);
}

/* LX-31 LX-11 LX-12 LX-13 LX-14: which of two faults is told. */
TEST(two_faults_of_a_stream_are_told_in_linux_order)
{
	both_see(pairs_of_streams,
		 "closed, too long: EBADF\nclosed, null: EBADF\nclosed, empty: EBADF\n"
		 "closed, short: EBADF\nclosed, family: EBADF\nclosed, unroutable: EBADF\n"
		 "closed, unspecified: EBADF\n"
		 "file, too long: EINVAL\nfile, null: EFAULT\nfile, empty: ENOTSOCK\n"
		 "file, short: ENOTSOCK\nfile, family: ENOTSOCK\nfile, unroutable: ENOTSOCK\n"
		 "file, unspecified: ENOTSOCK\n"
		 "connected, too long: EINVAL\nconnected, null: EFAULT\nconnected, empty: EINVAL\n"
		 "connected, short: EISCONN\nconnected, family: EISCONN\n"
		 "connected, unroutable: EISCONN\nconnected, unspecified: 0\n"
		 "pending, too long: EINVAL\npending, null: EFAULT\npending, empty: EINVAL\n"
		 "pending, short: EALREADY\npending, family: EALREADY\n"
		 "pending, unroutable: EALREADY\npending, unspecified: 0\n"
		 "listening, too long: EINVAL\nlistening, null: EFAULT\nlistening, empty: EINVAL\n"
		 "listening, short: EISCONN\nlistening, family: EISCONN\n"
		 "listening, unroutable: EISCONN\nlistening, unspecified: 0\n"
		 "fresh, too long: EINVAL\nfresh, null: EFAULT\nfresh, empty: EINVAL\n"
		 "fresh, short: EINVAL\nfresh, family: EAFNOSUPPORT\n"
		 "fresh, unroutable: ENETUNREACH\nfresh, unspecified: 0\n");
}

static void pairs_of_datagrams(struct outcome *o)
{
	static const enum name_fault tried[] = { NAME_TOO_LONG, NAME_NULL,   NAME_EMPTY,
						 NAME_SHORT,    NAME_FAMILY, NAME_UNROUTABLE };
	size_t i;

	for (i = 0; i < sizeof tried / sizeof tried[0]; i++) {
		int fd = socket_with(o, FAULT_CONNECTED, SOCK_DGRAM);

		saw_result(o, name_faults[tried[i]], connect_with(o, fd, tried[i]));
		saw_names(o, "still", fd);
		o->world->api->close(fd);
	}
}

/* LX-31 LX-08: a connect() that fails leaves the peer of a datagram socket as it was. */
TEST(a_failed_connect_leaves_a_datagram_sockets_peer)
{
	both_see(pairs_of_datagrams,
		 "too long: EINVAL\nstill: US:PORT PEER:80\nnull: EFAULT\nstill: US:PORT PEER:80\n"
		 "empty: EINVAL\nstill: US:PORT PEER:80\nshort: EINVAL\nstill: US:PORT PEER:80\n"
		 "family: EAFNOSUPPORT\nstill: US:PORT PEER:80\n"
		 "unroutable: ENETUNREACH\nstill: US:PORT PEER:80\n");
}

static void kinds(struct outcome *o)
{
	const struct api *api = o->world->api;
	int family = o->world->family;

	saw_result(o, "flags", api->socket(family, SOCK_STREAM | 0x1000, 0));
	saw_result(o, "type 11", api->socket(family, 11, 0));
	saw_result(o, "family 45", api->socket(45, SOCK_STREAM, 0));
	saw_result(o, "family -1", api->socket(-1, SOCK_STREAM, 0));
	saw_result(o, "protocol -1", api->socket(family, SOCK_STREAM, -1));
	saw_result(o, "protocol 263", api->socket(family, SOCK_STREAM, 263));
	saw_result(o, "UDP stream", api->socket(family, SOCK_STREAM, IPPROTO_UDP));
	saw_result(o, "TCP datagram", api->socket(family, SOCK_DGRAM, IPPROTO_TCP));
	saw_result(o, "RDM", api->socket(family, SOCK_RDM, 0));
}

TEST(a_kind_of_socket_that_there_is_not_is_refused)
{
	both_see(kinds, "flags: EINVAL\n"
			"type 11: EINVAL\n"
			"family 45: EAFNOSUPPORT\n"
			"family -1: EAFNOSUPPORT\n"
			"protocol -1: EINVAL\n"
			"protocol 263: EINVAL\n"
			"UDP stream: EPROTONOSUPPORT\n"
			"TCP datagram: EPROTONOSUPPORT\n"
			"RDM: ESOCKTNOSUPPORT\n");
}
