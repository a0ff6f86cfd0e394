/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <tenon/wire_sim.h>

enum { ENDS = 3, SEEN_MAX = 32 };

/* A wire whose ends are all scripted, and what each has received. */
struct bench {
	struct tenon_wire *wire;
	uint64_t now_us;
	unsigned sooner;
	struct listener {
		struct tenon_wire_end *end;
		unsigned count;
		size_t len[SEEN_MAX];
		uint8_t frames[SEEN_MAX][64];
	} at[ENDS];
};

static const uint8_t broadcast[14] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1 };

static void receive(void *context, const void *frame, size_t len)
{
	struct listener *at = context;

	assert_true(at->count < SEEN_MAX && len <= sizeof at->frames[0]);
	at->len[at->count] = len;
	memcpy(at->frames[at->count++], frame, len);
}

static void sooner(void *context)
{
	((struct bench *)context)->sooner++;
}

static void setup(struct bench *bench, bool is_ethernet, unsigned ends)
{
	unsigned i;

	memset(bench, 0, sizeof *bench);
	bench->wire =
		tenon_wire_new(&(struct tenon_wire_config){ .is_ethernet = is_ethernet },
			       &(struct tenon_wire_world){ &bench->now_us, NULL, sooner, bench },
			       7);
	assert_non_null(bench->wire);
	for (i = 0; i < ends; i++) {
		bench->at[i].end = tenon_wire_peer(bench->wire, receive, &bench->at[i]);
		assert_non_null(bench->at[i].end);
	}
}

static void pass_time(struct bench *bench, uint64_t until_us)
{
	while (tenon_wire_deadline(bench->wire) <= until_us) {
		bench->now_us = tenon_wire_deadline(bench->wire);
		assert_true(tenon_wire_step(bench->wire));
	}
	bench->now_us = until_us;
	assert_false(tenon_wire_step(bench->wire));
}

TEST(a_frame_reaches_all_ends_but_its_own)
{
	struct bench bench;

	setup(&bench, true, ENDS);
	assert_int_equal(tenon_wire_send(bench.at[0].end, broadcast, sizeof broadcast), TENON_OK);
	assert_int_equal(bench.sooner, 1);
	pass_time(&bench, 0);
	assert_int_equal(bench.at[0].count, 0);
	assert_int_equal(bench.at[1].count, 1);
	assert_int_equal(bench.at[2].count, 1);
	assert_memory_equal(bench.at[2].frames[0], broadcast, sizeof broadcast);
	tenon_wire_free(bench.wire);
}

TEST(both_paths_delay_a_frame)
{
	struct bench bench;

	setup(&bench, false, 2);
	tenon_wire_set_path(bench.at[0].end, TENON_WIRE_LEAVING,
			    &(struct tenon_wire_path){ .delay_us = 300 });
	tenon_wire_set_path(bench.at[1].end, TENON_WIRE_ARRIVING,
			    &(struct tenon_wire_path){ .delay_us = 50 });
	tenon_wire_send(bench.at[0].end, "E", 1);
	pass_time(&bench, 349);
	assert_int_equal(bench.at[1].count, 0);
	pass_time(&bench, 350);
	assert_int_equal(bench.at[1].count, 1);
	tenon_wire_send(bench.at[1].end, "E", 1);
	pass_time(&bench, 350);
	assert_int_equal(bench.at[0].count, 1);
	tenon_wire_free(bench.wire);
}

TEST(frames_of_the_same_moment_arrive_in_their_order)
{
	struct bench bench;
	uint8_t i;

	setup(&bench, false, 2);
	for (i = 0; i < SEEN_MAX; i++)
		tenon_wire_send(bench.at[0].end, &i, 1);
	pass_time(&bench, 0);
	assert_int_equal(bench.at[1].count, SEEN_MAX);
	for (i = 0; i < SEEN_MAX; i++)
		assert_int_equal(bench.at[1].frames[i][0], i);
	tenon_wire_free(bench.wire);
}

TEST(corruption_flips_one_bit_for_one_receiver_only)
{
	struct bench bench;
	unsigned i, flipped = 0;

	setup(&bench, true, ENDS);
	tenon_wire_set_path(bench.at[1].end, TENON_WIRE_ARRIVING,
			    &(struct tenon_wire_path){ .corrupt = TENON_WIRE_ALWAYS });
	tenon_wire_send(bench.at[0].end, broadcast, sizeof broadcast);
	pass_time(&bench, 0);
	assert_memory_equal(bench.at[2].frames[0], broadcast, sizeof broadcast);
	for (i = 0; i < sizeof broadcast * 8; i++)
		flipped += (bench.at[1].frames[0][i / 8] ^ broadcast[i / 8]) >> i % 8 & 1;
	assert_int_equal(flipped, 1);
	tenon_wire_free(bench.wire);
}

static bool drops_long(void *context, const struct tenon_wire_sight *sight)
{
	(void)context;
	return sight->direction == TENON_WIRE_ARRIVING && sight->len > 20;
}

static void count_sights(void *context, const struct tenon_wire_sight *sight)
{
	((unsigned *)context)[sight->direction]++;
}

TEST(a_hook_drops_and_sees)
{
	struct bench bench;
	struct tenon_wire_counts counts;
	unsigned sights[2] = { 0, 0 };
	uint8_t frame[30] = { 0 };

	setup(&bench, false, 2);
	tenon_wire_set_hook(bench.at[1].end,
			    &(struct tenon_wire_hook){ drops_long, count_sights, sights });
	tenon_wire_send(bench.at[0].end, frame, 20);
	tenon_wire_send(bench.at[0].end, frame, 21);
	tenon_wire_send(bench.at[1].end, frame, 30);
	pass_time(&bench, 0);
	assert_int_equal(bench.at[1].count, 1);
	assert_int_equal(bench.at[0].count, 1);
	assert_int_equal(sights[TENON_WIRE_ARRIVING], 1);
	assert_int_equal(sights[TENON_WIRE_LEAVING], 1);
	tenon_wire_counts(bench.at[1].end, TENON_WIRE_ARRIVING, &counts);
	assert_int_equal(counts.frames, 2);
	assert_int_equal(counts.bytes, 41);
	assert_int_equal(counts.dropped, 1);
	tenon_wire_free(bench.wire);
}

TEST(a_cable_has_two_ends)
{
	struct bench bench;

	setup(&bench, false, 2);
	assert_null(tenon_wire_peer(bench.wire, receive, &bench.at[2]));
	tenon_wire_free(bench.wire);
}

TEST(frames_on_their_way_are_freed_with_the_wire)
{
	struct bench bench;

	setup(&bench, true, ENDS);
	tenon_wire_set_path(bench.at[0].end, TENON_WIRE_LEAVING,
			    &(struct tenon_wire_path){ .delay_us = 5, .duplicate = 500000 });
	tenon_wire_send(bench.at[0].end, broadcast, sizeof broadcast);
	tenon_wire_send(bench.at[1].end, broadcast, sizeof broadcast);
	tenon_wire_free(bench.wire);
}
