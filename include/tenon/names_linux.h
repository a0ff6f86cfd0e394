/* SPDX-License-Identifier: MIT */
/* names_linux.h - the process's own file system, for the names of AF_UNIX sockets. */
#ifndef TENON_NAMES_LINUX_H
#define TENON_NAMES_LINUX_H

#include <tenon/api.h>
#include <tenon/names.h>

TENON_BEGIN

struct tenon_linux_names;

/* One for each stack; NULL: no memory. */
struct tenon_linux_names *tenon_linux_names_new(void);
/* The stack must not be used any more. */
void tenon_linux_names_free(struct tenon_linux_names *);

/* For struct tenon_config. Sockets' files are made with the process's umask; one descriptor is
 * open for each, so that no other file can get its identity while the socket lives. */
const struct tenon_names *tenon_linux_names_of(struct tenon_linux_names *);

TENON_END
#endif
