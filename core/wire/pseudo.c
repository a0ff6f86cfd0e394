/* SPDX-License-Identifier: MIT */
#include "wire/pseudo.h"

static uint64_t sum_of(const struct tenon_ip *ip)
{
	uint64_t head = tenon_ip_half(ip, 0), tail = tenon_ip_half(ip, 8);

	return (head >> 32) + (uint32_t)head + (tail >> 32) + (uint32_t)tail;
}

/* Over IPv4 the length is a 16-bit field and over IPv6 a 32-bit one; the sum is the same. So it is
 * with an IPv4 address: what stands before it is 0xffff, which counts as nothing. */
uint32_t pseudo_sum(const struct pseudo_header *p)
{
	uint64_t sum = sum_of(&p->source) + sum_of(&p->destination) + p->length + p->protocol;

	return (uint32_t)((sum >> 32) + (sum >> 16 & 0xffff) + (sum & 0xffff));
}
