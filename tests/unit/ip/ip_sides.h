/* SPDX-License-Identifier: MIT */
/* ip_sides.h - who is who in the tests of core/ip, in either family.
 *
 * Tests are written once for both: BOTH(name) gives one test over IPv4 and one over IPv6.
 */
#ifndef TENON_TESTS_IP_SIDES_H
#define TENON_TESTS_IP_SIDES_H

#include "ip/family.h"
#include "test.h"
#include "wire/ethernet.h"
#include "wire/pseudo.h"

/* The same roles in each family. far is behind gateway; the others are on the link. */
struct side {
	const struct tenon_family_module *family;
	struct tenon_ip us, also_us, peer, other, gateway, far, loopback, any;
	uint8_t prefix_len, all_bits;
};

static const struct mac our_mac = { { 2, 0, 0, 0, 0, 1 } };
static const struct mac peer_mac = { { 2, 0, 0, 0, 0, 2 } };
static const struct mac new_mac = { { 2, 0, 0, 0, 0, 3 } };

#define V4(a, b, c, d)                                                                             \
	{                                                                                          \
		{                                                                                  \
			[10] = 0xff, [11] = 0xff, [12] = a, [13] = b, [14] = c, [15] = d           \
		}                                                                                  \
	}
#define V6(subnet, host)                                                                           \
	{                                                                                          \
		{                                                                                  \
			0x20, 0x01, 0x0d, 0xb8, [7] = subnet, [15] = host                          \
		}                                                                                  \
	}

static const struct side sides[] = {
	{ &tenon_ipv4, V4(10, 0, 0, 1), V4(10, 0, 0, 3), V4(10, 0, 0, 2), V4(10, 0, 0, 9),
	  V4(10, 0, 0, 254), V4(203, 0, 113, 9), V4(127, 0, 0, 1), V4(0, 0, 0, 0), 24, 32 },
	{ &tenon_ipv6,
	  V6(0, 1),
	  V6(0, 3),
	  V6(0, 2),
	  V6(0, 9),
	  V6(0, 254),
	  V6(9, 9),
	  { { [15] = 1 } },
	  { { 0 } },
	  64,
	  128 },
};

#define BOTH(name)                                                                                 \
	static void name(const struct side *);                                                     \
	TEST(name##_over_ipv4)                                                                     \
	{                                                                                          \
		name(&sides[0]);                                                                   \
	}                                                                                          \
	TEST(name##_over_ipv6)                                                                     \
	{                                                                                          \
		name(&sides[1]);                                                                   \
	}                                                                                          \
	static void name(const struct side *s)

#endif
