/* SPDX-License-Identifier: MIT */
#include "wire/ipv6.h"

#include "fuzz.h"

static size_t speak(uint8_t *to, struct bytes input)
{
	struct bytes payload = input, quote = input;
	struct ipv6_header header, quoted;
	enum fate fate = ipv6_parse_quoted(&quoted, &quote);

	if (ipv6_parse(&header, &payload) != FATE_PASS)
		return 0;
	assert_that(fate == FATE_PASS && quote.at == payload.at && quote.len >= payload.len);
	ipv6_emit((void *)to, &header, payload.len);
	return fuzz_append(to, IPV6_HEADER_LEN, payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
