/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_vector.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#include "dialects/posix/posix_memory.h"

_Static_assert(sizeof(struct iovec) == sizeof(struct tenon_slice) &&
		       offsetof(struct iovec, iov_len) == offsetof(struct tenon_slice, len) &&
		       sizeof(struct iovec) == sizeof(struct tenon_room) &&
		       offsetof(struct iovec, iov_len) == offsetof(struct tenon_room, len),
	       "a slice, a room and an iovec are alike");

static int add_up(struct posix_vector *vector)
{
	unsigned i;

	for (i = 0; i < vector->count; i++) {
		if (vector->at[i].iov_len > (size_t)SSIZE_MAX - vector->len)
			return EINVAL;
		if (posix_memory_glance(vector->at[i].iov_base, vector->at[i].iov_len))
			return EFAULT;
		vector->len += vector->at[i].iov_len;
	}
	return 0;
}

int posix_vector_init(struct posix_vector *vector, const struct iovec *from_caller, size_t count)
{
	int error;

	vector->at = vector->few;
	vector->memory = NULL;
	vector->count = (unsigned)count;
	vector->len = 0;
	if (count > IOV_MAX)
		return EMSGSIZE;
	if (count > POSIX_VECTOR_FEW) {
		vector->at = vector->memory = malloc(count * sizeof vector->at[0]);
		if (!vector->memory)
			return ENOMEM;
	}
	error = posix_memory_read(vector->at, from_caller, count * sizeof vector->at[0]);
	if (!error)
		error = add_up(vector);
	if (error)
		posix_vector_end(vector);
	return error;
}

void posix_vector_end(struct posix_vector *vector)
{
	free(vector->memory);
	vector->memory = NULL;
}

void posix_vector_advance(struct posix_vector *vector, size_t n)
{
	vector->len -= n;
	while (vector->count > 0 && n >= vector->at[0].iov_len) {
		n -= vector->at[0].iov_len;
		vector->at++;
		vector->count--;
	}
	if (n > 0) {
		vector->at[0].iov_base = (char *)vector->at[0].iov_base + n;
		vector->at[0].iov_len -= n;
	}
}

const struct tenon_slice *posix_vector_slices(const struct posix_vector *vector)
{
	return (const void *)vector->at;
}

const struct tenon_room *posix_vector_room(const struct posix_vector *vector)
{
	return (const void *)vector->at;
}
