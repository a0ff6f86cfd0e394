/* SPDX-License-Identifier: MIT */
#include "unit/wire/wire_test.h"
#include "wire/ndp.h"

enum { LEN = 32 };

static const struct tenon_ip one = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };
static const struct tenon_ip two = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 } };
static const struct tenon_ip all_nodes = { { 0xff, 0x02, [15] = 1 } };

/* 2001:db8::1 asks ff02::1:ff00:2 for 2001:db8::2, with its own address 02:00:00:00:00:01. */
static const uint8_t solicitation[LEN] = { 0x87, 0x00, 0x1c, 0x27, 0x00, 0x00, 0x00, 0x00,
					   0x20, 0x01, 0x0d, 0xb8, 0,    0,    0,    0,
					   0,    0,    0,    0,    0,    0,    0,    2,
					   1,    1,    2,    0,    0,    0,    0,    1 };

static enum fate parse_message(struct ndp_message *m, struct bytes octets)
{
	struct icmp6_header icmp;
	enum fate fate = icmp6_parse(&icmp, &octets);

	return fate != FATE_PASS ? fate : ndp_parse(m, &icmp, octets);
}

static bool parse(struct bytes octets)
{
	struct ndp_message m;

	return parse_message(&m, octets) == FATE_PASS;
}

static enum fate fate_with(size_t at, uint8_t octet)
{
	uint8_t octets[LEN];
	struct ndp_message m;

	memcpy(octets, solicitation, LEN);
	octets[at] = octet;
	return parse_message(&m, (struct bytes){ octets, LEN });
}

static struct ndp_options random_ndp_options(struct random *r)
{
	struct ndp_options o = {
		.has_source_mac = random_bool(r),
		.has_target_mac = random_bool(r),
		.has_mtu = random_bool(r),
		.prefix_count = (uint8_t)random_below(r, NDP_PREFIXES_MAX + 1),
	};
	unsigned i;

	if (o.has_source_mac)
		random_octets(r, o.source_mac.octets, 6);
	if (o.has_target_mac)
		random_octets(r, o.target_mac.octets, 6);
	if (o.has_mtu)
		o.mtu = random_u32(r);
	for (i = 0; i < o.prefix_count; i++)
		o.prefixes[i] = (struct ndp_prefix){ random_ip6(r),  random_u32(r),
						     random_u32(r),  (uint8_t)random_below(r, 129),
						     random_bool(r), random_bool(r) };
	return o;
}

static struct ndp_router random_router(struct random *r)
{
	return (struct ndp_router){
		.hop_limit = (uint8_t)random_u32(r),
		.managed = random_bool(r),
		.other = random_bool(r),
		.lifetime_s = (uint16_t)random_u32(r),
		.reachable_ms = random_u32(r),
		.retransmit_ms = random_u32(r),
	};
}

static struct ndp_message random_message(struct random *r)
{
	struct ndp_message m = { .type = (uint8_t)(NDP_ROUTER_SOLICITATION + random_below(r, 5)) };

	if (m.type == NDP_ROUTER_ADVERTISEMENT)
		m.router = random_router(r);
	else if (m.type != NDP_ROUTER_SOLICITATION)
		m.target = random_ip6(r);
	if (m.type == NDP_REDIRECT)
		m.destination = random_ip6(r);
	if (m.type == NDP_NEIGHBOR_ADVERTISEMENT) {
		m.is_router = random_bool(r);
		m.solicited = random_bool(r);
		m.override = random_bool(r);
	}
	m.options = random_ndp_options(r);
	return m;
}

static void same_options(const struct ndp_options *a, const struct ndp_options *b)
{
	unsigned i;

	assert_int_equal(a->has_source_mac, b->has_source_mac);
	assert_int_equal(a->has_target_mac, b->has_target_mac);
	assert_int_equal(a->has_mtu, b->has_mtu);
	assert_true(mac_equal(a->source_mac, b->source_mac));
	assert_true(mac_equal(a->target_mac, b->target_mac));
	assert_int_equal(a->mtu, b->mtu);
	assert_int_equal(a->prefix_count, b->prefix_count);
	for (i = 0; i < a->prefix_count; i++) {
		assert_true(tenon_ip_equal(&a->prefixes[i].prefix, &b->prefixes[i].prefix));
		assert_int_equal(a->prefixes[i].valid_s, b->prefixes[i].valid_s);
		assert_int_equal(a->prefixes[i].preferred_s, b->prefixes[i].preferred_s);
		assert_int_equal(a->prefixes[i].bits, b->prefixes[i].bits);
		assert_int_equal(a->prefixes[i].on_link, b->prefixes[i].on_link);
		assert_int_equal(a->prefixes[i].autonomous, b->prefixes[i].autonomous);
	}
}

static void same(const struct ndp_message *a, const struct ndp_message *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->is_router, b->is_router);
	assert_int_equal(a->solicited, b->solicited);
	assert_int_equal(a->override, b->override);
	assert_true(tenon_ip_equal(&a->target, &b->target));
	assert_true(tenon_ip_equal(&a->destination, &b->destination));
	assert_int_equal(a->router.hop_limit, b->router.hop_limit);
	assert_int_equal(a->router.managed, b->router.managed);
	assert_int_equal(a->router.other, b->router.other);
	assert_int_equal(a->router.lifetime_s, b->router.lifetime_s);
	assert_int_equal(a->router.reachable_ms, b->router.reachable_ms);
	assert_int_equal(a->router.retransmit_ms, b->router.retransmit_ms);
	same_options(&a->options, &b->options);
}

static struct ndp_message solicitation_message(void)
{
	return (struct ndp_message){
		.type = NDP_NEIGHBOR_SOLICITATION,
		.target = two,
		.options = { .has_source_mac = true, .source_mac = { { 2, 0, 0, 0, 0, 1 } } },
	};
}

TEST(a_neighbor_solicitation_is_read)
{
	struct ndp_message m, expected = solicitation_message();

	assert_int_equal(parse_message(&m, (struct bytes){ solicitation, LEN }), FATE_PASS);
	same(&m, &expected);
}

TEST(the_same_solicitation_is_written)
{
	struct tenon_ip group = { { 0xff, 0x02, [11] = 1, 0xff, 0, 0, 2 } };
	struct ndp_message m = solicitation_message();
	uint8_t octets[LEN];

	assert_int_equal(ndp_len(&m), LEN);
	assert_int_equal(ndp_emit(octets, &m, one, group), LEN);
	assert_memory_equal(octets, solicitation, LEN);
}

TEST(what_is_emitted_parses_to_the_same_and_verifies)
{
	struct random r = test_random();
	uint8_t octets[NDP_LEN_MAX];
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct ndp_message in = random_message(&r), out;
		struct bytes range = { octets, ndp_len(&in) };
		struct pseudo_header p = { random_ip6(&r), all_nodes, IP_PROTOCOL_ICMP6,
					   (uint32_t)range.len };

		assert_true(range.len <= sizeof octets);
		assert_int_equal(ndp_emit(octets, &in, p.source, p.destination), range.len);
		assert_int_equal(icmp6_verify(&p, range), FATE_PASS);
		assert_int_equal(parse_message(&out, range), FATE_PASS);
		same(&in, &out);
	}
}

/* RFC 4861 7.1.1: the code is 0, options have a length, the target is no multicast address. */
TEST(an_invalid_message_is_refused)
{
	assert_int_equal(fate_with(1, 1), FATE_NDP_INVALID);
	assert_int_equal(fate_with(8, 0xff), FATE_NDP_INVALID);
	assert_int_equal(fate_with(25, 0), FATE_NDP_INVALID);
	assert_int_equal(fate_with(25, 2), FATE_NDP_INVALID);
	assert_int_equal(fate_with(0, 132), FATE_NDP_INVALID);
	assert_int_equal(fate_with(0, 138), FATE_NDP_INVALID);
}

TEST(a_v4_mapped_target_is_refused)
{
	struct tenon_ip mapped = tenon_ip4(192, 0, 2, 1);
	uint8_t octets[LEN];

	memcpy(octets, solicitation, LEN);
	memcpy(octets + 8, mapped.octets, 16);
	assert_false(parse((struct bytes){ octets, LEN }));
}

TEST(an_unknown_option_is_stepped_over)
{
	uint8_t octets[LEN + 16];
	struct ndp_message m;

	memcpy(octets, solicitation, LEN);
	memmove(octets + 40, octets + 24, 8);
	memset(octets + 24, 0, 16);
	octets[24] = 14;
	octets[25] = 2;
	assert_int_equal(parse_message(&m, (struct bytes){ octets, LEN + 16 }), FATE_PASS);
	assert_true(m.options.has_source_mac);
}

TEST(prefixes_beyond_the_limit_and_longer_than_an_address_are_left_out)
{
	uint8_t octets[16 + (NDP_PREFIXES_MAX + 2) * 32] = { NDP_ROUTER_ADVERTISEMENT };
	struct ndp_message m;
	size_t i;

	for (i = 0; i < NDP_PREFIXES_MAX + 2; i++) {
		octets[16 + i * 32] = 3;
		octets[17 + i * 32] = 4;
		octets[18 + i * 32] = i == 0 ? 129 : (uint8_t)(60 + i);
	}
	assert_int_equal(parse_message(&m, (struct bytes){ octets, sizeof octets }), FATE_PASS);
	assert_int_equal(m.options.prefix_count, NDP_PREFIXES_MAX);
	assert_int_equal(m.options.prefixes[0].bits, 61);
}

/* A solicitation is valid without its option, so that one truncation passes. */
TEST(every_truncation_but_between_options_is_refused)
{
	size_t len;

	for (len = 0; len < LEN; len++)
		assert_int_equal(parse_in_own_block(parse, solicitation, len), len == 24);
	refuses_every_truncation(parse, solicitation, 24);
}

TEST(random_input_does_no_harm)
{
	struct ndp_message m = { .type = NDP_ROUTER_ADVERTISEMENT };
	uint8_t octets[NDP_LEN_MAX];

	m.options =
		(struct ndp_options){ .has_mtu = true, .has_target_mac = true, .prefix_count = 2 };
	assert_true(survives_random_input(parse, (struct bytes){ solicitation, LEN }) > 0);
	ndp_emit(octets, &m, one, all_nodes);
	assert_true(survives_random_input(parse, (struct bytes){ octets, ndp_len(&m) }) > 0);
}
