/* SPDX-License-Identifier: MIT */
/* list.h - an intrusive list, linked both ways in a ring.
 *
 * The head is a node that carries nothing; an empty list is a head linked to
 * itself. An element embeds a node and is found again with container_of. A node
 * that is on no list is linked to itself too, so removing it twice is harmless.
 *
 * Walking (fetch the next node first if the body may remove this one):
 *
 *	struct list_node *n = list_first(&list);
 *	while (n != NULL) {
 *		struct thing *t = container_of(n, struct thing, node);
 *		n = list_next(&list, n);
 *		...
 *	}
 *
 * Called by: everybody who queues.
 */
#ifndef TENON_BASE_LIST_H
#define TENON_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* The struct of the given type whose member is at ptr: the one thing a function cannot do. */
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

struct list_node {
	struct list_node *next, *prev;
};

struct list {
	struct list_node head;
};

/* Makes a node that is on no list. */
static inline void list_node_init(struct list_node *n)
{
	n->next = n;
	n->prev = n;
}

static inline void list_init(struct list *l)
{
	list_node_init(&l->head);
}

static inline bool list_empty(const struct list *l)
{
	return l->head.next == &l->head;
}

/* Is this node on some list? It must have been initialised. */
static inline bool list_has(const struct list_node *n)
{
	return n->next != n;
}

static inline void list_insert_after(struct list_node *where, struct list_node *n)
{
	n->prev = where;
	n->next = where->next;
	where->next->prev = n;
	where->next = n;
}

static inline void list_append(struct list *l, struct list_node *n)
{
	list_insert_after(l->head.prev, n);
}

static inline void list_prepend(struct list *l, struct list_node *n)
{
	list_insert_after(&l->head, n);
}

/* Takes the node off the list it is on, if any. It must have been initialised. */
static inline void list_remove(struct list_node *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_node_init(n);
}

/* The first node, or NULL. */
static inline struct list_node *list_first(const struct list *l)
{
	return list_empty(l) ? NULL : l->head.next;
}

/* The last node, or NULL. */
static inline struct list_node *list_last(const struct list *l)
{
	return list_empty(l) ? NULL : l->head.prev;
}

/* The node after n, or NULL. */
static inline struct list_node *list_next(const struct list *l, const struct list_node *n)
{
	return n->next == &l->head ? NULL : n->next;
}

/* Takes the first node off the list; NULL if there is none. */
static inline struct list_node *list_take_first(struct list *l)
{
	struct list_node *n = list_first(l);

	if (n != NULL)
		list_remove(n);
	return n;
}

#endif
