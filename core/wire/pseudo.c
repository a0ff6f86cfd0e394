/* SPDX-License-Identifier: MIT */
#include "wire/pseudo.h"

#include "base/checksum.h"

/* Over IPv4 the length is a 16-bit field and over IPv6 a 32-bit one; the sum is the same. */
uint32_t pseudo_sum(const struct pseudo_header *p)
{
	size_t skip = tenon_ip_is_v4(&p->source) ? 12 : 0;
	uint32_t sum = (p->length >> 16) + (p->length & 0xffff) + p->protocol;

	sum = checksum_add(sum, p->source.octets + skip, 16 - skip);
	return checksum_add(sum, p->destination.octets + skip, 16 - skip);
}
