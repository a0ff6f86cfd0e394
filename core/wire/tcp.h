/* SPDX-License-Identifier: MIT */
/* tcp.h - the header of RFC 9293 section 3.1.
 *
 * Options are handed up as octets: wire/tcp_options reads them, and the stream of
 * an established connection rarely needs to. On emission they are octets too,
 * already padded to a multiple of four.
 *
 * Called by: tcp (and, for ports and SEG.SEQ in quoted datagrams, ip/icmp).
 */
#ifndef TENON_WIRE_TCP_H
#define TENON_WIRE_TCP_H

#include "base/fate.h"
#include "base/seq.h"
#include "wire/pseudo.h"

enum {
	TCP_HEADER_LEN = 20,
	TCP_OPTIONS_MAX = 40,
};

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

/* On the wire, without options. */
struct tcp_octets {
	uint8_t src_port[2], dst_port[2], seq[4], ack[4];
	uint8_t data_offset, flags, window[2], checksum[2], urgent[2];
};
_Static_assert(sizeof(struct tcp_octets) == TCP_HEADER_LEN, "RFC 9293 3.1");
_Static_assert(_Alignof(struct tcp_octets) == 1, "octets only");

/* In the core. */
struct tcp_header {
	uint16_t src_port, dst_port;
	seq32 seq, ack;
	uint16_t window, checksum, urgent;
	uint8_t flags;
	struct bytes options; /* up to 40 octets, inside the segment */
};

/* Is the checksum right? The pseudo-header's length is the segment's. */
MUST_USE enum fate tcp_verify(const struct pseudo_header *, struct bytes segment);

/* Reads the header and narrows *segment to the text. */
MUST_USE enum fate tcp_parse(struct tcp_header *, struct bytes *segment);

/* Reads ports and SEG.SEQ alone, from the eight octets that every ICMP error quotes (RFC 792). The
 * other fields are zero. */
MUST_USE enum fate tcp_parse_quoted(struct tcp_header *, struct bytes quote);

/* Writes header and options (a multiple of four octets, not within `to`); sum is that of the
 * pseudo-header and of the text. Returns the header's length. The header's checksum is not read. */
size_t tcp_emit(uint8_t *to, const struct tcp_header *, uint32_t sum);

/* The same for a driver that completes the checksum: its field holds the pseudo-header's sum. */
size_t tcp_emit_unsummed(uint8_t *to, const struct tcp_header *, uint32_t pseudo_sum);

#endif
