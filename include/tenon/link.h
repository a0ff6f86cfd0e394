/* SPDX-License-Identifier: MIT */
/* link.h - what a network driver provides, and how it hands frames in. */
#ifndef TENON_LINK_H
#define TENON_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/api.h>
#include <tenon/fate.h>
#include <tenon/result.h>

TENON_BEGIN

struct tenon;

struct tenon_slice {
	const void *at;
	size_t len;
};

/* Offloads. In a link's facts: what the driver can do. In a frame: what is left for it to do, or
 * (arriving) what was already checked. */
enum tenon_offload {
	TENON_OFFLOAD_CHECKSUM = 1,     /* TCP and UDP checksums */
	TENON_OFFLOAD_SEGMENTATION = 2, /* TCP segments longer than the MTU */
};

/* A frame that leaves: headers first, in as many slices as it has. */
struct tenon_frame {
	const struct tenon_slice *slices;
	unsigned count;
	uint32_t len;             /* the sum of the slices */
	uint16_t offload;         /* enum tenon_offload bits left to the driver */
	uint16_t segment_payload; /* with SEGMENTATION: TCP payload octets per segment */
	/* With CHECKSUM: the sum covers from start to the end, and its field, which holds the
	 * pseudo-header's sum, stands offset octets behind start. */
	uint16_t checksum_start, checksum_offset;
};

/* A driver's functions. All borrow what they are given until they return, and none may call back
 * into the stack: what a driver has for the stack it hands in later, by tenon_input(). */
struct tenon_link_driver {
	/* TENON_OK, TENON_LINK_BUSY (queue full: the frame is lost), TENON_LINK_DOWN. */
	enum tenon_result (*send)(void *driver, const struct tenon_frame *);
	/* Which multicast MACs to receive; may be NULL if the driver receives all. */
	void (*set_multicast)(void *driver, const uint8_t mac[6], bool join);
	void (*close)(void *driver);
};

struct tenon_link_facts {
	char name[16];
	uint8_t mac[6];
	bool is_ethernet;     /* false: bare IP packets, point to point, no neighbor resolution */
	uint16_t offload;     /* enum tenon_offload bits the driver can do */
	uint32_t mtu;         /* longest IP packet; at least 68 for IPv4, 1280 for IPv6 */
	uint32_t segment_max; /* with SEGMENTATION: longest IP packet that send() takes; else 0 */
};

/* Attaches a driver; the facts are copied, driver must outlive the link. The link is up.
 * *index (from 1; 0 means "no link" everywhere) names it. TABLE_FULL, BAD_VALUE (MTU). */
enum tenon_result tenon_link_add(struct tenon *, const struct tenon_link_facts *,
				 const struct tenon_link_driver *, void *driver, unsigned *index);

/* Its addresses, routes and neighbors go; close() is called. NOT_FOUND. */
enum tenon_result tenon_link_remove(struct tenon *, unsigned index);

/* Down: nothing is sent or received; addresses stay, routes through it are not used. NOT_FOUND. */
enum tenon_result tenon_link_set_up(struct tenon *, unsigned index, bool up);

/* A frame has arrived: borrowed until the call returns. checked: enum tenon_offload bits of what
 * the driver has verified. Returns the packet's fate, already counted. */
enum tenon_fate tenon_input(struct tenon *, unsigned link, const void *frame, size_t len,
			    unsigned checked);

TENON_END
#endif
