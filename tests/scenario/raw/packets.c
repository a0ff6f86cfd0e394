/* SPDX-License-Identifier: MIT */
/* Raw and ping sockets: what they hear, what they send, what they are told. */
#include "pair.h"

#include <string.h>

enum { UDP = 17, ICMP4 = 1, ICMP6 = 58, OTHER = 200, PORT = 9, ROOM = 2048 };

struct heard {
	uint8_t octets[ROOM];
	size_t len;
	struct tenon_endpoint from;
};

static void with_raw(struct tenon_config *config)
{
	static const struct tenon_transport *const transports[] = { &tenon_udp, &tenon_raw,
								    &tenon_ping, NULL };

	config->transports = transports;
	config->fragments = &tenon_fragments;
	config->limits.raw_sockets = 2;
	config->limits.raw_datagrams = 2;
}

static struct pair *raw_pair(void)
{
	return pair_new(&(struct pair_terms){ .change = with_raw });
}

static void end(struct pair *p)
{
	pair_run(p);
	assert_int_equal(pair_pool_used(p->a.stack, "raw endpoints"), 0);
	assert_int_equal(pair_pool_used(p->a.stack, "raw datagrams"), 0);
	assert_int_equal(pair_pool_used(p->a.stack, "ping endpoints"), 0);
	assert_int_equal(pair_pool_used(p->a.stack, "ping datagrams"), 0);
	pair_end(p);
}

static struct tenon_socket *raw_socket(struct pair *p, const struct family *f, int protocol)
{
	struct tenon_socket *s;

	assert_result(tenon_open(p->a.stack, f->version, TENON_RAW, &s), OK);
	assert_result(tenon_option_set(s, TENON_OPTION_PROTOCOL, protocol), OK);
	return s;
}

static enum tenon_result sends(struct tenon_socket *s, const struct tenon_endpoint *to,
			       const void *octets, size_t len)
{
	struct tenon_slice slice = { octets, len };
	size_t sent;

	return tenon_send(s, &(struct tenon_message){ .slices = &slice, .count = 1, .to = to },
			  &sent);
}

static enum tenon_result takes(struct tenon_socket *s, struct heard *h)
{
	struct tenon_room room = { h->octets, sizeof h->octets };
	struct tenon_received received;
	enum tenon_result result = tenon_receive(s, &room, 1, 0, &received);

	h->len = received.len;
	h->from = received.from;
	return result;
}

static uint16_t sum_of(const uint8_t *octets, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Over IPv4 the copy begins with the IP header; the socket that it is for has it as well. */
BOTH(a_raw_socket_hears_a_copy)
{
	struct pair *p = raw_pair();
	struct tenon_socket *raw = raw_socket(p, f, UDP), *udp, *peer;
	struct tenon_endpoint here = at(f->a, PORT);
	size_t header_len = f->version == TENON_IP_V4 ? 20 : 0;
	struct heard h;

	assert_result(tenon_open(p->a.stack, f->version, TENON_DATAGRAM, &udp), OK);
	assert_result(tenon_open(p->b.stack, f->version, TENON_DATAGRAM, &peer), OK);
	assert_result(tenon_bind(udp, &here), OK);
	assert_result(say(peer, &here, "to both"), OK);
	pair_run(p);
	hears(udp, "to both", NULL);
	assert_int_equal(tenon_readiness(raw) & TENON_READABLE, TENON_READABLE);
	assert_result(takes(raw, &h), OK);
	assert_int_equal(h.len, header_len + 8 + 7);
	assert_memory_equal(h.octets + header_len + 8, "to both", 7);
	assert_int_equal(h.octets[header_len + 3], PORT);
	assert_true(tenon_ip_equal(&h.from.ip, &f->b));
	assert_result(takes(raw, &h), WOULD_BLOCK);
	tenon_close(raw);
	tenon_close(udp);
	tenon_close(peer);
	end(p);
}

/* A protocol is known as long as a raw socket speaks it; then its sender is told. */
BOTH(a_raw_socket_makes_a_protocol_known)
{
	struct pair *p = raw_pair();
	struct tenon_socket *from = raw_socket(p, f, OTHER), *to = raw_socket(p, f, OTHER);
	struct tenon_endpoint self = at(f->a, 0), there = at(f->b, 0);
	struct heard h;

	assert_result(tenon_bind(to, &self), OK);
	assert_result(sends(from, &self, "abc", 3), OK);
	pair_run(p);
	assert_result(takes(to, &h), OK);
	assert_memory_equal(h.octets + h.len - 3, "abc", 3);
	assert_result(takes(from, &h), OK);
	assert_result(tenon_connect(from, &there), OK);
	assert_result(sends(from, NULL, "12345678", 8), OK);
	pair_run(p);
	assert_int_equal(tenon_take_error(from), f->version == TENON_IP_V4
							 ? TENON_ICMP_PROTOCOL_UNREACHABLE
							 : TENON_ICMP6_NEXT_HEADER);
	assert_result(sends(to, NULL, "abc", 3), NO_DESTINATION);
	tenon_close(from);
	tenon_close(to);
	end(p);
}

/* IP_HDRINCL: what the maker left open is filled in, the rest is his. */
TEST(a_header_that_is_included_is_completed_and_kept)
{
	uint8_t packet[24] = { 0x45, 0x20, [8] = 7, [9] = OTHER, [16] = 10, 1, 0, 2, 'a', 'b' };
	struct pair *p = raw_pair();
	struct tenon_socket *s = raw_socket(p, &pair_v4, 255);
	struct tenon_endpoint to = at(pair_v4.b, 0);
	const uint8_t *sent = p->a.last.octets;

	assert_result(tenon_option_set(s, TENON_OPTION_HEADER_INCLUDED, 1), OK);
	assert_result(sends(s, &to, packet, sizeof packet), OK);
	assert_int_equal(p->a.last.len, sizeof packet);
	assert_int_equal(sent[1], 0x20);
	assert_int_equal(sent[3], sizeof packet);
	assert_int_equal(sent[8], 7);
	assert_int_equal(sent[9], OTHER);
	assert_memory_equal(sent + 12, pair_v4.a.octets + 12, 4);
	assert_int_equal(sum_of(sent, 20, 0), 0xffff);
	assert_memory_equal(sent + 20, "ab", 2);
	packet[0] = 0x46;
	assert_result(sends(s, &to, packet, 23), BAD_VALUE);
	packet[0] = 0x44;
	assert_result(sends(s, &to, packet, sizeof packet), BAD_VALUE);
	assert_result(sends(s, &to, packet, 19), BAD_VALUE);
	tenon_close(s);
	s = raw_socket(p, &pair_v6, 255);
	assert_result(tenon_option_set(s, TENON_OPTION_HEADER_INCLUDED, 1), UNSUPPORTED);
	tenon_close(s);
	end(p);
}

/* IPV6_CHECKSUM: filled in on the way out, and judged on the way in. */
TEST(a_checksum_stands_where_the_socket_says)
{
	const uint8_t message[] = { 1, 2, 3, 4, 0xff, 0xff, 5 };
	struct pair *p = raw_pair();
	struct tenon_socket *s = raw_socket(p, &pair_v6, OTHER), *icmp;
	struct tenon_endpoint to = at(pair_v6.b, 0);
	uint32_t pseudo = sizeof message + OTHER;

	assert_result(tenon_option_set(s, TENON_OPTION_CHECKSUM_AT, 3), BAD_VALUE);
	assert_result(tenon_option_set(s, TENON_OPTION_CHECKSUM_AT, 64), BAD_VALUE);
	assert_result(tenon_option_set(s, TENON_OPTION_CHECKSUM_AT, 4), OK);
	assert_result(sends(s, &to, message, 5), BAD_VALUE);
	assert_result(sends(s, &to, message, sizeof message), OK);
	assert_int_equal(p->a.last.len, 40 + sizeof message);
	assert_int_equal(sum_of(p->a.last.octets + 40, sizeof message,
				sum_of(p->a.last.octets + 8, 32, pseudo)),
			 0xffff);
	assert_memory_equal(p->a.last.octets + 40, message, 4);
	assert_int_equal(p->a.last.octets[46], 5);
	icmp = raw_socket(p, &pair_v6, ICMP6);
	assert_result(tenon_option_set(icmp, TENON_OPTION_CHECKSUM_AT, 2), BAD_VALUE);
	tenon_close(icmp);
	tenon_close(s);
	end(p);
}

TEST(a_packet_whose_checksum_is_wrong_is_not_heard)
{
	const uint8_t message[] = { 1, 2, 3, 4, 0, 0 };
	struct pair *p = raw_pair();
	struct tenon_socket *s = raw_socket(p, &pair_v6, OTHER);
	struct tenon_endpoint to = at(pair_v6.b, 0);
	uint8_t packet[46];
	struct heard h;

	assert_result(tenon_option_set(s, TENON_OPTION_CHECKSUM_AT, 4), OK);
	assert_result(sends(s, &to, message, sizeof message), OK);
	memcpy(packet, p->a.last.octets, sizeof packet);
	memcpy(packet + 8, pair_v6.b.octets, 16);
	memcpy(packet + 24, pair_v6.a.octets, 16);
	assert_fate(pair_arrives(&p->a, packet, sizeof packet), DELIVERED);
	assert_result(takes(s, &h), OK);
	assert_int_equal(h.len, sizeof message);
	packet[40]++;
	assert_fate(pair_arrives(&p->a, packet, sizeof packet), IP_PROTOCOL_UNKNOWN);
	assert_result(takes(s, &h), WOULD_BLOCK);
	tenon_close(s);
	end(p);
}

static struct tenon_socket *ping_socket(struct pair *p, const struct family *f, uint16_t id)
{
	struct tenon_endpoint here = at(f->any, id);
	struct tenon_socket *s;

	assert_result(tenon_open(p->a.stack, f->version, TENON_PING, &s), OK);
	assert_result(tenon_bind(s, &here), OK);
	return s;
}

BOTH(a_ping_is_answered_to_the_socket_of_its_identifier)
{
	bool v4 = f->version == TENON_IP_V4;
	uint8_t echo[] = { v4 ? 8 : 128, 0, 9, 9, 9, 9, 0, 3, 'h', 'i' };
	struct pair *p = raw_pair();
	struct tenon_socket *s = ping_socket(p, f, 77), *other = ping_socket(p, f, 78);
	struct tenon_endpoint to = at(f->b, 0), shown;
	struct heard h;

	assert_result(sends(s, &to, echo, sizeof echo), OK);
	pair_run(p);
	assert_result(takes(s, &h), OK);
	assert_int_equal(h.len, sizeof echo);
	assert_int_equal(h.octets[0], v4 ? 0 : 129);
	assert_int_equal(h.octets[5], 77);
	assert_int_equal(h.octets[7], 3);
	assert_memory_equal(h.octets + 8, "hi", 2);
	assert_result(takes(other, &h), WOULD_BLOCK);
	tenon_local(s, &shown);
	assert_int_equal(shown.port, 77);
	echo[0]++;
	assert_result(sends(s, &to, echo, sizeof echo), BAD_VALUE);
	assert_result(sends(s, &to, echo, 7), BAD_VALUE);
	tenon_close(s);
	tenon_close(other);
	end(p);
}

BOTH(an_identifier_is_one_sockets_only_and_chosen_where_none_is_asked)
{
	const uint8_t echo[8] = { f->version == TENON_IP_V4 ? 8 : 128 };
	struct pair *p = raw_pair();
	struct tenon_socket *s = ping_socket(p, f, 77), *other;
	struct tenon_endpoint taken = at(f->any, 77), to = at(f->b, 0), shown;
	struct heard h;

	assert_result(tenon_open(p->a.stack, f->version, TENON_PING, &other), OK);
	assert_result(tenon_bind(other, &taken), PORT_TAKEN);
	assert_result(sends(other, &to, echo, sizeof echo), OK);
	tenon_local(other, &shown);
	assert_int_not_equal(shown.port, 0);
	assert_int_not_equal(shown.port, 77);
	pair_run(p);
	assert_result(takes(other, &h), OK);
	tenon_close(s);
	tenon_close(other);
	end(p);
}

BOTH(blocked_types_are_not_heard)
{
	bool v4 = f->version == TENON_IP_V4;
	const uint8_t echo[8] = { v4 ? 8 : 128 };
	uint32_t types[8] = { 0 };
	struct pair *p = raw_pair();
	struct tenon_socket *raw = raw_socket(p, f, v4 ? ICMP4 : ICMP6), *s;
	struct tenon_endpoint to = at(f->b, 0);
	struct heard h;

	s = ping_socket(p, f, 5);
	assert_result(sends(s, &to, echo, sizeof echo), OK);
	pair_run(p);
	assert_result(takes(raw, &h), OK);
	types[v4 ? 0 : 4] = v4 ? 1 : 2;
	assert_result(tenon_icmp_block(raw, types), OK);
	assert_result(sends(s, &to, echo, sizeof echo), OK);
	pair_run(p);
	assert_result(takes(raw, &h), WOULD_BLOCK);
	assert_result(tenon_icmp_block(s, types), UNSUPPORTED);
	tenon_close(raw);
	tenon_close(s);
	end(p);
}

BOTH(what_finds_no_room_is_lost_to_the_raw_socket_alone)
{
	struct pair *p = raw_pair();
	struct tenon_socket *s = raw_socket(p, f, OTHER), *second = raw_socket(p, f, OTHER + 1),
			    *third;
	struct tenon_endpoint self = at(f->a, 0);
	struct heard h;
	int i;

	assert_result(tenon_open(p->a.stack, f->version, TENON_RAW, &third), NO_SOCKET_LEFT);
	for (i = 0; i < 3; i++)
		assert_result(sends(s, &self, "x", 1), OK);
	pair_run(p);
	assert_result(takes(s, &h), OK);
	assert_result(takes(s, &h), OK);
	assert_result(takes(s, &h), WOULD_BLOCK);
	tenon_close(s);
	tenon_close(second);
	end(p);
}

/* What is too long for the link goes in parts. */
BOTH(long_packets_are_cut)
{
	static const uint8_t octets[1900];
	struct pair *p = raw_pair();
	struct tenon_socket *s = raw_socket(p, f, OTHER);
	struct tenon_endpoint to = at(f->b, 0);

	p->a.sent = 0;
	assert_result(sends(s, &to, octets, sizeof octets), OK);
	assert_int_equal(p->a.sent, 2);
	tenon_close(s);
	end(p);
}
