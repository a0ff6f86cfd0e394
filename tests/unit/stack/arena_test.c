/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "stack/stack.h"

enum { AFTER = 64, FILL = 0x5a };

static const struct tenon_family_module *const both[] = { &tenon_ipv4, &tenon_ipv6, NULL };
static const struct tenon_family_module *const v4_only[] = { &tenon_ipv4, NULL };
static const struct tenon_family_module *const v6_only[] = { &tenon_ipv6, NULL };
static const struct tenon_family_module *const no_family[] = { NULL };
static const struct tenon_transport *const udp[] = { &tenon_udp, NULL };
static const struct tenon_transport *const all[] = { &tenon_tcp, &tenon_udp, NULL };
static const struct tenon_transport *const none[] = { NULL };
static const struct tenon_transport *const raw[] = { &tenon_tcp,  &tenon_udp,  &tenon_raw,
						     &tenon_ping, &tenon_unix, NULL };
static const struct tenon_transport *const nine[] = { &tenon_udp, &tenon_udp, &tenon_udp,
						      &tenon_udp, &tenon_udp, &tenon_udp,
						      &tenon_udp, &tenon_udp, &tenon_udp,
						      NULL };
static const struct tenon_transport *const with_unix[] = { &tenon_udp, &tenon_unix, NULL };
static const struct tenon_congestion *const newreno[] = { &tenon_newreno, NULL };
static const uint8_t seed[16] = { 1 };

static struct tenon_config config_of(const struct tenon_family_module *const *families,
				     const struct tenon_transport *const *transports)
{
	struct tenon_config config;

	tenon_config_linux(&config);
	config.families = families;
	config.transports = transports;
	config.congestions = newreno;
	config.limits.pages = 64;
	return config;
}

/* tenon_init() traps unless it uses up what tenon_size() said; here, that it stays within it. */
static void fits_exactly(const struct tenon_config *config)
{
	size_t size = tenon_size(config), i;
	uint8_t *memory;

	assert_int_not_equal(size, 0);
	memory = aligned_alloc(16, (size + AFTER + 15) / 16 * 16);
	assert_non_null(memory);
	memset(memory, FILL, size + AFTER);
	assert_null(tenon_init(memory, size - 1, config, seed, 0));
	assert_null(tenon_init(memory + 1, size, config, seed, 0));
	for (i = 0; i < size + AFTER; i++)
		assert_int_equal(memory[i], FILL);

	assert_non_null(tenon_init(memory, size, config, seed, 0));
	for (i = size; i < size + AFTER; i++)
		assert_int_equal(memory[i], FILL);
	free(memory);
}

TEST(a_stack_fits_its_memory_exactly)
{
	const struct tenon_config configs[] = {
		config_of(both, all),    config_of(both, udp),     config_of(v4_only, all),
		config_of(v6_only, all), config_of(v4_only, none), config_of(v4_only, with_unix)
	};
	size_t i;

	for (i = 0; i < sizeof configs / sizeof configs[0]; i++)
		fits_exactly(&configs[i]);
}

TEST(a_stack_that_takes_fragments_fits_its_memory_exactly)
{
	struct tenon_config config = config_of(both, all);

	config.fragments = &tenon_fragments;
	fits_exactly(&config);
	config.limits.fragment_pages = 3;
	config.limits.fragmented_datagrams = 0;
	config.limits.path_mtus = 0;
	fits_exactly(&config);
}

TEST(a_stack_of_odd_limits_fits_its_memory_exactly)
{
	struct tenon_config config = config_of(both, raw);
	uint32_t *limit = (uint32_t *)&config.limits;
	size_t i;

	config.fragments = &tenon_fragments;
	config.filter = &tenon_filter;
	for (i = 0; i < sizeof config.limits / sizeof *limit; i++) {
		uint32_t before = limit[i];

		limit[i] = before + 1;
		fits_exactly(&config);
		limit[i] = before / 2 + 1;
		if (tenon_size(&config) != 0)
			fits_exactly(&config);
		limit[i] = before;
	}
}

/* 64 KiB is what a small device has: a host with a few sockets is a fraction of it. */
TEST(a_small_stack_is_small)
{
	struct tenon_config config = config_of(v4_only, udp);

	config.limits = (struct tenon_limits){ .sockets = 4,
					       .pages = 16,
					       .page_bytes = 256,
					       .datagrams = 8,
					       .links = 2,
					       .addresses = 2,
					       .routes = 4,
					       .neighbors = 4,
					       .parked_packets = 2,
					       .packet_bytes = 1500,
					       .loopback_packets = 2,
					       .causes = 2 };
	fits_exactly(&config);
	assert_true(tenon_size(&config) < 48 * 1024);
}

static bool is_refused(struct tenon_config config)
{
	uint8_t memory[16] __attribute__((aligned(16)));

	if (tenon_size(&config) != 0)
		return false;
	return tenon_init(memory, SIZE_MAX, &config, seed, 0) == NULL;
}

TEST(a_configuration_out_of_range_is_refused)
{
	struct tenon_config good = config_of(both, all), bad;

	assert_true(is_refused(config_of(no_family, all)));
	assert_true(is_refused(config_of(NULL, all)));
	assert_true(is_refused(config_of(both, NULL)));
	assert_true(is_refused(config_of(both, nine)));

#define REFUSES(member, value)                                                                     \
	bad = good;                                                                                \
	bad.member = (value);                                                                      \
	assert_true(is_refused(bad))

	REFUSES(limits.sockets, 0);
	REFUSES(limits.sockets, UINT32_MAX);
	REFUSES(limits.links, 0);
	REFUSES(limits.links, 65536);
	REFUSES(limits.page_bytes, 255);
	REFUSES(limits.page_bytes, 65537);
	REFUSES(limits.packet_bytes, 1279);
	REFUSES(limits.packet_bytes, 65536);
	REFUSES(limits.pages, UINT32_MAX);
	REFUSES(limits.loopback_packets, 0);
	REFUSES(behavior.port_first, 0);
	REFUSES(behavior.port_last, 32767);
#undef REFUSES
}

/* Every pool and table is named once, and is empty but for what the stack itself has. */
TEST(pools_can_be_asked_for)
{
	struct tenon_config config = config_of(both, raw);
	struct tenon_pool_use use[64];
	unsigned n = 0, i;
	void *memory;
	struct tenon *t;

	config.filter = &tenon_filter;
	memory = aligned_alloc(16, tenon_size(&config));
	t = tenon_init(memory, tenon_size(&config), &config, seed, 0);
	assert_non_null(t);
	while (tenon_pool_use(t, n, &use[n])) {
		assert_non_null(use[n].name);
		assert_true(use[n].used <= use[n].high_water);
		assert_true(use[n].high_water <= use[n].limit);
		for (i = 0; i < n; i++)
			assert_string_not_equal(use[i].name, use[n].name);
		assert_true(++n < 64);
	}
	assert_true(n >= 8);
	for (i = 0; i < n && strcmp(use[i].name, "filter rules") != 0; i++)
		;
	assert_true(i < n);
	assert_false(tenon_pool_use(t, n + 1, &use[0]));
	free(memory);
}

/* The loopback addresses are there; the first entry of the stack has nothing to do. */
TEST(a_new_stack_has_the_loopback_and_nothing_to_do)
{
	const struct tenon_ip v4 = tenon_ip4(127, 0, 0, 1), v6 = { { [15] = 1 } };
	struct tenon_config config = config_of(both, all);
	void *memory = aligned_alloc(16, tenon_size(&config));
	struct tenon *t = tenon_init(memory, tenon_size(&config), &config, seed, 1234);

	assert_non_null(t);
	assert_int_equal(tenon_address_add(t, LINK_LOOPBACK, &v4, 8), TENON_EXISTS);
	assert_int_equal(tenon_address_add(t, LINK_LOOPBACK, &v6, 128), TENON_EXISTS);
	assert_true(tenon_next_deadline(t) == TENON_NEVER);
	assert_int_equal(tenon_link_remove(t, LINK_LOOPBACK), TENON_NOT_FOUND);
	free(memory);
}
