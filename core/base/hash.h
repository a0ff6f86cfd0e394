/* SPDX-License-Identifier: MIT */
/* hash.h - an intrusive hash table with chains.
 *
 * The caller computes the hash, with a key that peers do not know (siphash.h),
 * and compares the rest: the table yields every node of equal hash. The number of
 * buckets is fixed at start, a power of two at least as large as the limit of
 * elements, one pointer each.
 *
 *	struct hash_node *n = hash_first(&table, h);
 *	while (n != NULL && !is_it(container_of(n, struct thing, node)))
 *		n = hash_next(n);
 *
 * Called by: ip (neighbors, reassembly, path MTU), tcp, udp.
 */
#ifndef TENON_BASE_HASH_H
#define TENON_BASE_HASH_H

#include "base/arena.h"

struct hash_node {
	struct hash_node *next;
	uint32_t hash;
};

struct hash_table {
	struct hash_node **buckets;
	uint32_t mask;
	uint32_t count;
};

/* Octets of arena that a table for limit elements needs, or SIZE_MAX. */
size_t hash_need(uint32_t limit);

void hash_init(struct hash_table *, struct arena *, uint32_t limit);

/* Adds a node that is in no table. The newest of equal hash is found first. */
void hash_insert(struct hash_table *, struct hash_node *, uint32_t hash);

/* Removes a node. Traps if it is not in this table. */
void hash_remove(struct hash_table *, struct hash_node *);

static inline struct hash_node *hash_from(struct hash_node *n, uint32_t hash)
{
	while (n != NULL && n->hash != hash)
		n = n->next;
	return n;
}

/* The first node of this hash, or NULL. */
static inline struct hash_node *hash_first(const struct hash_table *t, uint32_t hash)
{
	return hash_from(t->buckets[hash & t->mask], hash);
}

/* The next node of the same hash, or NULL. */
static inline struct hash_node *hash_next(const struct hash_node *n)
{
	return hash_from(n->next, n->hash);
}

#endif
