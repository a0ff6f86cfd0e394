/* SPDX-License-Identifier: MIT */
/* One seed is one run: the same capture, octet for octet, as often as it is asked for, from every
 * compiler and on every machine (scripts/check/determinism compares those). */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "exchange.h"

static const struct tenon_wire_path bad = {
	.bytes_per_second = 1000000,
	.queue_bytes = 20000,
	.delay_us = 3000,
	.jitter_us = 2000,
	.loss = 30000,
	.duplicate = 20000,
	.reorder = 30000,
	.reorder_us = 5000,
	.corrupt = 10000,
};

static void patient(struct tenon_config *config)
{
	config->behavior.neighbor_probes = 50;
}

static void run(struct lan *lan, uint64_t seed)
{
	struct lan_terms terms = { .seed = seed, .hosts = 2, .path = bad, .change = patient };
	struct exchange exchange;
	unsigned i;

	lan_open(lan, &terms);
	for (i = 0; i < 2; i++) {
		exchange_open(&exchange, lan,
			      &(struct exchange_terms){ .port = 80,
							.seed = seed,
							.version =
								i == 0 ? TENON_IP_V4 : TENON_IP_V6,
							.octets = { 60000, 40000 },
							.rest_us = 200000 });
		assert_true(tenon_sim_run(lan->sim, SECONDS(3600), exchange_is_done, &exchange));
		assert_result(exchange.error, OK);
		exchange_close(&exchange);
		lan_settles(lan);
	}
}

TEST(the_same_seed_is_the_same_capture)
{
	struct lan one, other;

	run(&one, 7);
	run(&other, 7);
	assert_true(one.capture_len > 200000);
	assert_int_equal(one.capture_len, other.capture_len);
	assert_memory_equal(one.capture, other.capture, one.capture_len);
	lan_close(&other);
	lan_close(&one);
}

TEST(another_seed_is_another_capture)
{
	struct lan one, other;

	run(&one, 7);
	run(&other, 8);
	assert_true(one.capture_len != other.capture_len ||
		    memcmp(one.capture, other.capture, one.capture_len) != 0);
	lan_close(&other);
	lan_close(&one);
}
