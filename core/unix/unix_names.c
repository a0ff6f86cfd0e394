/* SPDX-License-Identifier: MIT */
/* unix_names.c - which socket has which name. */
#include "unix/unix.h"

/* Linux's autobind: a zero and five hexadecimal digits. */
enum { CHOSEN_LEN = 6, CHOSEN_COUNT = 1 << 20 };

struct unix_name *unix_name_keep(struct unix_name *name)
{
	if (name != NULL)
		name->references++;
	return name;
}

void unix_name_drop(struct unix_host *u, struct unix_name *name)
{
	if (name != NULL && --name->references == 0)
		pool_give(&u->name_pool, name);
}

static bool is_abstract(const struct tenon_unix_name *name)
{
	return name->octets[0] == '\0';
}

static uint32_t hash_of_id(const struct unix_host *u, struct tenon_name_id id)
{
	const uint64_t numbers[] = { id.device, id.number };

	return (uint32_t)siphash13(u->key, numbers, sizeof numbers);
}

static uint32_t hash_of_name(const struct unix_host *u, const struct tenon_unix_name *name)
{
	return (uint32_t)siphash13(u->key, name->octets, name->len);
}

static struct unix_endpoint *find_id(const struct unix_host *u, struct tenon_name_id id)
{
	struct hash_node *n = hash_first(&u->table, hash_of_id(u, id));

	for (; n != NULL; n = hash_next(n)) {
		struct unix_endpoint *e = container_of(n, struct unix_endpoint, bound);

		if (!is_abstract(&e->name->is) && e->id.device == id.device &&
		    e->id.number == id.number)
			return e;
	}
	return NULL;
}

static bool is_same(const struct tenon_unix_name *a, const struct tenon_unix_name *b)
{
	return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

/* Linux has one space of abstract names for each kind. */
static struct unix_endpoint *find_abstract(const struct unix_host *u, unsigned kind,
					   const struct tenon_unix_name *name)
{
	struct hash_node *n = hash_first(&u->table, hash_of_name(u, name));

	for (; n != NULL; n = hash_next(n)) {
		struct unix_endpoint *e = container_of(n, struct unix_endpoint, bound);

		if (e->kind == kind && is_same(&e->name->is, name))
			return e;
	}
	return NULL;
}

static struct tenon_path path_of(const struct tenon_unix_name *name)
{
	return (struct tenon_path){ name->octets, name->len };
}

static enum tenon_result find_path(struct unix_host *u, const struct tenon_unix_name *name,
				   struct unix_endpoint **out)
{
	struct tenon_name_id id;
	enum tenon_result result;

	if (u->names == NULL)
		return TENON_NAME_NOT_FOUND;
	result = u->names->find(u->names->context, path_of(name), &id);
	if (result == TENON_OK)
		*out = find_id(u, id);
	return result;
}

enum tenon_result unix_find(struct unix_host *u, enum tenon_socket_kind kind,
			    const struct tenon_unix_name *name, struct unix_endpoint **out)
{
	enum tenon_result result = TENON_OK;

	*out = NULL;
	if (name->len == 0)
		return TENON_NAME_NOT_FOUND;
	if (is_abstract(name))
		*out = find_abstract(u, kind, name);
	else
		result = find_path(u, name, out);
	if (result != TENON_OK)
		return result;
	if (*out == NULL)
		return TENON_NOBODY_BOUND;
	return (*out)->kind == kind ? TENON_OK : TENON_WRONG_KIND;
}

static bool choose_name(struct unix_host *u, unsigned kind, struct tenon_unix_name *name)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t first = random_below(u->ip->random, CHOSEN_COUNT), i, number;
	unsigned at;

	for (i = 0; i < CHOSEN_COUNT; i++) {
		number = (first + i) % CHOSEN_COUNT;
		*name = (struct tenon_unix_name){ .len = CHOSEN_LEN };
		for (at = CHOSEN_LEN - 1; at > 0; at--, number /= 16)
			name->octets[at] = digits[number % 16];
		if (find_abstract(u, kind, name) == NULL)
			return true;
	}
	return false;
}

static void enter(struct unix_host *u, struct unix_endpoint *e, struct unix_name *name,
		  uint32_t hash)
{
	e->name = name;
	e->is_in_table = true;
	hash_insert(&u->table, &e->bound, hash);
}

static enum tenon_result bind_abstract(struct unix_host *u, struct unix_endpoint *e,
				       struct unix_name *name)
{
	if (e->name != NULL)
		return TENON_ALREADY_BOUND;
	if (find_abstract(u, e->kind, &name->is) != NULL)
		return TENON_NAME_TAKEN;
	enter(u, e, name, hash_of_name(u, &name->is));
	return TENON_OK;
}

/* Linux looks whether the socket has a name only when the file could be made [M]. */
static enum tenon_result bind_path(struct unix_host *u, struct unix_endpoint *e,
				   struct unix_name *name)
{
	struct tenon_name_id found;
	enum tenon_result result;

	if (u->names == NULL)
		return TENON_NAME_DENIED;
	if (e->name != NULL) {
		result = u->names->find(u->names->context, path_of(&name->is), &found);
		return result == TENON_OK || result == TENON_NAME_NOT_SOCKET ? TENON_NAME_TAKEN
									     : TENON_ALREADY_BOUND;
	}
	result = u->names->make(u->names->context, path_of(&name->is), &e->id);
	if (result == TENON_OK)
		enter(u, e, name, hash_of_id(u, e->id));
	return result;
}

static enum tenon_result bind_as(struct unix_host *u, struct unix_endpoint *e,
				 struct unix_name *name)
{
	return is_abstract(&name->is) ? bind_abstract(u, e, name) : bind_path(u, e, name);
}

enum tenon_result unix_bind(struct unix_host *u, struct unix_endpoint *e,
			    const struct tenon_unix_name *asked)
{
	struct unix_name *name;
	enum tenon_result result;

	/* A name is chosen once; later calls of that form change nothing (Linux). */
	if (asked->len == 0 && e->name != NULL)
		return TENON_OK;
	name = pool_take(&u->name_pool);
	if (name == NULL)
		return TENON_TABLE_FULL;
	*name = (struct unix_name){ .references = 1, .is = *asked };
	result = TENON_NAME_NO_SPACE;
	if (asked->len != 0 || choose_name(u, e->kind, &name->is))
		result = bind_as(u, e, name);
	if (result != TENON_OK)
		unix_name_drop(u, name);
	return result;
}

void unix_unbind(struct unix_host *u, struct unix_endpoint *e)
{
	if (e->is_in_table) {
		hash_remove(&u->table, &e->bound);
		if (!is_abstract(&e->name->is))
			u->names->release(u->names->context, e->id);
	}
	e->is_in_table = false;
	unix_name_drop(u, e->name);
	e->name = NULL;
}
