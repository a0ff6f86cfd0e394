/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_unix.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "dialects/posix/posix_errors.h"

enum { PATH_AT = offsetof(struct sockaddr_un, sun_path) };
_Static_assert(sizeof((struct sockaddr_un *)0)->sun_path == TENON_UNIX_NAME_MAX, "unix(7)");

bool posix_is_unix(const struct tenon_socket *socket)
{
	enum tenon_socket_kind kind = tenon_kind_of(socket);

	return kind == TENON_UNIX_STREAM || kind == TENON_UNIX_DATAGRAM ||
	       kind == TENON_UNIX_SEQPACKET;
}

int posix_unix_check(int type, int protocol)
{
	if (protocol != 0 && protocol != PF_UNIX)
		return EPROTONOSUPPORT;
	return type == SOCK_STREAM || type == SOCK_DGRAM || type == SOCK_RAW ||
			       type == SOCK_SEQPACKET
		       ? 0
		       : ESOCKTNOSUPPORT;
}

enum tenon_result posix_unix_open(struct tenon *stack, int type, struct tenon_socket **out)
{
	if (type == SOCK_STREAM)
		return tenon_unix_open(stack, TENON_UNIX_STREAM, out);
	return tenon_unix_open(stack,
			       type == SOCK_SEQPACKET ? TENON_UNIX_SEQPACKET : TENON_UNIX_DATAGRAM,
			       out);
}

static int check_name(const struct posix_name *name)
{
	return name->len < PATH_AT || name->len > sizeof(struct sockaddr_un) ||
			       name->at.ss_family != AF_UNIX
		       ? EINVAL
		       : 0;
}

/* A path ends at its zero or with the name; an abstract name is as long as it is said to be. */
static void read_octets(const struct posix_name *name, struct tenon_unix_name *to)
{
	size_t len = name->len - PATH_AT;

	*to = (struct tenon_unix_name){ .len = 0 };
	memcpy(to->octets, (const char *)&name->at + PATH_AT, len);
	if (len > 0 && to->octets[0] != '\0')
		len = strnlen(to->octets, len);
	to->len = (uint8_t)len;
}

/* PX-28: to POSIX, which has no abstract names, a zero ends an empty path; Linux does not take a
 * name without a single octet. */
int posix_unix_read_name(enum tenon_posix_dialect dialect, const struct posix_name *name,
			 struct tenon_unix_name *to)
{
	int error = check_name(name);

	if (error)
		return error;
	read_octets(name, to);
	if (dialect == TENON_POSIX_POSIX && to->octets[0] == '\0')
		to->len = 0;
	return to->len == 0 && dialect != TENON_POSIX_POSIX ? EINVAL : 0;
}

/* A listener may not connect; Linux calls that EINVAL here, not EISCONN [M]. */
static int connect_errno(enum tenon_posix_dialect dialect, enum tenon_result result)
{
	if (result == TENON_IS_LISTENING && dialect != TENON_POSIX_POSIX)
		return EINVAL;
	return posix_errno(dialect, result);
}

/* A full backlog: the name is looked up anew when anything has happened, as Linux does, so that a
 * listener that was closed meanwhile refuses (PX-32). */
int posix_unix_connect(struct posix_call *call, const struct posix_name *name)
{
	struct posix_file *file = call->file;
	enum tenon_posix_dialect dialect = file->host->dialect;
	uint64_t limit_us = file->options.send_timeout_us;
	uint64_t until_us = posix_until(file->host->port, limit_us);
	struct tenon_unix_name to;
	int error = posix_unix_read_name(dialect, name, &to);
	enum tenon_result result;

	while (!error) {
		result = tenon_unix_connect(file->socket, &to);
		if (result != TENON_WOULD_BLOCK || file->status & O_NONBLOCK)
			return connect_errno(dialect, result);
		switch (posix_call_wait(call, until_us, limit_us != TENON_NEVER)) {
		case POSIX_LOOK_AGAIN:
			break;
		case POSIX_TIME_IS_UP:
			return EAGAIN;
		case POSIX_INTERRUPTED:
			return EINTR;
		}
	}
	return error;
}

int posix_unix_bind(struct posix_call *call, const struct posix_name *name)
{
	struct posix_file *file = call->file;
	struct tenon_unix_name at;
	int error = check_name(name);

	if (error)
		return error;
	read_octets(name, &at);
	return posix_bind_errno(file->host->dialect, tenon_unix_bind(file->socket, &at));
}

static void write_name(const struct tenon_unix_name *from, struct posix_name *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	bool is_path = from->len > 0 && from->octets[0] != '\0';

	memcpy(un.sun_path, from->octets, from->len);
	*name = (struct posix_name){ .len = PATH_AT };
	memcpy(&name->at, &un, sizeof un);
	/* The zero behind a path counts, even where there was no room for it (Linux). */
	name->len += (socklen_t)(from->len + is_path);
}

void posix_unix_local(const struct tenon_socket *socket, struct posix_name *name)
{
	struct tenon_unix_name local;

	tenon_unix_local(socket, &local);
	write_name(&local, name);
}

enum tenon_result posix_unix_peer(const struct tenon_socket *socket, struct posix_name *name)
{
	struct tenon_unix_name peer;
	enum tenon_result result = tenon_unix_peer(socket, &peer);

	if (result == TENON_OK)
		write_name(&peer, name);
	return result;
}

void posix_unix_sender(const struct tenon_socket *socket, struct posix_name *name)
{
	struct tenon_unix_name sender;

	tenon_unix_sender(socket, &sender);
	write_name(&sender, name);
	if (sender.len == 0)
		name->len = 0;
}
