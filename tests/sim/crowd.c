/* SPDX-License-Identifier: MIT */
/* Many connections share too little memory: each gets through, or is told why not. */
#include "test.h"

#include <stdlib.h>

#include "exchange.h"
#include "seeds.h"

enum { CROWD = 12 };

struct crowd {
	struct lan lan;
	struct exchange exchanges[CROWD];
};

/* Two pages for each connection of a host, where its buffers might hold a hundred. */
static void poor(struct tenon_config *config)
{
	config->limits.pages = 2 * CROWD;
	config->limits.parked_packets = 4;
	config->limits.loopback_packets = 4;
	config->limits.causes = 2;
}

static bool all_are_done(void *context)
{
	struct crowd *crowd = context;
	bool done = true;
	unsigned i;

	for (i = 0; i < CROWD; i++)
		done = exchange_is_done(&crowd->exchanges[i]) && done;
	return done;
}

static void tell_stuck(struct crowd *crowd)
{
	unsigned i;

	for (i = 0; i < CROWD; i++) {
		const struct exchange_end *ends = crowd->exchanges[i].ends;

		if (!exchange_is_done(&crowd->exchanges[i]))
			fail_msg("connection %u is stuck, %llu there and %llu back are missing", i,
				 (unsigned long long)(ends[1].to_receive - ends[1].received),
				 (unsigned long long)(ends[0].to_receive - ends[0].received));
	}
}

static void run(struct crowd *crowd, uint64_t seed)
{
	uint64_t random = seed;
	unsigned i;

	lan_open(&crowd->lan,
		 &(struct lan_terms){ .seed = seed,
				      .hosts = 2,
				      .is_cable = true,
				      .path = { .delay_us = seeds_below(&random, 20000),
						.loss = seeds_below(&random, 20000),
						.reorder = seeds_below(&random, 50000),
						.reorder_us = 3000 },
				      .change = poor });
	for (i = 0; i < CROWD; i++)
		exchange_open(&crowd->exchanges[i], &crowd->lan,
			      &(struct exchange_terms){ .seed = seed + 100 * i,
							.version = i % 2 != 0 ? TENON_IP_V4
									      : TENON_IP_V6,
							.octets = { seeds_below(&random, 60000),
								    seeds_below(&random, 60000) },
							.rest_us = seeds_below(&random, 100000),
							.port = (uint16_t)(80 + i) });
	if (!tenon_sim_run(crowd->lan.sim, SECONDS(3600), all_are_done, crowd))
		tell_stuck(crowd);
	for (i = 0; i < CROWD; i++) {
		assert_result(crowd->exchanges[i].error, OK);
		exchange_close(&crowd->exchanges[i]);
	}
	lan_settles(&crowd->lan);
	lan_close(&crowd->lan);
}

TEST(connections_that_share_too_few_pages_all_get_through)
{
	struct crowd *crowd = malloc(sizeof *crowd);
	struct seeds seeds;

	assert_non_null(crowd);
	for (SEEDS(&seeds, 40); seeds_next(&seeds);)
		run(crowd, seeds.now);
	free(crowd);
}
