/* SPDX-License-Identifier: MIT */
/* host.h - the host that programs run on: a stack, its links and addresses, its capture.
 *
 * Link 1 is the loopback, `lo`, that every stack has; link 2, with a lab, is `lab0`.
 */
#ifndef RUN_HOST_H
#define RUN_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include <tenon/tenon.h>

#include "capture.h"
#include "lab_link.h"

enum {
	HOST_ADDRESSES_MAX = LAB_ADDRESSES_MAX,
	HOST_LINK_LOOPBACK = 1,
	HOST_LINK_LAB = 2,
	HOST_MTU_LOOPBACK = 65535,
	HOST_MTU_LAB = LAB_FRAME_MAX - 14
};

struct host_address {
	struct tenon_ip ip;
	unsigned prefix_len;
};

/* What the user asked for. */
struct host_plan {
	const char *lab;  /* NULL: loopback only */
	const char *pcap; /* NULL: no capture */
	bool has_seed;
	uint64_t seed;
	unsigned addresses_count;
	struct host_address addresses[HOST_ADDRESSES_MAX];
};

struct host {
	const struct host_plan *plan;
	struct tenon *stack;
	void *memory;
	size_t size;
	struct lab_link lab; /* fd -1: none */
	uint8_t mac[6];      /* of lab0 */
	struct capture capture;
	unsigned closing; /* connections whose last octets or FIN the peer has not acknowledged */
	unsigned half_closed; /* in FIN-WAIT-2: the peer's FIN is to come */
};

/* Makes the host; plan must outlive it. On failure one line on stderr says what, where and what to
 * do, and false is returned. */
bool host_open(struct host *, const struct host_plan *);
void host_close(struct host *);

/* How many links there are; their indices begin at 1. */
unsigned host_links(const struct host *);

/* The first IPv4 address of a link, or NULL. */
const struct host_address *host_first_ip4(const struct host *, unsigned link);

/* The name of a link by its index, or NULL. */
const char *host_link_name(unsigned link);

#endif
