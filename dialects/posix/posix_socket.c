/* SPDX-License-Identifier: MIT */
/* posix_socket.c - making sockets, asking about them, configuring and shutting them down. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "dialects/posix/posix_errors.h"
#include "dialects/posix/posix_file.h"
#include "dialects/posix/posix_memory.h"
#include "dialects/posix/posix_unix.h"

/* Linux's NPROTO, SOCK_MAX and IPPROTO_MAX: beyond them a number means nothing at all. */
enum { TYPES_END = 11, PROTOCOLS_END = 263, TYPE_MASK = 0xf };

/* The longest option value is struct tcp_info. */
enum { OPTION_MAX = 512 };

/* ICMP on a datagram socket: echoes of one identifier. */
static bool is_ping(int domain, int type, int protocol)
{
	return type == SOCK_DGRAM &&
	       protocol == (domain == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static enum tenon_socket_kind kind_of(int domain, int type, int protocol)
{
	if (type == SOCK_RAW)
		return TENON_RAW;
	if (is_ping(domain, type, protocol))
		return TENON_PING;
	return type == SOCK_STREAM ? TENON_STREAM : TENON_DATAGRAM;
}

static int check_kind(int domain, int type, int protocol)
{
	int own = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;

	if (type >= TYPES_END)
		return EINVAL;
	if (domain == AF_UNIX)
		return posix_unix_check(type, protocol);
	if (domain != AF_INET && domain != AF_INET6)
		return EAFNOSUPPORT;
	if (protocol < 0 || protocol >= PROTOCOLS_END)
		return EINVAL;
	if (type == SOCK_RAW)
		return protocol == 0 || protocol > UINT8_MAX ? EPROTONOSUPPORT : 0;
	if (type != SOCK_STREAM && type != SOCK_DGRAM)
		return ESOCKTNOSUPPORT;
	if (is_ping(domain, type, protocol))
		return 0;
	return protocol == 0 || protocol == own ? 0 : EPROTONOSUPPORT;
}

/* raw(7): IPPROTO_RAW implies IP_HDRINCL. */
static enum tenon_result begin_raw(struct tenon_socket *socket, int protocol)
{
	enum tenon_result result = tenon_option_set(socket, TENON_OPTION_PROTOCOL, protocol);

	if (result == TENON_OK && protocol == IPPROTO_RAW &&
	    tenon_version_of(socket) == TENON_IP_V4)
		result = tenon_option_set(socket, TENON_OPTION_HEADER_INCLUDED, 1);
	return result;
}

/* What a socket is asked to be. */
struct asked {
	int domain, type, protocol;
};

static enum tenon_result open_of_ip(struct tenon *stack, const struct asked *asked,
				    struct tenon_socket **out)
{
	enum tenon_socket_kind kind = kind_of(asked->domain, asked->type, asked->protocol);
	enum tenon_result result =
		tenon_open(stack, asked->domain == AF_INET ? TENON_IP_V4 : TENON_IP_V6, kind, out);

	if (result == TENON_OK && kind == TENON_RAW)
		result = begin_raw(*out, asked->protocol);
	return result;
}

static int open_into(struct posix_file *file, const struct asked *asked)
{
	struct tenon_posix_host *host = file->host;
	bool is_unix = asked->domain == AF_UNIX;
	enum tenon_result result;

	host->port->ops->lock(host->port);
	host->port->ops->begin(host->port, host->stack);
	file->socket = NULL;
	result = is_unix ? posix_unix_open(host->stack, asked->type, &file->socket)
			 : open_of_ip(host->stack, asked, &file->socket);
	if (file->socket)
		tenon_set_user(file->socket, file);
	host->port->ops->end(host->port, host->stack);
	host->port->ops->unlock(host->port);
	if (result == TENON_KIND_ABSENT && asked->type == SOCK_RAW)
		return ESOCKTNOSUPPORT;
	return posix_errno(host->dialect, result);
}

/* flags: SOCK_NONBLOCK, SOCK_CLOEXEC. */
static int open_number(struct tenon_posix_host *host, const struct asked *asked, int flags, int *fd)
{
	struct posix_file *file = posix_file_new(host);
	int error;

	if (!file)
		return ENOMEM;
	error = open_into(file, asked);
	if (!error) {
		file->status = flags & SOCK_NONBLOCK ? O_NONBLOCK : 0;
		*fd = posix_number_reserve();
		error = *fd < 0 ? -*fd : posix_number_assign(*fd, file, flags & SOCK_CLOEXEC);
	}
	posix_file_give(file);
	return error;
}

int tenon_posix_socket(int domain, int type, int protocol)
{
	struct tenon_posix_host *host = posix_host_chosen();
	struct asked asked = { domain, type & TYPE_MASK, protocol };
	sigset_t mask;
	int fd = -1;
	int error;

	if (type & ~(TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC))
		error = EINVAL;
	else
		error = check_kind(domain, asked.type, protocol);
	if (!error && !host)
		error = ENETDOWN;
	if (!error) {
		posix_signals_hold(&mask);
		error = open_number(host, &asked, type & ~TYPE_MASK, &fd);
		posix_signals_release(&mask);
	}
	if (!error)
		return fd;
	errno = error;
	return -1;
}

bool tenon_posix_cause(int fd, struct tenon_cause *cause)
{
	struct posix_call call;
	bool known;

	if (posix_call_begin(&call, fd) != 0)
		return false;
	known = tenon_cause(call.file->socket, cause);
	posix_call_end(&call, 0);
	return known;
}

static int refuse(int error)
{
	errno = error;
	return -1;
}

static void name_of_local(const struct tenon_socket *socket, struct posix_name *name)
{
	struct tenon_endpoint local;

	if (posix_is_unix(socket)) {
		posix_unix_local(socket, name);
		return;
	}
	tenon_local(socket, &local);
	posix_name_of(socket, &local, name);
}

static enum tenon_result name_of_peer(const struct tenon_socket *socket, struct posix_name *name)
{
	struct tenon_endpoint peer;
	enum tenon_result result;

	if (posix_is_unix(socket))
		return posix_unix_peer(socket, name);
	result = tenon_peer(socket, &peer);
	if (result == TENON_OK)
		posix_name_of(socket, &peer, name);
	return result;
}

int tenon_posix_getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	struct posix_name name;
	struct posix_call call;
	int error = posix_call_begin(&call, fd);

	if (error)
		return refuse(error);
	name_of_local(call.file->socket, &name);
	return posix_call_end(&call, posix_memory_write_name(&name, addr, len));
}

int tenon_posix_getpeername(int fd, struct sockaddr *addr, socklen_t *len)
{
	struct posix_name name;
	struct posix_call call;
	int error = posix_call_begin(&call, fd);

	if (error)
		return refuse(error);
	error = posix_errno(call.file->host->dialect, name_of_peer(call.file->socket, &name));
	if (!error)
		error = posix_memory_write_name(&name, addr, len);
	return posix_call_end(&call, error);
}

static struct posix_optioned optioned(const struct posix_call *call)
{
	return (struct posix_optioned){ call->file->host->dialect, call->file->socket,
					&call->file->options };
}

int tenon_posix_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	uint8_t room[OPTION_MAX] = { 0 };
	struct posix_option option = { level, name, room, 0 };
	struct posix_optioned on;
	struct posix_call call;
	int error = posix_call_begin(&call, fd);

	if (error)
		return refuse(error);
	on = optioned(&call);
	error = posix_memory_read(&option.len, len, sizeof option.len);
	if (!error && option.len > INT32_MAX)
		error = EINVAL;
	if (!error && option.len > sizeof room)
		option.len = sizeof room;
	if (!error)
		error = posix_option_get(&on, &option);
	if (!error)
		error = posix_memory_write(value, room, option.len);
	if (!error)
		error = posix_memory_write(len, &option.len, sizeof option.len);
	return posix_call_end(&call, error);
}

int tenon_posix_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	uint8_t room[OPTION_MAX];
	struct posix_option option = { level, name, room, len };
	struct posix_optioned on;
	struct posix_call call;
	int error = posix_call_begin(&call, fd);

	if (error)
		return refuse(error);
	on = optioned(&call);
	if (len > INT32_MAX)
		error = EINVAL;
	if (option.len > sizeof room)
		option.len = sizeof room;
	if (!error)
		error = posix_memory_read(room, value, option.len);
	if (!error)
		error = posix_option_set(&on, &option);
	return posix_call_end(&call, error);
}

int tenon_posix_shutdown(int fd, int how)
{
	static const unsigned directions[] = {
		[SHUT_RD] = TENON_RECEIVING,
		[SHUT_WR] = TENON_SENDING,
		[SHUT_RDWR] = TENON_RECEIVING | TENON_SENDING,
	};
	struct posix_call call;
	int error = posix_call_begin(&call, fd);

	if (error)
		return refuse(error);
	if (how < SHUT_RD || how > SHUT_RDWR)
		error = EINVAL;
	else
		error = posix_errno(call.file->host->dialect,
				    tenon_shutdown(call.file->socket, directions[how]));
	return posix_call_end(&call, error);
}
