/* SPDX-License-Identifier: MIT */
#include "wire/ipv4.h"

#include "fuzz.h"

/* The parser of quoted headers asks for less, so it must take whatever the other takes. */
static size_t speak(uint8_t *to, struct bytes input)
{
	struct bytes payload = input, quote = input;
	struct ipv4_header header, quoted;
	enum fate fate = ipv4_parse_quoted(&quoted, &quote);
	size_t head_len;

	if (ipv4_parse(&header, &payload) != FATE_PASS)
		return 0;
	assert_that(fate == FATE_PASS && quote.at == payload.at && quote.len >= payload.len);
	assert_that(payload.len <= UINT16_MAX);
	head_len = ipv4_emit(to, &header, payload.len);
	assert_that(head_len == ipv4_header_len(&header));
	return fuzz_append(to, head_len, payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
