/* SPDX-License-Identifier: MIT */
/* posix_connect.c - connect bind listen accept.
 *
 * connect()'s order of checks is Linux's [M]: the descriptor, the name's length and memory, is it
 * a socket, AF_UNSPEC, the stream's state, and only then the name's family and its length for that
 * family (LX-31). A name that cannot be read therefore stands, on a stream, for a destination that
 * no stream can have, and the core is asked all the same: it answers about the state first.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "dialects/posix/posix_errors.h"
#include "dialects/posix/posix_file.h"
#include "dialects/posix/posix_memory.h"
#include "dialects/posix/posix_unix.h"

static int refuse(int error)
{
	errno = error;
	return -1;
}

static bool waits(const struct posix_call *call)
{
	return !(call->file->status & O_NONBLOCK);
}

/* Begins a call that is given a name. */
static int begin_with_name(struct posix_call *call, int fd, const struct sockaddr *addr,
			   socklen_t len, struct posix_name *name)
{
	int begun = posix_call_begin(call, fd);
	int error = begun == EBADF ? EBADF : posix_memory_read_name(addr, len, name);

	if (begun == 0 && error)
		posix_call_end(call, error);
	return error ? error : begun;
}

static struct tenon_endpoint impossible_for_streams(const struct tenon_socket *socket)
{
	struct tenon_ip all_routers = { { 0xff, 0x02, [15] = 2 } };

	if (tenon_version_of(socket) == TENON_IP_V4)
		all_routers = tenon_ip4(224, 0, 0, 2);
	return (struct tenon_endpoint){ .ip = all_routers };
}

/* Waits for the running attempt's outcome. SO_SNDTIMEO's end leaves it running: EINPROGRESS, or
 * EALREADY on a later call; so does a signal: EINTR (PX-08). */
static int wait_for_outcome(struct posix_call *call, enum tenon_result result)
{
	struct posix_file *file = call->file;
	enum tenon_posix_dialect dialect = file->host->dialect;
	uint64_t limit_us = file->options.send_timeout_us;
	uint64_t until_us = posix_until(file->host->port, limit_us);
	enum tenon_result outcome;

	for (;;) {
		outcome = tenon_connect_outcome(file->socket);
		if (outcome != TENON_CONNECT_PENDING)
			return posix_connect_errno(dialect, file->socket, outcome);
		switch (posix_call_wait(call, until_us, limit_us != TENON_NEVER)) {
		case POSIX_LOOK_AGAIN:
			break;
		case POSIX_TIME_IS_UP:
			return posix_errno(dialect, result);
		case POSIX_INTERRUPTED:
			return EINTR;
		}
	}
}

/* A second connect() on a blocking socket, after EINTR: Linux waits for the outcome, POSIX says
 * EALREADY (LX-22, PX-10). */
static bool waits_for(const struct posix_call *call, enum tenon_result result)
{
	if (result == TENON_CONNECT_STARTED)
		return waits(call);
	return result == TENON_CONNECT_PENDING && waits(call) &&
	       call->file->host->dialect != TENON_POSIX_POSIX;
}

static int stream_connect(struct posix_call *call, const struct posix_name *name)
{
	struct tenon_socket *socket = call->file->socket;
	struct tenon_endpoint to;
	int name_error = posix_name_for_connect(socket, name, &to);
	enum tenon_result result;

	if (name_error)
		to = impossible_for_streams(socket);
	result = tenon_connect(socket, &to);
	if (name_error && result == TENON_MULTICAST_CONNECTION)
		return name_error;
	if (waits_for(call, result))
		return wait_for_outcome(call, result);
	return posix_connect_errno(call->file->host->dialect, socket, result);
}

/* POSIX: the null address of the family resets the peer; Linux takes it for the loopback (PX-04).
 */
static bool resets_peer(const struct posix_call *call, const struct tenon_endpoint *to)
{
	return call->file->host->dialect == TENON_POSIX_POSIX && tenon_ip_is_any(&to->ip);
}

static int datagram_connect(struct posix_call *call, const struct posix_name *name)
{
	struct tenon_socket *socket = call->file->socket;
	struct tenon_endpoint to;
	int error = posix_name_for_connect(socket, name, &to);

	if (error)
		return error;
	if (resets_peer(call, &to))
		return posix_errno(TENON_POSIX_POSIX, tenon_disconnect(socket));
	return posix_connect_errno(call->file->host->dialect, socket, tenon_connect(socket, &to));
}

int tenon_posix_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct posix_name name;
	struct posix_call call;
	int error = begin_with_name(&call, fd, addr, len, &name);

	if (error)
		return refuse(error);
	if (name.len < sizeof name.at.ss_family)
		error = EINVAL;
	else if (posix_name_is_unspecified(&name))
		error = posix_errno(call.file->host->dialect, tenon_disconnect(call.file->socket));
	else if (posix_is_unix(call.file->socket))
		error = posix_unix_connect(&call, &name);
	else if (tenon_kind_of(call.file->socket) == TENON_STREAM)
		error = stream_connect(&call, &name);
	else
		error = datagram_connect(&call, &name);
	return posix_call_end(&call, error);
}

int tenon_posix_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct tenon_endpoint at;
	struct posix_name name;
	struct posix_call call;
	int error = begin_with_name(&call, fd, addr, len, &name);

	if (error)
		return refuse(error);
	if (posix_is_unix(call.file->socket))
		return posix_call_end(&call, posix_unix_bind(&call, &name));
	error = posix_name_for_bind(call.file->socket, &name, &at);
	if (!error)
		error = posix_bind_errno(call.file->host->dialect,
					 tenon_bind(call.file->socket, &at));
	return posix_call_end(&call, error);
}

/* A negative backlog is the longest there is: Linux compares it as unsigned. */
int tenon_posix_listen(int fd, int backlog)
{
	struct posix_call call;
	int error = posix_call_begin(&call, fd);

	if (error)
		return refuse(error);
	error = posix_listen_errno(call.file->host->dialect,
				   tenon_listen(call.file->socket, (unsigned)backlog));
	return posix_call_end(&call, error);
}

static int accept_one(struct posix_call *call, struct tenon_socket **accepted)
{
	struct posix_file *file = call->file;
	uint64_t limit_us = file->options.receive_timeout_us;
	uint64_t until_us = posix_until(file->host->port, limit_us);
	enum tenon_result result;

	for (;;) {
		result = tenon_accept(file->socket, accepted);
		if (result != TENON_WOULD_BLOCK || !waits(call))
			return posix_errno(file->host->dialect, result);
		switch (posix_call_wait(call, until_us, limit_us != TENON_NEVER)) {
		case POSIX_LOOK_AGAIN:
			break;
		case POSIX_TIME_IS_UP:
			return EAGAIN;
		case POSIX_INTERRUPTED:
			return EINTR;
		}
	}
}

static int write_peer(const struct tenon_socket *socket, struct sockaddr *addr, socklen_t *len)
{
	struct tenon_endpoint peer;
	struct posix_name name;

	if (!addr)
		return 0;
	if (posix_is_unix(socket)) {
		if (posix_unix_peer(socket, &name) != TENON_OK)
			return ECONNABORTED;
		return posix_memory_write_name(&name, addr, len);
	}
	if (tenon_peer(socket, &peer) != TENON_OK)
		return ECONNABORTED;
	posix_name_of(socket, &peer, &name);
	return posix_memory_write_name(&name, addr, len);
}

/* The connection goes into file, which has the number already. */
static int accept_into(struct posix_call *call, struct posix_file *file, struct sockaddr *addr,
		       socklen_t *len)
{
	int error = accept_one(call, &file->socket);

	if (error) {
		file->socket = NULL;
		return error;
	}
	tenon_set_user(file->socket, file);
	file->options = call->file->options;
	return write_peer(file->socket, addr, len);
}

int tenon_posix_accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	struct posix_file *file;
	struct posix_call call;
	sigset_t mask;
	int error = flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC) ? EINVAL : posix_call_begin(&call, fd);
	int number;

	if (error)
		return refuse(error);
	number = posix_number_reserve();
	file = number < 0 ? NULL : posix_file_new(call.file->host);
	if (!file) {
		if (number >= 0)
			close(number);
		return posix_call_end(&call, number < 0 ? -number : ENOMEM);
	}
	error = accept_into(&call, file, addr, len);
	file->status = flags & SOCK_NONBLOCK ? O_NONBLOCK : 0;
	if (!error)
		error = posix_number_assign(number, file, flags & SOCK_CLOEXEC);
	if (error)
		close(number);
	posix_call_end(&call, error);
	posix_signals_hold(&mask);
	posix_file_give(file);
	posix_signals_release(&mask);
	return error ? refuse(error) : number;
}

int tenon_posix_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	return tenon_posix_accept4(fd, addr, len, 0);
}
