/* SPDX-License-Identifier: MIT */
/* address.h - IP addresses and endpoints, as every layer and every dialect sees them.
 *
 * One form for both families: sixteen octets in network order, an IPv4 address being its
 * v4-mapped IPv6 form ::ffff:a.b.c.d (RFC 4291 2.5.5.2). Such addresses never stand on the wire,
 * so the form tells the family, tables need one kind of key, and an AF_INET6 socket that speaks
 * to a v4-mapped peer needs no case of its own.
 */
#ifndef TENON_ADDRESS_H
#define TENON_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <tenon/api.h>

TENON_BEGIN

enum tenon_ip_version { TENON_IP_V4 = 4, TENON_IP_V6 = 6 };

struct tenon_ip {
	uint8_t octets[16];
};

/* link is the RFC 4007 zone of a link-local address: a link's index, from 1; 0 means none. */
struct tenon_endpoint {
	struct tenon_ip ip;
	uint16_t port; /* host order */
	uint16_t link;
};

static inline struct tenon_ip tenon_ip4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	struct tenon_ip ip = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d } };

	return ip;
}

/* Octets 0 to 7 (at 0) or 8 to 15 (at 8) as a number. Compilers make one load of it. */
static inline uint64_t tenon_ip_half(const struct tenon_ip *ip, unsigned at)
{
	const uint8_t *o = ip->octets + at;

	return (uint64_t)o[0] << 56 | (uint64_t)o[1] << 48 | (uint64_t)o[2] << 40 |
	       (uint64_t)o[3] << 32 | (uint64_t)o[4] << 24 | (uint64_t)o[5] << 16 |
	       (uint64_t)o[6] << 8 | o[7];
}

static inline bool tenon_ip_is_v4(const struct tenon_ip *ip)
{
	return tenon_ip_half(ip, 0) == 0 && tenon_ip_half(ip, 8) >> 32 == 0xffff;
}

static inline enum tenon_ip_version tenon_ip_version(const struct tenon_ip *ip)
{
	return tenon_ip_is_v4(ip) ? TENON_IP_V4 : TENON_IP_V6;
}

static inline bool tenon_ip_equal(const struct tenon_ip *a, const struct tenon_ip *b)
{
	return tenon_ip_half(a, 0) == tenon_ip_half(b, 0) &&
	       tenon_ip_half(a, 8) == tenon_ip_half(b, 8);
}

/* 0.0.0.0 or :: */
static inline bool tenon_ip_is_any(const struct tenon_ip *ip)
{
	uint64_t tail = tenon_ip_half(ip, 8);

	return tenon_ip_half(ip, 0) == 0 && (tail == 0 || tail == UINT64_C(0xffff) << 32);
}

/* RFC 1122 3.2.1.3 (127/8) and RFC 4291 2.5.3 (::1). */
static inline bool tenon_ip_is_loopback(const struct tenon_ip *ip)
{
	if (tenon_ip_is_v4(ip))
		return ip->octets[12] == 127;
	return tenon_ip_half(ip, 0) == 0 && tenon_ip_half(ip, 8) == 1;
}

/* RFC 1112 4 (224/4) and RFC 4291 2.7 (ff00::/8). */
static inline bool tenon_ip_is_multicast(const struct tenon_ip *ip)
{
	if (tenon_ip_is_v4(ip))
		return (ip->octets[12] & 0xf0) == 0xe0;
	return ip->octets[0] == 0xff;
}

/* RFC 4291 2.5.6 (fe80::/10) and RFC 3927 (169.254/16). */
static inline bool tenon_ip_is_link_local(const struct tenon_ip *ip)
{
	if (tenon_ip_is_v4(ip))
		return ip->octets[12] == 169 && ip->octets[13] == 254;
	return ip->octets[0] == 0xfe && (ip->octets[1] & 0xc0) == 0x80;
}

/* 255.255.255.255 (RFC 919 7). */
static inline bool tenon_ip_is_limited_broadcast(const struct tenon_ip *ip)
{
	return tenon_ip_is_v4(ip) &&
	       (ip->octets[12] & ip->octets[13] & ip->octets[14] & ip->octets[15]) == 0xff;
}

TENON_END
#endif
