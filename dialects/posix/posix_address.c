/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_address.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

/* The length of struct sockaddr_in6 before RFC 2553 gave it a scope; Linux still takes it. */
enum { NAME6_LEN_RFC2133 = offsetof(struct sockaddr_in6, sin6_scope_id) };

static bool has_family(const struct posix_name *name)
{
	return name->len >= sizeof name->at.ss_family;
}

bool posix_name_is_unspecified(const struct posix_name *name)
{
	return has_family(name) && name->at.ss_family == AF_UNSPEC;
}

static struct tenon_endpoint endpoint4(const struct posix_name *name)
{
	struct sockaddr_in in;
	uint8_t octets[4];

	memcpy(&in, &name->at, sizeof in);
	memcpy(octets, &in.sin_addr, sizeof octets);
	return (struct tenon_endpoint){
		.ip = tenon_ip4(octets[0], octets[1], octets[2], octets[3]),
		.port = ntohs(in.sin_port),
	};
}

static struct tenon_endpoint endpoint6(const struct posix_name *name)
{
	struct tenon_endpoint endpoint = { .port = 0 };
	struct sockaddr_in6 in = { .sin6_scope_id = 0 };

	memcpy(&in, &name->at, name->len < sizeof in ? name->len : sizeof in);
	memcpy(&endpoint.ip, &in.sin6_addr, sizeof endpoint.ip);
	endpoint.port = ntohs(in.sin6_port);
	if (tenon_ip_is_link_local(&endpoint.ip) && in.sin6_scope_id <= UINT16_MAX)
		endpoint.link = (uint16_t)in.sin6_scope_id;
	return endpoint;
}

static int read4(const struct posix_name *name, struct tenon_endpoint *to)
{
	if (name->len < sizeof(struct sockaddr_in))
		return EINVAL;
	if (name->at.ss_family != AF_INET)
		return EAFNOSUPPORT;
	*to = endpoint4(name);
	return 0;
}

static int read6(const struct posix_name *name, struct tenon_endpoint *to)
{
	if (name->len < NAME6_LEN_RFC2133)
		return EINVAL;
	if (name->at.ss_family != AF_INET6)
		return EAFNOSUPPORT;
	*to = endpoint6(name);
	return 0;
}

static bool is_v6_only(const struct tenon_socket *socket)
{
	int only = 0;

	return tenon_option_get(socket, TENON_OPTION_V6_ONLY, &only) == TENON_OK && only != 0;
}

/* PX-34: sixteen octets of AF_INET are too short for an IPv6 stream, but name a datagram's peer. */
int posix_name_for_connect(const struct tenon_socket *socket, const struct posix_name *name,
			   struct tenon_endpoint *to)
{
	if (!has_family(name))
		return EINVAL;
	if (tenon_version_of(socket) == TENON_IP_V4)
		return read4(name, to);
	if (tenon_kind_of(socket) == TENON_DATAGRAM && name->at.ss_family == AF_INET)
		return is_v6_only(socket) ? EAFNOSUPPORT : read4(name, to);
	return read6(name, to);
}

/* AF_UNSPEC with the address 0.0.0.0 passes for AF_INET, as old programs give it. */
int posix_name_for_bind(const struct tenon_socket *socket, const struct posix_name *name,
			struct tenon_endpoint *to)
{
	struct posix_name as_inet = *name;

	if (tenon_version_of(socket) == TENON_IP_V6)
		return read6(name, to);
	if (name->len >= sizeof(struct sockaddr_in) && posix_name_is_unspecified(name)) {
		as_inet.at.ss_family = AF_INET;
		*to = endpoint4(&as_inet);
		return tenon_ip_is_any(&to->ip) ? 0 : EAFNOSUPPORT;
	}
	return read4(name, to);
}

static int read6_for_send(const struct tenon_socket *socket, const struct posix_name *name,
			  struct tenon_endpoint *to, bool *has_peer)
{
	if (!has_family(name))
		return EINVAL;
	switch (name->at.ss_family) {
	case AF_INET6:
		return read6(name, to);
	case AF_INET:
		return is_v6_only(socket) ? ENETUNREACH : read4(name, to);
	case AF_UNSPEC:
		*has_peer = false;
		return 0;
	default:
		return EINVAL;
	}
}

int posix_name_for_send(const struct tenon_socket *socket, const struct posix_name *name,
			struct tenon_endpoint *to, bool *has_peer)
{
	struct posix_name as_inet = *name;
	int error;

	*has_peer = true;
	if (tenon_version_of(socket) == TENON_IP_V6) {
		error = read6_for_send(socket, name, to, has_peer);
	} else {
		if (posix_name_is_unspecified(name))
			as_inet.at.ss_family = AF_INET;
		error = read4(&as_inet, to);
		if (!error && to->port == 0 && tenon_kind_of(socket) == TENON_DATAGRAM)
			error = EINVAL;
	}
	return error;
}

static void write4(const struct tenon_endpoint *endpoint, struct posix_name *name)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(endpoint->port) };

	memcpy(&in.sin_addr, endpoint->ip.octets + 12, sizeof in.sin_addr);
	memcpy(&name->at, &in, sizeof in);
	name->len = sizeof in;
}

static void write6(const struct tenon_endpoint *endpoint, struct posix_name *name)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons(endpoint->port) };

	memcpy(&in.sin6_addr, &endpoint->ip, sizeof in.sin6_addr);
	if (tenon_ip_is_link_local(&endpoint->ip))
		in.sin6_scope_id = endpoint->link;
	memcpy(&name->at, &in, sizeof in);
	name->len = sizeof in;
}

void posix_name_of(const struct tenon_socket *socket, const struct tenon_endpoint *endpoint,
		   struct posix_name *name)
{
	*name = (struct posix_name){ .len = 0 };
	if (tenon_version_of(socket) == TENON_IP_V4)
		write4(endpoint, name);
	else
		write6(endpoint, name);
}
