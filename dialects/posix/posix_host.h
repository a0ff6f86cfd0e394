/* SPDX-License-Identifier: MIT */
/* posix_host.h - the hosts of this process, and which of them new sockets belong to. */
#ifndef DIALECTS_POSIX_HOST_H
#define DIALECTS_POSIX_HOST_H

#include <signal.h>

#include <tenon/posix.h>

#include "ports/wait.h"

struct posix_file;

struct tenon_posix_host {
	struct tenon *stack;
	struct tenon_port *port;
	enum tenon_posix_dialect dialect;
	void *memory;  /* of a stack of its own */
	sigset_t mask; /* of whoever is between tenon_posix_enter() and tenon_posix_leave() */
	struct tenon_posix_host *next;
};

/* The host for new files; NULL: there is none. */
struct tenon_posix_host *posix_host_chosen(void);

/* Calls back for each host that lives in this port, whose lock is held. */
void posix_hosts_of(const struct tenon_port *, void (*call)(struct tenon_posix_host *));

/* The lock of the list of hosts, for fork(); and in its child: there are no hosts. */
void posix_hosts_lock(void);
void posix_hosts_unlock(void);
void posix_hosts_forget(void);

#endif
