/* SPDX-License-Identifier: MIT */
/* capture.h - --pcap: every packet of a host, in the order in which it happened.
 *
 * The stack tells of an arriving frame when it knows its fate, and by then may have sent the
 * answer. So what leaves while a frame is being taken in is held until the frame stands in the
 * file. On the loopback each packet is seen twice, leaving and arriving; only the latter is kept.
 */
#ifndef RUN_CAPTURE_H
#define RUN_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <tenon/pcapng.h>

struct held_frame;

struct capture {
	FILE *file;        /* NULL: no capture */
	unsigned loopback; /* the link's index */
	struct tenon_pcapng pcapng;
	struct tenon_pcapng_host host;
	struct held_frame *held, **held_end;
};

/* Begins a file. epoch_us: what the stack's time 0 is, since 1970. False after a line on stderr. */
bool capture_open(struct capture *, const char *path, uint64_t epoch_us);
void capture_link(struct capture *, unsigned link, const struct tenon_link_facts *);
/* is_arriving: the event belongs to a frame that is being taken in. */
void capture_event(struct capture *, const struct tenon_event *, bool is_arriving);
void capture_close(struct capture *);

#endif
