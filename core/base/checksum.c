/* SPDX-License-Identifier: MIT */
#include "base/checksum.h"

static uint32_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static uint32_t fold64(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	return fold((uint32_t)sum);
}

/* The sum of the words as this machine loads them. RFC 1071 2(B): exchanging the octets of every
 * word exchanges those of the sum, so that storing it again gives the right octets anywhere. What
 * is left over is taken in halves of halves: headers are short, and their ends count. */
static inline uint64_t sum_native(const uint8_t *at, size_t len)
{
	uint32_t words[4] = { 0 };
	uint64_t sum = 0;
	uint8_t last[2] = { 0 };
	uint16_t half;

	for (; len >= sizeof words; len -= sizeof words, at += sizeof words) {
		memcpy(words, at, sizeof words);
		sum += (uint64_t)words[0] + words[1] + words[2] + words[3];
	}
	for (; len >= sizeof *words; len -= sizeof *words, at += sizeof *words) {
		memcpy(words, at, sizeof *words);
		sum += words[0];
	}
	for (; len > 0; len -= len < 2 ? 1 : 2, at += sizeof half) {
		last[0] = at[0];
		last[1] = len < 2 ? 0 : at[1];
		memcpy(&half, last, sizeof half);
		sum += half;
	}
	return sum;
}

static inline uint16_t sum_slice(const void *at, size_t len)
{
	uint16_t native = (uint16_t)fold64(sum_native(at, len));
	uint8_t octets[2];

	memcpy(octets, &native, sizeof octets);
	return get16(octets);
}

uint32_t checksum_add(uint32_t sum, const void *at, size_t len)
{
	return fold(sum) + sum_slice(at, len);
}

uint32_t checksum_add_odd(uint32_t sum, const void *at, size_t len)
{
	uint16_t slice = sum_slice(at, len);

	return fold(sum) + (uint16_t)(slice << 8 | slice >> 8);
}

uint16_t checksum_finish(uint32_t sum)
{
	return (uint16_t)~fold(sum);
}

uint16_t checksum_update16(uint16_t checksum, uint16_t before, uint16_t after)
{
	return checksum_finish((uint32_t)(uint16_t)~checksum + (uint16_t)~before + after);
}

uint16_t checksum_update32(uint16_t checksum, uint32_t before, uint32_t after)
{
	uint16_t half =
		checksum_update16(checksum, (uint16_t)(before >> 16), (uint16_t)(after >> 16));

	return checksum_update16(half, (uint16_t)before, (uint16_t)after);
}
