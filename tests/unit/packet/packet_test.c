/* SPDX-License-Identifier: MIT */
/* packet_test.c - headers grow towards the front, the payload stays where it is. */
#include "../../test.h"

#include <string.h>

#include "base/checksum.h"
#include "packet/packet.h"

static const char lead[] = "abc", tail[] = "defgh";
static const struct tenon_slice two_slices[] = { { lead, 3 }, { tail, 5 } };

TEST(a_new_packet_is_its_payload)
{
	struct packet p;

	packet_init(&p, two_slices, 2);
	assert_int_equal(packet_len(&p), 8);
	assert_int_equal(packet_headers(&p).len, 0);
}

TEST(headers_are_pushed_in_front_of_each_other)
{
	struct packet p;
	char whole[12];

	packet_init(&p, two_slices, 2);
	memcpy(packet_push(&p, 2), "34", 2);
	memcpy(packet_push(&p, 2), "12", 2);
	assert_int_equal(packet_len(&p), 12);
	packet_copy(&p, 0, whole, sizeof whole);
	assert_memory_equal(whole, "1234abcdefgh", 12);
}

TEST(any_part_of_a_packet_can_be_copied)
{
	static const char expected[] = "1234abcdefgh";
	struct packet p;
	char part[12];
	size_t from, len;

	packet_init(&p, two_slices, 2);
	memcpy(packet_push(&p, 4), "1234", 4);
	for (from = 0; from <= 12; from++) {
		for (len = 0; from + len <= 12; len++) {
			packet_copy(&p, from, part, len);
			assert_memory_equal(part, expected + from, len);
		}
	}
}

TEST(the_checksum_does_not_depend_on_how_the_payload_is_cut)
{
	uint8_t octets[64];
	uint16_t whole;
	size_t cut, i;

	for (i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(i * 37 + 11);
	whole = checksum_finish(checksum_add(7, octets, sizeof octets));
	for (cut = 3; cut <= sizeof octets; cut++) {
		struct tenon_slice slices[] = { { octets + 3, cut - 3 },
						{ octets + cut, sizeof octets - cut } };
		struct packet p;

		packet_init(&p, slices, 2);
		memcpy(packet_push(&p, 3), octets, 3);
		assert_int_equal(packet_checksum(&p, 7), whole);
	}
}
