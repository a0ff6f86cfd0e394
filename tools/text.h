/* SPDX-License-Identifier: MIT */
/* text.h - addresses, durations and numbers for people, in buffers of the caller's.
 *
 * Called by: story, diagram.
 */
#ifndef TOOLS_TEXT_H
#define TOOLS_TEXT_H

#include <stdio.h>

#include <tenon/address.h>

enum { TEXT_MAX = 64 };

/* Each returns its buffer. */
const char *text_ip(char to[TEXT_MAX], const struct tenon_ip *);
const char *text_end(char to[TEXT_MAX], const struct tenon_endpoint *);
const char *text_duration(char to[TEXT_MAX], uint64_t us);
/* "1 SYN", "11 SYNs", "1,012 octets" */
const char *text_count(char to[TEXT_MAX], uint64_t n, const char *noun);

/* Words of a file that is not trusted: what is not printable ASCII is shown as '?'. */
void text_put(FILE *, const char *words, size_t len);

#endif
