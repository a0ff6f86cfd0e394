/* SPDX-License-Identifier: MIT */
/* udp.h - RFC 768: endpoints that send datagrams and receive them.
 *
 * An endpoint has a port, the address that datagrams must be sent to (or any), and perhaps a peer,
 * from whom alone it then receives. What bind() was asked for stays until the endpoint is closed;
 * what was chosen for it (a port, by the first send or connect; an address, by connect) goes when
 * the peer is dissolved. That, the choice among several endpoints (udp_table.h) and which ICMP
 * errors reach whom are Linux's.
 *
 * A datagram that has arrived is kept in pages until it is read, up to the endpoint's limit of
 * octets and the stack's of datagrams. Nothing waits on the way out. Not here: joining datagrams
 * out of several sends, the error queue, groups.
 *
 * Owns: endpoints, datagrams.    Calls: ip, pages, trace, wire/udp.
 * Called by: socket_udp, and through its row stack.
 */
#ifndef TENON_UDP_UDP_H
#define TENON_UDP_UDP_H

#include <tenon/socket.h>

#include "ip/ip.h"
#include "udp/udp_table.h"
#include "wire/pseudo.h"

enum {
	UDP_PAYLOAD_MAX = 65527,    /* RFC 768's length less the header */
	UDP_PAYLOAD_MAX_V4 = 65507, /* RFC 791's total length less both */
};

enum udp_flags {
	UDP_REUSE_ADDRESS = 1,
	UDP_REUSE_PORT = 2,
	UDP_BROADCAST = 4,
	UDP_V6_ONLY = 8,
	UDP_RECEIVE_ERRORS = 16,
	UDP_ADDRESS_ASKED = 32, /* by bind() */
	UDP_PORT_ASKED = 64,
	UDP_CONNECTED = 128,
};

enum udp_news { UDP_ARRIVED = 1, UDP_FAILED = 2 };

struct udp_endpoint {
	struct hash_node by_port, by_place; /* in the table while port is not 0 */
	struct list_node noted;             /* on udp->noted while news is not 0 */
	struct list queue;                  /* datagrams, oldest first */
	void *owner;
	struct ip_flow flow;   /* to the peer; its source is also that of other sends */
	struct tenon_ip local; /* what a datagram must be sent to: any, or one address */
	uint32_t queued_bytes; /* pages and records of what is queued */
	uint32_t receive_bytes, send_bytes;
	uint16_t port, peer_port;
	uint16_t link;   /* 0: any */
	uint8_t version; /* enum tenon_ip_version */
	uint8_t flags;   /* enum udp_flags */
	uint8_t news;    /* enum udp_news */
};

struct udp {
	struct ip *ip;
	struct pages *pages;
	struct pool endpoints, datagrams;
	struct udp_table table;
	struct list noted;
	struct tenon_cause failure; /* of the endpoint that has UDP_FAILED in its news */
};

size_t udp_need(const struct tenon_config *);
struct udp *udp_new(struct arena *, struct ip *, struct pages *, const struct tenon_config *);

/* An endpoint without port; NO_SOCKET_LEFT. */
MUST_USE enum tenon_result udp_open(struct udp *, enum tenon_ip_version, void *owner,
				    struct udp_endpoint **);
/* Always takes the endpoint and what is queued in it. */
void udp_close(struct udp *, struct udp_endpoint *);

/* What options say of an endpoint; may change at any time. */
struct udp_terms {
	uint16_t link;
	uint8_t hop_limit, traffic_class;
	uint8_t flags; /* enum udp_flags, all of them */
	bool is_unrouted;
};
void udp_set(struct udp_endpoint *, const struct udp_terms *);

/* The address is ours, a group or a broadcast address; port 0 asks for any one, unless is_later:
 * then the port comes with the first use. PORT_TAKEN, NO_PORT_LEFT. */
MUST_USE enum tenon_result udp_bind(struct udp *, struct udp_endpoint *,
				    const struct tenon_endpoint *, bool is_later);

/* A port if it has none yet: NO_DATAGRAM_PORT_LEFT. */
MUST_USE enum tenon_result udp_bind_any(struct udp *, struct udp_endpoint *);

/* The peer, in place of an earlier one; a port and a source are chosen if there is none yet, and
 * the port stays when the rest fails. NO_DATAGRAM_PORT_LEFT, BROADCAST_DENIED, TUPLE_TAKEN (unless
 * behavior.datagram_tuple_may_repeat), and ip_route's. */
MUST_USE enum tenon_result udp_connect(struct udp *, struct udp_endpoint *,
				       const struct tenon_endpoint *);
void udp_disconnect(struct udp *, struct udp_endpoint *);

/* A datagram that leaves. udp_prepare chooses its flow and port. */
struct udp_sending {
	const struct tenon_slice *slices;
	unsigned count;
	uint16_t port;
	struct ip_flow flow;
};

/* The flow to that endpoint, or to the peer if it is NULL. NO_DESTINATION, NO_DATAGRAM_PORT_LEFT,
 * BAD_VALUE (port 0), BROADCAST_DENIED, and ip_route's. */
MUST_USE enum tenon_result udp_prepare(struct udp *, struct udp_endpoint *,
				       const struct tenon_endpoint *to, struct udp_sending *);

/* The longest datagram that the flow's family has a length for. */
static inline uint32_t udp_payload_max(const struct ip_flow *flow)
{
	return tenon_ip_is_v4(&flow->destination) ? UDP_PAYLOAD_MAX_V4 : UDP_PAYLOAD_MAX;
}

/* Sends one datagram. MESSAGE_TOO_LONG, NO_MEMORY (to gather many slices), and ip_send's. */
MUST_USE enum tenon_result udp_send(struct udp *, const struct udp_endpoint *,
				    struct udp_sending *);

/* Where a datagram is read to; a peek leaves it queued. */
struct udp_reading {
	const struct tenon_room *room;
	unsigned count;
	bool is_peek;
};

/* The oldest datagram. WOULD_BLOCK. */
MUST_USE enum tenon_result udp_receive(struct udp *, struct udp_endpoint *,
				       const struct udp_reading *, struct tenon_received *);

/* Octets of the record that a queued datagram is, besides its pages. */
size_t udp_datagram_size(void);

/* Forgets all that is queued. */
void udp_drop_all(struct udp *, struct udp_endpoint *);

/* The oldest datagram's length; 0 if there is none. */
size_t udp_waiting(const struct udp_endpoint *);

/* The row's functions, as ip/transport.h has them. */
enum fate udp_arrives(struct udp *, const struct ip_arrival *);
bool udp_report(struct udp *, const struct icmp_report *);

/* The next endpoint with news, which are then forgotten; NULL if there is none. */
struct udp_endpoint *udp_take_noted(struct udp *, unsigned *news);

bool udp_pool_use(const struct udp *, unsigned index, struct tenon_pool_use *);

#endif
