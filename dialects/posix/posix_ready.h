/* SPDX-License-Identifier: MIT */
/* posix_ready.h - what poll() says of a socket, as Linux's tcp_poll() and udp_poll() say it. */
#ifndef DIALECTS_POSIX_READY_H
#define DIALECTS_POSIX_READY_H

#include <stdint.h>

#include <tenon/socket.h>

/* The mask of poll() and of epoll, whose bits are the same; POLLRDNORM and its kin included. */
uint32_t posix_ready_mask(const struct tenon_socket *);

/* What a waiter must have asked for to be woken by this news (tenon_news()'s bits); a change of
 * the connection's state wakes all: UINT32_MAX. */
uint32_t posix_ready_wakes(unsigned what);

#endif
