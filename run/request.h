/* SPDX-License-Identifier: MIT */
/* request.h - one intercepted system call: what was asked, the caller's memory and descriptors,
 * and the answer.
 *
 * A request lives from request_receive() to its answer. Its caller may be gone at any time: then
 * taking descriptors and memory fails, and an answer is lost, which the answering functions say,
 * because what the call did must then be undone or remembered.
 *
 * Errors are negative errno values throughout, as in the kernel.
 */
#ifndef RUN_REQUEST_H
#define RUN_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PIDFD_CACHE_SIZE = 64, STATUS_MAX = 4096 };

/* The listener of a tree of processes, and handles of their threads that were used lately. */
struct notifier {
	int fd;
	struct {
		pid_t tid;
		int pidfd;
	} cache[PIDFD_CACHE_SIZE];
	char status[STATUS_MAX]; /* what was read last of some /proc/TID/status */
};

struct request {
	struct notifier *notifier;
	uint64_t id;
	pid_t tid;
	int call;
	uint64_t arguments[6];
};

/* Takes the listener from the child that made it as its descriptor number. 0 or -errno. */
int notifier_open(struct notifier *, pid_t child, int number);
void notifier_close(struct notifier *);

/* The next call that waits; false if there is none after all. */
bool request_receive(struct notifier *, struct request *);

/* Is the caller still waiting for the answer? */
bool request_is_alive(const struct request *);

/* A duplicate of the caller's descriptor, or -errno (-EBADF). The duplicate must not be kept: it
 * would hide the program's last close. */
int request_take(const struct request *, int fd);
/* The same for any thread of the tree, without a request. */
int notifier_take(struct notifier *, pid_t tid, int fd);

/* Copies from and to the caller's memory: 0 or -EFAULT. */
int request_read(const struct request *, uint64_t at, void *to, size_t len);
int request_write(const struct request *, uint64_t at, const void *from, size_t len);

/* The same for pieces of the caller's memory; len is at most their sum. */
struct iovec;
int request_gather(const struct request *, const struct iovec *there, unsigned count, void *to,
		   size_t len);
int request_scatter(const struct request *, const struct iovec *there, unsigned count,
		    const void *from, size_t len);

/* Answers. False: the answer is lost, nobody has seen it. */
bool request_reply(const struct request *, int64_t value_or_error);
/* The kernel carries out the call as it stands. */
bool request_continue(const struct request *);
/* Answers with a new descriptor of the caller's that refers to fd; flags: O_CLOEXEC or 0. Returns
 * its number or -errno; -ENOENT: the answer is lost. If the caller cannot have one more (EMFILE),
 * it is told so. fd stays ours. */
int request_give(const struct request *, int fd, unsigned flags);
/* Puts fd in the place of the caller's descriptor number, without an answer yet. 0 or -errno. */
int request_replace(const struct request *, int number, int fd);

/* Has the caller a signal to handle (or to die of)? Then it should be answered with
 * REQUEST_RESTART or -EINTR. */
bool request_is_interrupted(const struct request *);

/* The kernel's ERESTARTSYS: the call is made again or ends with EINTR, as the signal's handler
 * has it. Never seen by programs. */
enum { REQUEST_RESTART = -512 };

#endif
