/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include "seeds.h"

struct tenon_wire_path bad_path(uint64_t *random)
{
	struct tenon_wire_path path = { .delay_us = seeds_below(random, 50000) };

	path.loss = seeds_below(random, 3) == 0 ? seeds_below(random, 100000) : 0;
	path.duplicate = seeds_below(random, 3) == 0 ? seeds_below(random, 200000) : 0;
	path.reorder = seeds_below(random, 3) == 0 ? seeds_below(random, 300000) : 0;
	path.reorder_us = seeds_below(random, 30000);
	path.corrupt = seeds_below(random, 3) == 0 ? seeds_below(random, 50000) : 0;
	path.jitter_us = seeds_below(random, 2) == 0 ? seeds_below(random, 20000) : 0;
	if (seeds_below(random, 3) == 0) {
		path.bytes_per_second = 20000 + seeds_below(random, 2000000);
		path.queue_bytes = 3000 + seeds_below(random, 100000);
	}
	if (seeds_below(random, 4) == 0) {
		path.burst_enter = seeds_below(random, 5000);
		path.burst_leave = 600000 + seeds_below(random, 400000);
	}
	return path;
}

void small_pages(struct tenon_config *config)
{
	config->limits.page_bytes = 256;
	config->limits.pages = 4096;
}

uint32_t small_more_often(uint64_t *random, uint32_t most)
{
	return 1 + seeds_below(random, 1 + seeds_below(random, most));
}

void change_behavior(struct tenon *stack, uint64_t *random)
{
	struct tenon_behavior *behavior = tenon_behavior(stack);

	behavior->window_scaling = seeds_below(random, 2) == 0;
	behavior->timestamps = seeds_below(random, 2) == 0;
	behavior->receive_bytes = 500 + small_more_often(random, 500000);
	behavior->send_bytes = 500 + small_more_often(random, 500000);
	behavior->delayed_ack_us = small_more_often(random, 500000);
	behavior->rto_min_us = 1000 + small_more_often(random, 1000000);
	behavior->rto_initial_us = behavior->rto_min_us + seeds_below(random, 2000000);
	behavior->challenge_acks_per_second = 1 + seeds_below(random, 1000);
}

void patient(struct tenon_config *config)
{
	config->behavior.neighbor_probes = 20;
	config->behavior.neighbor_retransmit_us = 200000;
	config->behavior.neighbor_reachable_us = 5000000;
}
