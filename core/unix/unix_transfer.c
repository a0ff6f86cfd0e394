/* SPDX-License-Identifier: MIT */
/* unix_transfer.c - octets of streams, messages of the others: in and out. */
#include "unix/unix.h"

struct unix_message {
	struct list_node node;
	struct stream octets;
	struct unix_name *sender;
};

size_t unix_message_size(void)
{
	return sizeof(struct unix_message);
}

/* What waits at the other end is charged to the sender. Writable is what poll() calls so: a quarter
 * of the limit at most is taken. */
static bool has_much_room(const struct unix_endpoint *e)
{
	return e->peer == NULL || e->peer->queued_bytes <= e->send_bytes / 4;
}

static bool queue_is_full(const struct unix_endpoint *e)
{
	return e->queued > e->backlog;
}

/* Two datagram sockets that have each other as peer need no limit of messages (Linux). */
static bool may_queue(const struct unix_endpoint *e, const struct unix_endpoint *to)
{
	return to->peer == e || !queue_is_full(to);
}

bool unix_is_writable(const struct unix_endpoint *e)
{
	if (e->state == UNIX_LISTENING)
		return false;
	if (e->kind == TENON_UNIX_DATAGRAM && e->peer != NULL && !may_queue(e, e->peer))
		return false;
	return has_much_room(e);
}

static enum tenon_result check_stream(const struct unix_endpoint *e)
{
	if ((e->shut & TENON_SENDING) != 0)
		return TENON_SEND_SIDE_CLOSED;
	return e->peer == NULL ? TENON_NOT_CONNECTED : TENON_OK;
}

static size_t append(struct unix_host *u, struct stream *to, const struct unix_sending *s,
		     size_t room)
{
	size_t done = 0, part, taken;
	unsigned i;

	for (i = 0; i < s->count && done < room; i++) {
		part = s->slices[i].len < room - done ? s->slices[i].len : room - done;
		taken = stream_append(to, u->pages, s->slices[i].at, part);
		done += taken;
		if (taken < part)
			break;
	}
	return done;
}

enum tenon_result unix_stream_send(struct unix_host *u, struct unix_endpoint *e,
				   const struct unix_sending *s, size_t *sent)
{
	enum tenon_result result = check_stream(e);
	struct unix_endpoint *peer = e->peer;

	if (result != TENON_OK || s->len == 0)
		return result;
	if (peer->queued_bytes >= e->send_bytes)
		return TENON_WOULD_BLOCK;
	*sent = append(u, &peer->octets, s, e->send_bytes - peer->queued_bytes);
	peer->queued_bytes = peer->octets.len;
	if (*sent == 0)
		return TENON_NO_MEMORY;
	unix_note(u, peer, TENON_READABLE);
	return TENON_OK;
}

static size_t copy_out(struct unix_host *u, struct stream *from, const struct unix_reading *r)
{
	size_t done = 0;
	unsigned i;

	for (i = 0; i < r->count && done < from->len; i++)
		done += stream_peek(from, u->pages, done, r->room[i].at, r->room[i].len);
	return done;
}

static void tell_peer_of_room(struct unix_host *u, struct unix_endpoint *e, bool had_room)
{
	if (e->peer != NULL && !had_room && has_much_room(e->peer))
		unix_note(u, e->peer, TENON_WRITABLE);
}

/* What has arrived comes before the error and the end. */
enum tenon_result unix_stream_receive(struct unix_host *u, struct unix_endpoint *e,
				      const struct unix_reading *r, struct tenon_received *out)
{
	bool had_room = e->peer == NULL || has_much_room(e->peer);

	if (e->state != UNIX_CONNECTED)
		return TENON_NOT_CONNECTED;
	if (e->octets.len == 0)
		return (e->shut & TENON_RECEIVING) != 0 ? TENON_OK : TENON_WOULD_BLOCK;
	out->len = copy_out(u, &e->octets, r);
	out->whole_len = out->len;
	if (r->is_peek)
		return TENON_OK;
	stream_drop(&e->octets, u->pages, out->len);
	e->queued_bytes = e->octets.len;
	tell_peer_of_room(u, e, had_room);
	return TENON_OK;
}

static enum tenon_result find_receiver(struct unix_host *u, struct unix_endpoint *e,
				       const struct tenon_unix_name *name,
				       struct unix_endpoint **to)
{
	if (name != NULL)
		return unix_find(u, (enum tenon_socket_kind)e->kind, name, to);
	*to = e->peer;
	if (*to != NULL)
		return TENON_OK;
	if (!e->peer_is_gone)
		return e->shut != 0 && e->state == UNIX_CONNECTED ? TENON_SEND_SIDE_CLOSED
								  : TENON_NOT_CONNECTED;
	/* Told once; then there is no peer (Linux). */
	e->peer_is_gone = false;
	e->state = UNIX_CLOSED;
	return TENON_PEER_GONE;
}

static enum tenon_result check_receiver(const struct unix_endpoint *e,
					const struct unix_endpoint *to, size_t len)
{
	if (len > e->send_bytes)
		return TENON_MESSAGE_TOO_LONG;
	if ((e->shut & TENON_SENDING) != 0)
		return TENON_SEND_SIDE_CLOSED;
	if (to->peer != NULL && to->peer != e)
		return TENON_PEER_IS_ANOTHERS;
	if ((to->shut & TENON_RECEIVING) != 0)
		return TENON_SEND_SIDE_CLOSED;
	if (e->kind == TENON_UNIX_DATAGRAM && !may_queue(e, to))
		return TENON_WOULD_BLOCK;
	return to->queued_bytes != 0 && len > e->send_bytes - to->queued_bytes ? TENON_WOULD_BLOCK
									       : TENON_OK;
}

static void drop(struct unix_host *u, struct unix_endpoint *e, struct unix_message *m)
{
	list_remove(&m->node);
	e->queued--;
	e->queued_bytes -= m->octets.len;
	stream_clear(&m->octets, u->pages);
	unix_name_drop(u, m->sender);
	pool_give(&u->messages, m);
}

static struct unix_message *oldest(const struct unix_endpoint *e)
{
	struct list_node *n = list_first(&e->messages);

	return n != NULL ? container_of(n, struct unix_message, node) : NULL;
}

void unix_drop_all(struct unix_host *u, struct unix_endpoint *e)
{
	struct unix_message *m;

	while ((m = oldest(e)) != NULL)
		drop(u, e, m);
	stream_clear(&e->octets, u->pages);
	e->queued_bytes = 0;
}

static enum tenon_result queue(struct unix_host *u, struct unix_endpoint *e,
			       struct unix_endpoint *to, const struct unix_sending *s)
{
	struct unix_message *m = pool_take(&u->messages);

	if (m == NULL)
		return TENON_NO_MEMORY;
	stream_init(&m->octets);
	if (append(u, &m->octets, s, s->len) < s->len) {
		stream_clear(&m->octets, u->pages);
		pool_give(&u->messages, m);
		return TENON_NO_MEMORY;
	}
	m->sender = unix_name_keep(e->name);
	list_node_init(&m->node);
	list_append(&to->messages, &m->node);
	to->queued++;
	to->queued_bytes += m->octets.len;
	unix_note(u, to, TENON_READABLE);
	return TENON_OK;
}

enum tenon_result unix_message_send(struct unix_host *u, struct unix_endpoint *e,
				    const struct tenon_unix_name *name,
				    const struct unix_sending *s)
{
	struct unix_endpoint *to;
	enum tenon_result result = find_receiver(u, e, name, &to);

	if (result == TENON_OK)
		result = check_receiver(e, to, s->len);
	return result != TENON_OK ? result : queue(u, e, to, s);
}

static void tell_senders_of_room(struct unix_host *u, struct unix_endpoint *e)
{
	struct list_node *n = list_first(&e->senders);

	for (; n != NULL; n = list_next(&e->senders, n))
		unix_note(u, container_of(n, struct unix_endpoint, sending), TENON_WRITABLE);
}

static enum tenon_result nothing_to_receive(const struct unix_endpoint *e)
{
	bool ends = e->kind == TENON_UNIX_SEQPACKET && (e->shut & TENON_RECEIVING) != 0;

	return ends ? TENON_OK : TENON_WOULD_BLOCK;
}

enum tenon_result unix_message_receive(struct unix_host *u, struct unix_endpoint *e,
				       const struct unix_reading *r, struct tenon_received *out)
{
	struct unix_message *m = oldest(e);
	bool had_room = e->peer == NULL || has_much_room(e->peer);
	bool was_full = queue_is_full(e);

	if (e->kind == TENON_UNIX_SEQPACKET && e->state != UNIX_CONNECTED)
		return TENON_NOT_CONNECTED;
	if (m == NULL)
		return nothing_to_receive(e);
	out->len = copy_out(u, &m->octets, r);
	out->whole_len = m->octets.len;
	out->flags = out->len < out->whole_len ? TENON_TRUNCATED : 0;
	unix_name_drop(u, e->sender);
	e->sender = unix_name_keep(m->sender);
	if (r->is_peek)
		return TENON_OK;
	drop(u, e, m);
	tell_peer_of_room(u, e, had_room);
	if (was_full)
		tell_senders_of_room(u, e);
	return TENON_OK;
}

size_t unix_waiting(const struct unix_endpoint *e)
{
	const struct unix_message *m = oldest(e);

	return e->kind == TENON_UNIX_STREAM ? e->octets.len : m != NULL ? m->octets.len : 0;
}
