/* SPDX-License-Identifier: MIT */
#include "unit/wire/wire_test.h"

#include "base/checksum.h"
#include "wire/ipv4.h"

enum { LEN = 24 };

/* 192.168.0.1 to 192.168.0.199, UDP, DF, four octets of payload. */
static const uint8_t datagram[LEN] = { 0x45, 0x00, 0x00, 0x18, 0x12, 0x34, 0x40, 0x00,
				       0x40, 0x11, 0xa6, 0x88, 0xc0, 0xa8, 0x00, 0x01,
				       0xc0, 0xa8, 0x00, 0xc7, 1,    2,    3,    4 };

static bool parse(struct bytes octets)
{
	struct ipv4_header h;

	if (ipv4_parse(&h, &octets) != FATE_PASS)
		return false;
	touch(h.options);
	touch(octets);
	return true;
}

static bool parse_quoted(struct bytes octets)
{
	struct ipv4_header h;

	if (ipv4_parse_quoted(&h, &octets) != FATE_PASS)
		return false;
	touch(h.options);
	touch(octets);
	return true;
}

/* The fate of the datagram with one octet changed and the checksum put right. */
static enum fate fate_with(size_t at, uint8_t octet)
{
	uint8_t octets[LEN];
	struct bytes range = { octets, LEN };
	struct ipv4_header h;

	memcpy(octets, datagram, LEN);
	octets[at] = octet;
	put16(octets + 10, 0);
	put16(octets + 10, checksum_finish(checksum_add(0, octets, IPV4_HEADER_LEN)));
	return ipv4_parse(&h, &range);
}

static struct ipv4_header random_header(struct random *r, uint8_t options[IPV4_OPTIONS_MAX])
{
	random_octets(r, options, IPV4_OPTIONS_MAX);
	return (struct ipv4_header){
		.source = random_ip4(r),
		.destination = random_ip4(r),
		.options = { options, random_below(r, 11) * 4 },
		.identification = (uint16_t)random_u32(r),
		.fragment_offset = (uint16_t)(random_below(r, 8192) * 8),
		.dont_fragment = random_bool(r),
		.more_fragments = random_bool(r),
		.tos = (uint8_t)random_u32(r),
		.ttl = (uint8_t)random_u32(r),
		.protocol = (uint8_t)random_u32(r),
	};
}

static void same(const struct ipv4_header *a, const struct ipv4_header *b)
{
	assert_true(tenon_ip_equal(&a->source, &b->source));
	assert_true(tenon_ip_equal(&a->destination, &b->destination));
	assert_int_equal(a->options.len, b->options.len);
	assert_memory_equal(a->options.at, b->options.at, a->options.len);
	assert_int_equal(a->identification, b->identification);
	assert_int_equal(a->fragment_offset, b->fragment_offset);
	assert_int_equal(a->dont_fragment, b->dont_fragment);
	assert_int_equal(a->more_fragments, b->more_fragments);
	assert_int_equal(a->tos, b->tos);
	assert_int_equal(a->ttl, b->ttl);
	assert_int_equal(a->protocol, b->protocol);
}

TEST(a_datagram_is_read)
{
	struct bytes range = { datagram, LEN };
	struct ipv4_header h, expected = {
		.source = tenon_ip4(192, 168, 0, 1),
		.destination = tenon_ip4(192, 168, 0, 199),
		.options = { datagram, 0 },
		.identification = 0x1234,
		.dont_fragment = true,
		.ttl = 64,
		.protocol = 17,
	};

	assert_int_equal(ipv4_parse(&h, &range), FATE_PASS);
	same(&h, &expected);
	assert_ptr_equal(range.at, datagram + 20);
	assert_int_equal(range.len, 4);
}

TEST(the_same_datagram_is_written)
{
	struct bytes range = { datagram, LEN };
	uint8_t octets[IPV4_HEADER_LEN];
	struct ipv4_header h;

	assert_int_equal(ipv4_parse(&h, &range), FATE_PASS);
	assert_int_equal(ipv4_emit(octets, &h, 4), IPV4_HEADER_LEN);
	assert_memory_equal(octets, datagram, IPV4_HEADER_LEN);
}

TEST(what_is_emitted_parses_to_the_same)
{
	struct random r = test_random();
	uint8_t options[IPV4_OPTIONS_MAX], octets[60 + 100] = { 0 };
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct ipv4_header in = random_header(&r, options), out;
		size_t payload_len = random_below(&r, 101), len;
		struct bytes range = { octets, sizeof octets };

		len = ipv4_emit(octets, &in, payload_len);
		assert_int_equal(len, ipv4_header_len(&in));
		assert_int_equal(ipv4_parse(&out, &range), FATE_PASS);
		same(&in, &out);
		assert_ptr_equal(range.at, octets + len);
		assert_int_equal(range.len, payload_len);
	}
}

TEST(options_are_padded_to_a_word)
{
	static const uint8_t option[] = { 0x94, 4, 0, 0, 1 };
	struct ipv4_header h = { .options = { option, sizeof option } }, out;
	uint8_t octets[28];
	struct bytes range = { octets, sizeof octets };

	assert_int_equal(ipv4_emit(octets, &h, 0), 28);
	assert_int_equal(ipv4_parse(&out, &range), FATE_PASS);
	assert_int_equal(out.options.len, 8);
	assert_memory_equal(out.options.at, "\x94\x04\0\0\x01\0\0\0", 8);
}

TEST(octets_beyond_the_total_length_are_cut_off)
{
	uint8_t padded[46] = { 0 };
	struct bytes range = { padded, sizeof padded };
	struct ipv4_header h;

	memcpy(padded, datagram, LEN);
	assert_int_equal(ipv4_parse(&h, &range), FATE_PASS);
	assert_int_equal(range.len, 4);
}

TEST(a_header_that_cannot_be_is_refused)
{
	assert_int_equal(fate_with(0, 0x65), FATE_IP_VERSION);
	assert_int_equal(fate_with(0, 0x44), FATE_IP_HEADER_LENGTH);
	assert_int_equal(fate_with(0, 0x47), FATE_IP_TRUNCATED);
	assert_int_equal(fate_with(3, 19), FATE_IP_HEADER_LENGTH);
	assert_int_equal(fate_with(3, LEN + 1), FATE_IP_TRUNCATED);
	assert_int_equal(fate_with(3, 20), FATE_PASS);
}

TEST(one_wrong_bit_fails_the_checksum)
{
	uint8_t octets[LEN];
	struct ipv4_header h;
	unsigned bit;

	for (bit = 32; bit < IPV4_HEADER_LEN * 8; bit++) {
		struct bytes range = { octets, LEN };

		memcpy(octets, datagram, LEN);
		octets[bit / 8] = (uint8_t)(octets[bit / 8] ^ 1u << bit % 8);
		assert_int_equal(ipv4_parse(&h, &range), FATE_IP_CHECKSUM);
	}
}

TEST(a_quoted_header_may_have_another_ttl_and_be_cut_short)
{
	uint8_t octets[LEN];
	struct bytes range = { octets, 22 };
	struct ipv4_header h;

	memcpy(octets, datagram, LEN);
	octets[8] = 1;
	assert_int_equal(ipv4_parse_quoted(&h, &range), FATE_PASS);
	assert_int_equal(h.ttl, 1);
	assert_int_equal(range.len, 2);
}

TEST(every_truncation_is_refused)
{
	refuses_every_truncation(parse, datagram, LEN);
	refuses_every_truncation(parse_quoted, datagram, IPV4_HEADER_LEN);
}

TEST(random_input_does_no_harm)
{
	struct bytes intact = { datagram, LEN };

	assert_true(survives_random_input(parse, intact) > 0);
	assert_true(survives_random_input(parse_quoted, intact) > 0);
}
