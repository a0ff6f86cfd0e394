/* SPDX-License-Identifier: MIT */
/* Virtual time: what happens when, and that nothing else does. */
#include "test.h"

#include <string.h>

#include "lan.h"

struct diary {
	struct tenon_sim *sim;
	unsigned count;
	uint64_t at_us[8];
	char who[9];
};

struct entry {
	struct diary *diary;
	char who;
};

static void write_down(void *context)
{
	struct entry *entry = context;
	struct diary *diary = entry->diary;

	diary->at_us[diary->count] = tenon_sim_now(diary->sim);
	diary->who[diary->count++] = entry->who;
}

TEST(calls_come_in_the_order_of_their_times_and_then_of_asking)
{
	struct diary diary = { tenon_sim_new(1), 0, { 0 }, "" };
	struct entry a = { &diary, 'a' }, b = { &diary, 'b' }, c = { &diary, 'c' };

	tenon_sim_at(diary.sim, 500, write_down, &a);
	tenon_sim_at(diary.sim, 100, write_down, &b);
	tenon_sim_at(diary.sim, 500, write_down, &c);
	tenon_sim_at(diary.sim, 500, write_down, &b);
	assert_int_equal(tenon_sim_next(diary.sim), 100);
	assert_false(tenon_sim_run(diary.sim, 499, NULL, NULL));
	assert_string_equal(diary.who, "b");
	assert_int_equal(tenon_sim_now(diary.sim), 499);
	assert_false(tenon_sim_run(diary.sim, TENON_NEVER, NULL, NULL));
	assert_string_equal(diary.who, "bacb");
	assert_int_equal(diary.at_us[3], 500);
	assert_int_equal(tenon_sim_now(diary.sim), 500);
	assert_int_equal(tenon_sim_next(diary.sim), TENON_NEVER);
	tenon_sim_free(diary.sim);
}

TEST(a_call_for_a_time_that_has_passed_comes_at_once)
{
	struct diary diary = { tenon_sim_new(1), 0, { 0 }, "" };
	struct entry a = { &diary, 'a' };

	assert_false(tenon_sim_step(diary.sim, 1000));
	tenon_sim_at(diary.sim, 10, write_down, &a);
	assert_true(tenon_sim_step(diary.sim, 1000));
	assert_int_equal(diary.at_us[0], 1000);
	tenon_sim_free(diary.sim);
}

TEST(a_world_may_end_with_calls_and_frames_on_their_way)
{
	struct lan lan;
	struct entry nobody = { NULL, 'x' };

	lan_open(&lan, &(struct lan_terms){ .seed = 1, .hosts = 2, .path = { .delay_us = 1000 } });
	tenon_sim_at(lan.sim, SECONDS(1), write_down, &nobody);
	tenon_wire_send(lan.hosts[0].end, "frame", 5);
	lan_close(&lan);
}

static struct tenon_socket *datagram_socket(struct lan *lan, unsigned host, uint16_t port)
{
	struct tenon_endpoint end = lan_end(TENON_IP_V4, host, port);
	struct tenon_socket *socket;

	assert_result(tenon_open(lan->hosts[host].stack, TENON_IP_V4, TENON_DATAGRAM, &socket), OK);
	assert_result(tenon_bind(socket, &end), OK);
	return socket;
}

static bool has_datagram(void *socket)
{
	return tenon_waiting(socket) != 0;
}

static void send_hello(struct tenon_socket *socket, const struct tenon_endpoint *to)
{
	struct tenon_slice hello = { "hello", 5 };
	size_t sent;

	assert_result(tenon_send(socket,
				 &(struct tenon_message){ .slices = &hello, .count = 1, .to = to },
				 &sent),
		      OK);
}

/* The question and the answer of ARP, then the datagram: three times both paths' delay. */
TEST(a_datagram_takes_the_time_of_the_paths)
{
	struct tenon_endpoint to = lan_end(TENON_IP_V4, 1, 7);
	struct tenon_socket *from, *at;
	struct lan lan;

	lan_open(&lan, &(struct lan_terms){ .seed = 1, .hosts = 3, .path = { .delay_us = 1000 } });
	from = datagram_socket(&lan, 0, 7);
	at = datagram_socket(&lan, 1, 7);
	send_hello(from, &to);
	assert_true(tenon_sim_run(lan.sim, SECONDS(1), has_datagram, at));
	assert_int_equal(tenon_sim_now(lan.sim), 6000);
	send_hello(from, &to);
	lan_close(&lan);
}

/* A host that leaves hears nothing, and the others go on. */
TEST(a_host_may_leave_with_frames_on_their_way_to_it)
{
	struct tenon_endpoint to = lan_end(TENON_IP_V4, 1, 7);
	struct lan lan;

	lan_open(&lan, &(struct lan_terms){ .seed = 1, .hosts = 3, .path = { .delay_us = 1000 } });
	send_hello(datagram_socket(&lan, 0, 7), &to);
	lan_pass(&lan, 1500);
	tenon_sim_part(lan.sim, lan.hosts[1].stack);
	lan_pass(&lan, SECONDS(10));
	assert_int_equal(tenon_fate_count(lan.hosts[0].stack, TENON_FATE_NEIGHBOR_SILENT), 1);
	lan_close(&lan);
}
