/* SPDX-License-Identifier: MIT */
/* tcp_options.h - MSS and the options of RFC 7323 and RFC 2018.
 *
 * Reading is as lenient as RFC 9293 3.1 asks: any option may come in any segment
 * (MUST-5), at any alignment (MUST-64); unknown ones are stepped over by their
 * length (MUST-6), and a length that cannot be ends the list without harm (MUST-7).
 * A known option of a wrong length is as if it were absent. Whether an option counts
 * where it stands (MSS only in a SYN) is tcp_handshake's business.
 *
 * Fast-open cookies (RFC 7413) count as unknown.
 *
 * Called by: tcp/tcp_handshake, tcp/tcp_arrives, tcp/tcp_segment.
 */
#ifndef TENON_WIRE_TCP_OPTIONS_H
#define TENON_WIRE_TCP_OPTIONS_H

#include "base/bytes.h"
#include "base/seq.h"

enum {
	TCP_SACK_BLOCKS_MAX = 4,
	TCP_WINDOW_SCALE_MAX = 14, /* RFC 7323 2.3 */
};

/* Bits of `present`. */
enum tcp_option_bit {
	TCP_HAS_MSS = 0x01,
	TCP_HAS_WINDOW_SCALE = 0x02,
	TCP_HAS_SACK_PERMITTED = 0x04,
	TCP_HAS_SACK = 0x08,
	TCP_HAS_TIMESTAMPS = 0x10,
};

/* From left up to, not including, right (RFC 2018 3). */
struct tcp_sack_block {
	seq32 left, right;
};

struct tcp_options {
	uint8_t present;
	uint8_t window_scale; /* at most 14 */
	uint8_t sack_count;
	uint16_t mss;
	uint32_t ts_value, ts_echo;
	struct tcp_sack_block sack[TCP_SACK_BLOCKS_MAX];
};

/* Reads a header's options. Cannot fail: what makes no sense is left out. */
void tcp_options_parse(struct tcp_options *, struct bytes options);

/* The octets that tcp_options_emit will write: a multiple of four. */
size_t tcp_options_len(const struct tcp_options *);

/* Writes the options that are present, padded to a multiple of four. They must fit into 40 octets
 * (three SACK blocks beside timestamps). Returns tcp_options_len. */
size_t tcp_options_emit(uint8_t *to, const struct tcp_options *);

#endif
