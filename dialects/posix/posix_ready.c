/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_ready.h"

#include <sys/epoll.h>

enum {
	READ = EPOLLIN | EPOLLRDNORM,
	WRITE = EPOLLOUT | EPOLLWRNORM,
};

/* Linux's tcp_poll(): a stream that has no connection is hung up and can be written to, one that is
 * being opened is nothing at all. */
static uint32_t stream_mask(unsigned ready)
{
	uint32_t mask = 0;

	if (ready & TENON_LISTENING)
		return ready & TENON_READABLE ? READ : 0;
	if (ready & TENON_CLOSED || (ready & (TENON_RECEIVE_CLOSED | TENON_SEND_CLOSED)) ==
					    (TENON_RECEIVE_CLOSED | TENON_SEND_CLOSED))
		mask |= EPOLLHUP;
	if (ready & TENON_RECEIVE_CLOSED)
		mask |= READ | EPOLLRDHUP;
	if (!(ready & TENON_CONNECTING)) {
		if (ready & TENON_READABLE)
			mask |= READ;
		if (ready & (TENON_WRITABLE | TENON_SEND_CLOSED | TENON_CLOSED))
			mask |= WRITE;
		if (ready & TENON_URGENT)
			mask |= EPOLLPRI;
	}
	return mask;
}

/* Linux's datagram_poll(). */
static uint32_t datagram_mask(unsigned ready)
{
	const unsigned both = TENON_RECEIVE_CLOSED | TENON_SEND_CLOSED;
	uint32_t mask = 0;

	if (ready & TENON_RECEIVE_CLOSED)
		mask |= READ | EPOLLRDHUP;
	if ((ready & both) == both)
		mask |= EPOLLHUP;
	if (ready & TENON_READABLE)
		mask |= READ;
	if (ready & TENON_WRITABLE)
		mask |= WRITE | EPOLLWRBAND;
	return mask;
}

/* Linux's unix_poll(): a stream or seqpacket that was never connected is hung up and writable. */
static uint32_t unix_mask(unsigned ready)
{
	uint32_t mask = datagram_mask(ready);

	return ready & TENON_CLOSED ? mask | EPOLLHUP : mask;
}

static uint32_t mask_of(enum tenon_socket_kind kind, unsigned ready)
{
	if (kind == TENON_STREAM)
		return stream_mask(ready);
	if (kind == TENON_UNIX_STREAM || kind == TENON_UNIX_SEQPACKET)
		return unix_mask(ready);
	return datagram_mask(ready);
}

uint32_t posix_ready_mask(const struct tenon_socket *socket)
{
	unsigned ready = tenon_readiness(socket);
	uint32_t mask = mask_of(tenon_kind_of(socket), ready);

	return ready & TENON_ERROR ? mask | EPOLLERR : mask;
}

/* The keys with which Linux's sk_data_ready, sk_write_space, sk_error_report and sk_state_change
 * wake. */
uint32_t posix_ready_wakes(unsigned what)
{
	uint32_t wakes = 0;

	if (what & ~(unsigned)(TENON_READABLE | TENON_WRITABLE | TENON_ERROR | TENON_URGENT))
		return UINT32_MAX;
	if (what & (TENON_READABLE | TENON_URGENT))
		wakes |= READ | EPOLLPRI | EPOLLRDBAND;
	if (what & TENON_WRITABLE)
		wakes |= WRITE | EPOLLWRBAND;
	if (what & TENON_ERROR)
		wakes |= EPOLLERR;
	return wakes;
}
