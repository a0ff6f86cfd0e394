/* SPDX-License-Identifier: MIT */
#include "wire/icmp6.h"

#include "fuzz.h"
#include "base/checksum.h"

static size_t speak(uint8_t *to, struct bytes input)
{
	struct pseudo_header pseudo = { .source = { { 0xfd, [15] = 1 } },
					.destination = { { 0xfd, [15] = 2 } },
					.protocol = IP_PROTOCOL_ICMP6,
					.length = (uint32_t)input.len };
	struct icmp6_header header;
	struct bytes body = input;
	size_t len;

	(void)!icmp6_verify(&pseudo, input);
	if (icmp6_parse(&header, &body) != FATE_PASS)
		return 0;
	len = fuzz_append(to, sizeof(struct icmp6_octets), body);
	icmp6_emit((void *)to, &header, checksum_add(pseudo_sum(&pseudo), body.at, body.len));
	assert_that(icmp6_verify(&pseudo, (struct bytes){ to, len }) == FATE_PASS);
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
