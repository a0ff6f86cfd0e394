/* SPDX-License-Identifier: MIT */
/* atlas_cells.h - the atlas of connect()'s errors: what provokes each, and what each dialect says.
 *
 * A scenario brings about the real cause of an error (a rule that drops the SYN, a listener that is
 * not there, a full table, a signal) and makes the call. What is expected is written beside it, by
 * the clauses of the manuals; a cell is a scenario in one dialect, over one family, by a call that
 * waits or one that does not. A cell is good if the error is the expected one, came at the expected
 * time, and the stack names a cause of the expected kind for it.
 */
#ifndef TOOLS_ATLAS_CELLS_H
#define TOOLS_ATLAS_CELLS_H

#include "tools/atlas_world.h"

enum atlas_variant {
	ATLAS_V4 = 1,
	ATLAS_V6 = 2,
	ATLAS_IP = ATLAS_V4 | ATLAS_V6,
	ATLAS_LATE = 4,     /* not known at once: by calls that wait and by others */
	ATLAS_DATAGRAM = 8, /* UDP; else TCP */
};

struct atlas_attempt {
	struct atlas_world *world;
	int which; /* the scenario's */
	int type;  /* SOCK_STREAM or SOCK_DGRAM, with SOCK_NONBLOCK if the call is not to wait */
	int fd;    /* that of the last call, whose cause is looked at; -1: none */
	int error; /* what the last call said; 0: success */
	uint64_t begun_us, ended_us; /* of the last call */
	bool is_broken;              /* the scenario could not be brought about */
};

struct atlas_scenario {
	const char *lx, *px; /* the clause of Linux's dialects, of posix; NULL: silent, as Linux */
	const char *cause;
	unsigned variants;                 /* enum atlas_variant bits */
	enum tenon_cause_kind kind;        /* NONE: not looked at */
	int error[TENON_POSIX_DIALECTS];   /* 0: success */
	int seconds[TENON_POSIX_DIALECTS]; /* how long the call takes; 0: not looked at */
	int which;                         /* an argument of run() */
	void (*run)(struct atlas_attempt *);
};

/* Each ends with a scenario without run(). */
extern const struct atlas_scenario atlas_by_call[], atlas_by_wire[], atlas_by_host[];

/* Steps of scenarios. A socket of the attempt's family and type. */
int atlas_socket(struct atlas_attempt *);
/* The call that is looked at: connect(), and how it ends. */
void atlas_try(struct atlas_attempt *, int fd, const struct atlas_name *to);
/* Another call is looked at: what it returned. */
void atlas_saw(struct atlas_attempt *, int fd, long result);
/* Without this the scenario is none. */
void atlas_need(struct atlas_attempt *, bool is_so);
/* The other host accepts connections, of which this many may wait. */
void atlas_serve(struct atlas_attempt *, uint16_t port, int backlog);

struct atlas_cell {
	const struct atlas_scenario *scenario;
	enum tenon_posix_dialect dialect;
	int family;
	bool is_waiting; /* the call */
	/* What was seen. */
	int error;
	bool has_cause;
	struct tenon_cause cause;
	uint64_t virtual_us;
	bool is_good;
};

/* Calls back for each cell, not yet looked at. */
void atlas_each(void (*call)(void *context, struct atlas_cell *), void *context);
/* The capture of the host that makes the call may be NULL. */
void atlas_look(struct atlas_cell *, FILE *capture);

const char *atlas_clause(const struct atlas_cell *);
const char *atlas_dialect(enum tenon_posix_dialect);
/* "ECONNREFUSED"; "success" for 0. */
const char *atlas_error(int error);

#endif
