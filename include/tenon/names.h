/* SPDX-License-Identifier: MIT */
/* names.h - the little of a file system that AF_UNIX needs, which the port gives.
 *
 * A path leads to an identity, not to itself: links and mounts give one socket many paths. Both
 * functions answer at once. A path is not ended by a zero and holds none.
 */
#ifndef TENON_NAMES_H
#define TENON_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include <tenon/api.h>
#include <tenon/result.h>

TENON_BEGIN

/* What a path leads to: a file system and a file in it. */
struct tenon_name_id {
	uint64_t device, number;
};

struct tenon_path {
	const char *at;
	size_t len;
};

/* Results: NAME_NOT_FOUND, NAME_NOT_DIRECTORY, NAME_LOOP, NAME_TOO_LONG, NAME_DENIED,
 * NAME_IO_ERROR, and of make also NAME_TAKEN, NAME_NO_SPACE. */
struct tenon_names {
	/* Makes a socket's file. Its identity is nobody else's until release(). */
	enum tenon_result (*make)(void *context, struct tenon_path, struct tenon_name_id *);
	/* Where the path leads, if the caller may write there: NAME_NOT_SOCKET. */
	enum tenon_result (*find)(void *context, struct tenon_path, struct tenon_name_id *);
	/* The socket is closed; its file stays. */
	void (*release)(void *context, struct tenon_name_id);
	void *context;
};

TENON_END
#endif
