/* SPDX-License-Identifier: MIT */
/* socket_ready.c - how ready a socket is, and how much it holds. */
#include "socket/socket.h"

unsigned tenon_readiness(const struct tenon_socket *s)
{
	return s->kind->readiness(s) | (s->error != TENON_OK ? (unsigned)TENON_ERROR : 0);
}

size_t tenon_waiting(const struct tenon_socket *s)
{
	return s->kind->waiting(s);
}

size_t tenon_unacknowledged(const struct tenon_socket *s)
{
	return s->kind->unacknowledged(s);
}

size_t tenon_send_room(const struct tenon_socket *s)
{
	return s->kind->send_room(s);
}
