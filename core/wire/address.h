/* SPDX-License-Identifier: MIT */
/* address.h - addresses as they stand on the wire.
 *
 * Four octets of IPv4 become the v4-mapped form that struct tenon_ip gives them
 * (tenon/address.h); sixteen of IPv6 are taken as they are. Because the form tells
 * the family, a mapped address inside an IPv6 packet would pass for an IPv4 one:
 * the parsers of ipv6 and ndp refuse it.
 *
 * Called by: wire, and links that make frames.
 */
#ifndef TENON_WIRE_ADDRESS_H
#define TENON_WIRE_ADDRESS_H

#include "base/bytes.h"

#include <tenon/address.h>

struct mac {
	uint8_t octets[6];
};

static inline struct mac mac_get(const uint8_t at[6])
{
	return (struct mac){ { at[0], at[1], at[2], at[3], at[4], at[5] } };
}

static inline void mac_put(uint8_t to[6], struct mac mac)
{
	memcpy(to, mac.octets, 6);
}

static inline bool mac_equal(struct mac a, struct mac b)
{
	return memcmp(a.octets, b.octets, 6) == 0;
}

/* Broadcast or multicast: not one station's. */
static inline bool mac_is_group(struct mac mac)
{
	return (mac.octets[0] & 1) != 0;
}

static inline struct mac mac_broadcast(void)
{
	return (struct mac){ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
}

static inline struct tenon_ip ip4_get(const uint8_t at[4])
{
	return tenon_ip4(at[0], at[1], at[2], at[3]);
}

static inline void ip4_put(uint8_t to[4], struct tenon_ip ip)
{
	memcpy(to, ip.octets + 12, 4);
}

static inline struct tenon_ip ip6_get(const uint8_t at[16])
{
	struct tenon_ip ip;

	memcpy(ip.octets, at, 16);
	return ip;
}

static inline void ip6_put(uint8_t to[16], struct tenon_ip ip)
{
	memcpy(to, ip.octets, 16);
}

#endif
