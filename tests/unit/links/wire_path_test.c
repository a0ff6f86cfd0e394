/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "links/wire_path.h"

enum { FRAMES = 100000 };

static struct wire_path path_with(struct tenon_wire_path set)
{
	struct wire_path path;

	wire_path_init(&path, 1);
	path.set = set;
	return path;
}

static struct wire_passage carried(struct wire_path *path, uint64_t now_us, size_t len)
{
	struct wire_passage passage;

	wire_path_carry(path, now_us, len, len, &passage);
	return passage;
}

TEST(a_path_of_zeros_takes_no_time_and_loses_nothing)
{
	struct wire_path path = path_with((struct tenon_wire_path){ 0 });
	unsigned i;

	for (i = 0; i < 1000; i++) {
		struct wire_passage passage = carried(&path, i, 100);

		assert_int_equal(passage.copies, 1);
		assert_int_equal(passage.at_us[0], i);
		assert_false(passage.corrupt);
	}
}

TEST(the_rate_sends_one_frame_after_the_other)
{
	struct wire_path path =
		path_with((struct tenon_wire_path){ .bytes_per_second = 1000000, .delay_us = 50 });

	assert_int_equal(carried(&path, 0, 1000).at_us[0], 1050);
	assert_int_equal(carried(&path, 0, 1000).at_us[0], 2050);
	assert_int_equal(carried(&path, 5000, 1000).at_us[0], 6050);
}

TEST(a_full_queue_loses_the_frame)
{
	struct wire_path path = path_with(
		(struct tenon_wire_path){ .bytes_per_second = 1000000, .queue_bytes = 2500 });

	assert_int_equal(carried(&path, 0, 1000).copies, 1);
	assert_int_equal(carried(&path, 0, 1000).copies, 1);
	assert_int_equal(carried(&path, 0, 1000).copies, 0);
	assert_int_equal(path.counts.queue_full, 1);
	assert_int_equal(carried(&path, 1000, 1000).copies, 1);
}

TEST(longer_packets_than_the_mtu_are_lost)
{
	struct wire_path path = path_with((struct tenon_wire_path){ .mtu = 1280 });

	assert_int_equal(carried(&path, 0, 1280).copies, 1);
	assert_int_equal(carried(&path, 0, 1281).copies, 0);
	assert_int_equal(path.counts.too_long, 1);
}

TEST(faults_are_as_frequent_as_they_should_be)
{
	struct wire_path path = path_with((struct tenon_wire_path){ .loss = 100000,
								    .duplicate = 50000,
								    .corrupt = 20000,
								    .reorder = 10000,
								    .reorder_us = 500 });
	unsigned i;

	for (i = 0; i < FRAMES; i++) {
		struct wire_passage passage = carried(&path, i * 1000, 100);

		assert_true(!passage.corrupt || passage.bit < 800);
	}
	assert_in_range(path.counts.lost, FRAMES / 10 - 500, FRAMES / 10 + 500);
	assert_in_range(path.counts.duplicated, FRAMES * 9 / 200 - 300, FRAMES * 9 / 200 + 300);
	assert_in_range(path.counts.corrupted, FRAMES * 9 / 500 - 200, FRAMES * 9 / 500 + 200);
	assert_in_range(path.counts.reordered, 700, 1200);
}

TEST(bursts_lose_several_frames_in_a_row)
{
	struct wire_path path =
		path_with((struct tenon_wire_path){ .burst_enter = 10000, .burst_leave = 250000 });
	unsigned i, bursts = 0;
	bool was_lost = false;

	for (i = 0; i < FRAMES; i++) {
		bool is_lost = carried(&path, i, 100).copies == 0;

		bursts += is_lost && !was_lost;
		was_lost = is_lost;
	}
	assert_in_range(bursts, FRAMES / 130, FRAMES / 80);
	assert_in_range(path.counts.lost / bursts, 3, 5);
}

TEST(jitter_does_not_reorder)
{
	struct wire_path path =
		path_with((struct tenon_wire_path){ .delay_us = 100, .jitter_us = 1000 });
	uint64_t last_us = 0;
	unsigned i;

	for (i = 0; i < 1000; i++) {
		uint64_t at_us = carried(&path, i * 10, 100).at_us[0];

		assert_true(at_us >= last_us && at_us >= i * 10 + 100 &&
			    at_us <= i * 10 + 1100 + 1000);
		last_us = at_us;
	}
}

TEST(a_frame_that_is_held_back_is_overtaken)
{
	struct wire_path path = path_with(
		(struct tenon_wire_path){ .reorder = TENON_WIRE_ALWAYS, .reorder_us = 300 });

	assert_int_equal(carried(&path, 0, 100).at_us[0], 300);
	path.set.reorder = 0;
	assert_int_equal(carried(&path, 10, 100).at_us[0], 10);
}

TEST(the_same_seed_has_the_same_chance)
{
	struct tenon_wire_path set = { .loss = 300000, .duplicate = 300000, .jitter_us = 50 };
	struct wire_path one = path_with(set), other = path_with(set);
	unsigned i;

	for (i = 0; i < 1000; i++) {
		struct wire_passage a = carried(&one, i, 100), b = carried(&other, i, 100);

		assert_int_equal(a.copies, b.copies);
		assert_memory_equal(a.at_us, b.at_us, a.copies * sizeof *a.at_us);
	}
}
