/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

size_t arena_need(size_t count, size_t size)
{
	size_t need;

	if (size != 0 && count > SIZE_MAX / size)
		return SIZE_MAX;
	need = count * size;
	if (need > SIZE_MAX - (ARENA_ALIGN - 1))
		return SIZE_MAX;
	return (need + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
}

size_t arena_sum(size_t a, size_t b)
{
	return b > SIZE_MAX - a ? SIZE_MAX : a + b;
}

void arena_init(struct arena *a, void *memory, size_t size)
{
	size_t skip = (size_t)(-(uintptr_t)memory & (ARENA_ALIGN - 1));

	assert_that(skip <= size);
	*a = (struct arena){ .at = (uint8_t *)memory + skip, .left = size - skip };
}

void *arena_take(struct arena *a, size_t count, size_t size)
{
	size_t need = arena_need(count, size);
	void *taken = a->at;

	assert_that(need <= a->left);
	a->at += need;
	a->left -= need;
	return taken;
}
