/* SPDX-License-Identifier: MIT */
#include "wire/udp.h"

#include "fuzz.h"
#include "base/checksum.h"

static size_t speak(uint8_t *to, struct bytes input)
{
	struct pseudo_header pseudo = { .source = { { 0xfd, [15] = 1 } },
					.destination = { { 0xfd, [15] = 2 } },
					.protocol = IP_PROTOCOL_UDP };
	struct bytes payload = input;
	struct udp_header header;
	uint32_t sum;
	size_t len;

	(void)!udp_verify(&pseudo, input);
	if (udp_parse(&header, &payload) != FATE_PASS)
		return 0;
	pseudo.length = (uint32_t)payload.len + UDP_HEADER_LEN;
	sum = checksum_add(pseudo_sum(&pseudo), payload.at, payload.len);
	len = fuzz_append(to, UDP_HEADER_LEN, payload);
	udp_emit((void *)to, &header, (uint16_t)payload.len, sum);
	assert_that(udp_verify(&pseudo, (struct bytes){ to, len }) == FATE_PASS);
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	fuzz_respeaks(speak, (struct bytes){ octets, len });
	return 0;
}
