/* SPDX-License-Identifier: MIT */
/* posix_errors.h - what a result of the core is called by each dialect of sockets with errno.
 *
 * One table for all calls, a column per dialect, complete by construction; and a function for each
 * call whose names for some results are its own. Whoever translates a call asks that call's
 * function, not the table.
 *
 * Errors are positive here, as in errno. Called by: this folder, and the supervisor in run/.
 */
#ifndef DIALECTS_POSIX_ERRORS_H
#define DIALECTS_POSIX_ERRORS_H

#include <tenon/posix.h>
#include <tenon/socket.h>

/* The table alone, for calls that have no function here; 0 for OK. */
int posix_errno(enum tenon_posix_dialect, enum tenon_result);

int posix_connect_errno(enum tenon_posix_dialect, const struct tenon_socket *, enum tenon_result);
int posix_bind_errno(enum tenon_posix_dialect, enum tenon_result);
int posix_listen_errno(enum tenon_posix_dialect, enum tenon_result);
/* EPIPE goes with a SIGPIPE on streams, unless the caller asked for none. */
int posix_send_errno(enum tenon_posix_dialect, const struct tenon_socket *, enum tenon_result);
int posix_receive_errno(enum tenon_posix_dialect, const struct tenon_socket *, enum tenon_result);

#endif
