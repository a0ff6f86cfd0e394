/* SPDX-License-Identifier: MIT */
/* track.h - which conversations have been seen?
 *
 * A conversation is what two addresses and two ports exchange by one protocol (an echo's identifier
 * stands for both ports). It begins with a packet that may begin one: a SYN alone, an echo request,
 * a datagram; anything else that fits none is INVALID. It is answered once a packet has gone the
 * other way. The spans after which it is forgotten are those of Linux.
 *
 * The table is fixed in size and needs no timer: each span has a list, oldest use first, and what
 * has run out is taken away when it is met or its place is wanted. When all places are in use, the
 * conversation that is unanswered longest gives way, so that a flood of openings cannot push out
 * connections; if all are answered, the new one is not remembered, and what follows is INVALID.
 *
 * Owns: the table.    Called by: filter.
 */
#ifndef TENON_FILTER_TRACK_H
#define TENON_FILTER_TRACK_H

#include "base/hash.h"
#include "base/list.h"
#include "base/pool.h"
#include "base/random.h"
#include "filter/rule.h"
#include "packet/timers.h"

enum track_span {
	TRACK_CLOSED,     /* after a RST */
	TRACK_UNANSWERED, /* but for TCP */
	TRACK_OPENING,
	TRACK_CLOSING, /* after a FIN */
	TRACK_DATAGRAMS,
	TRACK_OPEN,
	TRACK_SPANS
};

struct track {
	const struct timers *timers;
	struct siphash_key key;
	struct hash_table table;
	struct pool pool;
	struct list ages[TRACK_SPANS];
};

struct conversation;

size_t track_need(uint32_t limit);
void track_init(struct track *, struct arena *, uint32_t limit, struct random *);

/* Sets the subject's state; quoted is what an ICMP error is about, if it has a quote. Returns the
 * conversation that a packet belongs to, or NULL. */
struct conversation *track_find(struct track *, struct filter_subject *,
				const struct filter_subject *quoted);

/* The packet passes: its conversation, NULL if it has none yet, is begun or goes on. */
void track_note(struct track *, struct conversation *, const struct filter_subject *);

#endif
