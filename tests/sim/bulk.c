/* SPDX-License-Identifier: MIT */
/* What one end sends is what the other receives, whatever the wire does to the frames between. */
#include "test.h"

#include "exchange.h"
#include "faults.h"
#include "seeds.h"

/* Loss may make a transfer slow, but an hour without its end is a transfer that is stuck. */
#define STUCK SECONDS(3600)

static void run_exchange(struct lan *lan, const struct exchange_terms *terms)
{
	struct exchange exchange;

	exchange_open(&exchange, lan, terms);
	if (!tenon_sim_run(lan->sim, STUCK, exchange_is_done, &exchange))
		fail_msg("stuck: %llu of %llu there, %llu of %llu back",
			 (unsigned long long)exchange.ends[1].received,
			 (unsigned long long)exchange.ends[1].to_receive,
			 (unsigned long long)exchange.ends[0].received,
			 (unsigned long long)exchange.ends[0].to_receive);
	assert_result(exchange.error, OK);
	exchange_close(&exchange);
	lan_settles(lan);
}

static void transfer(const struct lan_terms *terms, const struct exchange_terms *exchange_terms)
{
	struct lan lan;

	lan_open(&lan, terms);
	run_exchange(&lan, exchange_terms);
	lan_close(&lan);
}

static void bad_transfer(uint64_t seed, enum tenon_ip_version version)
{
	uint64_t random = seed;
	struct lan_terms terms = { .seed = seed, .hosts = 2, .is_cable = true };
	struct exchange_terms exchange = { .seed = seed, .version = version, .port = 80 };

	terms.path = bad_path(&random);
	terms.mtu = seeds_below(&random, 2) == 0 ? 1500 : 1280 + seeds_below(&random, 7000);
	exchange.octets[0] = seeds_below(&random, 200000);
	exchange.octets[1] = seeds_below(&random, 3) == 0 ? 0 : seeds_below(&random, 200000);
	exchange.rest_us = seeds_below(&random, 2) == 0 ? 0 : seeds_below(&random, 3000000);
	transfer(&terms, &exchange);
}

TEST(bulk_transfer_over_a_good_wire_is_exact)
{
	struct lan_terms terms = { .seed = 1, .hosts = 2, .path = { .delay_us = 100 } };
	struct exchange_terms exchange = { .seed = 1, .octets = { 1000000, 500000 }, .port = 80 };

	exchange.version = TENON_IP_V4;
	transfer(&terms, &exchange);
	exchange.version = TENON_IP_V6;
	transfer(&terms, &exchange);
}

TEST(bulk_transfer_over_a_bad_wire_is_exact_over_ipv4)
{
	struct seeds seeds;

	for (SEEDS(&seeds, 60); seeds_next(&seeds);)
		bad_transfer(seeds.now, TENON_IP_V4);
}

TEST(bulk_transfer_over_a_bad_wire_is_exact_over_ipv6)
{
	struct seeds seeds;

	for (SEEDS(&seeds, 60); seeds_next(&seeds);)
		bad_transfer(seeds.now, TENON_IP_V6);
}

/* A neighbor's address may arrive corrupted: it is found out when the neighbor is asked again. */
TEST(bulk_transfer_over_a_bad_ethernet_is_exact)
{
	struct seeds seeds;

	for (SEEDS(&seeds, 40); seeds_next(&seeds);) {
		uint64_t random = seeds.now;
		struct lan_terms terms = {
			.seed = seeds.now, .hosts = 3, .path = bad_path(&random), .change = patient
		};
		struct exchange_terms exchange = {
			.seed = seeds.now,
			.version = seeds.now % 2 != 0 ? TENON_IP_V4 : TENON_IP_V6,
			.octets = { seeds_below(&random, 100000), seeds_below(&random, 100000) },
			.port = 80
		};

		transfer(&terms, &exchange);
	}
}

/* A frame that is corrupted on the wire has its checksum put in before. */
TEST(bulk_transfer_with_offloads_is_exact)
{
	struct seeds seeds;

	for (SEEDS(&seeds, 40); seeds_next(&seeds);) {
		uint64_t random = seeds.now;
		struct lan_terms terms = { .seed = seeds.now,
					   .hosts = 2,
					   .is_cable = true,
					   .offload = seeds.now % 3 == 0
							      ? TENON_OFFLOAD_CHECKSUM
							      : TENON_OFFLOAD_CHECKSUM |
									TENON_OFFLOAD_SEGMENTATION,
					   .path = bad_path(&random) };
		struct exchange_terms exchange = { .seed = seeds.now,
						   .version = seeds.now % 2 != 0 ? TENON_IP_V4
										 : TENON_IP_V6,
						   .octets = { seeds_below(&random, 300000), 1000 },
						   .port = 80 };

		transfer(&terms, &exchange);
	}
}

TEST(bulk_transfer_between_hosts_of_any_behavior_is_exact)
{
	struct seeds seeds;

	for (SEEDS(&seeds, 100); seeds_next(&seeds);) {
		uint64_t random = seeds.now;
		struct lan lan;

		lan_open(&lan,
			 &(struct lan_terms){ .seed = seeds.now,
					      .hosts = 2,
					      .is_cable = true,
					      .mtu = 1280 + small_more_often(&random, 60000),
					      .change = seeds.now % 3 == 0 ? small_pages : NULL,
					      .path = bad_path(&random) });
		change_behavior(lan.hosts[0].stack, &random);
		change_behavior(lan.hosts[1].stack, &random);
		run_exchange(&lan,
			     &(struct exchange_terms){ .seed = seeds.now,
						       .version = seeds.now % 2 != 0 ? TENON_IP_V4
										     : TENON_IP_V6,
						       .octets = { seeds_below(&random, 100000),
								   seeds_below(&random, 100000) },
						       .rest_us = seeds_below(&random, 2) * 1000000,
						       .port = 80 });
		lan_close(&lan);
	}
}
