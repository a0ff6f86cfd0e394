/* SPDX-License-Identifier: MIT */
/* posix_transfer.c - send and recv with their vectors, names and flags. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "dialects/posix/posix_errors.h"
#include "dialects/posix/posix_file.h"
#include "dialects/posix/posix_memory.h"
#include "dialects/posix/posix_unix.h"
#include "dialects/posix/posix_vector.h"

/* Linux's MAX_RW_COUNT; what MSG_TRUNC on a stream throws away is read into this much at a time. */
enum { TRANSFER_MAX = 0x7ffff000, DISCARD_BYTES = 65536 };

/* A transfer that is inside. */
struct transfer {
	struct posix_call call;
	struct posix_vector vector;
	const struct tenon_unix_name *unix_to; /* NULL: to the peer, or of another family */
	int flags;
	size_t done;
};

static ssize_t refuse(int error)
{
	errno = error;
	return -1;
}

static bool is_stream(const struct transfer *t)
{
	enum tenon_socket_kind kind = tenon_kind_of(t->call.file->socket);

	return kind == TENON_STREAM || kind == TENON_UNIX_STREAM;
}

static bool waits(const struct transfer *t)
{
	return !(t->flags & MSG_DONTWAIT) && !(t->call.file->status & O_NONBLOCK);
}

/* 0: look again. Otherwise the errno that ends the call, EAGAIN if time is up. */
static int wait_a_while(struct transfer *t, uint64_t until_us, bool is_limited)
{
	switch (posix_call_wait(&t->call, until_us, is_limited)) {
	case POSIX_LOOK_AGAIN:
		return 0;
	case POSIX_TIME_IS_UP:
		return EAGAIN;
	case POSIX_INTERRUPTED:
		return EINTR;
	}
	return 0;
}

/* What went before the trouble is the call's result; the trouble shows again in the next call. */
static ssize_t end(struct transfer *t, int error)
{
	bool gives_signal = error == EPIPE && is_stream(t) && !(t->flags & MSG_NOSIGNAL);
	size_t done = t->done;

	if (done > 0)
		error = 0;
	posix_vector_end(&t->vector);
	posix_call_end(&t->call, error);
	if (!error)
		return (ssize_t)done;
	if (gives_signal)
		pthread_kill(pthread_self(), SIGPIPE);
	return refuse(error);
}

static int begin(struct transfer *t, int fd, const struct iovec *vector, size_t count)
{
	int error = posix_call_begin(&t->call, fd);

	if (error)
		return error;
	t->done = 0;
	error = posix_vector_init(&t->vector, vector, count);
	if (error)
		posix_call_end(&t->call, error);
	return error;
}

static enum tenon_result send_once(const struct transfer *t, const struct tenon_message *message,
				   size_t *sent)
{
	struct tenon_socket *socket = t->call.file->socket;

	if (t->unix_to)
		return tenon_unix_send(socket, message, t->unix_to, sent);
	return tenon_send(socket, message, sent);
}

/* A stream takes what fits and a blocking caller waits with the rest; a datagram goes whole. */
static int send_all(struct transfer *t, const struct tenon_endpoint *to)
{
	struct posix_file *file = t->call.file;
	uint64_t limit_us = file->options.send_timeout_us;
	uint64_t until_us = posix_until(file->host->port, limit_us);
	struct tenon_message message = { .to = to, .flags = t->flags & MSG_MORE ? TENON_MORE : 0 };
	enum tenon_result result;
	size_t sent;
	int error = 0;

	while (!error) {
		sent = 0;
		message.slices = posix_vector_slices(&t->vector);
		message.count = t->vector.count;
		result = send_once(t, &message, &sent);
		if (result == TENON_OK) {
			t->done += sent;
			t->call.is_quiet = false;
			posix_vector_advance(&t->vector, sent);
			if (!is_stream(t) || t->vector.len == 0)
				return 0;
		} else if (result != TENON_WOULD_BLOCK || !waits(t)) {
			return posix_send_errno(file->host->dialect, file->socket, result);
		}
		if (!waits(t))
			return 0;
		if (result == TENON_WOULD_BLOCK)
			error = wait_a_while(t, until_us, limit_us != TENON_NEVER);
	}
	return error;
}

static int send_unix(struct transfer *t, const struct posix_name *name)
{
	bool is_record = tenon_kind_of(t->call.file->socket) == TENON_UNIX_SEQPACKET;
	struct tenon_unix_name to = { .len = 0 };
	int error = 0;

	if (name && !is_record) {
		t->unix_to = &to;
		if (!is_stream(t))
			error = posix_unix_read_name(t->call.file->host->dialect, name, &to);
	}
	return error ? error : send_all(t, NULL);
}

/* A stream's peer is the connection's: a name beside the data is not looked at [M]. */
static int send_named(struct transfer *t, const struct posix_name *name)
{
	struct tenon_endpoint to;
	bool has_peer = false;
	int error = 0;

	if (t->flags & MSG_OOB)
		return EOPNOTSUPP;
	if (posix_is_unix(t->call.file->socket))
		return send_unix(t, name);
	if (name && !is_stream(t))
		error = posix_name_for_send(t->call.file->socket, name, &to, &has_peer);
	return error ? error : send_all(t, has_peer ? &to : NULL);
}

static int read_name(const struct sockaddr *addr, socklen_t len, struct posix_name *name)
{
	return addr ? posix_memory_read_name(addr, len, name) : 0;
}

ssize_t tenon_posix_sendto(int fd, const void *data, size_t len, int flags,
			   const struct sockaddr *to, socklen_t to_len)
{
	struct iovec one = { (void *)(uintptr_t)data, len > TRANSFER_MAX ? TRANSFER_MAX : len };
	struct transfer t = { .flags = flags };
	struct posix_name name;
	int error = begin(&t, fd, &one, 1);

	if (error)
		return refuse(error);
	error = read_name(to, to_len, &name);
	return end(&t, error ? error : send_named(&t, to ? &name : NULL));
}

ssize_t tenon_posix_sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct transfer t = { .flags = flags };
	struct posix_name name;
	struct msghdr copy;
	int error = posix_memory_read(&copy, message, sizeof copy);

	if (error)
		return refuse(error);
	if (copy.msg_namelen > sizeof name.at)
		copy.msg_namelen = sizeof name.at;
	if (copy.msg_namelen == 0)
		copy.msg_name = NULL;
	error = begin(&t, fd, copy.msg_iov, copy.msg_iovlen);
	if (error)
		return refuse(error);
	error = read_name(copy.msg_name, copy.msg_namelen, &name);
	return end(&t, error ? error : send_named(&t, copy.msg_name ? &name : NULL));
}

ssize_t tenon_posix_send(int fd, const void *data, size_t len, int flags)
{
	return tenon_posix_sendto(fd, data, len, flags, NULL, 0);
}

ssize_t tenon_posix_write(int fd, const void *data, size_t len)
{
	ssize_t done = tenon_posix_sendto(fd, data, len, 0, NULL, 0);

	return done < 0 && errno == ENOTSOCK ? write(fd, data, len) : done;
}

ssize_t tenon_posix_writev(int fd, const struct iovec *vector, int count)
{
	struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)vector };
	ssize_t done;

	if (count < 0 || count > IOV_MAX)
		return refuse(EINVAL);
	message.msg_iovlen = (size_t)count;
	done = tenon_posix_sendmsg(fd, &message, 0);
	return done < 0 && errno == ENOTSOCK ? writev(fd, vector, count) : done;
}

/* One answer of the core, or what a blocking caller waits for. */
static int receive_once(struct transfer *t, struct tenon_received *received)
{
	struct posix_file *file = t->call.file;
	uint64_t limit_us = file->options.receive_timeout_us;
	uint64_t until_us = posix_until(file->host->port, limit_us);
	unsigned flags = t->flags & MSG_PEEK ? TENON_PEEK : 0;
	enum tenon_result result;
	int error = 0;

	while (!error) {
		result = tenon_receive(file->socket, posix_vector_room(&t->vector), t->vector.count,
				       flags, received);
		if (result != TENON_WOULD_BLOCK || !waits(t))
			return posix_receive_errno(file->host->dialect, file->socket, result);
		error = wait_a_while(t, until_us, limit_us != TENON_NEVER);
	}
	return error;
}

/* MSG_WAITALL goes on until the room is full, the stream ends or something else happens. */
static int receive_stream(struct transfer *t, struct tenon_received *received)
{
	bool fills = (t->flags & MSG_WAITALL) && !(t->flags & MSG_PEEK);
	int error;

	do {
		error = receive_once(t, received);
		if (error || received->len == 0)
			break;
		t->done += received->len;
		t->call.is_quiet = false;
		posix_vector_advance(&t->vector, received->len);
	} while (fills && t->vector.len > 0);
	return error;
}

/* MSG_TRUNC on a stream: the octets are thrown away and only counted. */
static int discard(struct transfer *t, struct tenon_received *received)
{
	size_t len = t->vector.len < DISCARD_BYTES ? t->vector.len : DISCARD_BYTES;
	void *scratch = malloc(len + 1);
	int error;

	if (!scratch)
		return ENOMEM;
	t->vector.at = t->vector.few;
	t->vector.few[0] = (struct iovec){ scratch, len };
	t->vector.count = 1;
	t->vector.len = len;
	error = receive_stream(t, received);
	free(scratch);
	return error;
}

static int receive(struct transfer *t, struct tenon_received *received)
{
	int error;

	if (t->flags & MSG_ERRQUEUE)
		return EAGAIN;
	if (t->flags & MSG_OOB)
		return is_stream(t) ? EINVAL : EOPNOTSUPP;
	if (is_stream(t))
		return t->flags & MSG_TRUNC && !(t->flags & MSG_PEEK) ? discard(t, received)
								      : receive_stream(t, received);
	error = receive_once(t, received);
	if (!error)
		t->done = t->flags & MSG_TRUNC ? received->whole_len : received->len;
	return error;
}

/* Streams have no sender's name: its length is left alone by recvfrom() [M]. */
static int write_sender(const struct transfer *t, const struct tenon_received *received,
			struct sockaddr *from, socklen_t *from_len)
{
	struct posix_name name;

	if (!from || is_stream(t))
		return 0;
	if (posix_is_unix(t->call.file->socket))
		posix_unix_sender(t->call.file->socket, &name);
	else
		posix_name_of(t->call.file->socket, &received->from, &name);
	return posix_memory_write_name(&name, from, from_len);
}

ssize_t tenon_posix_recvfrom(int fd, void *room, size_t len, int flags, struct sockaddr *from,
			     socklen_t *from_len)
{
	struct iovec one = { room, len > TRANSFER_MAX ? TRANSFER_MAX : len };
	struct tenon_received received = { .len = 0 };
	struct transfer t = { .flags = flags };
	int error = begin(&t, fd, &one, 1);

	if (error)
		return refuse(error);
	error = receive(&t, &received);
	if (!error) {
		error = write_sender(&t, &received, from, from_len);
		t.done = error ? 0 : t.done;
	}
	return end(&t, error);
}

static int write_message(const struct transfer *t, const struct tenon_received *received,
			 struct msghdr *message)
{
	struct msghdr answer = *message;
	int error = write_sender(t, received, message->msg_name, &answer.msg_namelen);

	if (error)
		return error;
	if (!message->msg_name || is_stream(t))
		answer.msg_namelen = 0;
	answer.msg_controllen = 0;
	answer.msg_flags = received->flags & TENON_TRUNCATED ? MSG_TRUNC : 0;
	*message = answer;
	return 0;
}

ssize_t tenon_posix_recvmsg(int fd, struct msghdr *message, int flags)
{
	struct tenon_received received = { .len = 0 };
	struct transfer t = { .flags = flags };
	struct msghdr copy;
	int error = posix_memory_read(&copy, message, sizeof copy);

	if (!error)
		error = begin(&t, fd, copy.msg_iov, copy.msg_iovlen);
	if (error)
		return refuse(error);
	error = receive(&t, &received);
	if (!error)
		error = write_message(&t, &received, message);
	return end(&t, error);
}

ssize_t tenon_posix_recv(int fd, void *room, size_t len, int flags)
{
	return tenon_posix_recvfrom(fd, room, len, flags, NULL, NULL);
}

ssize_t tenon_posix_read(int fd, void *room, size_t len)
{
	ssize_t done = tenon_posix_recvfrom(fd, room, len, 0, NULL, NULL);

	return done < 0 && errno == ENOTSOCK ? read(fd, room, len) : done;
}

ssize_t tenon_posix_readv(int fd, const struct iovec *vector, int count)
{
	struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)vector };
	ssize_t done;

	if (count < 0 || count > IOV_MAX)
		return refuse(EINVAL);
	message.msg_iovlen = (size_t)count;
	done = tenon_posix_recvmsg(fd, &message, 0);
	return done < 0 && errno == ENOTSOCK ? readv(fd, vector, count) : done;
}
