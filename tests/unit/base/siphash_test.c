/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/siphash.h"

/* The reference implementation's test: the key is the octets 0 to 15, the input the octets 0 to
 * n - 1. OpenSSL gives the same values. */
struct vector {
	size_t len;
	uint64_t hash;
};

static struct siphash_key reference_key(void)
{
	uint8_t octets[16];
	uint8_t i;

	for (i = 0; i < 16; i++)
		octets[i] = i;
	return siphash_key_of(octets);
}

static void fill(uint8_t *octets, uint8_t len)
{
	uint8_t i;

	for (i = 0; i < len; i++)
		octets[i] = i;
}

TEST(siphash_2_4_agrees_with_the_reference)
{
	static const struct vector vectors[] = {
		{ 0, UINT64_C(0x726fdb47dd0e0e31) },  { 1, UINT64_C(0x74f839c593dc67fd) },
		{ 7, UINT64_C(0xab0200f58b01d137) },  { 8, UINT64_C(0x93f5f5799a932462) },
		{ 15, UINT64_C(0xa129ca6149be45e5) }, { 63, UINT64_C(0x958a324ceb064572) },
	};
	uint8_t octets[64];
	size_t i;

	fill(octets, 64);
	for (i = 0; i < sizeof vectors / sizeof *vectors; i++)
		assert_true(siphash24(reference_key(), octets, vectors[i].len) == vectors[i].hash);
}

TEST(siphash_1_3_agrees_with_the_reference)
{
	static const struct vector vectors[] = {
		{ 0, UINT64_C(0xabac0158050fc4dc) },  { 1, UINT64_C(0xc9f49bf37d57ca93) },
		{ 7, UINT64_C(0xd3927d989bb11140) },  { 8, UINT64_C(0x369095118d299a8e) },
		{ 15, UINT64_C(0xd320d86d2a519956) }, { 63, UINT64_C(0x9d199062b7bbb3a8) },
	};
	uint8_t octets[64];
	size_t i;

	fill(octets, 64);
	for (i = 0; i < sizeof vectors / sizeof *vectors; i++)
		assert_true(siphash13(reference_key(), octets, vectors[i].len) == vectors[i].hash);
}

TEST(the_input_may_lie_at_any_address)
{
	uint8_t octets[64 + 8];
	size_t offset;

	for (offset = 0; offset < 8; offset++) {
		fill(octets + offset, 63);
		assert_true(siphash24(reference_key(), octets + offset, 63) ==
			    UINT64_C(0x958a324ceb064572));
	}
}
