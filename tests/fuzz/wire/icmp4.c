/* SPDX-License-Identifier: MIT */
#include "wire/icmp4.h"

#include "fuzz.h"
#include "base/checksum.h"

static size_t speak(uint8_t *to, struct bytes input)
{
	struct bytes body = input;
	struct icmp4_header header;
	size_t len;

	(void)!icmp4_verify(input);
	if (icmp4_parse(&header, &body) != FATE_PASS)
		return 0;
	len = fuzz_append(to, sizeof(struct icmp4_octets), body);
	icmp4_emit((void *)to, &header, checksum_add(0, body.at, body.len));
	assert_that(icmp4_verify((struct bytes){ to, len }) == FATE_PASS);
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
