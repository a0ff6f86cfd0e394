/* SPDX-License-Identifier: MIT */
/* raw.h - endpoints that speak IP itself, or echo alone.
 *
 * A raw endpoint has one protocol number and hears a copy of every packet of it that has come for
 * this host, also where a transport takes it: over IPv4 with its IP header, over IPv6 without. It
 * sends what is behind the IP header, or over IPv4, if asked, the header as well. A checksum is
 * filled in where the endpoint says it stands, and then checked on arrival; ICMPv6 always has one.
 *
 * A ping endpoint sends echo requests of one identifier, which is its port, and hears the replies.
 *
 * What has arrived is kept in pages until it is read, up to the endpoint's limit of octets and the
 * stack's of datagrams. Which ICMP errors reach an endpoint is as with UDP.
 *
 * Owns: endpoints, their datagrams.    Calls: ip, pages, trace.    Called by: socket_raw.
 */
#ifndef TENON_RAW_RAW_H
#define TENON_RAW_RAW_H

#include <tenon/socket.h>

#include "base/list.h"
#include "base/pool.h"
#include "ip/ip.h"

enum {
	RAW_CHECKSUM_AT_MAX = 62, /* the headroom of a packet has room for as much */
	RAW_NO_CHECKSUM = -1,
	RAW_ICMP_TYPES = 256,
};

enum raw_flags {
	RAW_CONNECTED = 1,
	RAW_BROADCAST = 2,
	RAW_RECEIVE_ERRORS = 4,
	RAW_HEADER_INCLUDED = 8,
	RAW_ADDRESS_ASKED = 16, /* by bind() */
	RAW_ID_ASKED = 32,
};

enum raw_news { RAW_ARRIVED = 1, RAW_FAILED = 2 };

struct raw_endpoint {
	struct list_node all;   /* on raw->all */
	struct list_node noted; /* on raw->noted while news is not 0 */
	struct list queue;      /* datagrams, oldest first */
	void *owner;
	struct ip_flow flow;   /* to the peer; its source is also that of other sends */
	struct tenon_ip local; /* what a packet must be sent to: any, or one address */
	uint32_t blocked[RAW_ICMP_TYPES / 32]; /* a bit for each ICMP type that is not heard */
	uint32_t queued_bytes;
	uint32_t receive_bytes, send_bytes;
	int16_t checksum_at; /* RAW_NO_CHECKSUM: none */
	uint16_t id;         /* of a ping endpoint's echoes; 0: none yet */
	uint16_t link;       /* 0: any */
	uint8_t version;     /* enum tenon_ip_version */
	uint8_t protocol;    /* 0: none yet */
	uint8_t flags;       /* enum raw_flags */
	uint8_t news;        /* enum raw_news */
};

struct raw {
	struct ip *ip;
	struct pages *pages;
	struct pool endpoints, datagrams;
	struct list all, noted;
	struct tenon_cause failure; /* of the endpoint that has RAW_FAILED in its news */
	bool is_ping;
};

size_t raw_need(const struct tenon_config *);
struct raw *raw_new(struct arena *, struct ip *, struct pages *, const struct tenon_config *);

/* NO_SOCKET_LEFT. A ping endpoint's protocol is its family's ICMP. */
MUST_USE enum tenon_result raw_open(struct raw *, enum tenon_ip_version, void *owner,
				    struct raw_endpoint **);
void raw_close(struct raw *, struct raw_endpoint *);

void raw_set_protocol(struct raw_endpoint *, uint8_t protocol);

/* BAD_VALUE: odd, too far behind, or ICMPv6's, which stands where it stands. */
MUST_USE enum tenon_result raw_set_checksum(struct raw_endpoint *, int at);

/* What options say of an endpoint; may change at any time. */
struct raw_terms {
	uint16_t link;
	uint8_t hop_limit, traffic_class;
	uint8_t flags; /* RAW_BROADCAST, RAW_RECEIVE_ERRORS */
	bool is_unrouted;
};
void raw_set(struct raw_endpoint *, const struct raw_terms *);

/* The address is ours. A ping endpoint gets its identifier: PORT_TAKEN, NO_PORT_LEFT. */
MUST_USE enum tenon_result raw_bind(struct raw *, struct raw_endpoint *,
				    const struct tenon_endpoint *);

/* BROADCAST_DENIED, NO_PORT_LEFT, and ip_route's. */
MUST_USE enum tenon_result raw_connect(struct raw *, struct raw_endpoint *,
				       const struct tenon_endpoint *);
void raw_disconnect(struct raw_endpoint *);

struct raw_sending {
	const struct tenon_slice *slices;
	unsigned count;
	size_t len;
	struct ip_flow flow;
};

/* The flow to that endpoint, or to the peer if it is NULL. NO_DESTINATION, and raw_connect's. */
MUST_USE enum tenon_result raw_prepare(struct raw *, struct raw_endpoint *,
				       const struct tenon_endpoint *to, struct raw_sending *);

/* BAD_VALUE (no header, no echo request, no room for the checksum), MESSAGE_TOO_LONG, NO_MEMORY,
 * and ip_send's. */
MUST_USE enum tenon_result raw_send(struct raw *, const struct raw_endpoint *,
				    struct raw_sending *);

struct raw_reading {
	const struct tenon_room *room;
	unsigned count;
	bool is_peek;
};

/* The oldest datagram. WOULD_BLOCK. */
MUST_USE enum tenon_result raw_receive(struct raw *, struct raw_endpoint *,
				       const struct raw_reading *, struct tenon_received *);

size_t raw_datagram_size(void);
void raw_drop_all(struct raw *, struct raw_endpoint *);
size_t raw_waiting(const struct raw_endpoint *);

/* The row's functions, as ip/transport.h has them. */
bool raw_overhears(struct raw *, const struct ip_arrival *);
bool raw_report(struct raw *, const struct icmp_report *);
bool raw_pool_use(const struct raw *, unsigned index, struct tenon_pool_use *);

/* The next endpoint with news, or NULL. */
struct raw_endpoint *raw_take_noted(struct raw *, unsigned *news);
void raw_note(struct raw *, struct raw_endpoint *, unsigned news);

#endif
