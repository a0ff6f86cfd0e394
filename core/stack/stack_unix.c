/* SPDX-License-Identifier: MIT */
/* stack_unix.c - opens AF_UNIX sockets: what a program does not call is not linked. */
#include <tenon/unix.h>

#include "stack/stack.h"

enum tenon_result tenon_unix_open(struct tenon *t, enum tenon_socket_kind kind,
				  struct tenon_socket **out)
{
	return socket_open_unix(&t->sockets, kind, out);
}
