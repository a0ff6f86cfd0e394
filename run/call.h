/* SPDX-License-Identifier: MIT */
/* call.h - intercepted calls: from the kernel's notification to a handler, and those that wait.
 *
 * A handler answers its call or says that it must wait. A call that waits is tried again, by the
 * same handler, when its stand-in has news, when its time is up (SO_RCVTIMEO, SO_SNDTIMEO), and
 * when its caller has a signal: the kernel leaves a caller asleep until it is answered, so this
 * side looks for signals every few milliseconds and answers as Linux would be interrupted.
 *
 * Between tries no duplicate of the program's descriptor is held.
 *
 * Called by: supervisor, standin.    Calls: the handlers, call_*.c.
 */
#ifndef RUN_CALL_H
#define RUN_CALL_H

#include "dialects/posix/posix_address.h"
#include "standin.h"

enum call_outcome { CALL_ANSWERED, CALL_WAITS };

/* Why a handler is called. */
enum call_reason { CALL_NEW, CALL_NEWS, CALL_TIME_IS_UP, CALL_INTERRUPTED };

struct call_row;

struct call {
	struct call *next, **link; /* among those that wait; link is NULL once it was answered */
	struct call *dead_next;
	const struct call_row *row;
	struct supervisor *owner;
	struct request request;
	struct standin *standin; /* NULL if the call has none */
	int program_end;         /* a duplicate, only while the handler runs */
	enum call_reason reason;
	uint64_t deadline_us; /* TENON_NEVER: no limit; handlers set it with CALL_WAITS */
};

/* Receives and handles the calls that are there, a bounded number. */
void calls_ready(void *supervisor, uint32_t events);

/* Tries this stand-in's calls again. */
void calls_retry(struct standin *);
/* The stand-in ends: its calls are answered with EBADF. */
void calls_forget(struct standin *);
/* Looks at the calls whose time is up or whose caller has a signal, if it is time to look. */
void calls_look(struct supervisor *, uint64_t now_us);
/* When calls_look() has something to do. */
uint64_t calls_deadline(const struct supervisor *);
/* The programs are gone: nobody waits any more. */
void calls_drop(struct supervisor *);
/* Answered calls are freed. */
void calls_bury(struct supervisor *);

/* What handlers have in common. Errors are positive here. */
enum call_outcome call_answer(const struct call *, int64_t value);
enum call_outcome call_fail(const struct call *, int error);
/* Waits for news; time: how long from now at most, TENON_NEVER for no limit. */
enum call_outcome call_wait(struct call *, uint64_t time_us);
/* Is the descriptor non-blocking, or flags' MSG_DONTWAIT set? */
bool call_must_not_block(const struct call *, int flags);
/* A detached end cannot be attached again: if the stand-in's was attached, the caller's descriptor
 * gets a fresh one. 0 or -errno. */
int call_replace_end(struct call *);
/* Copies a name from the caller: 0, EINVAL or EFAULT. */
int call_read_name(const struct call *, uint64_t at, uint64_t len, struct posix_name *);
/* Copies a name to the caller, cut to the room that *len_at says, and its length: 0, EINVAL,
 * EFAULT. */
int call_write_name(const struct call *, uint64_t at, uint64_t len_at, const struct posix_name *);

/* The handlers, one per system call. */
enum call_outcome call_socket(struct call *);
enum call_outcome call_bind(struct call *);
enum call_outcome call_listen(struct call *);
enum call_outcome call_connect(struct call *);
enum call_outcome call_accept(struct call *);
enum call_outcome call_shutdown(struct call *);
enum call_outcome call_getsockname(struct call *);
enum call_outcome call_getpeername(struct call *);
enum call_outcome call_setsockopt(struct call *);
enum call_outcome call_getsockopt(struct call *);
enum call_outcome call_sendto(struct call *);
enum call_outcome call_sendmsg(struct call *);
enum call_outcome call_sendmmsg(struct call *);
enum call_outcome call_recvfrom(struct call *);
enum call_outcome call_recvmsg(struct call *);
enum call_outcome call_recvmmsg(struct call *);
enum call_outcome call_ioctl(struct call *);

#endif
