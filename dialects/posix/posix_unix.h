/* SPDX-License-Identifier: MIT */
/* posix_unix.h - AF_UNIX: struct sockaddr_un, and the calls in which it is another family's. */
#ifndef DIALECTS_POSIX_UNIX_H
#define DIALECTS_POSIX_UNIX_H

#include <tenon/unix.h>

#include "dialects/posix/posix_address.h"
#include "dialects/posix/posix_file.h"

bool posix_is_unix(const struct tenon_socket *);

/* socket(): 0 or an errno; SOCK_RAW is a datagram socket. */
int posix_unix_check(int type, int protocol);
enum tenon_result posix_unix_open(struct tenon *, int type, struct tenon_socket **);

/* Reads a name that leads to a socket: 0 or an errno. */
int posix_unix_read_name(enum tenon_posix_dialect, const struct posix_name *,
			 struct tenon_unix_name *);

/* Within a call; the name is not AF_UNSPEC. 0 or an errno. */
int posix_unix_connect(struct posix_call *, const struct posix_name *);
int posix_unix_bind(struct posix_call *, const struct posix_name *);

void posix_unix_local(const struct tenon_socket *, struct posix_name *);
enum tenon_result posix_unix_peer(const struct tenon_socket *, struct posix_name *);
/* Its length is 0 if the sender has no name. */
void posix_unix_sender(const struct tenon_socket *, struct posix_name *);

#endif
