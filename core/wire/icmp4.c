/* SPDX-License-Identifier: MIT */
#include "wire/icmp4.h"

#include "base/checksum.h"

enum fate icmp4_verify(struct bytes message)
{
	if (checksum_finish(checksum_add(0, message.at, message.len)) != 0)
		return FATE_ICMP_CHECKSUM;
	return FATE_PASS;
}

enum fate icmp4_parse(struct icmp4_header *out, struct bytes *message)
{
	const struct icmp4_octets *o = (const void *)message->at;

	if (message->len < sizeof *o)
		return FATE_ICMP_TRUNCATED;
	*out = (struct icmp4_header){ .type = o->type, .code = o->code, .rest = get32(o->rest) };
	*message = (struct bytes){ message->at + sizeof *o, message->len - sizeof *o };
	return FATE_PASS;
}

void icmp4_emit(struct icmp4_octets *to, const struct icmp4_header *h, uint32_t sum)
{
	*to = (struct icmp4_octets){ .type = h->type, .code = h->code };
	put32(to->rest, h->rest);
	put16(to->checksum, checksum_finish(checksum_add(sum, to, sizeof *to)));
}
