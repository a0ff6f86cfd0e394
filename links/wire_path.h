/* SPDX-License-Identifier: MIT */
/* wire_path.h - one direction of an end of a simulated wire: when does a frame come out, if ever?
 *
 * A frame passes, in this order: the MTU, the losses, the queue and the rate, the delay; on the way
 * it may be duplicated or get a bit flipped. Chance is drawn from the path's own generator, so what
 * happens on one path does not depend on how busy another is.
 *
 * Called by: wire_sim.
 */
#ifndef LINKS_WIRE_PATH_H
#define LINKS_WIRE_PATH_H

#include <tenon/wire_sim.h>

struct wire_path {
	struct tenon_wire_path set;
	struct tenon_wire_counts counts;
	uint64_t random;
	uint64_t free_ns; /* when the frames before have been sent at the path's rate */
	uint64_t last_us; /* when the latest frame that was not held back comes out */
	bool in_burst;
};

/* What becomes of a frame. */
struct wire_passage {
	unsigned copies; /* 0: it is lost */
	uint64_t at_us[2];
	bool corrupt;
	size_t bit; /* the one that is flipped */
};

void wire_path_init(struct wire_path *, uint64_t seed);

/* frame_len octets, packet_len of them IP, come onto the path. */
void wire_path_carry(struct wire_path *, uint64_t now_us, size_t frame_len, size_t packet_len,
		     struct wire_passage *);

/* The next number of a generator whose whole state is *state. */
uint64_t wire_random(uint64_t *state);

#endif
