/* SPDX-License-Identifier: MIT */
/* peer_wire.h - the scripted peer's packets: built and read with the core's wire/. */
#ifndef TENON_TESTS_PEER_WIRE_H
#define TENON_TESTS_PEER_WIRE_H

#include "test.h"

#include "wire/pseudo.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

enum { FIN = TCP_FIN, SYN = TCP_SYN, RST = TCP_RST, PSH = TCP_PSH, ACK = TCP_ACK, URG = TCP_URG };

enum { PEER_PACKET = 2048 };

/* A number that the harness chooses where the peer sends, or that any will do for. */
#define AUTO INT64_MIN

/* A segment as a scenario writes it. Numbers are relative, the window as in the header. */
struct segment {
	int64_t seq, ack, wnd;
	uint8_t flags;
	uint16_t len; /* of the text */
	uint16_t urgent;
	uint16_t from_port, to_port; /* 0: the connection's */
	bool has_mss, has_scale, has_ts, no_ts;
	uint16_t mss;
	uint8_t scale;
	int64_t ts_value, ts_echo;
	struct bytes raw_options; /* instead of those above */
	bool corrupt;             /* the checksum is wrong */
	const struct tenon_ip *from, *to;
};

/* A segment that the stack has sent; seq and ack are relative. */
struct caught {
	uint64_t at_us;
	uint32_t seq, ack;
	uint16_t wnd, urgent, len;
	uint16_t src_port, dst_port;
	uint8_t flags, hop_limit, traffic_class;
	bool dont_fragment;
	size_t packet_len;
	struct tenon_ip from, to;
	struct tcp_options options;
	size_t options_len;
	uint8_t text[PEER_PACKET];
};

/* The octet of the streams' pattern with that relative number. */
uint8_t pattern(uint32_t number);

/* Writes an IP packet with this TCP header and text; its length. */
size_t peer_emit_tcp(uint8_t *to, const struct pseudo_header *, const struct tcp_header *,
		     struct bytes text);

/* Reads what the stack has sent, which must be without fault; numbers are still absolute. */
void peer_parse_tcp(struct caught *, struct bytes packet);

/* An ICMP or ICMPv6 error, by the family of the addresses; its length. */
struct peer_icmp {
	struct tenon_ip from, to;
	uint8_t type, code;
	uint32_t rest;
};
size_t peer_emit_icmp(uint8_t *to, const struct peer_icmp *, struct bytes quote);

#endif
