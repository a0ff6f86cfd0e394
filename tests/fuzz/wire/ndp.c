/* SPDX-License-Identifier: MIT */
#include "wire/ndp.h"

#include "fuzz.h"

static size_t speak(uint8_t *to, struct bytes input)
{
	const struct tenon_ip from = { { 0xfe, 0x80, [15] = 1 } },
			      to_ip = { { 0xff, 2, [15] = 1 } };
	struct icmp6_header header;
	struct ndp_message message;
	struct bytes body = input;
	size_t len;

	if (icmp6_parse(&header, &body) != FATE_PASS)
		return 0;
	if (ndp_parse(&message, &header, body) != FATE_PASS)
		return 0;
	assert_that(message.options.prefix_count <= NDP_PREFIXES_MAX);
	len = ndp_len(&message);
	assert_that(len <= NDP_LEN_MAX && ndp_emit(to, &message, from, to_ip) == len);
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
