/* SPDX-License-Identifier: MIT */
#include "base/checksum.h"
#include "unit/wire/wire_test.h"
#include "wire/tcp.h"

enum { LEN = 43, OPTIONS_LEN = 20 };

/* A SYN,ACK with "abc" from 192.0.2.1:40000 to 198.51.100.7:80. Options: MSS 1460, SACK-permitted,
 * timestamps 1000 and 2000, NOP, window scale 7. */
static const uint8_t segment[LEN] = { 0x9c, 0x40, 0x00, 0x50, 0x11, 0x22, 0x33, 0x44, 0x55,
				      0x66, 0x77, 0x88, 0xa0, 0x12, 0xff, 0xff, 0xdd, 0xb0,
				      0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08,
				      0x0a, 0x00, 0x00, 0x03, 0xe8, 0x00, 0x00, 0x07, 0xd0,
				      0x01, 0x03, 0x03, 0x07, 'a',  'b',  'c' };

/* The checksum of the same segment from 2001:db8::1 to 2001:db8::2. */
enum { CHECKSUM_OVER_IPV6 = 0x6e78 };

static struct pseudo_header pseudo4(void)
{
	return (struct pseudo_header){ tenon_ip4(192, 0, 2, 1), tenon_ip4(198, 51, 100, 7),
				       IP_PROTOCOL_TCP, LEN };
}

static struct pseudo_header pseudo6(void)
{
	return (struct pseudo_header){ { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
				       { { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 } },
				       IP_PROTOCOL_TCP,
				       LEN };
}

static bool parse(struct bytes range)
{
	struct tcp_header h;

	if (tcp_parse(&h, &range) != FATE_PASS)
		return false;
	touch(h.options);
	touch(range);
	return true;
}

static bool parse_quoted(struct bytes range)
{
	struct tcp_header h;

	return tcp_parse_quoted(&h, range) == FATE_PASS;
}

static struct tcp_header random_header(struct random *r, uint8_t options[TCP_OPTIONS_MAX])
{
	random_octets(r, options, TCP_OPTIONS_MAX);
	return (struct tcp_header){
		.src_port = (uint16_t)random_u32(r),
		.dst_port = (uint16_t)random_u32(r),
		.seq = seq(random_u32(r)),
		.ack = seq(random_u32(r)),
		.window = (uint16_t)random_u32(r),
		.urgent = (uint16_t)random_u32(r),
		.flags = (uint8_t)random_u32(r),
		.options = { options, random_below(r, 11) * 4 },
	};
}

static void same(const struct tcp_header *a, const struct tcp_header *b)
{
	assert_int_equal(a->src_port, b->src_port);
	assert_int_equal(a->dst_port, b->dst_port);
	assert_true(seq_eq(a->seq, b->seq));
	assert_true(seq_eq(a->ack, b->ack));
	assert_int_equal(a->window, b->window);
	assert_int_equal(a->urgent, b->urgent);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->options.len, b->options.len);
	assert_memory_equal(a->options.at, b->options.at, a->options.len);
}

TEST(a_segment_is_read)
{
	struct bytes range = { segment, LEN };
	struct tcp_header h, expected = {
		.src_port = 40000,
		.dst_port = 80,
		.seq = seq(0x11223344),
		.ack = seq(0x55667788),
		.window = 65535, /* MUST-1 */
		.flags = TCP_SYN | TCP_ACK,
		.options = { segment + TCP_HEADER_LEN, OPTIONS_LEN },
	};

	assert_int_equal(tcp_parse(&h, &range), FATE_PASS);
	same(&h, &expected);
	assert_int_equal(h.checksum, 0xddb0);
	assert_ptr_equal(h.options.at, segment + TCP_HEADER_LEN);
	assert_int_equal(range.len, 3);
	assert_memory_equal(range.at, "abc", 3);
}

/* MUST-2: the sender computes the checksum. */
TEST(the_same_segment_is_written_over_both_families)
{
	struct bytes range = { segment, LEN };
	struct pseudo_header v4 = pseudo4(), v6 = pseudo6();
	uint8_t octets[40];
	struct tcp_header h;

	assert_int_equal(tcp_parse(&h, &range), FATE_PASS);
	assert_int_equal(tcp_emit(octets, &h, checksum_add(pseudo_sum(&v4), "abc", 3)), 40);
	assert_memory_equal(octets, segment, 40);
	assert_int_equal(tcp_emit(octets, &h, checksum_add(pseudo_sum(&v6), "abc", 3)), 40);
	assert_int_equal(get16(octets + 16), CHECKSUM_OVER_IPV6);
}

TEST(what_is_emitted_parses_to_the_same_and_verifies)
{
	struct random r = test_random();
	uint8_t options[TCP_OPTIONS_MAX], octets[60 + 64];
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct tcp_header in = random_header(&r, options), out;
		size_t header_len = TCP_HEADER_LEN + in.options.len,
		       text_len = random_below(&r, 65);
		struct bytes range = { octets, header_len + text_len };
		struct pseudo_header p = { random_ip6(&r), random_ip6(&r), IP_PROTOCOL_TCP,
					   (uint32_t)range.len };

		random_octets(&r, octets, sizeof octets);
		tcp_emit(octets, &in, checksum_add(pseudo_sum(&p), octets + header_len, text_len));
		assert_int_equal(tcp_verify(&p, range), FATE_PASS);
		assert_int_equal(tcp_parse(&out, &range), FATE_PASS);
		same(&in, &out);
		assert_int_equal(range.len, text_len);
	}
}

/* MUST-3: the receiver checks it. */
TEST(a_checksum_left_to_the_driver_is_completed_to_the_same)
{
	struct tcp_header h = { .src_port = 40000,
				.dst_port = 80,
				.seq = seq(1),
				.flags = TCP_ACK,
				.options = { segment + 20, OPTIONS_LEN } };
	struct pseudo_header families[] = { pseudo4(), pseudo6() };
	uint8_t whole[LEN], left[LEN];
	unsigned i;

	for (i = 0; i < 2; i++) {
		memcpy(whole + 40, "abc", 3);
		memcpy(left + 40, "abc", 3);
		tcp_emit(whole, &h, checksum_add(pseudo_sum(&families[i]), "abc", 3));
		assert_int_equal(tcp_emit_unsummed(left, &h, pseudo_sum(&families[i])), 40);
		assert_memory_not_equal(left, whole, LEN);
		put16(left + 16, checksum_finish(checksum_add(0, left, LEN)));
		assert_memory_equal(left, whole, LEN);
	}
}

TEST(one_wrong_bit_fails_the_checksum)
{
	struct pseudo_header pseudo = pseudo4();
	uint8_t octets[LEN];
	unsigned bit;

	assert_int_equal(tcp_verify(&pseudo, (struct bytes){ segment, LEN }), FATE_PASS);
	for (bit = 0; bit < LEN * 8; bit++) {
		memcpy(octets, segment, LEN);
		octets[bit / 8] = (uint8_t)(octets[bit / 8] ^ 1u << bit % 8);
		assert_int_equal(tcp_verify(&pseudo, (struct bytes){ octets, LEN }),
				 FATE_TCP_CHECKSUM);
	}
}

TEST(the_data_offset_is_between_the_header_and_the_segment)
{
	uint8_t octets[LEN];
	struct tcp_header h;
	unsigned offset;

	for (offset = 0; offset < 16; offset++) {
		struct bytes range = { octets, LEN };
		enum fate fate;

		memcpy(octets, segment, LEN);
		octets[12] = (uint8_t)(offset << 4);
		fate = tcp_parse(&h, &range);
		assert_int_equal(fate, offset < 5    ? FATE_TCP_DATA_OFFSET
				       : offset > 10 ? FATE_TCP_TRUNCATED
						     : FATE_PASS);
	}
}

/* RFC 9293 3.1: reserved bits are sent as zero and ignored on receipt. */
TEST(reserved_bits_are_ignored)
{
	uint8_t octets[LEN];
	struct bytes range = { octets, LEN };
	struct tcp_header h;

	memcpy(octets, segment, LEN);
	octets[12] |= 0x0f;
	assert_int_equal(tcp_parse(&h, &range), FATE_PASS);
	assert_int_equal(h.options.len, OPTIONS_LEN);
	tcp_emit(octets, &h, 0);
	assert_int_equal(octets[12], 0xa0);
}

TEST(eight_quoted_octets_give_ports_and_sequence_number)
{
	struct tcp_header h;

	assert_int_equal(tcp_parse_quoted(&h, (struct bytes){ segment, 8 }), FATE_PASS);
	assert_int_equal(h.src_port, 40000);
	assert_int_equal(h.dst_port, 80);
	assert_true(seq_eq(h.seq, seq(0x11223344)));
}

TEST(every_truncation_is_refused)
{
	refuses_every_truncation(parse, segment, 40);
	refuses_every_truncation(parse_quoted, segment, 8);
}

TEST(random_input_does_no_harm)
{
	assert_true(survives_random_input(parse, (struct bytes){ segment, LEN }) > 0);
}
