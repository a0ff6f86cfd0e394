/* SPDX-License-Identifier: MIT */
/* wire_sim.h - the simulated wire: joins stacks, and scripted peers, by one medium.
 *
 * A wire is an Ethernet switch with a port per end, or a cable for bare IP packets with two ends.
 * A frame takes the leaving path of the end that sends it and then the arriving path of each end
 * that it is for; each path has a delay, a rate, a queue, and faults. All of chance comes from the
 * wire's seed, a generator per path, and what is due at the same moment arrives in the order in
 * which it was sent: the same seed and the same calls give the same run.
 *
 * The wire has no clock: it reads the time where tenon_wire_world says. A world of <tenon/sim.h>
 * makes its wires and steps them itself.
 */
#ifndef TENON_WIRE_SIM_H
#define TENON_WIRE_SIM_H

#include <tenon/api.h>
#include <tenon/link.h>

TENON_BEGIN

struct tenon_wire;
struct tenon_wire_end;

/* Frequencies are in millionths. */
#define TENON_WIRE_ALWAYS 1000000u

struct tenon_wire_path {
	uint64_t bytes_per_second; /* 0: no limit */
	uint32_t queue_bytes;      /* room for what waits for its turn, more is lost; 0: no limit */
	uint32_t delay_us;
	uint32_t jitter_us; /* up to this much more delay; frames do not overtake one another */
	uint32_t mtu;       /* longer IP packets are lost without a word; 0: no limit */
	uint32_t loss;
	uint32_t
		burst_enter; /* Gilbert's model: a frame that begins a spell in which all is lost */
	uint32_t burst_leave; /* … and one that ends it */
	uint32_t duplicate;
	uint32_t reorder; /* held back by reorder_us, so that later frames overtake it */
	uint32_t reorder_us;
	uint32_t corrupt; /* one bit of the frame is flipped */
};

struct tenon_wire_config {
	bool is_ethernet;     /* false: bare IP packets, two ends */
	uint32_t mtu;         /* of the stacks' links; 0: 1500 */
	uint16_t offload;     /* enum tenon_offload bits that the stacks may leave undone */
	uint32_t segment_max; /* with SEGMENTATION: the longest IP packet */
};

/* The surroundings of a wire. */
struct tenon_wire_world {
	const uint64_t *now_us;
	/* After a frame was handed in to this stack; may be NULL. */
	void (*entered)(void *context, struct tenon *);
	/* tenon_wire_deadline() has become earlier; may be NULL. */
	void (*sooner)(void *context);
	void *context;
};

/* NULL: no memory. */
struct tenon_wire *tenon_wire_new(const struct tenon_wire_config *, const struct tenon_wire_world *,
				  uint64_t seed);

/* Its stacks must not send any more. */
void tenon_wire_free(struct tenon_wire *);

/* Adds a link to the stack, of this name, whose driver is a new end of the wire. mac NULL:
 * 02:00:00:00:00:01 for the first end, and so on. NO_MEMORY, UNSUPPORTED (a third end of a cable),
 * and tenon_link_add()'s results. */
enum tenon_result tenon_wire_attach(struct tenon_wire *, struct tenon *, const char *name,
				    const uint8_t *mac, struct tenon_wire_end **);

/* The wire forgets the stack, as if its plug were pulled: for a stack whose memory goes. */
void tenon_wire_detach(struct tenon_wire *, struct tenon *);

/* The link's index in its stack; 0 for a scripted peer. */
unsigned tenon_wire_link(const struct tenon_wire_end *);
/* What the stack was told of the link; a peer has a MAC only. */
const struct tenon_link_facts *tenon_wire_facts(const struct tenon_wire_end *);

/* An end without a stack: receive() is shown every frame of the wire and may answer with
 * tenon_wire_send(). On a wire with offloads, checksums may be missing. NULL: no memory, or a
 * third end of a cable. */
struct tenon_wire_end *tenon_wire_peer(struct tenon_wire *,
				       void (*receive)(void *context, const void *frame,
						       size_t len),
				       void *context);

/* Sends a frame from an end, as if its stack had. OK, or NO_MEMORY. */
enum tenon_result tenon_wire_send(struct tenon_wire_end *, const void *frame, size_t len);

enum tenon_wire_direction { TENON_WIRE_LEAVING, TENON_WIRE_ARRIVING };

/* For frames from now on. A path of zeros, as a new end has, takes no time and loses nothing. */
void tenon_wire_set_path(struct tenon_wire_end *, enum tenon_wire_direction,
			 const struct tenon_wire_path *);

/* A frame at an end: as the stack sent it, or as it will be handed in. */
struct tenon_wire_sight {
	struct tenon_wire_end *end;
	enum tenon_wire_direction direction;
	uint64_t at_us;
	const void *frame;
	size_t len;
};

/* Both are called from within a stack's send() and may call no stack; either may be NULL. */
struct tenon_wire_hook {
	/* True: the frame is lost here. */
	bool (*drop)(void *context, const struct tenon_wire_sight *);
	/* Sees what the end's own capture would: all that leaves, and what arrives undropped. */
	void (*tap)(void *context, const struct tenon_wire_sight *);
	void *context;
};

void tenon_wire_set_hook(struct tenon_wire_end *, const struct tenon_wire_hook *);

/* What has happened on a path. */
struct tenon_wire_counts {
	uint64_t frames, bytes; /* that came onto the path */
	uint64_t dropped;       /* by the hook */
	uint64_t lost, too_long, queue_full;
	uint64_t duplicated, reordered, corrupted;
};

void tenon_wire_counts(const struct tenon_wire_end *, enum tenon_wire_direction,
		       struct tenon_wire_counts *);

/* When tenon_wire_step() has something to do, or TENON_NEVER. */
uint64_t tenon_wire_deadline(const struct tenon_wire *);

/* Moves the frame that is due first by one path, if its time has come. False: none was due. */
bool tenon_wire_step(struct tenon_wire *);

TENON_END
#endif
