/* SPDX-License-Identifier: MIT */
#include "tools/atlas_cells.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 300000 };

int atlas_socket(struct atlas_attempt *a)
{
	int fd = tenon_posix_socket(a->world->family, a->type, 0);

	atlas_need(a, fd >= 0);
	return fd;
}

void atlas_need(struct atlas_attempt *a, bool is_so)
{
	if (!is_so)
		a->is_broken = true;
}

void atlas_serve(struct atlas_attempt *a, uint16_t port, int backlog)
{
	struct atlas_name at = atlas_name(a->world, "0.0.0.0", "::", port);
	int fd = atlas_there(a->world, SOCK_STREAM);

	atlas_need(a, atlas_bind(fd, &at) == 0 && tenon_posix_listen(fd, backlog) == 0);
}

void atlas_saw(struct atlas_attempt *a, int fd, long result)
{
	a->error = result < 0 ? errno : 0;
	a->fd = fd;
	a->ended_us = tenon_sim_now(a->world->sim);
}

/* LX-20, LX-21: writable, and then SO_ERROR. */
static int late_outcome(struct atlas_attempt *a, int fd)
{
	struct pollfd watched = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int error = 0;

	atlas_need(a, tenon_posix_poll(&watched, 1, WAIT_MS) == 1);
	atlas_need(a, tenon_posix_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	return error;
}

void atlas_try(struct atlas_attempt *a, int fd, const struct atlas_name *to)
{
	a->begun_us = tenon_sim_now(a->world->sim);
	atlas_saw(a, fd, atlas_connect(fd, to));
	if (a->error == EINPROGRESS && (a->type & SOCK_NONBLOCK)) {
		a->error = late_outcome(a, fd);
		a->ended_us = tenon_sim_now(a->world->sim);
	}
}

static bool is_good(const struct atlas_cell *cell, const struct atlas_attempt *a)
{
	const struct atlas_scenario *s = cell->scenario;
	int seconds = s->seconds[cell->dialect];

	if (a->is_broken || cell->error != s->error[cell->dialect])
		return false;
	if (seconds != 0 && cell->virtual_us / 1000000 != (uint64_t)seconds)
		return false;
	if (cell->error == 0 || s->kind == TENON_CAUSE_NONE)
		return true;
	return cell->has_cause && cell->cause.kind == s->kind;
}

void atlas_look(struct atlas_cell *cell, FILE *capture)
{
	struct atlas_world *world = calloc(1, sizeof *world);
	struct atlas_attempt a = { .world = world, .which = cell->scenario->which, .fd = -1 };

	if (!world)
		return;
	a.type = cell->scenario->variants & ATLAS_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM;
	if (!cell->is_waiting)
		a.type |= SOCK_NONBLOCK;
	a.is_broken = !atlas_world_begin(world, cell->dialect, cell->family, capture);
	if (!a.is_broken)
		cell->scenario->run(&a);
	cell->error = a.error;
	cell->has_cause = a.fd >= 0 && tenon_posix_cause(a.fd, &cell->cause);
	cell->virtual_us = a.ended_us - a.begun_us;
	cell->is_good = is_good(cell, &a);
	atlas_world_end(world);
	free(world);
}

static void each_dialect(const struct atlas_cell *like,
			 void (*call)(void *context, struct atlas_cell *), void *context)
{
	struct atlas_cell cell;
	int dialect;

	for (dialect = 0; dialect < TENON_POSIX_DIALECTS; dialect++) {
		cell = *like;
		cell.dialect = (enum tenon_posix_dialect)dialect;
		call(context, &cell);
	}
}

static void each_variant(const struct atlas_scenario *s,
			 void (*call)(void *context, struct atlas_cell *), void *context)
{
	struct atlas_cell cell = { .scenario = s };
	int family, waits;

	for (family = 0; family < 2; family++) {
		if (!(s->variants & (family ? ATLAS_V6 : ATLAS_V4)))
			continue;
		cell.family = family ? AF_INET6 : AF_INET;
		for (waits = 1; waits >= (s->variants & ATLAS_LATE ? 0 : 1); waits--) {
			cell.is_waiting = waits;
			each_dialect(&cell, call, context);
		}
	}
}

void atlas_each(void (*call)(void *context, struct atlas_cell *), void *context)
{
	const struct atlas_scenario *const sheets[] = { atlas_by_call, atlas_by_wire,
							atlas_by_host };
	const struct atlas_scenario *s;
	size_t i;

	for (i = 0; i < sizeof sheets / sizeof sheets[0]; i++)
		for (s = sheets[i]; s->run; s++)
			each_variant(s, call, context);
}

const char *atlas_clause(const struct atlas_cell *cell)
{
	bool is_posix = cell->dialect == TENON_POSIX_POSIX;
	const char *own = is_posix ? cell->scenario->px : cell->scenario->lx;
	const char *other = is_posix ? cell->scenario->lx : cell->scenario->px;

	return own ? own : other;
}

const char *atlas_dialect(enum tenon_posix_dialect dialect)
{
	static const char *const names[TENON_POSIX_DIALECTS] = { "linux", "linux-man", "posix" };

	return names[dialect];
}

const char *atlas_error(int error)
{
	const char *name = error ? strerrorname_np(error) : "success";

	return name ? name : "unknown";
}
