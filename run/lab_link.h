/* SPDX-License-Identifier: MIT */
/* lab_link.h - the link lab0 of a host: a socket to the lab's switch. */
#ifndef RUN_LAB_LINK_H
#define RUN_LAB_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include <tenon/link.h>

#include "lab.h"

struct lab_link {
	int fd; /* -1: not there, or lost */
	const char *lab;
	struct tenon *stack;
	unsigned index;
	bool is_receiving; /* the stack is taking a frame in */
	uint8_t frame[LAB_FRAME_MAX];
};

extern const struct tenon_link_driver lab_link_driver;

/* Joins the lab as this host. On failure one line on stderr, and false. */
bool lab_link_join(struct lab_link *, const char *lab, const struct lab_hello *);

/* Hands the frames that have arrived to the stack, a bounded number. If the switch has gone, the
 * link goes down, with a line on stderr. For an epoll loop; link is a struct lab_link. */
void lab_link_ready(void *link, uint32_t events);

#endif
