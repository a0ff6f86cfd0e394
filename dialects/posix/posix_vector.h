/* SPDX-License-Identifier: MIT */
/* posix_vector.h - an iovec as the core's slices, with room for a few of them in itself. */
#ifndef DIALECTS_POSIX_VECTOR_H
#define DIALECTS_POSIX_VECTOR_H

#include <sys/uio.h>

#include <tenon/socket.h>

enum { POSIX_VECTOR_FEW = 8 };

/* at[0 .. count) is what is left of the vector. */
struct posix_vector {
	struct iovec *at, *memory; /* memory is NULL while few is enough */
	struct iovec few[POSIX_VECTOR_FEW];
	unsigned count;
	size_t len; /* the sum */
};

/* EMSGSIZE (IOV_MAX), EINVAL (a sum that no ssize_t holds), EFAULT, ENOMEM. */
int posix_vector_init(struct posix_vector *, const struct iovec *from_caller, size_t count);
void posix_vector_end(struct posix_vector *);

/* n octets of it are done. */
void posix_vector_advance(struct posix_vector *, size_t n);

/* struct iovec is struct tenon_slice and struct tenon_room under another name. */
const struct tenon_slice *posix_vector_slices(const struct posix_vector *);
const struct tenon_room *posix_vector_room(const struct posix_vector *);

#endif
