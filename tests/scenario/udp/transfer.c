/* SPDX-License-Identifier: MIT */
/* Datagrams on their way: lengths, buffers, broadcast, several receivers. */
#include "pair.h"

#include <string.h>

struct talk {
	struct pair *p;
	struct tenon_socket *client, *server;
	struct tenon_endpoint to;
};

static struct tenon_socket *bound(struct tenon *t, const struct family *f, uint16_t port)
{
	struct tenon_endpoint local = at(f->any, port);
	struct tenon_socket *s;

	assert_result(tenon_open(t, f->version, TENON_DATAGRAM, &s), OK);
	assert_result(tenon_option_set(s, TENON_OPTION_REUSE_ADDRESS, 1), OK);
	assert_result(tenon_bind(s, &local), OK);
	return s;
}

static struct talk begin(const struct family *f)
{
	struct talk t = { .p = pair_new(&(struct pair_terms){ .is_ethernet = false }) };

	assert_result(tenon_open(t.p->a.stack, f->version, TENON_DATAGRAM, &t.client), OK);
	t.server = bound(t.p->b.stack, f, 53);
	t.to = at(f->b, 53);
	return t;
}

static void end(struct talk *t)
{
	tenon_close(t->client);
	tenon_close(t->server);
	pair_end(t->p);
}

/* RFC 768: a datagram may be empty; it is one all the same. */
BOTH(an_empty_datagram_arrives)
{
	struct talk t = begin(f);

	assert_result(say(t.client, &t.to, ""), OK);
	assert_result(say(t.client, &t.to, "after"), OK);
	pair_run(t.p);
	assert_int_equal(tenon_readiness(t.server), TENON_READABLE | TENON_WRITABLE);
	hears(t.server, "", NULL);
	hears(t.server, "after", NULL);
	hears_nothing(t.server);
	end(&t);
}

BOTH(a_datagram_fills_several_rooms_and_may_be_peeked)
{
	struct talk t = begin(f);
	char first[3], second[4];
	struct tenon_room rooms[] = { { first, sizeof first }, { second, sizeof second } };
	struct tenon_received received;
	int i;

	assert_result(say(t.client, &t.to, "abcdefghij"), OK);
	pair_run(t.p);
	assert_int_equal(tenon_waiting(t.server), 10);
	for (i = 0; i < 2; i++) {
		assert_result(tenon_receive(t.server, rooms, 2, i == 0 ? TENON_PEEK : 0, &received),
			      OK);
		assert_int_equal(received.len, 7);
		assert_int_equal(received.whole_len, 10);
		assert_int_equal(received.flags, TENON_TRUNCATED);
		assert_memory_equal(first, "abc", 3);
		assert_memory_equal(second, "defg", 4);
	}
	hears_nothing(t.server);
	end(&t);
}

/* More slices than a packet can point to are one datagram all the same. */
BOTH(many_slices_are_one_datagram)
{
	struct talk t = begin(f);
	struct tenon_slice slices[100];
	char expected[101] = { 0 };
	size_t sent, i;

	for (i = 0; i < 100; i++) {
		slices[i] = (struct tenon_slice){ &"0123456789"[i % 10], 1 };
		expected[i] = (char)('0' + i % 10);
	}
	assert_result(tenon_send(t.client,
				 &(struct tenon_message){
					 .slices = slices, .count = 100, .to = &t.to },
				 &sent),
		      OK);
	pair_run(t.p);
	hears(t.server, expected, NULL);
	end(&t);
}

BOTH(a_datagram_longer_than_any_can_be_is_refused)
{
	static char octets[65508];
	struct talk t = begin(f);
	struct tenon_slice slice = { octets, sizeof octets };
	struct tenon_message message = { .slices = &slice, .count = 1, .to = &t.to };
	size_t sent;

	assert_result(tenon_send(t.client, &message, &sent), MESSAGE_TOO_LONG);
	assert_int_equal(sent, 0);
	assert_result(say(t.client, &t.to, "short"), OK);
	end(&t);
}

/* LX-09: without a peer and without an address there is nobody to send to; port 0 is nobody. */
BOTH(a_send_needs_a_destination)
{
	struct talk t = begin(f);
	struct tenon_endpoint nobody = at(f->b, 0);

	assert_result(say(t.client, NULL, "?"), NO_DESTINATION);
	assert_result(say(t.client, &nobody, "?"), BAD_VALUE);
	end(&t);
}

/* A full receive buffer loses the newest; each loss has its fate. Whole pages count. */
BOTH(a_full_receive_buffer_drops_the_newest)
{
	struct talk t = begin(f);
	uint64_t dropped;
	unsigned heard = 0, i;

	assert_result(tenon_option_set(t.server, TENON_OPTION_RECEIVE_BYTES, 22000), OK);
	for (i = 0; i < 50; i++)
		assert_result(say(t.client, &t.to, "0123456789"), OK);
	pair_run(t.p);
	dropped = tenon_fate_count(t.p->b.stack, TENON_FATE_UDP_QUEUE_FULL);
	for (; tenon_waiting(t.server) != 0; heard++)
		hears(t.server, "0123456789", NULL);
	assert_in_range(heard, 5, 11);
	assert_int_equal(heard + dropped, 50);

	assert_result(say(t.client, &t.to, "room again"), OK);
	pair_run(t.p);
	hears(t.server, "room again", NULL);
	end(&t);
}

/* LX-25: a subnet's broadcast address needs BROADCAST, in connect() and in send(). */
TEST(broadcast_needs_permission)
{
	struct talk t = begin(&pair_v4);
	struct tenon_endpoint all = at(tenon_ip4(10, 1, 0, 255), 53);
	struct tenon_endpoint limited = at(tenon_ip4(255, 255, 255, 255), 53);

	assert_result(say(t.client, &all, "?"), BROADCAST_DENIED);
	assert_result(tenon_connect(t.client, &all), BROADCAST_DENIED);
	assert_result(tenon_connect(t.client, &limited), NO_ROUTE);
	assert_result(tenon_option_set(t.client, TENON_OPTION_BROADCAST, 1), OK);
	assert_result(tenon_connect(t.client, &all), OK);
	assert_result(say(t.client, NULL, "all"), OK);
	pair_run(t.p);
	hears(t.server, "all", NULL);
	end(&t);
}

/* LX-25, linux: 255.255.255.255 leaves by the link of the source, where there is one. */
TEST(a_limited_broadcast_leaves_by_the_link_of_its_source)
{
	struct talk t = begin(&pair_v4);
	struct tenon_endpoint limited = at(tenon_ip4(255, 255, 255, 255), 53);
	struct tenon_endpoint own = at(pair_v4.a, 0);

	assert_result(tenon_option_set(t.client, TENON_OPTION_BROADCAST, 1), OK);
	assert_result(say(t.client, &limited, "?"), NO_ROUTE);
	tenon_close(t.client);
	assert_result(tenon_open(t.p->a.stack, TENON_IP_V4, TENON_DATAGRAM, &t.client), OK);
	assert_result(tenon_option_set(t.client, TENON_OPTION_BROADCAST, 1), OK);
	assert_result(tenon_bind(t.client, &own), OK);
	assert_result(say(t.client, &limited, "all"), OK);
	pair_run(t.p);
	hears(t.server, "all", NULL);
	end(&t);
}

/* RFC 1122 4.1.3: a broadcast or multicast comes to every socket that may have it. */
TEST(a_broadcast_comes_to_every_socket_of_its_port)
{
	struct talk t = begin(&pair_v4);
	struct tenon_socket *second = bound(t.p->b.stack, &pair_v4, 53);
	struct tenon_socket *v6 = bound(t.p->b.stack, &pair_v6, 53);
	struct tenon_socket *other = bound(t.p->b.stack, &pair_v4, 54);
	struct tenon_endpoint all = at(tenon_ip4(10, 1, 0, 255), 53), from;

	assert_result(tenon_option_set(t.client, TENON_OPTION_BROADCAST, 1), OK);
	assert_result(say(t.client, &all, "to all"), OK);
	pair_run(t.p);
	hears(t.server, "to all", &from);
	assert_memory_equal(&from.ip, &pair_v4.a, sizeof from.ip);
	hears(second, "to all", NULL);
	hears(v6, "to all", NULL);
	hears_nothing(other);
	tenon_close(second);
	tenon_close(v6);
	tenon_close(other);
	end(&t);
}

/* A damaged datagram is dropped, whoever it was for. */
BOTH(a_wrong_checksum_is_dropped)
{
	struct talk t = begin(f);
	uint8_t frame[PAIR_FRAME];
	size_t len;

	t.p->a.is_cut = true;
	assert_result(say(t.client, &t.to, "hello"), OK);
	len = t.p->a.last.len;
	memcpy(frame, t.p->a.last.octets, len);
	frame[len - 1] ^= 1;
	assert_fate(pair_arrives(&t.p->b, frame, len), UDP_CHECKSUM);
	hears_nothing(t.server);

	frame[len - 1] ^= 1;
	assert_fate(pair_arrives(&t.p->b, frame, len), DELIVERED);
	hears(t.server, "hello", NULL);
	end(&t);
}

/* RFC 768: a checksum of zero says that there is none; RFC 8200 8.1: over IPv6 there must be one.
 */
BOTH(a_missing_checksum_is_right_over_ipv4_only)
{
	struct talk t = begin(f);
	uint8_t frame[PAIR_FRAME];
	bool v4 = f->version == TENON_IP_V4;
	unsigned checked;

	t.p->a.is_cut = true;
	assert_result(say(t.client, &t.to, "hello"), OK);
	memcpy(frame, t.p->a.last.octets, t.p->a.last.len);
	frame[f->header_len + 6] = frame[f->header_len + 7] = 0;
	for (checked = 0; checked <= TENON_OFFLOAD_CHECKSUM; checked++) {
		assert_int_equal(tenon_input(t.p->b.stack, t.p->b.link, frame, t.p->a.last.len,
					     checked),
				 v4 ? TENON_FATE_DELIVERED : TENON_FATE_UDP_CHECKSUM);
		if (v4)
			hears(t.server, "hello", NULL);
	}
	end(&t);
}

/* Every length of a datagram that its octets cannot have is refused without reading beyond them. */
BOTH(no_length_is_believed)
{
	struct talk t = begin(f);
	uint8_t frame[PAIR_FRAME];
	size_t len, length;

	t.p->a.is_cut = true;
	assert_result(say(t.client, &t.to, "hello"), OK);
	len = t.p->a.last.len;
	for (length = 0; length < 65536; length += length < 30 ? 1 : 977) {
		memcpy(frame, t.p->a.last.octets, len);
		frame[f->header_len + 4] = (uint8_t)(length >> 8);
		frame[f->header_len + 5] = (uint8_t)length;
		if (length != 13)
			assert_int_not_equal(pair_arrives(&t.p->b, frame, len),
					     TENON_FATE_DELIVERED);
	}
	end(&t);
}

/* Two sockets of one host, over the loopback. */
BOTH(datagrams_are_looped_back)
{
	struct talk t = begin(f);
	struct tenon_socket *here = bound(t.p->a.stack, f, 53);
	struct tenon_endpoint self = at(f->loopback, 53), own = at(f->a, 53), from;

	assert_result(say(t.client, &self, "by the loopback"), OK);
	assert_result(say(t.client, &own, "by our own address"), OK);
	t.p->a.sent = 0;
	pair_run(t.p);
	assert_int_equal(t.p->a.sent, 0);
	hears(here, "by the loopback", &from);
	assert_memory_equal(&from.ip, &f->loopback, sizeof from.ip);
	hears(here, "by our own address", &from);
	assert_memory_equal(&from.ip, &f->a, sizeof from.ip);
	tenon_close(here);
	end(&t);
}

/* LX-15 over the loopback: the refusal comes back to the same host. */
BOTH(a_closed_port_of_our_own_refuses)
{
	struct talk t = begin(f);
	struct tenon_endpoint self = at(f->loopback, 9);

	assert_result(tenon_connect(t.client, &self), OK);
	assert_result(say(t.client, NULL, "?"), OK);
	pair_run(t.p);
	assert_int_not_equal(tenon_take_error(t.client), TENON_OK);
	end(&t);
}

/* A shut socket sends no more; the receiver's end of it is an empty message. Linux shuts an
 * unconnected one too, saying that it cannot. */
BOTH(shutdown_ends_each_direction)
{
	struct talk t = begin(f);
	struct tenon_received received;
	char octet;
	struct tenon_room room = { &octet, 1 };

	assert_result(tenon_shutdown(t.server, TENON_RECEIVING), NOT_CONNECTED);
	assert_int_equal(tenon_readiness(t.server),
			 TENON_READABLE | TENON_WRITABLE | TENON_RECEIVE_CLOSED);
	assert_result(tenon_receive(t.server, &room, 1, 0, &received), OK);
	assert_int_equal(received.len, 0);

	assert_result(tenon_connect(t.client, &t.to), OK);
	assert_result(tenon_shutdown(t.client, TENON_SENDING), OK);
	assert_result(say(t.client, NULL, "?"), SEND_SIDE_CLOSED);
	end(&t);
}

/* Hop limit and traffic class stand in the packet, also after connect(). */
BOTH(options_stand_in_the_header)
{
	struct talk t = begin(f);
	const uint8_t *header = t.p->a.last.octets;
	bool v4 = f->version == TENON_IP_V4;

	assert_result(tenon_connect(t.client, &t.to), OK);
	assert_result(tenon_option_set(t.client, TENON_OPTION_HOP_LIMIT, 7), OK);
	assert_result(tenon_option_set(t.client, TENON_OPTION_TRAFFIC_CLASS, 0x48), OK);
	assert_result(say(t.client, NULL, "x"), OK);
	assert_int_equal(header[v4 ? 8 : 7], 7);
	assert_int_equal(v4 ? header[1] : (header[0] << 4 | header[1] >> 4) & 0xff, 0x48);
	end(&t);
}

/* SO_BINDTODEVICE: a socket of one link neither hears nor sends by another. */
BOTH(a_socket_of_one_link_is_deaf_to_others)
{
	struct talk t = begin(f);

	assert_result(tenon_option_set(t.server, TENON_OPTION_LINK, 99), NOT_FOUND);
	assert_result(tenon_option_set(t.server, TENON_OPTION_LINK, 1), OK);
	assert_result(say(t.client, &t.to, "?"), OK);
	pair_run(t.p);
	hears_nothing(t.server);
	assert_result(tenon_option_set(t.server, TENON_OPTION_LINK, (int)t.p->b.link), OK);
	assert_result(say(t.client, &t.to, "!"), OK);
	pair_run(t.p);
	hears(t.server, "!", NULL);
	end(&t);
}
