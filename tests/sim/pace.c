/* SPDX-License-Identifier: MIT */
/* How fast a transfer is, and what it costs: numbers that a healthy TCP keeps to. */
#include "test.h"

#include <string.h>

#include "exchange.h"

enum { MEGABYTE = 1000000 };

struct result {
	uint64_t took_us, retransmitted;
	struct tenon_tcp_status sender;
	struct tenon_wire_counts data, acks; /* frames that left the sender, the receiver */
};

struct course {
	enum tenon_ip_version version;
	struct tenon_wire_path path; /* of the sender's frames */
	uint32_t delay_us;           /* each way */
	const struct tenon_wire_hook *hook;
	uint32_t octets;
	uint32_t receive_bytes, rest_us; /* of the receiver; 0: as usual */
};

/* Host 0 sends to host 1 as fast as it may. */
static struct result run(const struct course *course)
{
	struct tenon_wire_path there = course->path, back = { .delay_us = course->delay_us };
	struct exchange exchange;
	struct result result;
	struct lan lan;

	there.delay_us = course->delay_us;
	lan_open(&lan, &(struct lan_terms){ .seed = 1, .hosts = 2, .is_cable = true });
	tenon_wire_set_path(lan.hosts[0].end, TENON_WIRE_LEAVING, &there);
	tenon_wire_set_path(lan.hosts[1].end, TENON_WIRE_LEAVING, &back);
	if (course->hook != NULL)
		tenon_wire_set_hook(lan.hosts[0].end, course->hook);
	if (course->receive_bytes != 0)
		tenon_behavior(lan.hosts[1].stack)->receive_bytes = course->receive_bytes;
	exchange_open(&exchange, &lan,
		      &(struct exchange_terms){ .port = 80,
						.seed = 1,
						.version = course->version,
						.octets = { course->octets, 0 },
						.rest_us = course->rest_us });
	assert_true(tenon_sim_run(lan.sim, SECONDS(3600), exchange_is_done, &exchange));
	result.took_us = tenon_sim_now(lan.sim);
	assert_result(tenon_tcp_status(exchange.ends[0].socket, &result.sender), OK);
	result.retransmitted = result.sender.segments_retransmitted;
	tenon_wire_counts(lan.hosts[0].end, TENON_WIRE_LEAVING, &result.data);
	tenon_wire_counts(lan.hosts[1].end, TENON_WIRE_LEAVING, &result.acks);
	exchange_close(&exchange);
	lan_settles(&lan);
	lan_close(&lan);
	return result;
}

static const enum tenon_ip_version versions[] = { TENON_IP_V4, TENON_IP_V6 };

TEST(a_clean_path_is_filled_and_nothing_is_sent_twice)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		struct result result =
			run(&(struct course){ .version = versions[i],
					      .path = { .bytes_per_second = MEGABYTE },
					      .delay_us = 10000,
					      .octets = 2 * MEGABYTE });

		assert_int_equal(result.retransmitted, 0);
		assert_in_range(result.took_us, SECONDS(2), SECONDS(2) + 400000);
	}
}

/* RFC 9293 3.8.6.3: an ACK for every second full segment at least. MUST-58 SHLD-18 */
TEST(there_is_an_ack_for_every_second_segment)
{
	struct result result = run(
		&(struct course){ .version = TENON_IP_V4, .delay_us = 10000, .octets = MEGABYTE });

	assert_in_range(result.acks.frames, result.data.frames / 2 - 10,
			result.data.frames * 2 / 3);
}

/* RFC 5681 3.1: slow start doubles the window in a round trip, from RFC 6928's ten segments:
 * 10 + 20 + 40 hold these 69. */
TEST(slow_start_takes_few_round_trips)
{
	struct result result = run(
		&(struct course){ .version = TENON_IP_V4, .delay_us = 50000, .octets = 100000 });

	assert_in_range(result.took_us, 350000, 450000);
	assert_int_equal(result.retransmitted, 0);
}

struct dropper {
	unsigned data_frames, drop_from, drop_count;
};

static bool drops_some(void *context, const struct tenon_wire_sight *sight)
{
	struct dropper *dropper = context;
	unsigned n;

	if (sight->direction != TENON_WIRE_LEAVING || sight->len < 1000)
		return false;
	n = ++dropper->data_frames;
	return n >= dropper->drop_from && n < dropper->drop_from + dropper->drop_count;
}

static struct result run_with_drops(struct dropper dropper)
{
	struct tenon_wire_hook hook = { drops_some, NULL, &dropper };

	return run(&(struct course){ .version = TENON_IP_V4,
				     .path = { .bytes_per_second = MEGABYTE },
				     .delay_us = 10000,
				     .octets = MEGABYTE,
				     .hook = &hook });
}

/* RFC 5681 3.2: three duplicate ACKs tell of the loss, no timer has to. */
TEST(one_lost_segment_is_sent_again_at_once)
{
	struct result result = run_with_drops((struct dropper){ 0, 100, 1 });

	assert_int_equal(result.retransmitted, 1);
	assert_in_range(result.took_us, SECONDS(1), SECONDS(1) + 300000);
}

/* RFC 6582: NewReno repairs one loss of a window in each round trip. */
TEST(several_losses_of_one_window_need_no_timer)
{
	struct result result = run_with_drops((struct dropper){ 0, 100, 4 });

	assert_in_range(result.retransmitted, 4, 8);
	assert_in_range(result.took_us, SECONDS(1), SECONDS(1) + 600000);
}

/* RFC 6298 5: the last segment has nothing behind it that could tell; the timer must. */
TEST(the_loss_of_the_last_segment_waits_for_the_timer)
{
	struct dropper dropper = { 0, 7, 1 };
	struct tenon_wire_hook hook = { drops_some, NULL, &dropper };
	struct result result = run(&(struct course){
		.version = TENON_IP_V4, .delay_us = 10000, .octets = 7 * 1448, .hook = &hook });

	assert_int_equal(result.retransmitted, 1);
	assert_in_range(result.took_us, 200000, 700000);
}

/* RFC 5681 3.1: a queue shorter than the window overflows; the sender finds the rate all the same.
 */
TEST(a_short_queue_costs_little)
{
	struct result result = run(
		&(struct course){ .version = TENON_IP_V4,
				  .path = { .bytes_per_second = MEGABYTE, .queue_bytes = 30000 },
				  .delay_us = 10000,
				  .octets = 4 * MEGABYTE });

	assert_true(result.retransmitted > 0);
	assert_in_range(result.took_us, SECONDS(4), SECONDS(6));
	assert_in_range(result.data.bytes, 4 * MEGABYTE, 4 * MEGABYTE * 11 / 10);
}

TEST(one_lost_frame_in_a_hundred_is_survived)
{
	struct result result = run(&(struct course){ .version = TENON_IP_V4,
						     .path = { .loss = 10000 },
						     .delay_us = 10000,
						     .octets = MEGABYTE });

	/* RFC 3649's relation gives some 1.2 windows of 10 segments for each round trip at 1 %. */
	assert_in_range(result.took_us, SECONDS(1), SECONDS(6));
}

/* RFC 9293 3.8.6.2: a reader that is slow and reads odd pieces does not make the segments small.
 * MUST-38 MUST-39 */
TEST(a_slow_reader_gets_full_segments)
{
	static const uint32_t buffers[] = { 4000, 10000, 60000 };
	unsigned i;

	for (i = 0; i < 3; i++) {
		struct result result = run(&(struct course){ .version = TENON_IP_V4,
							     .delay_us = 1000,
							     .octets = 300000,
							     .receive_bytes = buffers[i],
							     .rest_us = 50000 });

		assert_in_range(result.data.frames, 300000 / 1448, 300000 / 1448 * 3 / 2);
	}
}
