/* SPDX-License-Identifier: MIT */
#include "wire/icmp6.h"

#include "base/checksum.h"

enum fate icmp6_verify(const struct pseudo_header *pseudo, struct bytes message)
{
	if (checksum_finish(checksum_add(pseudo_sum(pseudo), message.at, message.len)) != 0)
		return FATE_ICMP_CHECKSUM;
	return FATE_PASS;
}

enum fate icmp6_parse(struct icmp6_header *out, struct bytes *message)
{
	const struct icmp6_octets *o = (const void *)message->at;

	if (message->len < sizeof *o)
		return FATE_ICMP_TRUNCATED;
	*out = (struct icmp6_header){ .type = o->type, .code = o->code, .rest = get32(o->rest) };
	*message = (struct bytes){ message->at + sizeof *o, message->len - sizeof *o };
	return FATE_PASS;
}

void icmp6_emit(struct icmp6_octets *to, const struct icmp6_header *h, uint32_t sum)
{
	*to = (struct icmp6_octets){ .type = h->type, .code = h->code };
	put32(to->rest, h->rest);
	put16(to->checksum, checksum_finish(checksum_add(sum, to, sizeof *to)));
}
