/* SPDX-License-Identifier: MIT */
#include "wire/ndp.h"

#include "base/checksum.h"

enum ndp_option_kind {
	OPTION_SOURCE_MAC = 1,
	OPTION_TARGET_MAC = 2,
	OPTION_PREFIX = 3,
	OPTION_MTU = 5,
};

/* Option lengths on the wire count eights of octets. */
enum {
	MAC_EIGHTS = 1,
	PREFIX_EIGHTS = 4,
	MTU_EIGHTS = 1,
	IP_LEN = 16,
	ROUTER_LEN = 8, /* of a router advertisement's body before its options */
};

/* Flags in the fourth to seventh octet of a neighbor advertisement. */
#define FLAG_ROUTER UINT32_C(0x80000000)
#define FLAG_SOLICITED UINT32_C(0x40000000)
#define FLAG_OVERRIDE UINT32_C(0x20000000)

enum {
	RA_MANAGED = 0x80,
	RA_OTHER = 0x40,
	PREFIX_ON_LINK = 0x80,
	PREFIX_AUTONOMOUS = 0x40,
};

/* On the wire: a prefix information option, RFC 4861 4.6.2. */
struct prefix_octets {
	uint8_t kind, eights, bits, flags;
	uint8_t valid[4], preferred[4], reserved[4], prefix[16];
};
_Static_assert(sizeof(struct prefix_octets) == PREFIX_EIGHTS * 8, "RFC 4861 4.6.2");

static void parse_prefix(struct ndp_options *o, struct bytes option)
{
	const struct prefix_octets *p = (const void *)option.at;

	if (option.len != sizeof *p || p->bits > 128 || o->prefix_count == NDP_PREFIXES_MAX)
		return;
	o->prefixes[o->prefix_count++] = (struct ndp_prefix){
		.prefix = ip6_get(p->prefix),
		.valid_s = get32(p->valid),
		.preferred_s = get32(p->preferred),
		.bits = p->bits,
		.on_link = (p->flags & PREFIX_ON_LINK) != 0,
		.autonomous = (p->flags & PREFIX_AUTONOMOUS) != 0,
	};
}

/* option is whole: kind, length and body. One of a known kind but another length is ignored. */
static void parse_option(struct ndp_options *o, struct bytes option)
{
	switch (option.at[0]) {
	case OPTION_SOURCE_MAC:
		if (option.len == MAC_EIGHTS * 8) {
			o->has_source_mac = true;
			o->source_mac = mac_get(option.at + 2);
		}
		break;
	case OPTION_TARGET_MAC:
		if (option.len == MAC_EIGHTS * 8) {
			o->has_target_mac = true;
			o->target_mac = mac_get(option.at + 2);
		}
		break;
	case OPTION_PREFIX:
		parse_prefix(o, option);
		break;
	case OPTION_MTU:
		if (option.len == MTU_EIGHTS * 8) {
			o->has_mtu = true;
			o->mtu = get32(option.at + 4);
		}
		break;
	default:
		break;
	}
}

/* False if an option has length 0 or ends behind the message. */
static bool parse_options(struct ndp_options *o, struct reader *r)
{
	while (reader_left(r) > 0) {
		const uint8_t *at = r->at;
		size_t len;

		read8(r);
		len = (size_t)read8(r) * 8;
		if (len == 0)
			return false;
		read_bytes(r, len - 2);
		if (r->failed)
			return false;
		parse_option(o, (struct bytes){ at, len });
	}
	return true;
}

static struct tenon_ip read_ip6(struct reader *r)
{
	struct bytes range = read_bytes(r, IP_LEN);

	return range.len == IP_LEN ? ip6_get(range.at) : (struct tenon_ip){ { 0 } };
}

static bool is_target(const struct tenon_ip *ip)
{
	return !tenon_ip_is_multicast(ip) && !tenon_ip_is_v4(ip);
}

static void parse_router(struct ndp_router *router, uint32_t rest, struct reader *r)
{
	uint32_t reachable_ms = read32(r), retransmit_ms = read32(r);

	*router = (struct ndp_router){
		.hop_limit = (uint8_t)(rest >> 24),
		.managed = (rest >> 16 & RA_MANAGED) != 0,
		.other = (rest >> 16 & RA_OTHER) != 0,
		.lifetime_s = (uint16_t)rest,
		.reachable_ms = reachable_ms,
		.retransmit_ms = retransmit_ms,
	};
}

/* What stands before the options; false if the type is none of the five. */
static bool parse_fixed(struct ndp_message *out, uint32_t rest, struct reader *r)
{
	switch (out->type) {
	case NDP_ROUTER_SOLICITATION:
		return true;
	case NDP_ROUTER_ADVERTISEMENT:
		parse_router(&out->router, rest, r);
		return true;
	case NDP_NEIGHBOR_ADVERTISEMENT:
		out->is_router = (rest & FLAG_ROUTER) != 0;
		out->solicited = (rest & FLAG_SOLICITED) != 0;
		out->override = (rest & FLAG_OVERRIDE) != 0;
		out->target = read_ip6(r);
		return is_target(&out->target);
	case NDP_NEIGHBOR_SOLICITATION:
		out->target = read_ip6(r);
		return is_target(&out->target);
	case NDP_REDIRECT:
		out->target = read_ip6(r);
		out->destination = read_ip6(r);
		return is_target(&out->target) && is_target(&out->destination);
	default:
		return false;
	}
}

enum fate ndp_parse(struct ndp_message *out, const struct icmp6_header *icmp, struct bytes body)
{
	struct reader r = reader_of(body);

	*out = (struct ndp_message){ .type = icmp->type };
	if (icmp->code != 0)
		return FATE_NDP_INVALID;
	if (!parse_fixed(out, icmp->rest, &r) || r.failed)
		return FATE_NDP_INVALID;
	return parse_options(&out->options, &r) ? FATE_PASS : FATE_NDP_INVALID;
}

static size_t fixed_len(uint8_t type)
{
	switch (type) {
	case NDP_ROUTER_SOLICITATION:
		return sizeof(struct icmp6_octets);
	case NDP_ROUTER_ADVERTISEMENT:
		return sizeof(struct icmp6_octets) + ROUTER_LEN;
	case NDP_NEIGHBOR_SOLICITATION:
	case NDP_NEIGHBOR_ADVERTISEMENT:
		return sizeof(struct icmp6_octets) + IP_LEN;
	case NDP_REDIRECT:
		return sizeof(struct icmp6_octets) + 2 * IP_LEN;
	default:
		assert_unreachable();
	}
}

size_t ndp_len(const struct ndp_message *m)
{
	size_t eights = (m->options.has_source_mac ? MAC_EIGHTS : 0u) +
			(m->options.has_target_mac ? MAC_EIGHTS : 0u) +
			(m->options.has_mtu ? MTU_EIGHTS : 0u) +
			(size_t)m->options.prefix_count * PREFIX_EIGHTS;

	return fixed_len(m->type) + eights * 8;
}

static uint32_t rest_of(const struct ndp_message *m)
{
	const struct ndp_router *r = &m->router;
	uint32_t flags;

	if (m->type == NDP_ROUTER_ADVERTISEMENT) {
		flags = (r->managed ? RA_MANAGED : 0u) | (r->other ? RA_OTHER : 0u);
		return (uint32_t)r->hop_limit << 24 | flags << 16 | r->lifetime_s;
	}
	if (m->type == NDP_NEIGHBOR_ADVERTISEMENT)
		return (m->is_router ? FLAG_ROUTER : 0) | (m->solicited ? FLAG_SOLICITED : 0) |
		       (m->override ? FLAG_OVERRIDE : 0);
	return 0;
}

static uint8_t *emit_mac(uint8_t *to, uint8_t kind, struct mac mac)
{
	to[0] = kind;
	to[1] = MAC_EIGHTS;
	mac_put(to + 2, mac);
	return to + MAC_EIGHTS * 8;
}

static uint8_t *emit_mtu(uint8_t *to, uint32_t mtu)
{
	to[0] = OPTION_MTU;
	to[1] = MTU_EIGHTS;
	put16(to + 2, 0);
	put32(to + 4, mtu);
	return to + MTU_EIGHTS * 8;
}

static uint8_t *emit_prefix(uint8_t *to, const struct ndp_prefix *prefix)
{
	struct prefix_octets *p = (void *)to;

	*p = (struct prefix_octets){
		.kind = OPTION_PREFIX,
		.eights = PREFIX_EIGHTS,
		.bits = prefix->bits,
		.flags = (uint8_t)((prefix->on_link ? PREFIX_ON_LINK : 0u) |
				   (prefix->autonomous ? PREFIX_AUTONOMOUS : 0u)),
	};
	put32(p->valid, prefix->valid_s);
	put32(p->preferred, prefix->preferred_s);
	ip6_put(p->prefix, prefix->prefix);
	return to + sizeof *p;
}

static void emit_options(uint8_t *to, const struct ndp_options *o)
{
	unsigned i;

	if (o->has_source_mac)
		to = emit_mac(to, OPTION_SOURCE_MAC, o->source_mac);
	if (o->has_target_mac)
		to = emit_mac(to, OPTION_TARGET_MAC, o->target_mac);
	if (o->has_mtu)
		to = emit_mtu(to, o->mtu);
	for (i = 0; i < o->prefix_count; i++)
		to = emit_prefix(to, &o->prefixes[i]);
}

static void emit_fixed_body(uint8_t *to, const struct ndp_message *m)
{
	if (m->type == NDP_ROUTER_SOLICITATION)
		return;
	if (m->type == NDP_ROUTER_ADVERTISEMENT) {
		put32(to, m->router.reachable_ms);
		put32(to + 4, m->router.retransmit_ms);
		return;
	}
	ip6_put(to, m->target);
	if (m->type == NDP_REDIRECT)
		ip6_put(to + IP_LEN, m->destination);
}

size_t ndp_emit(uint8_t *to, const struct ndp_message *m, struct tenon_ip source,
		struct tenon_ip destination)
{
	size_t len = ndp_len(m), head_len = sizeof(struct icmp6_octets);
	struct pseudo_header pseudo = { source, destination, IP_PROTOCOL_ICMP6, (uint32_t)len };
	struct icmp6_header icmp = { .type = m->type, .rest = rest_of(m) };

	assert_that(m->options.prefix_count <= NDP_PREFIXES_MAX);
	emit_fixed_body(to + head_len, m);
	emit_options(to + fixed_len(m->type), &m->options);
	icmp6_emit((void *)to, &icmp,
		   checksum_add(pseudo_sum(&pseudo), to + head_len, len - head_len));
	return len;
}
