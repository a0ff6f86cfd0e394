/* SPDX-License-Identifier: MIT */
/* posix_memory.h - the caller's memory, which may not be there.
 *
 * A kernel answers EFAULT to a bad pointer, so a library that takes its place copies what is small
 * (names, options, their lengths) by process_vm_readv() and process_vm_writev() on its own
 * process, which fail instead of faulting. Where those are forbidden only the first page is
 * refused. The data of send() and recv() is not copied here and may fault as in any library.
 */
#ifndef DIALECTS_POSIX_MEMORY_H
#define DIALECTS_POSIX_MEMORY_H

#include <stddef.h>

#include "dialects/posix/posix_address.h"

/* 0 or EFAULT. */
int posix_memory_read(void *to, const void *from_caller, size_t len);
int posix_memory_write(void *to_caller, const void *from, size_t len);

/* A pointer into the first page cannot be data; nothing else is looked at. */
int posix_memory_glance(const void *from_caller, size_t len);

/* A name given to a call: EINVAL if the length cannot be one, EFAULT. */
int posix_memory_read_name(const struct sockaddr *, socklen_t len, struct posix_name *);

/* A name asked for by a call, cut to the caller's room, whose length it then gets whole. */
int posix_memory_write_name(const struct posix_name *, struct sockaddr *, socklen_t *len);

#endif
