/* SPDX-License-Identifier: MIT */
#include "wire/arp.h"

#include "fuzz.h"

static size_t speak(uint8_t *to, struct bytes input)
{
	struct arp_packet packet;

	if (arp_parse(&packet, input) != FATE_PASS)
		return 0;
	arp_emit((void *)to, &packet);
	return sizeof(struct arp_octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
