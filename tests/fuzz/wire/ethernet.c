/* SPDX-License-Identifier: MIT */
#include "wire/ethernet.h"

#include "fuzz.h"

static size_t speak(uint8_t *to, struct bytes input)
{
	struct ethernet_header header;

	if (ethernet_parse(&header, &input) != FATE_PASS)
		return 0;
	ethernet_emit((void *)to, &header);
	return fuzz_append(to, sizeof(struct ethernet_octets), input);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
