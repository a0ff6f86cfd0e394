/* SPDX-License-Identifier: MIT */
#include "wire/tcp_options.h"

#include "fuzz.h"

static size_t speak(uint8_t *to, struct bytes input)
{
	struct tcp_options options;
	size_t len;

	if (input.len > 40)
		return 0;
	tcp_options_parse(&options, input);
	assert_that(options.sack_count <= TCP_SACK_BLOCKS_MAX);
	assert_that(options.window_scale <= TCP_WINDOW_SCALE_MAX);
	len = tcp_options_len(&options);
	if (len > 40) /* a peer may leave the padding out where we do not */
		return 0;
	assert_that(len % 4 == 0 && tcp_options_emit(to, &options) == len);
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
