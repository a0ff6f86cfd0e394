/* SPDX-License-Identifier: MIT */
/* tcp_table.h - who has which four-tuple, which port, and which port is free?
 *
 * Connections are found by their four-tuple, under a keyed hash. Ports are held, by bind(), by
 * connections (in every state, TIME-WAIT too) and by listeners: for each local address and port
 * there is one struct tcp_port with counts of who holds it how, and the few of one port are what a
 * conflict is judged by. So nothing ever scans connections.
 *
 * The rules are Linux's. bind() conflicts with a holder whose address overlaps, unless both said
 * SO_REUSEADDR and none listens, or all said SO_REUSEPORT. connect() may share a port with others
 * who got theirs from connect(), as long as the four-tuple differs, and takes over one in TIME-WAIT
 * when timestamps tell old segments from new (RFC 6191).
 *
 * A port for connect() is searched from an offset that is a keyed hash of addresses and destination
 * port, moved by a counter (RFC 6056 3.3.3), first among the ports that nobody holds.
 *
 * Called by: tcp_user, tcp_listen, tcp_arrives.
 */
#ifndef TENON_TCP_TCP_TABLE_H
#define TENON_TCP_TCP_TABLE_H

#include "tcp/tcp.h"

enum tcp_hold {
	HOLD_REUSE = 1,
	HOLD_REUSE_PORT = 2,
	HOLD_BOUND = 4, /* by bind(), not by connect() */
	HOLD_LISTENING = 8,
};

struct tcp_port {
	struct hash_node node; /* by number */
	struct tenon_ip ip;    /* any: every address; :: covers IPv4 too unless v6_only */
	uint16_t number;
	bool v6_only;
	uint32_t holders, bound, reuse, reuse_port, listening;
};

/* What is asked for or held: a local address and port. */
struct tcp_claim {
	struct tenon_ip ip;
	uint16_t number;
	bool v6_only;
	uint8_t hold; /* enum tcp_hold */
};

struct tcp_tuple {
	struct tenon_ip local, peer;
	uint16_t local_port, peer_port;
};

struct tcp_conn *tcp_conn_find(const struct tcp *, const struct tcp_tuple *);

/* The connection's addresses and ports are complete: it can be found. */
void tcp_table_insert(struct tcp_conn *);
void tcp_table_remove(struct tcp_conn *);

struct tcp_tuple tcp_tuple_of(const struct tcp_conn *);

/* Does somebody hold this in a way that cannot be shared? */
bool tcp_port_conflicts(const struct tcp *, const struct tcp_claim *);

/* Holds it, conflict or not; NULL if the table is full. */
struct tcp_port *tcp_port_hold(struct tcp *, const struct tcp_claim *);

/* Takes back what was held with these flags. */
void tcp_port_release(struct tcp *, struct tcp_port *, unsigned hold);

/* A port for bind() with port 0: sets claim->number. NO_PORT_LEFT. */
enum tenon_result tcp_port_for_bind(struct tcp *, struct tcp_claim *);

/* A port for connect(): sets tuple->local_port so that the tuple is free or may be taken over.
 * NO_PORT_LEFT. */
enum tenon_result tcp_port_for_connect(struct tcp *, struct tcp_tuple *);

/* Is the tuple free, or held by a connection in TIME-WAIT that a new one may take over? */
bool tcp_tuple_is_free(const struct tcp *, const struct tcp_tuple *);

/* RFC 6528: a clock of 4 us and a keyed hash of the four-tuple. MUST-8 */
seq32 tcp_isn(const struct tcp *, const struct tcp_tuple *);

/* The same hash without the clock: where the connection's timestamps begin (RFC 7323 5.4). */
uint32_t tcp_timestamp_offset(const struct tcp *, const struct tcp_tuple *);

#endif
