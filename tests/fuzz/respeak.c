/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

void fuzz_respeaks(fuzz_speaker *speak, struct bytes input)
{
	static uint8_t once[2 * FUZZ_INPUT_MAX], twice[2 * FUZZ_INPUT_MAX];
	size_t len, again;

	if (input.len > FUZZ_INPUT_MAX)
		return;
	len = speak(once, input);
	if (len == 0)
		return;
	again = speak(twice, (struct bytes){ once, len });
	assert_that(again == len && memcmp(once, twice, len) == 0);
}

size_t fuzz_append(uint8_t *to, size_t head_len, struct bytes rest)
{
	if (rest.len != 0)
		memmove(to + head_len, rest.at, rest.len);
	return head_len + rest.len;
}
