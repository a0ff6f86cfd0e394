/* SPDX-License-Identifier: MIT */
/* flow.h - the connections of a capture, each as the rows of its story.
 *
 * A row is a segment, an ICMP error about the connection, a question or answer of address
 * resolution that its opening waited for, or a moment at which something happened without a packet.
 * A segment that was seen leaving one host and arriving at the other is one row.
 *
 * Owns: flows and rows; they point into the capture.    Called by: explain, diagram, story.
 */
#ifndef TOOLS_FLOW_H
#define TOOLS_FLOW_H

#include "tools/dissect.h"

enum row_kind { ROW_SEGMENT, ROW_ICMP, ROW_QUESTION, ROW_ANSWER, ROW_MOMENT };

/* A piece of a note. at NULL: none. */
struct words {
	const char *at;
	size_t len;
};

/* What one end of the connection says beside a row. */
struct remark {
	struct words state; /* the one it enters */
	struct words fate;  /* what became of the packet there */
	struct words failure;
};

enum { SIDE_OPENER, SIDE_OTHER, SIDES };

struct row {
	enum row_kind kind;
	uint8_t side; /* from which it comes */
	bool is_retransmission, is_lost;
	bool is_kept;      /* it never left its host: the fate beside it says why */
	bool is_duplicate; /* left once and arrived before */
	uint64_t at_us;
	const struct capture_packet *sent, *arrived; /* NULL where it was not seen */
	struct seen seen;
	struct remark remarks[SIDES];
};

struct flow_side {
	struct tenon_endpoint end;
	bool is_captured;   /* the capture was made here, too */
	uint32_t interface; /* … on this one */
	bool has_first;
	uint32_t first_seq; /* the SYN's, or the first that was seen */
	uint32_t next_seq;  /* after all that was sent so far */
	uint64_t octets, segments, retransmissions, lost;
	unsigned syns;
	bool has_syn, has_fin, has_reset;
	uint64_t first_us, last_us; /* of its segments */
};

struct flow {
	struct flow_side sides[SIDES];
	struct row *rows;
	size_t count, room;
	uint64_t first_us, last_us, established_us; /* the last is 0 while it is not */
	uint8_t first_fin, reset_by;                /* sides */
	bool is_established, is_reset;
	const struct row
		*answering_icmp; /* the first before it was established; see flows_finish() */
	struct words failure;
	struct flow *next_of_hash;
};

enum { FLOW_CHAINS = 4096, PENDING_MAX = 64 };

struct flows {
	const struct capture *capture;
	struct flow **all;
	size_t count, room;
	struct flow **by_ends; /* [FLOW_CHAINS]: the newest of equal ends comes first */
	const struct capture_packet *pending[PENDING_MAX]; /* questions and answers before a flow */
	size_t pending_count;
	uint64_t *interface_last_us;
	size_t other_packets;
};

/* Reads a sorted capture, which must outlive the flows. False: no memory. */
bool flows_read(struct flows *, const struct capture *);
void flows_free(struct flows *);

/* A sequence or acknowledgment number as the diagram shows it: the SYN's is 0. */
uint32_t flow_relative(const struct flow *, unsigned side, uint32_t number);

#endif
