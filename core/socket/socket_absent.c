/* SPDX-License-Identifier: MIT */
/* socket_absent.c - the rows of what a kind of socket or its transport does not have. */
#include "socket/socket.h"

enum tenon_result socket_listens_not(struct tenon_socket *s, unsigned backlog)
{
	(void)s;
	(void)backlog;
	return TENON_UNSUPPORTED;
}

enum tenon_result socket_accepts_not(struct tenon_socket *s, struct tenon_socket *fresh)
{
	(void)s;
	(void)fresh;
	return TENON_UNSUPPORTED;
}

uint32_t transport_has_no_timers(const struct tenon_config *config)
{
	(void)config;
	return 0;
}

void transport_never_expires(void *self, struct timer *timer)
{
	(void)self;
	(void)timer;
	assert_unreachable();
}

void transport_settles_nothing(void *self)
{
	(void)self;
}
