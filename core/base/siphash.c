/* SPDX-License-Identifier: MIT */
#include "base/siphash.h"

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t get64_little(const uint8_t at[8])
{
	return (uint64_t)at[7] << 56 | (uint64_t)at[6] << 48 | (uint64_t)at[5] << 40 |
	       (uint64_t)at[4] << 32 | (uint64_t)at[3] << 24 | (uint64_t)at[2] << 16 |
	       (uint64_t)at[1] << 8 | at[0];
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 = rotate(s->v2, 32);
}

static inline void absorb(struct sip *s, uint64_t word, bool strong)
{
	s->v3 ^= word;
	sip_round(s);
	if (strong)
		sip_round(s);
	s->v0 ^= word;
}

/* The last word: what is left over, and the length's low octet on top. */
static uint64_t last_word(const uint8_t *at, size_t len)
{
	uint64_t word = (uint64_t)(len & 0xff) << 56;
	size_t i;

	for (i = 0; i < len % 8; i++)
		word |= (uint64_t)at[i] << 8 * i;
	return word;
}

/* strong is the paper's SipHash-2-4, not strong its SipHash-1-3. Inline in both, so that the rounds
 * stand one behind the other in registers: as calls they take four times as long. */
static inline uint64_t siphash(struct siphash_key key, struct bytes octets, bool strong)
{
	size_t whole = octets.len & ~(size_t)7, i;
	struct sip s = {
		key.k0 ^ UINT64_C(0x736f6d6570736575),
		key.k1 ^ UINT64_C(0x646f72616e646f6d),
		key.k0 ^ UINT64_C(0x6c7967656e657261),
		key.k1 ^ UINT64_C(0x7465646279746573),
	};

	for (i = 0; i < whole; i += 8)
		absorb(&s, get64_little(octets.at + i), strong);
	absorb(&s, last_word(octets.at + whole, octets.len), strong);
	s.v2 ^= 0xff;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	if (strong)
		sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

struct siphash_key siphash_key_of(const uint8_t octets[16])
{
	return (struct siphash_key){ get64_little(octets), get64_little(octets + 8) };
}

uint64_t siphash24(struct siphash_key key, const void *at, size_t len)
{
	return siphash(key, (struct bytes){ at, len }, true);
}

uint64_t siphash13(struct siphash_key key, const void *at, size_t len)
{
	return siphash(key, (struct bytes){ at, len }, false);
}
