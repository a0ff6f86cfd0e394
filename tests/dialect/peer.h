/* SPDX-License-Identifier: MIT */
/* peer.h - the other side, scripted: a cable of bare IP packets whose far end is a test.
 *
 * It plays every address but ours. What it answers to a SYN or a datagram is told beforehand; a
 * connection that it accepted it acknowledges, and closes when we do. It writes down what came, as
 * words ("SYN ACK FIN,ACK UDP"), of conversations that began since the log was cleared.
 *
 * The same peer sits at the end of a TUN device of the kernel's and of a simulated wire.
 */
#ifndef TESTS_DIALECT_PEER_H
#define TESTS_DIALECT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum peer_answer {
	PEER_ACCEPTS,
	PEER_REFUSES, /* RST; ICMP port unreachable to datagrams */
	PEER_SILENT,
	PEER_REPORTS, /* an ICMP error: icmp_type, icmp_code */
	PEER_OPENS,   /* a SYN of its own: simultaneous open, and then RST to the SYN,ACK */
};

enum { PEER_PACKET_MAX = 2048, PEER_LOG_MAX = 1024, PEER_FLOWS = 64 };

/* One conversation, as its packets have it: offsets by family are peer.c's. */
struct peer_flow {
	bool is_v6, is_tcp;
	uint8_t us[16], them[16];
	uint16_t our_port, their_port;
	uint32_t next, theirs; /* the peer's SND.NXT; its RCV.NXT */
	bool opened, finished;
};

struct peer {
	enum peer_answer answer;
	uint8_t icmp_type, icmp_code;
	uint32_t delay_us; /* of each answer */
	char log[PEER_LOG_MAX];
	struct peer_flow flows[PEER_FLOWS];
	unsigned flow_count; /* the last one is the newest */
	/* Sends a packet to us, after that time. */
	void (*send)(void *context, const uint8_t *packet, size_t len, uint32_t delay_us);
	void *context;
};

/* Accepts at once, has seen nothing; send and context stay. */
void peer_reset(struct peer *);

/* A packet of ours has arrived. */
void peer_receive(struct peer *, const uint8_t *packet, size_t len);

/* On the newest TCP flow: data from the peer, the end of its data, a RST. */
void peer_send_data(struct peer *, const void *data, size_t len);
void peer_send_fin(struct peer *);
void peer_send_rst(struct peer *);
/* The SYN,ACK that a silent peer did not send, belatedly. */
void peer_send_syn_ack(struct peer *);
/* A datagram to the newest UDP flow, from this port of the last octet's address. */
void peer_send_datagram(struct peer *, uint8_t last_octet, uint16_t port, const char *text);

#endif
