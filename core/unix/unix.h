/* SPDX-License-Identifier: MIT */
/* unix.h - AF_UNIX: streams, datagrams and records between sockets of one stack.
 *
 * Nothing travels: what is sent is put into the peer's queue, as octets in pages. A stream's queue
 * is one chain of pages; the others' is a list of messages, each with its sender's name. Linux's
 * order of checks is kept, since programs see it in their errors.
 *
 *	CLOSED      not connected; a datagram socket without a peer
 *	LISTENING   its embryos wait to be accepted: endpoints that have a peer, but no owner yet
 *	CONNECTED   the peer is the other end, until that is closed
 *
 * Abstract names and the identities of paths are found in one table. The port resolves paths
 * (names.h). A name is shared by reference: a listener's with its embryos, a sender's with what it
 * has sent.
 *
 * Owns: endpoints, names, messages.    Calls: pages, the port's names.
 * Called by: socket/socket_unix.c.
 */
#ifndef TENON_UNIX_UNIX_INTERNAL_H
#define TENON_UNIX_UNIX_INTERNAL_H

#include <tenon/unix.h>

#include "base/hash.h"
#include "base/list.h"
#include "ip/ip.h"

enum unix_state { UNIX_CLOSED, UNIX_LISTENING, UNIX_CONNECTED };

/* Linux's net.unix.max_dgram_qlen: one more than this many datagrams may wait. */
enum { UNIX_DATAGRAMS_MAX = 10 };

struct unix_name {
	uint32_t references;
	struct tenon_unix_name is;
};

struct unix_endpoint {
	void *owner;             /* NULL: an embryo */
	struct hash_node bound;  /* in the table while it has a name of its own */
	struct unix_name *name;  /* NULL: none */
	struct tenon_name_id id; /* of its file */
	struct unix_endpoint *peer;
	struct list senders;      /* datagram endpoints whose peer this is */
	struct list_node sending; /* on the peer's senders */
	struct list embryos;      /* of a listener, oldest first */
	struct list_node embryo;
	struct list messages;
	struct stream octets;
	struct list_node noted;
	struct unix_name *sender; /* of what was received last */
	uint32_t queued;          /* messages or embryos */
	uint32_t queued_bytes;
	uint32_t backlog;
	uint32_t send_bytes, receive_bytes;
	uint16_t news;    /* enum tenon_readiness bits */
	uint8_t kind;     /* enum tenon_socket_kind */
	uint8_t state;    /* enum unix_state */
	uint8_t shut;     /* enum tenon_direction bits, by either end */
	uint8_t failure;  /* enum tenon_result that the peer's end has left here */
	bool is_in_table; /* an embryo has its listener's name, but is not found by it */
	bool peer_is_gone;
};

struct unix_host {
	struct ip *ip; /* for its random numbers, behavior and trace */
	struct pages *pages;
	const struct tenon_names *names; /* NULL: paths are not found */
	struct pool endpoints, messages, name_pool;
	struct hash_table table;
	struct siphash_key key;
	struct list noted;
};

size_t unix_need(const struct tenon_config *);
struct unix_host *unix_new(struct arena *, struct ip *, struct pages *,
			   const struct tenon_config *);
bool unix_pool_use(const struct unix_host *, unsigned index, struct tenon_pool_use *);

/* NO_SOCKET_LEFT. */
enum tenon_result unix_open(struct unix_host *, enum tenon_socket_kind, void *owner,
			    struct unix_endpoint **);
void unix_close(struct unix_host *, struct unix_endpoint *);

/* Names. */
enum tenon_result unix_bind(struct unix_host *, struct unix_endpoint *,
			    const struct tenon_unix_name *);
/* The endpoint of this kind that is bound to the name. */
enum tenon_result unix_find(struct unix_host *, enum tenon_socket_kind,
			    const struct tenon_unix_name *, struct unix_endpoint **);
void unix_unbind(struct unix_host *, struct unix_endpoint *);
/* One reference more; NULL has none. */
struct unix_name *unix_name_keep(struct unix_name *);
void unix_name_drop(struct unix_host *, struct unix_name *);

/* Connections. The endpoint of kind stream or seqpacket. */
enum tenon_result unix_connect(struct unix_host *, struct unix_endpoint *,
			       const struct tenon_unix_name *);
enum tenon_result unix_listen(struct unix_host *, struct unix_endpoint *, unsigned backlog);
/* The oldest embryo, which is the caller's from now on, or NULL. */
struct unix_endpoint *unix_accept(struct unix_host *, struct unix_endpoint *listener);
void unix_pair(struct unix_endpoint *, struct unix_endpoint *);
/* As unix_connect, of kind datagram; and its undoing. */
enum tenon_result unix_connect_datagram(struct unix_host *, struct unix_endpoint *,
					const struct tenon_unix_name *);
void unix_disconnect_datagram(struct unix_host *, struct unix_endpoint *);
void unix_shutdown(struct unix_host *, struct unix_endpoint *, unsigned directions);

/* Transfer. */
struct unix_sending {
	const struct tenon_slice *slices;
	unsigned count;
	size_t len;
};
struct unix_reading {
	const struct tenon_room *room;
	unsigned count;
	bool is_peek;
};
enum tenon_result unix_stream_send(struct unix_host *, struct unix_endpoint *,
				   const struct unix_sending *, size_t *sent);
enum tenon_result unix_stream_receive(struct unix_host *, struct unix_endpoint *,
				      const struct unix_reading *, struct tenon_received *);
/* One message, to the peer or to whom the name names. */
enum tenon_result unix_message_send(struct unix_host *, struct unix_endpoint *,
				    const struct tenon_unix_name *, const struct unix_sending *);
enum tenon_result unix_message_receive(struct unix_host *, struct unix_endpoint *,
				       const struct unix_reading *, struct tenon_received *);
void unix_drop_all(struct unix_host *, struct unix_endpoint *);
size_t unix_message_size(void);
size_t unix_waiting(const struct unix_endpoint *);
/* Would a send find room? */
bool unix_is_writable(const struct unix_endpoint *);

/* Something happened to this endpoint. */
void unix_note(struct unix_host *, struct unix_endpoint *, unsigned news);
/* The next endpoint that was noted, or NULL. */
struct unix_endpoint *unix_take_noted(struct unix_host *, unsigned *news);

#endif
