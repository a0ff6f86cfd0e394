/* SPDX-License-Identifier: MIT */
#include "wire/ipv6_ext.h"

#include "fuzz.h"
#include "wire/ipv6.h"

/* A walk is not written back; what it says of the places must be where they are. */
static void check_walk(const struct ipv6_ext *ext, struct bytes chain, struct bytes payload)
{
	size_t walked = (size_t)(payload.at - chain.at);

	assert_that(walked <= chain.len && payload.len == chain.len - walked);
	assert_that(ext->payload_at == IPV6_HEADER_LEN + walked);
	if (walked != 0)
		assert_that(chain.at[ext->next_header_at - IPV6_HEADER_LEN] == ext->next_header);
	if (ext->has_fragment)
		assert_that(ext->payload_at == ext->fragment_at + IPV6_FRAGMENT_LEN &&
			    ext->fragment_named_at < ext->fragment_at &&
			    ext->fragment.offset % 8 == 0);
}

/* The first octet is the next header that the IPv6 header names. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct bytes chain, payload;
	struct ipv6_ext ext;

	if (len == 0)
		return 0;
	chain = payload = (struct bytes){ octets + 1, len - 1 };
	if (ipv6_ext_parse(&ext, octets[0], &payload) == FATE_PASS)
		check_walk(&ext, chain, payload);
	else if (ext.problem.kind != IPV6_PROBLEM_SILENT)
		assert_that(ext.problem.pointer < IPV6_HEADER_LEN + chain.len);
	return 0;
}
