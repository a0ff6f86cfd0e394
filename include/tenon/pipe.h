/* SPDX-License-Identifier: MIT */
/* pipe.h - a link in memory: joins two stacks of one process, as fast as they can be.
 *
 * A pipe carries bare IP packets between its two ends, in order, without loss as long as there is
 * room. It has no clock and takes no time (wire_sim.h has both): what a stack sends waits until
 * tenon_pipe_carry() hands it to the other. Memory cannot damage a packet, so with
 * TENON_OFFLOAD_CHECKSUM the checksums are left out, and what arrives counts as verified.
 */
#ifndef TENON_PIPE_H
#define TENON_PIPE_H

#include <tenon/api.h>
#include <tenon/link.h>

TENON_BEGIN

struct tenon_pipe;

struct tenon_pipe_config {
	uint32_t mtu;         /* of both links, octets */
	uint16_t offload;     /* enum tenon_offload bits that the stacks may leave undone */
	uint32_t segment_max; /* with SEGMENTATION: the longest IP packet */
	uint32_t frames;      /* that may be under way; more find the link busy */
};

/* NULL: no memory. */
struct tenon_pipe *tenon_pipe_new(const struct tenon_pipe_config *);

/* The stacks' links must have been removed, or the stacks be gone. */
void tenon_pipe_free(struct tenon_pipe *);

/* Gives the stack a link at an end (0 or 1) that is free. BAD_VALUE, TABLE_FULL. */
enum tenon_result tenon_pipe_attach(struct tenon_pipe *, unsigned end, struct tenon *,
				    unsigned *link);

/* Hands over what waits, and what is sent in answer, oldest first, at most `most` frames. Returns
 * how many. The stacks' time is the caller's to set. */
unsigned tenon_pipe_carry(struct tenon_pipe *, unsigned most);

TENON_END
#endif
