/* SPDX-License-Identifier: MIT */
#include "wire/tcp.h"

#include "fuzz.h"
#include "base/checksum.h"

static size_t speak(uint8_t *to, struct bytes input)
{
	struct pseudo_header pseudo = { .source = { { 0xfd, [15] = 1 } },
					.destination = { { 0xfd, [15] = 2 } },
					.protocol = IP_PROTOCOL_TCP,
					.length = (uint32_t)input.len };
	struct bytes text = input;
	struct tcp_header header;
	size_t head_len, len;

	(void)!tcp_parse_quoted(&header, input);
	(void)!tcp_verify(&pseudo, input);
	if (tcp_parse(&header, &text) != FATE_PASS)
		return 0;
	assert_that(header.options.len <= TCP_OPTIONS_MAX && header.options.len % 4 == 0);
	head_len = tcp_emit(to, &header, checksum_add(pseudo_sum(&pseudo), text.at, text.len));
	len = fuzz_append(to, head_len, text);
	assert_that(tcp_verify(&pseudo, (struct bytes){ to, len }) == FATE_PASS);
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
