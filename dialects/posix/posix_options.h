/* SPDX-License-Identifier: MIT */
/* posix_options.h - getsockopt() and setsockopt(): level, name and size to the core's options.
 *
 * Most options are rows of a table; those that the core does not know (timeouts, which only
 * matter to who blocks) live in struct posix_options, which the caller keeps with the socket.
 * Sizes, orders of checks and errors are Linux's.
 */
#ifndef DIALECTS_POSIX_OPTIONS_H
#define DIALECTS_POSIX_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <tenon/posix.h>
#include <tenon/socket.h>

/* TENON_NEVER: wait without limit. */
struct posix_options {
	uint64_t receive_timeout_us, send_timeout_us;
};

void posix_options_init(struct posix_options *);

/* Whose option it is. */
struct posix_optioned {
	enum tenon_posix_dialect dialect;
	struct tenon_socket *socket;
	struct posix_options *options;
};

/* An option's name, and its value in memory that may be read and written. */
struct posix_option {
	int level, name;
	void *value;
	socklen_t len; /* get: the room, then the length of what is there */
};

/* 0 or an errno. */
int posix_option_set(const struct posix_optioned *, const struct posix_option *);
int posix_option_get(const struct posix_optioned *, struct posix_option *);

#endif
