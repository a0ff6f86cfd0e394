/* SPDX-License-Identifier: MIT */
/* rendezvous.h - how a descriptor that a program already holds becomes one end of a pair.
 *
 * A listening UNIX socket whose name is gone from the file system before anybody could use it;
 * the supervisor alone reaches it, through a handle of its inode. A program's unconnected stream
 * socket, of which a duplicate is at hand, is connected to it: the same open file, so epoll
 * registrations and copies in other processes stay good.
 */
#ifndef RUN_RENDEZVOUS_H
#define RUN_RENDEZVOUS_H

#include <sys/un.h>

struct rendezvous {
	int listener;
	int inode; /* O_PATH */
	struct sockaddr_un name;
};

/* 0 or -errno. */
int rendezvous_open(struct rendezvous *);
void rendezvous_close(struct rendezvous *);

/* Connects program_end; returns the other end (non-blocking, closed on exec) or -errno. */
int rendezvous_meet(const struct rendezvous *, int program_end);

#endif
