/* SPDX-License-Identifier: MIT */
#include "base/pool.h"

enum { POISON = 0xA5 };

static size_t object_size(size_t size)
{
	return arena_need(1, size < sizeof(void *) ? sizeof(void *) : size);
}

size_t pool_need(uint32_t limit, size_t size)
{
	return arena_need(limit, object_size(size));
}

void pool_init(struct pool *p, struct arena *a, uint32_t limit, size_t size, bool poison)
{
	*p = (struct pool){
		.objects = arena_take(a, limit, object_size(size)),
		.size = object_size(size),
		.limit = limit,
		.poison = poison,
	};
}

static void check_poison(const struct pool *p, const void *object)
{
	const uint8_t *octets = object;
	size_t i;

	for (i = sizeof(void *); i < p->size; i++)
		assert_that(octets[i] == POISON);
}

static void *take_given(struct pool *p)
{
	void *object = p->free;

	if (p->poison)
		check_poison(p, object);
	memcpy(&p->free, object, sizeof p->free);
	return object;
}

void *pool_take(struct pool *p)
{
	void *object;

	if (p->used == p->limit) {
		p->refused++;
		return NULL;
	}
	if (p->free != NULL)
		object = take_given(p);
	else
		object = p->objects + p->size * p->fresh++;
	p->used++;
	if (p->used > p->high_water)
		p->high_water = p->used;
	return object;
}

void pool_give(struct pool *p, void *object)
{
	size_t offset = (size_t)((uintptr_t)object - (uintptr_t)p->objects);

	assert_that(p->used > 0);
	assert_that(offset % p->size == 0 && offset < p->fresh * p->size);
	if (p->poison)
		memset(object, POISON, p->size);
	memcpy(object, &p->free, sizeof p->free);
	p->free = object;
	p->used--;
}
