/* SPDX-License-Identifier: MIT */
/* posix_epoll.h - epoll with Linux's structure: interests, and a list of those that may be ready.
 *
 * A watch is one descriptor's place in one epoll instance. News about a file puts its watches on
 * their instances' ready lists, if the news is of a kind they asked for; epoll_wait() then looks
 * at what the files say now, reports those that are ready, and puts level-triggered ones back at
 * the end. News is read from the core when somebody waits or changes an interest, which is early
 * enough: nobody can see the difference.
 *
 * The kernel's descriptors are watched by a private epoll instance of the kernel's, in which each
 * instance nested here stands with its own; so nesting works across the two kinds.
 *
 * Guarded by the port's lock. A watch goes when its file's last descriptor is closed. posix_epoll.c
 * has the lists, posix_epoll_calls.c the calls.
 */
#ifndef DIALECTS_POSIX_EPOLL_H
#define DIALECTS_POSIX_EPOLL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "dialects/posix/posix_file.h"

struct posix_watch {
	struct posix_epoll *epoll;
	struct posix_file *file; /* NULL: a kernel's descriptor */
	int fd;
	struct epoll_event event;
	bool is_ready;                    /* on the ready list */
	struct posix_watch *next_of_fd;   /* in epoll->by_fd */
	struct posix_watch *next_of_file; /* in file->watches */
	struct posix_watch *before_ready, *next_ready;
};

struct posix_epoll {
	struct posix_file *file;    /* its own; whoever watches it stands there */
	struct posix_watch **by_fd; /* chains: a number can come back while its old file lives on */
	size_t size;                /* of by_fd */
	struct posix_watch *first_ready, *last_ready;
	unsigned ready, waiters;
	int kernel_fd;
};

/* Bits that say how to watch, not what for. */
#define POSIX_EPOLL_HOW ((uint32_t)(EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP))

/* An instance for this file. NULL with errno. */
struct posix_epoll *posix_epoll_new(struct posix_file *);
/* The epoll instance goes, with the watches in it. */
void posix_epoll_free(struct posix_epoll *);

struct posix_watch *posix_watch_find(const struct posix_epoll *, const struct posix_file *, int fd);
/* ENOMEM. */
int posix_watch_add(struct posix_epoll *, struct posix_file *, int fd, const struct epoll_event *);
void posix_watch_remove(struct posix_watch *);
/* Looks whether the file is ready now, and puts the watch on the list if so. */
void posix_watch_look(struct posix_watch *);
void posix_watch_set_ready(struct posix_watch *, bool);

/* The file is closed: nobody watches it any more. */
void posix_watches_end(struct posix_file *);

/* Reads the news of all hosts that live in this port. */
void posix_news_read(const struct tenon_port *);

/* What poll() says of a file of either kind. An epoll instance is readable if epoll_wait() would
 * report something. */
uint32_t posix_file_mask(struct posix_file *);

#endif
