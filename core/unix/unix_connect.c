/* SPDX-License-Identifier: MIT */
/* unix_connect.c - who is connected to whom. */
#include "unix/unix.h"

static bool is_accepting(const struct unix_endpoint *e)
{
	return e->state == UNIX_LISTENING && (e->shut & TENON_RECEIVING) == 0;
}

static enum tenon_result check_own_state(const struct unix_endpoint *e)
{
	switch ((enum unix_state)e->state) {
	case UNIX_CLOSED:
		return TENON_OK;
	case UNIX_CONNECTED:
		return TENON_ALREADY_CONNECTED;
	case UNIX_LISTENING:
		return TENON_IS_LISTENING;
	}
	assert_unreachable();
}

static void join(struct unix_endpoint *a, struct unix_endpoint *b)
{
	a->peer = b;
	b->peer = a;
	a->state = UNIX_CONNECTED;
	b->state = UNIX_CONNECTED;
}

static enum tenon_result add_embryo(struct unix_host *u, struct unix_endpoint *listener,
				    struct unix_endpoint *e)
{
	struct unix_endpoint *embryo;

	if (unix_open(u, (enum tenon_socket_kind)e->kind, NULL, &embryo) != TENON_OK)
		return TENON_NO_CONNECTION_LEFT;
	embryo->name = unix_name_keep(listener->name);
	join(e, embryo);
	list_append(&listener->embryos, &embryo->embryo);
	listener->queued++;
	unix_note(u, listener, TENON_READABLE);
	unix_note(u, e, TENON_WRITABLE);
	return TENON_OK;
}

/* The order is Linux's [M]: the name, the listener, its backlog, and only then the caller's own
 * state. More than the backlog may wait by one. */
enum tenon_result unix_connect(struct unix_host *u, struct unix_endpoint *e,
			       const struct tenon_unix_name *to)
{
	struct unix_endpoint *listener;
	enum tenon_result result = unix_find(u, (enum tenon_socket_kind)e->kind, to, &listener);

	if (result != TENON_OK)
		return result;
	if (!is_accepting(listener))
		return TENON_NOT_ACCEPTING;
	if (listener->queued > listener->backlog)
		return TENON_WOULD_BLOCK;
	result = check_own_state(e);
	return result != TENON_OK ? result : add_embryo(u, listener, e);
}

enum tenon_result unix_listen(struct unix_host *u, struct unix_endpoint *e, unsigned backlog)
{
	if (e->name == NULL)
		return TENON_NOT_BOUND;
	if (e->state == UNIX_CONNECTED)
		return TENON_ALREADY_CONNECTED;
	e->state = UNIX_LISTENING;
	e->backlog = backlog;
	unix_note(u, e, TENON_LISTENING);
	return TENON_OK;
}

struct unix_endpoint *unix_accept(struct unix_host *u, struct unix_endpoint *listener)
{
	struct list_node *n = list_take_first(&listener->embryos);

	(void)u;
	if (n == NULL)
		return NULL;
	listener->queued--;
	return container_of(n, struct unix_endpoint, embryo);
}

static void set_peer(struct unix_endpoint *e, struct unix_endpoint *peer)
{
	list_remove(&e->sending);
	e->peer = peer;
	e->peer_is_gone = false;
	e->state = peer != NULL ? UNIX_CONNECTED : UNIX_CLOSED;
	if (peer != NULL)
		list_append(&peer->senders, &e->sending);
}

void unix_pair(struct unix_endpoint *a, struct unix_endpoint *b)
{
	if (a->kind == TENON_UNIX_DATAGRAM) {
		set_peer(a, b);
		set_peer(b, a);
	} else {
		join(a, b);
	}
}

/* What the former peer sent is not this association's; a former peer that has this one as its own
 * is told (Linux's unix_dgram_disconnected). */
static void part(struct unix_host *u, struct unix_endpoint *e, struct unix_endpoint *former)
{
	if (list_empty(&e->messages))
		return;
	unix_drop_all(u, e);
	if (former != NULL && former->peer == e) {
		former->failure = TENON_PEER_RESET;
		unix_note(u, former, TENON_ERROR);
	}
}

enum tenon_result unix_connect_datagram(struct unix_host *u, struct unix_endpoint *e,
					const struct tenon_unix_name *to)
{
	struct unix_endpoint *former = e->peer, *peer;
	enum tenon_result result = unix_find(u, TENON_UNIX_DATAGRAM, to, &peer);

	if (result != TENON_OK)
		return result;
	if (peer->peer != NULL && peer->peer != e)
		return TENON_PEER_IS_ANOTHERS;
	set_peer(e, peer);
	if (former != NULL && former != peer)
		part(u, e, former);
	unix_note(u, e, TENON_WRITABLE);
	return TENON_OK;
}

void unix_disconnect_datagram(struct unix_host *u, struct unix_endpoint *e)
{
	struct unix_endpoint *former = e->peer;

	set_peer(e, NULL);
	if (former != NULL)
		part(u, e, former);
	unix_note(u, e, TENON_WRITABLE);
}
