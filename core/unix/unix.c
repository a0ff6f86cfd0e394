/* SPDX-License-Identifier: MIT */
#include "unix/unix.h"

size_t unix_need(const struct tenon_config *config)
{
	const struct tenon_limits *limits = &config->limits;
	size_t need = arena_need(1, sizeof(struct unix_host));

	need = arena_sum(need, pool_need(limits->unix_sockets, sizeof(struct unix_endpoint)));
	need = arena_sum(need, pool_need(limits->unix_messages, unix_message_size()));
	need = arena_sum(need, pool_need(limits->unix_names, sizeof(struct unix_name)));
	return arena_sum(need, hash_need(limits->unix_sockets));
}

struct unix_host *unix_new(struct arena *arena, struct ip *ip, struct pages *pages,
			   const struct tenon_config *config)
{
	const struct tenon_limits *limits = &config->limits;
	struct unix_host *u = arena_take(arena, 1, sizeof *u);

	*u = (struct unix_host){ .ip = ip, .pages = pages, .names = config->names };
	pool_init(&u->endpoints, arena, limits->unix_sockets, sizeof(struct unix_endpoint), true);
	pool_init(&u->messages, arena, limits->unix_messages, unix_message_size(), true);
	pool_init(&u->name_pool, arena, limits->unix_names, sizeof(struct unix_name), true);
	hash_init(&u->table, arena, limits->unix_sockets);
	u->key = random_key(ip->random);
	list_init(&u->noted);
	return u;
}

bool unix_pool_use(const struct unix_host *u, unsigned index, struct tenon_pool_use *out)
{
	const struct {
		const char *name;
		const struct pool *pool;
	} pools[] = {
		{ "unix sockets", &u->endpoints },
		{ "unix messages", &u->messages },
		{ "unix names", &u->name_pool },
	};
	const struct pool *pool;

	if (index >= sizeof pools / sizeof pools[0])
		return false;
	pool = pools[index].pool;
	*out = (struct tenon_pool_use){ .name = pools[index].name,
					.used = pool->used,
					.high_water = pool->high_water,
					.limit = pool->limit };
	return true;
}

enum tenon_result unix_open(struct unix_host *u, enum tenon_socket_kind kind, void *owner,
			    struct unix_endpoint **out)
{
	struct unix_endpoint *e = pool_take(&u->endpoints);

	if (e == NULL)
		return TENON_NO_SOCKET_LEFT;
	*e = (struct unix_endpoint){
		.owner = owner,
		.kind = (uint8_t)kind,
		.backlog = UNIX_DATAGRAMS_MAX,
		.send_bytes = u->ip->behavior->datagram_receive_bytes,
		.receive_bytes = u->ip->behavior->datagram_receive_bytes,
	};
	list_init(&e->senders);
	list_init(&e->embryos);
	list_init(&e->messages);
	list_node_init(&e->sending);
	list_node_init(&e->embryo);
	list_node_init(&e->noted);
	stream_init(&e->octets);
	*out = e;
	return TENON_OK;
}

void unix_note(struct unix_host *u, struct unix_endpoint *e, unsigned news)
{
	e->news |= (uint16_t)news;
	if (e->owner != NULL && !list_has(&e->noted))
		list_append(&u->noted, &e->noted);
}

struct unix_endpoint *unix_take_noted(struct unix_host *u, unsigned *news)
{
	struct list_node *n = list_take_first(&u->noted);
	struct unix_endpoint *e;

	if (n == NULL)
		return NULL;
	e = container_of(n, struct unix_endpoint, noted);
	*news = e->news;
	e->news = 0;
	return e;
}

static const unsigned everything =
	TENON_READABLE | TENON_WRITABLE | TENON_RECEIVE_CLOSED | TENON_SEND_CLOSED | TENON_CLOSED;

/* The other end of a connection learns that this one is closed, and by an error that something was
 * never read (PX-32: nor accepted). */
static void leave_peer(struct unix_host *u, struct unix_endpoint *e)
{
	struct unix_endpoint *peer = e->peer;
	bool is_unread = e->octets.len != 0 || !list_empty(&e->messages) || e->owner == NULL;

	e->peer = NULL;
	if (peer == NULL)
		return;
	peer->peer = NULL;
	peer->shut = TENON_RECEIVING | TENON_SENDING;
	if (is_unread)
		peer->failure = TENON_PEER_RESET;
	unix_note(u, peer, everything | (is_unread ? TENON_ERROR : 0));
}

static void leave_senders(struct unix_host *u, struct unix_endpoint *e)
{
	struct list_node *n;

	while ((n = list_take_first(&e->senders)) != NULL) {
		struct unix_endpoint *sender = container_of(n, struct unix_endpoint, sending);

		sender->peer = NULL;
		sender->peer_is_gone = true;
		unix_note(u, sender, TENON_WRITABLE);
	}
}

static void close_embryos(struct unix_host *u, struct unix_endpoint *e)
{
	struct unix_endpoint *embryo;

	while ((embryo = unix_accept(u, e)) != NULL)
		unix_close(u, embryo);
}

void unix_close(struct unix_host *u, struct unix_endpoint *e)
{
	if (e->kind == TENON_UNIX_DATAGRAM) {
		e->peer = NULL;
		list_remove(&e->sending);
	} else {
		leave_peer(u, e);
	}
	leave_senders(u, e);
	close_embryos(u, e);
	unix_drop_all(u, e);
	unix_unbind(u, e);
	unix_name_drop(u, e->sender);
	list_remove(&e->noted);
	pool_give(&u->endpoints, e);
}

void unix_shutdown(struct unix_host *u, struct unix_endpoint *e, unsigned directions)
{
	unsigned others = ((directions & TENON_RECEIVING) != 0 ? TENON_SENDING : 0u) |
			  ((directions & TENON_SENDING) != 0 ? TENON_RECEIVING : 0u);

	e->shut |= (uint8_t)directions;
	unix_note(u, e, everything & ~(unsigned)TENON_CLOSED);
	if (e->kind == TENON_UNIX_DATAGRAM || e->peer == NULL)
		return;
	e->peer->shut |= (uint8_t)others;
	unix_note(u, e->peer, everything & ~(unsigned)TENON_CLOSED);
}
