/* SPDX-License-Identifier: MIT */
/* posix_tcp_info.h - TCP_INFO: a stream's status as Linux's struct tcp_info.
 *
 * In a file of its own because <linux/tcp.h>, which has the whole structure, and <netinet/tcp.h>
 * cannot be included together.
 */
#ifndef DIALECTS_POSIX_TCP_INFO_H
#define DIALECTS_POSIX_TCP_INFO_H

#include <tenon/socket.h>

struct posix_option;

/* Fills as much of the structure as there is room for. Always 0. */
int posix_tcp_info(const struct tenon_socket *, struct posix_option *);

#endif
