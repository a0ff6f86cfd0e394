/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_options.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/time.h>

#include "dialects/posix/posix_errors.h"
#include "dialects/posix/posix_tcp_info.h"
#include "dialects/posix/posix_unix.h"

#define SECOND_US UINT64_C(1000000)

/* net.core.rmem_max and wmem_max; SOCK_MIN_RCVBUF and SOCK_MIN_SNDBUF, halved. */
enum { BYTES_MAX = 212992, RECEIVE_BYTES_MIN = 1152, SEND_BYTES_MIN = 2304 };

/* Linux's MAX_TCP_SYNCNT; the core takes more, and 0 for "as the host has it". */
enum { SYN_RETRIES_MAX = 127 };

/* ICMP_FILTER of <linux/icmp.h>, which clashes with the headers of libc. */
enum { ICMP4_FILTER = 1 };

enum option_form {
	FORM_INT,
	FORM_BOOL,
	FORM_OCTET, /* an int, or a single octet (the IP level's) */
	FORM_BYTES, /* Linux keeps, and tells, twice what was asked for */
};

enum option_scope { ON_STREAM = 1, ON_DATAGRAM = 2, ON_ANY = 3, ON_V6 = 4, ON_RAW = 8 };

struct option_row {
	int level, name;
	enum tenon_option option;
	uint8_t form;  /* enum option_form */
	uint8_t scope; /* enum option_scope bits */
};

static const struct option_row rows[] = {
	{ SOL_SOCKET, SO_REUSEADDR, TENON_OPTION_REUSE_ADDRESS, FORM_BOOL, ON_ANY },
	{ SOL_SOCKET, SO_REUSEPORT, TENON_OPTION_REUSE_PORT, FORM_BOOL, ON_ANY },
	{ SOL_SOCKET, SO_BROADCAST, TENON_OPTION_BROADCAST, FORM_BOOL, ON_ANY },
	{ SOL_SOCKET, SO_KEEPALIVE, TENON_OPTION_KEEPALIVE, FORM_BOOL, ON_ANY },
	{ SOL_SOCKET, SO_DONTROUTE, TENON_OPTION_DONT_ROUTE, FORM_BOOL, ON_ANY },
	{ SOL_SOCKET, SO_RCVLOWAT, TENON_OPTION_RECEIVE_LOW, FORM_INT, ON_ANY },
	{ SOL_SOCKET, SO_RCVBUF, TENON_OPTION_RECEIVE_BYTES, FORM_BYTES, ON_ANY },
	{ SOL_SOCKET, SO_SNDBUF, TENON_OPTION_SEND_BYTES, FORM_BYTES, ON_ANY },
	{ IPPROTO_TCP, TCP_NODELAY, TENON_OPTION_NO_DELAY, FORM_BOOL, ON_STREAM },
	{ IPPROTO_TCP, TCP_CORK, TENON_OPTION_CORK, FORM_BOOL, ON_STREAM },
	{ IPPROTO_TCP, TCP_QUICKACK, TENON_OPTION_QUICK_ACK, FORM_BOOL, ON_STREAM },
	{ IPPROTO_TCP, TCP_MAXSEG, TENON_OPTION_MAX_SEGMENT, FORM_INT, ON_STREAM },
	{ IPPROTO_TCP, TCP_SYNCNT, TENON_OPTION_SYN_RETRIES, FORM_INT, ON_STREAM },
	{ IPPROTO_TCP, TCP_USER_TIMEOUT, TENON_OPTION_USER_TIMEOUT, FORM_INT, ON_STREAM },
	{ IPPROTO_TCP, TCP_KEEPIDLE, TENON_OPTION_KEEP_IDLE, FORM_INT, ON_STREAM },
	{ IPPROTO_TCP, TCP_KEEPINTVL, TENON_OPTION_KEEP_INTERVAL, FORM_INT, ON_STREAM },
	{ IPPROTO_TCP, TCP_KEEPCNT, TENON_OPTION_KEEP_COUNT, FORM_INT, ON_STREAM },
	{ IPPROTO_TCP, TCP_LINGER2, TENON_OPTION_LINGER_2, FORM_INT, ON_STREAM },
	{ IPPROTO_IP, IP_TTL, TENON_OPTION_HOP_LIMIT, FORM_OCTET, ON_ANY },
	{ IPPROTO_IP, IP_TOS, TENON_OPTION_TRAFFIC_CLASS, FORM_OCTET, ON_ANY },
	{ IPPROTO_IP, IP_RECVERR, TENON_OPTION_RECEIVE_ERRORS, FORM_BOOL, ON_ANY },
	{ IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, TENON_OPTION_BIND_NO_PORT, FORM_BOOL, ON_ANY },
	{ IPPROTO_IP, IP_HDRINCL, TENON_OPTION_HEADER_INCLUDED, FORM_BOOL, ON_RAW },
	{ IPPROTO_IPV6, IPV6_CHECKSUM, TENON_OPTION_CHECKSUM_AT, FORM_INT, ON_RAW | ON_V6 },
	{ IPPROTO_RAW, IPV6_CHECKSUM, TENON_OPTION_CHECKSUM_AT, FORM_INT, ON_RAW | ON_V6 },
	{ IPPROTO_IPV6, IPV6_V6ONLY, TENON_OPTION_V6_ONLY, FORM_BOOL, ON_ANY | ON_V6 },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS, TENON_OPTION_HOP_LIMIT, FORM_INT, ON_ANY | ON_V6 },
	{ IPPROTO_IPV6, IPV6_TCLASS, TENON_OPTION_TRAFFIC_CLASS, FORM_INT, ON_ANY | ON_V6 },
	{ IPPROTO_IPV6, IPV6_RECVERR, TENON_OPTION_RECEIVE_ERRORS, FORM_BOOL, ON_ANY | ON_V6 },
};

void posix_options_init(struct posix_options *options)
{
	*options = (struct posix_options){ TENON_NEVER, TENON_NEVER };
}

static unsigned scope_of(enum tenon_socket_kind kind)
{
	if (kind == TENON_STREAM)
		return ON_STREAM;
	return kind == TENON_RAW ? ON_DATAGRAM | ON_RAW : ON_DATAGRAM;
}

static const struct option_row *row_find(const struct tenon_socket *socket,
					 const struct posix_option *option)
{
	unsigned kind = scope_of(tenon_kind_of(socket));
	bool is_v6 = tenon_version_of(socket) == TENON_IP_V6;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct option_row *row = &rows[i];

		if (row->level == option->level && row->name == option->name)
			return (row->scope & kind) && (is_v6 || !(row->scope & ON_V6)) ? row : NULL;
	}
	return NULL;
}

static bool is_timeout(const struct posix_option *option)
{
	return option->level == SOL_SOCKET &&
	       (option->name == SO_RCVTIMEO || option->name == SO_SNDTIMEO);
}

static uint64_t *timeout_of(const struct posix_optioned *on, const struct posix_option *option)
{
	return option->name == SO_RCVTIMEO ? &on->options->receive_timeout_us
					   : &on->options->send_timeout_us;
}

/* Linux: a negative time means not to wait at all, no time at all means without limit. */
static int set_timeout(const struct posix_option *option, uint64_t *timeout_us)
{
	struct timeval time;

	if (option->len < sizeof time)
		return EINVAL;
	memcpy(&time, option->value, sizeof time);
	if (time.tv_usec < 0 || time.tv_usec >= (suseconds_t)SECOND_US)
		return EDOM;
	if (time.tv_sec < 0)
		*timeout_us = 0;
	else if (time.tv_sec == 0 && time.tv_usec == 0)
		*timeout_us = TENON_NEVER;
	else
		*timeout_us = (uint64_t)time.tv_sec * SECOND_US + (uint64_t)time.tv_usec;
	return 0;
}

static int set_linger(const struct posix_optioned *on, const struct posix_option *option)
{
	struct linger linger;
	int seconds;

	if (option->len < sizeof linger)
		return EINVAL;
	memcpy(&linger, option->value, sizeof linger);
	seconds = linger.l_linger < 0 || linger.l_linger > INT16_MAX ? INT16_MAX : linger.l_linger;
	return posix_errno(on->dialect, tenon_option_set(on->socket, TENON_OPTION_LINGER,
							 linger.l_onoff ? seconds : -1));
}

/* Linux reads an int at every level but IP's, which takes a single octet as well. */
static int read_value(const struct posix_option *option, uint8_t form, int *value)
{
	uint8_t octet;

	if (option->len >= sizeof *value) {
		memcpy(value, option->value, sizeof *value);
	} else if (form == FORM_OCTET && option->len > 0) {
		memcpy(&octet, option->value, 1);
		*value = octet;
	} else {
		return EINVAL;
	}
	return 0;
}

static int bytes_allowed(const struct option_row *row, int value)
{
	int least = row->name == SO_RCVBUF ? RECEIVE_BYTES_MIN : SEND_BYTES_MIN;

	if (value < 0 || value > BYTES_MAX)
		return BYTES_MAX;
	return value < least ? least : value;
}

static int set_row(const struct posix_optioned *on, const struct option_row *row,
		   const struct posix_option *option)
{
	int value;
	int error = read_value(option, row->form, &value);

	if (error)
		return error;
	if (row->option == TENON_OPTION_SYN_RETRIES && (value < 1 || value > SYN_RETRIES_MAX))
		return EINVAL;
	if (row->form == FORM_BOOL)
		value = value != 0;
	if (row->form == FORM_BYTES)
		value = bytes_allowed(row, value);
	if (row->option == TENON_OPTION_RECEIVE_LOW)
		value = value < 0 ? INT32_MAX : value + (value == 0);
	return posix_errno(on->dialect, tenon_option_set(on->socket, row->option, value));
}

/* ICMP_FILTER has a bit for each of 32 types, ICMP6_FILTER one for each of 256: what is not heard.
 */
static bool is_icmp_filter(const struct tenon_socket *socket, const struct posix_option *option)
{
	bool is_v4 = tenon_version_of(socket) == TENON_IP_V4;

	return tenon_kind_of(socket) == TENON_RAW &&
	       option->level == (is_v4 ? IPPROTO_RAW : IPPROTO_ICMPV6) &&
	       option->name == (is_v4 ? ICMP4_FILTER : ICMP6_FILTER);
}

static int set_icmp_filter(const struct posix_optioned *on, const struct posix_option *option)
{
	uint32_t types[8] = { 0 };

	memcpy(types, option->value, option->len < sizeof types ? option->len : sizeof types);
	return posix_errno(on->dialect, tenon_icmp_block(on->socket, types));
}

int posix_option_set(const struct posix_optioned *on, const struct posix_option *option)
{
	const struct option_row *row = row_find(on->socket, option);
	bool wants_int = option->level == SOL_SOCKET || (option->level == IPPROTO_TCP &&
							 tenon_kind_of(on->socket) == TENON_STREAM);

	if (posix_is_unix(on->socket) && option->level != SOL_SOCKET)
		return EOPNOTSUPP;
	if (wants_int && option->len < sizeof(int))
		return EINVAL;
	if (is_timeout(option))
		return set_timeout(option, timeout_of(on, option));
	if (option->level == SOL_SOCKET && option->name == SO_LINGER)
		return set_linger(on, option);
	if (is_icmp_filter(on->socket, option))
		return set_icmp_filter(on, option);
	return row ? set_row(on, row, option) : ENOPROTOOPT;
}

/* Linux copies as much of the value as there is room for, and says so. */
static int put(struct posix_option *option, const void *value, size_t len)
{
	if (option->len > len)
		option->len = (socklen_t)len;
	memcpy(option->value, value, option->len);
	return 0;
}

static int get_timeout(struct posix_option *option, uint64_t timeout_us)
{
	struct timeval time = { 0, 0 };

	if (timeout_us != TENON_NEVER) {
		time.tv_sec = (time_t)(timeout_us / SECOND_US);
		time.tv_usec = (suseconds_t)(timeout_us % SECOND_US);
	}
	return put(option, &time, sizeof time);
}

static int get_linger(const struct posix_optioned *on, struct posix_option *option)
{
	struct linger linger = { 0, 0 };
	int seconds = -1;
	enum tenon_result result = tenon_option_get(on->socket, TENON_OPTION_LINGER, &seconds);

	if (result != TENON_OK)
		return posix_errno(on->dialect, result);
	linger.l_onoff = seconds >= 0;
	linger.l_linger = seconds >= 0 ? seconds : 0;
	return put(option, &linger, sizeof linger);
}

static int get_row(const struct posix_optioned *on, const struct option_row *row,
		   struct posix_option *option)
{
	int value = 0;
	uint8_t octet;
	enum tenon_result result = tenon_option_get(on->socket, row->option, &value);

	if (result != TENON_OK)
		return posix_errno(on->dialect, result);
	if (row->form == FORM_BYTES)
		value *= 2;
	if (row->level == IPPROTO_IP && option->len > 0 && option->len < sizeof value &&
	    value >= 0 && value <= UINT8_MAX) {
		octet = (uint8_t)value;
		return put(option, &octet, sizeof octet);
	}
	return put(option, &value, sizeof value);
}

static int type_of(const struct tenon_socket *socket)
{
	enum tenon_socket_kind kind = tenon_kind_of(socket);

	if (kind == TENON_STREAM || kind == TENON_UNIX_STREAM)
		return SOCK_STREAM;
	if (kind == TENON_UNIX_SEQPACKET)
		return SOCK_SEQPACKET;
	return kind == TENON_RAW ? SOCK_RAW : SOCK_DGRAM;
}

static int domain_of(const struct tenon_socket *socket)
{
	if (posix_is_unix(socket))
		return AF_UNIX;
	return tenon_version_of(socket) == TENON_IP_V4 ? AF_INET : AF_INET6;
}

static int protocol_of(const struct tenon_socket *socket)
{
	int protocol = 0;

	if (tenon_option_get(socket, TENON_OPTION_PROTOCOL, &protocol) == TENON_OK)
		return protocol;
	if (posix_is_unix(socket))
		return 0;
	return tenon_kind_of(socket) == TENON_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
}

/* What a socket is, and its pending error, which is then gone (LX-21). */
static bool fact_find(const struct posix_optioned *on, int name, int *value)
{
	switch (name) {
	case SO_ERROR:
		*value = posix_errno(on->dialect, tenon_take_error(on->socket));
		return true;
	case SO_TYPE:
		*value = type_of(on->socket);
		return true;
	case SO_PROTOCOL:
		*value = protocol_of(on->socket);
		return true;
	case SO_DOMAIN:
		*value = domain_of(on->socket);
		return true;
	case SO_ACCEPTCONN:
		*value = (tenon_readiness(on->socket) & TENON_LISTENING) != 0;
		return true;
	default:
		return false;
	}
}

/* An IPv4 socket does not know the level; an IPv6 socket's levels do not know the name [M]. */
static int unknown_to_get(const struct posix_optioned *on, const struct posix_option *option)
{
	if (option->level == SOL_SOCKET || option->level == IPPROTO_IP)
		return ENOPROTOOPT;
	if (option->level == IPPROTO_TCP && tenon_kind_of(on->socket) == TENON_STREAM)
		return ENOPROTOOPT;
	return tenon_version_of(on->socket) == TENON_IP_V4 ? EOPNOTSUPP : ENOPROTOOPT;
}

int posix_option_get(const struct posix_optioned *on, struct posix_option *option)
{
	const struct option_row *row = row_find(on->socket, option);
	int value = 0;

	if (option->len > INT32_MAX)
		return EINVAL;
	if (posix_is_unix(on->socket) && option->level != SOL_SOCKET)
		return EOPNOTSUPP;
	if (is_timeout(option))
		return get_timeout(option, *timeout_of(on, option));
	if (option->level == SOL_SOCKET && option->name == SO_LINGER)
		return get_linger(on, option);
	if (option->level == SOL_SOCKET && fact_find(on, option->name, &value))
		return put(option, &value, sizeof value);
	if (option->level == IPPROTO_TCP && option->name == TCP_INFO &&
	    tenon_kind_of(on->socket) == TENON_STREAM)
		return posix_tcp_info(on->socket, option);
	return row ? get_row(on, row, option) : unknown_to_get(on, option);
}
