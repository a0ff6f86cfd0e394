/* SPDX-License-Identifier: MIT */
#include "unit/wire/wire_test.h"

#include "wire/icmp6.h"
#include "wire/ipv6_ext.h"

/* Hop-by-hop (router alert, PadN), destination options (Pad1 x 6), routing (nothing left), then
 * TCP. */
static const uint8_t chain[] = {
	60, 0, 5, 2, 0, 0, 1, 0, 43, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0,
};

static bool parse(struct bytes payload)
{
	struct ipv6_ext ext;

	if (ipv6_ext_parse(&ext, IPV6_HOP_BY_HOP, &payload) != FATE_PASS)
		return false;
	touch(payload);
	return true;
}

/* The walk over octets that begin with a header of the given kind. */
static enum fate walk(struct ipv6_ext *ext, uint8_t kind, struct bytes *payload)
{
	return ipv6_ext_parse(ext, kind, payload);
}

/* The fate of a destination option of this type. */
static enum fate fate_of_option(struct ipv6_ext *ext, uint8_t type)
{
	uint8_t octets[] = { 6, 0, 1, 0, type, 2, 0, 0 };
	struct bytes payload = { octets, sizeof octets };

	return walk(ext, IPV6_DESTINATION_OPTIONS, &payload);
}

TEST(without_extension_headers_the_payload_stays)
{
	struct bytes payload = { chain, 5 };
	struct ipv6_ext ext;

	assert_int_equal(walk(&ext, 17, &payload), FATE_PASS);
	assert_int_equal(ext.next_header, 17);
	assert_int_equal(ext.next_header_at, 6);
	assert_int_equal(ext.payload_at, 40);
	assert_ptr_equal(payload.at, chain);
	assert_int_equal(payload.len, 5);
}

TEST(the_chain_is_stepped_over)
{
	struct bytes payload = { chain, sizeof chain };
	struct ipv6_ext ext;

	assert_int_equal(walk(&ext, IPV6_HOP_BY_HOP, &payload), FATE_PASS);
	assert_int_equal(ext.next_header, 6);
	assert_int_equal(ext.next_header_at, 40 + 16);
	assert_int_equal(ext.payload_at, 40 + 24);
	assert_int_equal(payload.len, 0);
	assert_false(ext.has_fragment);
}

/* RFC 8200 4.1: hop-by-hop options anywhere but first are an unrecognized next header. */
TEST(late_hop_by_hop_options_are_reported)
{
	static const uint8_t octets[] = { 0, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0 };
	struct bytes payload = { octets, sizeof octets };
	struct ipv6_ext ext;

	assert_int_equal(walk(&ext, IPV6_DESTINATION_OPTIONS, &payload), FATE_IP_EXTENSION);
	assert_int_equal(ext.problem.kind, IPV6_PROBLEM_REPORT_UNICAST);
	assert_int_equal(ext.problem.code, ICMP6_NEXT_HEADER);
	assert_int_equal(ext.problem.pointer, 40);
}

/* RFC 8200 4.2: 00 skip, 01 discard, 10 report, 11 report unless multicast. */
TEST(the_two_high_bits_of_an_unknown_option_decide)
{
	struct ipv6_ext ext;

	assert_int_equal(fate_of_option(&ext, 0x3e), FATE_PASS);
	assert_int_equal(fate_of_option(&ext, 0x7e), FATE_IP_EXTENSION);
	assert_int_equal(ext.problem.kind, IPV6_PROBLEM_SILENT);
	assert_int_equal(fate_of_option(&ext, 0xbe), FATE_IP_EXTENSION);
	assert_int_equal(ext.problem.kind, IPV6_PROBLEM_REPORT);
	assert_int_equal(fate_of_option(&ext, 0xfe), FATE_IP_EXTENSION);
	assert_int_equal(ext.problem.kind, IPV6_PROBLEM_REPORT_UNICAST);
	assert_int_equal(ext.problem.code, ICMP6_OPTION);
	assert_int_equal(ext.problem.pointer, 44);
}

TEST(an_option_that_runs_over_its_header_is_refused_in_silence)
{
	static const uint8_t octets[] = { 6, 0, 1, 5, 0, 0, 0, 0 };
	struct bytes payload = { octets, sizeof octets };
	struct ipv6_ext ext;

	assert_int_equal(walk(&ext, IPV6_DESTINATION_OPTIONS, &payload), FATE_IP_EXTENSION);
	assert_int_equal(ext.problem.kind, IPV6_PROBLEM_SILENT);
}

/* RFC 8200 4.4: of an unknown routing type with segments left the type is reported. */
TEST(a_routing_header_with_segments_left_is_reported)
{
	static const uint8_t octets[] = { 6, 0, 253, 1, 0, 0, 0, 0 };
	struct bytes payload = { octets, sizeof octets };
	struct ipv6_ext ext;

	assert_int_equal(walk(&ext, IPV6_ROUTING, &payload), FATE_IP_EXTENSION);
	assert_int_equal(ext.problem.kind, IPV6_PROBLEM_REPORT_UNICAST);
	assert_int_equal(ext.problem.code, ICMP6_HEADER_FIELD);
	assert_int_equal(ext.problem.pointer, 42);
}

TEST(a_fragment_ends_the_walk)
{
	struct ipv6_fragment in = { .identification = 0xdeadbeef, .offset = 1480, .more = true };
	uint8_t octets[16] = { 0 };
	struct bytes payload = { octets, sizeof octets };
	struct ipv6_ext ext;

	ipv6_fragment_emit((void *)octets, &in, IPV6_DESTINATION_OPTIONS);
	assert_int_equal(walk(&ext, IPV6_FRAGMENT, &payload), FATE_PASS);
	assert_true(ext.has_fragment);
	assert_true(ext.fragment.more);
	assert_int_equal(ext.fragment.identification, UINT32_C(0xdeadbeef));
	assert_int_equal(ext.fragment.offset, 1480);
	assert_int_equal(ext.next_header, IPV6_DESTINATION_OPTIONS);
	assert_ptr_equal(payload.at, octets + 8);
}

/* RFC 6946: the only fragment of its packet needs no reassembly. */
TEST(an_atomic_fragment_is_stepped_over)
{
	struct ipv6_fragment in = { .identification = 7 };
	uint8_t octets[16] = { [8] = 17, [10] = 1, [11] = 4 };
	struct bytes payload = { octets, sizeof octets };
	struct ipv6_ext ext;

	ipv6_fragment_emit((void *)octets, &in, IPV6_DESTINATION_OPTIONS);
	assert_int_equal(walk(&ext, IPV6_FRAGMENT, &payload), FATE_PASS);
	assert_false(ext.has_fragment);
	assert_int_equal(ext.next_header, 17);
	assert_int_equal(payload.len, 0);
}

TEST(fragment_headers_come_back_as_they_were_emitted)
{
	struct random r = test_random();
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct ipv6_fragment in = { random_u32(&r),
					    (uint16_t)(8 + random_below(&r, 8191) * 8),
					    random_bool(&r) };
		struct ipv6_fragment_octets octets;
		struct bytes payload = { (void *)&octets, sizeof octets };
		struct ipv6_ext ext;

		ipv6_fragment_emit(&octets, &in, 6);
		assert_int_equal(walk(&ext, IPV6_FRAGMENT, &payload), FATE_PASS);
		assert_int_equal(ext.fragment.identification, in.identification);
		assert_int_equal(ext.fragment.offset, in.offset);
		assert_int_equal(ext.fragment.more, in.more);
	}
}

/* A chain of n headers of destination options, each empty but for padding. */
static enum fate fate_of_chain(size_t n)
{
	uint8_t octets[(IPV6_EXT_MAX + 1) * 8] = { 0 };
	struct bytes payload = { octets, n * 8 };
	struct ipv6_ext ext;
	size_t i;

	for (i = 0; i < n; i++) {
		octets[i * 8] = i + 1 < n ? IPV6_DESTINATION_OPTIONS : 6;
		octets[i * 8 + 2] = 1;
		octets[i * 8 + 3] = 4;
	}
	return walk(&ext, IPV6_DESTINATION_OPTIONS, &payload);
}

TEST(a_chain_is_walked_up_to_its_limit)
{
	assert_int_equal(fate_of_chain(IPV6_EXT_MAX), FATE_PASS);
	assert_int_equal(fate_of_chain(IPV6_EXT_MAX + 1), FATE_IP_EXTENSION);
}

/* One header with n unknown options of two octets. */
static enum fate fate_of_options(size_t n)
{
	uint8_t octets[8 + IPV6_OPTIONS_SEEN_MAX * 2 + 8] = { 6 };
	struct bytes payload = { octets, 0 };
	struct ipv6_ext ext;
	size_t i;

	octets[1] = (uint8_t)((2 + n * 2 - 1) / 8);
	payload.len = (size_t)(octets[1] + 1) * 8;
	for (i = 0; i < n; i++)
		octets[2 + i * 2] = 0x3e;
	return walk(&ext, IPV6_DESTINATION_OPTIONS, &payload);
}

TEST(options_are_read_up_to_their_limit)
{
	assert_int_equal(fate_of_options(IPV6_OPTIONS_SEEN_MAX), FATE_PASS);
	assert_int_equal(fate_of_options(IPV6_OPTIONS_SEEN_MAX + 1), FATE_IP_EXTENSION);
}

TEST(every_truncation_is_refused)
{
	refuses_every_truncation(parse, chain, sizeof chain);
}

TEST(random_input_does_no_harm)
{
	assert_true(survives_random_input(parse, (struct bytes){ chain, sizeof chain }) > 0);
}
