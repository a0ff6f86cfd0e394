/* SPDX-License-Identifier: MIT */
/* posix_file.h - open files, and the table from descriptors to files.
 *
 * A file is what POSIX calls an open file description: a socket, or an epoll instance. dup() makes
 * more descriptors for one file; each descriptor, and each call that is inside, holds a reference,
 * and the last one to go closes the socket. A descriptor's number is held in the kernel by an
 * eventfd that is always closed on exec, since no socket outlives it.
 *
 * The table and the counts have a lock of their own, held for a few instructions and with signals
 * held up; a file's contents are guarded by the lock of its host's port. A child of fork() loses
 * all hosts: posix_file.c closes the numbers there and forgets the rest.
 */
#ifndef DIALECTS_POSIX_FILE_H
#define DIALECTS_POSIX_FILE_H

#include <signal.h>
#include <stdbool.h>

#include <tenon/posix.h>
#include <tenon/socket.h>

#include "dialects/posix/posix_host.h"
#include "dialects/posix/posix_options.h"
#include "dialects/posix/posix_wait.h"

struct posix_epoll;
struct posix_watch;

struct posix_file {
	struct tenon_posix_host *host;
	struct tenon_socket *socket; /* one of the two, the other is NULL */
	struct posix_epoll *epoll;
	struct posix_options options;
	struct posix_watch *watches; /* epoll's interests in this file */
	unsigned references;
	int status; /* O_NONBLOCK */
};

/* From now on a child of fork() has no hosts. */
void posix_forks_watch(void);

/* A file with one reference, the caller's. NULL: no memory. */
struct posix_file *posix_file_new(struct tenon_posix_host *);

/* Reserves the lowest free number and returns it, or -errno; nothing stands there yet. */
int posix_number_reserve(void);
/* Makes the number, which was reserved and is thereby a descriptor, one of this file. ENOMEM. */
int posix_number_assign(int fd, struct posix_file *, bool close_on_exec);

/* The file with a reference more, or NULL: not ours. Signals must be held up. */
struct posix_file *posix_file_take(int fd);
/* Gives a reference back, outside the port's lock; the last one closes. */
void posix_file_give(struct posix_file *);

/* Takes the descriptor off the table and gives its reference back. False: not ours. */
bool posix_number_close(int fd);

/* The number is the kernel's now, by its dup2(): as close(), but it stays open. */
void posix_number_forget(int fd);

/* Closes all descriptors of a host. */
void posix_numbers_close_of(const struct tenon_posix_host *);

/* The descriptor's FD_CLOEXEC; set changes it. */
bool posix_number_cloexec(int fd, const bool *set);

/* A call that is inside: signals held up, its file kept, its port locked, its stack begun. */
struct posix_call {
	struct posix_file *file;
	sigset_t mask; /* the caller's */
	bool is_quiet; /* it has changed nothing since it last waited: nobody else need look again
			*/
};

/* EBADF; ENOTSOCK for other descriptors, the kernel's too. Only after 0 is there something to end.
 */
int posix_call_begin(struct posix_call *, int fd);
/* Returns what the function returns: 0, or -1 with errno. */
int posix_call_end(struct posix_call *, int error);

/* Waits within a call; both as in struct posix_waiter. */
enum posix_woken posix_call_wait(struct posix_call *, uint64_t until_us, bool never_restarts);

#endif
