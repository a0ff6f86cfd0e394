/* SPDX-License-Identifier: MIT */
/* packet.h - a packet on its way out: headers pushed in front of a payload that stays where it is.
 *
 * A packet is a local variable of whoever sends: no pool, no count, no owner but its sender. The
 * layers push their headers into its headroom, last one first; the payload is slices of memory
 * that somebody else holds (a stream's pages, a caller's buffer) and is never copied here. All who
 * are handed a packet borrow it until they return; who wants it later (a neighbor's queue, the
 * loopback) copies its octets with packet_copy. So the core sends without allocating, and nothing
 * in flight can leak.
 *
 * Arriving packets have no struct of their own: they are the driver's octets, a struct bytes,
 * borrowed in the same way.
 */
#ifndef TENON_PACKET_PACKET_H
#define TENON_PACKET_PACKET_H

#include <tenon/link.h>

#include "base/bytes.h"

enum {
	PACKET_HEADROOM = 128,  /* Ethernet 14, IPv6 40, TCP with all options 60, rounded up */
	PACKET_SLICES_MAX = 32, /* of payload: 64 KiB in pages of 2 KiB */
};

struct packet {
	const struct tenon_slice *payload;
	unsigned payload_count;
	uint32_t payload_len;
	uint16_t head;            /* the first octet of headroom in use */
	uint16_t offload;         /* enum tenon_offload bits left to the driver */
	uint16_t segment_payload; /* with SEGMENTATION, as in struct tenon_frame */
	uint16_t transport;       /* the transport header's place in the headroom */
	uint16_t checksum_offset; /* of the checksum in the transport header */
	uint8_t headroom[PACKET_HEADROOM];
};

/* A packet without headers around a payload of at most PACKET_SLICES_MAX slices, which is
 * borrowed, slices and octets, as long as the packet lives. */
void packet_init(struct packet *, const struct tenon_slice *payload, unsigned count);

/* Room for len octets in front of what is there. Traps when the headroom is used up. */
void *packet_push(struct packet *, size_t len);

/* Headers and payload, octets. */
uint32_t packet_len(const struct packet *);

/* The headers pushed so far, the last one first. */
struct bytes packet_headers(const struct packet *);

/* The Internet checksum of headers and payload, added to sum (a pseudo-header's); inverted. */
uint16_t packet_checksum(const struct packet *, uint32_t sum);

/* Copies len octets from the packet's octet number from on. Traps beyond the packet's end. */
void packet_copy(const struct packet *, size_t from, void *to, size_t len);

#endif
