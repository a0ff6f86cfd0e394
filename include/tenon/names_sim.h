/* SPDX-License-Identifier: MIT */
/* names_sim.h - a file system in memory: names for AF_UNIX sockets, and every way they can fail.
 *
 * It begins with a root directory of user 0, who may do everything. A path is walked from the root,
 * with or without a slash before it.
 */
#ifndef TENON_NAMES_SIM_H
#define TENON_NAMES_SIM_H

#include <stdbool.h>

#include <tenon/api.h>
#include <tenon/names.h>

TENON_BEGIN

struct tenon_sim_names;

/* NULL: no memory. */
struct tenon_sim_names *tenon_sim_names_new(void);
/* No stack may use it any more. */
void tenon_sim_names_free(struct tenon_sim_names *);

/* For struct tenon_config. */
const struct tenon_names *tenon_sim_names_of(struct tenon_sim_names *);

enum tenon_sim_file { TENON_SIM_FILE, TENON_SIM_DIRECTORY, TENON_SIM_LINK, TENON_SIM_SOCKET };

struct tenon_sim_entry {
	enum tenon_sim_file kind;
	unsigned mode;      /* as chmod's; a link has none */
	const char *target; /* of a link */
};

/* The user's from now on. names.h's results. */
enum tenon_result tenon_sim_names_add(struct tenon_sim_names *, const char *path,
				      const struct tenon_sim_entry *);
/* NAME_TAKEN: a directory that is not empty. */
enum tenon_result tenon_sim_names_remove(struct tenon_sim_names *, const char *path);

/* Octets in a part (255 at first) and in a path (4,095), with what links make of it; links
 * followed (40). */
struct tenon_sim_names_limits {
	unsigned name_max, path_max, links_max;
};
void tenon_sim_names_limit(struct tenon_sim_names *, const struct tenon_sim_names_limits *);

/* Who calls from now on; 0 may do everything. */
void tenon_sim_names_user(struct tenon_sim_names *, unsigned user);

/* From now on each look into a directory is an input/output error, or no longer. */
void tenon_sim_names_fail(struct tenon_sim_names *, bool fails);

TENON_END
#endif
