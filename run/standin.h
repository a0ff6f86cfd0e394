/* SPDX-License-Identifier: MIT */
/* standin.h - what a program holds in the place of an Internet socket.
 *
 * A stand-in is one end of a pair of UNIX sockets: a stream for TCP, a SEQPACKET pair for UDP. The
 * program reads, writes, polls, duplicates, inherits and passes its end as it likes; the kernel
 * does all that. The supervisor holds the other end and moves octets to and from the core's socket
 * (stream.c, datagram.c). The program's end is known by its SO_COOKIE, whichever process and
 * number it comes under.
 *
 * A stream begins unattached, as one UNIX socket with no peer, whose poll() mask is that of a
 * fresh TCP socket. connect() and listen() attach it in place. A failed connection is detached:
 * the supervisor closes its end with octets unread, which the program sees as Linux shows a
 * failure (IN|OUT|ERR|HUP|RDHUP), and SO_ERROR is answered from the core.
 *
 * Nothing tells of the last close of an unattached stand-in. So it is bound to an abstract name
 * made of its cookie, and a sweep, when many have come together or a port is taken, frees those
 * whose name is free again.
 */
#ifndef RUN_STANDIN_H
#define RUN_STANDIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "dialects/posix/posix_options.h"
#include "supervisor.h"

enum standin_state {
	STANDIN_LOOSE,      /* a stream that is not attached: fresh, bound, failed or ended */
	STANDIN_CONNECTING, /* attached, filled so that the program cannot write */
	STANDIN_OPEN,       /* attached, octets flow */
	STANDIN_LISTENING,  /* attached, filled; a token to read per connection that waits */
	STANDIN_DATAGRAM    /* a pair from birth */
};

struct sources;

struct standin {
	struct supervisor *owner;
	struct tenon_socket *socket;
	uint64_t cookie;
	struct standin *next;                     /* in the bucket, or among the dead */
	struct standin *loose_next, **loose_link; /* among the unattached */
	struct posix_options options;
	struct watch watch;
	int fd; /* our end, -1 when loose */
	enum standin_state state;
	/* who used it last, and by which number: where a duplicate of the program's end can be had
	 */
	pid_t holder;
	int holder_fd;
	bool is_named;           /* bound to the name that tells that it is alive */
	bool was_attached;       /* a detached end cannot be attached again, only replaced */
	bool awaits_room;        /* what the program is to get does not fit yet */
	bool has_hung_up;        /* the program has closed its end */
	bool is_drained;         /* the program's octets have ended */
	bool is_finished;        /* the peer's octets have ended */
	bool is_uncollected;     /* connect() succeeded, but its answer was lost */
	bool is_explained;       /* the running attempt's failure has had its sentence */
	enum tenon_result error; /* taken from the core, not yet by the program */
	size_t filler;           /* octets of ours that fill the program's side */
	unsigned tokens;
	struct standin *returned; /* a listener: accepted, but the answer was lost … */
	int kept_end;             /* … and that one's end of the program, else -1 */
	struct chunk *to_program, *to_stack;
	struct sources *sources; /* of datagrams that the program has not read */
};

/* A stand-in for socket, known by the cookie of program_end. NULL: no memory. */
struct standin *standin_new(struct supervisor *, struct tenon_socket *, int program_end);

/* Binds the program's end to the name by which a sweep knows it. */
void standin_name(struct standin *, int program_end);

/* The program's end was replaced by this one: a fresh one, known by a cookie of its own. */
void standin_rename(struct standin *, int program_end);

/* The stand-in that descriptor is an end of, or NULL: not ours. */
struct standin *standin_find(struct supervisor *, int descriptor);

/* The core's socket is closed, our end too, and the stand-in goes when the loop's turn is over. */
void standin_end(struct standin *);
/* Ended stand-ins are freed. */
void standin_bury(struct supervisor *);

/* Our end of a pair is fd; it is watched from now on. 0 or -errno (fd is closed). */
int standin_adopt(struct standin *, int fd, enum standin_state);

/* Attaches the program's end in place and fills it. 0 or -errno. */
int standin_attach(struct standin *, int program_end, enum standin_state);

/* Takes the filler away: the program may write. */
void standin_unfill(struct standin *);

/* Is our end to be watched for room? Only while it is awaited, since each read of the program's
 * makes some. */
void standin_await_room(struct standin *, bool);

/* A failure or a reset: our end is closed with octets unread. Without a duplicate of the
 * program's end, the stand-in ends. */
void standin_detach(struct standin *);

/* Ends the unattached that the program has closed; true if there were any. */
bool standin_sweep(struct supervisor *);

/* A duplicate of the program's end from who used it last, or -1. */
int standin_program_end(const struct standin *);

/* Says on stderr why this stand-in's attempt failed, once for each attempt, if the user asked for
 * it (--explain). error 0: the errno of the cause's result. */
void standin_explain(struct standin *, int error);

/* Something happened to the core's socket. */
void standin_news(struct standin *);

/* stream.c: moves what can be moved, both ways; notices how a connection went. */
void stream_news(struct standin *);
void stream_ready(void *standin, uint32_t events);
/* The octets that the program wrote so far go to the stack first. */
void stream_flush(struct standin *);

/* datagram.c */
void datagram_news(struct standin *);
void datagram_ready(void *standin, uint32_t events);
void datagram_flush(struct standin *);
/* Whose datagram the program will read next, or that it is but a token of an error; false if none
 * waits. */
bool datagram_source(struct standin *, struct tenon_endpoint *, bool *is_token);
void datagram_forget(struct standin *);

#endif
