/* SPDX-License-Identifier: MIT */
/* Connections that open in unusual ways, or do not. Virtual minutes take no real time. */
#include "test.h"

#include <string.h>
#include <time.h>

#include "lan.h"

enum { PORT = 80 };

#define OVER_BOTH(test_name)                                                                       \
	static void test_name##_over(enum tenon_ip_version version);                               \
	TEST(test_name)                                                                            \
	{                                                                                          \
		test_name##_over(TENON_IP_V4);                                                     \
		test_name##_over(TENON_IP_V6);                                                     \
	}                                                                                          \
	static void test_name##_over(enum tenon_ip_version version)

static void open_two(struct lan *lan, bool is_cable)
{
	lan_open(lan, &(struct lan_terms){ .seed = 1,
					   .hosts = 2,
					   .is_cable = is_cable,
					   .path = { .delay_us = 500 } });
}

static bool is_decided(void *socket)
{
	return !(tenon_readiness(socket) & TENON_CONNECTING);
}

static uint64_t real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool drop_all(void *context, const struct tenon_wire_sight *sight)
{
	(void)context;
	return sight->direction == TENON_WIRE_ARRIVING;
}

struct sightings {
	unsigned count;
	uint64_t at_us[32];
};

static void note_time(void *context, const struct tenon_wire_sight *sight)
{
	struct sightings *seen = context;

	if (sight->direction == TENON_WIRE_LEAVING && seen->count < 32)
		seen->at_us[seen->count++] = sight->at_us;
}

/* LX-16, with Linux's defaults: 11 SYNs, retransmitted and given up as data is. MUST-22 */
OVER_BOTH(a_silent_peer_is_given_up_after_131_seconds)
{
	static const unsigned syns_at_s[] = { 0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 };
	struct tenon_endpoint to = lan_end(version, 1, PORT);
	struct sightings seen = { 0 };
	uint64_t began_ms = real_ms();
	struct tenon_socket *socket;
	struct tenon_cause cause;
	struct lan lan;
	unsigned i;

	open_two(&lan, true);
	tenon_wire_set_hook(lan.hosts[0].end, &(struct tenon_wire_hook){ NULL, note_time, &seen });
	tenon_wire_set_hook(lan.hosts[1].end, &(struct tenon_wire_hook){ drop_all, NULL, NULL });
	socket = lan_socket(&lan, 0, version);
	assert_result(tenon_connect(socket, &to), CONNECT_STARTED);
	assert_true(tenon_sim_run(lan.sim, SECONDS(200), is_decided, socket));
	assert_int_equal(tenon_sim_now(lan.sim), SECONDS(131));
	assert_int_equal(seen.count, 11);
	for (i = 0; i < 11; i++)
		assert_int_equal(seen.at_us[i], SECONDS(syns_at_s[i]));
	assert_result(tenon_connect_outcome(socket), OPEN_TIMED_OUT);
	assert_true(tenon_cause(socket, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_TIMER);
	assert_int_equal(cause.transmissions, 11);
	assert_in_range(real_ms() - began_ms, 0, 1000);
	tenon_close(socket);
	lan_settles(&lan);
	lan_close(&lan);
}

OVER_BOTH(a_host_that_is_not_there_is_given_up_when_nobody_answers_for_its_address)
{
	struct tenon_endpoint to = lan_end(version, 6, PORT);
	struct tenon_socket *socket;
	struct lan lan;

	open_two(&lan, false);
	socket = lan_socket(&lan, 0, version);
	assert_result(tenon_connect(socket, &to), CONNECT_STARTED);
	assert_true(tenon_sim_run(lan.sim, SECONDS(200), is_decided, socket));
	assert_int_equal(tenon_sim_now(lan.sim), SECONDS(3));
	assert_result(tenon_connect_outcome(socket), NEIGHBOR_SILENT);
	tenon_close(socket);
	lan_settles(&lan);
	lan_close(&lan);
}

OVER_BOTH(a_closed_port_refuses_after_one_round_trip)
{
	struct tenon_endpoint to = lan_end(version, 1, PORT);
	struct tenon_socket *socket;
	struct lan lan;

	open_two(&lan, true);
	socket = lan_socket(&lan, 0, version);
	assert_result(tenon_connect(socket, &to), CONNECT_STARTED);
	assert_true(tenon_sim_run(lan.sim, SECONDS(200), is_decided, socket));
	assert_int_equal(tenon_sim_now(lan.sim), 2000);
	assert_result(tenon_connect_outcome(socket), PEER_REFUSED);
	tenon_close(socket);
	lan_settles(&lan);
	lan_close(&lan);
}

static void say(struct tenon_socket *socket, const char *text)
{
	struct tenon_slice slice = { text, strlen(text) };
	size_t sent;

	assert_result(tenon_send(socket, &(struct tenon_message){ .slices = &slice, .count = 1 },
				 &sent),
		      OK);
	assert_int_equal(sent, slice.len);
}

static void hears(struct tenon_socket *socket, const char *text)
{
	char heard[64];
	struct tenon_room room = { heard, sizeof heard };
	struct tenon_received got;

	assert_result(tenon_receive(socket, &room, 1, 0, &got), OK);
	assert_int_equal(got.len, strlen(text));
	assert_memory_equal(heard, text, got.len);
}

static void assert_state(struct tenon_socket *socket, const char *state)
{
	struct tenon_tcp_status status;

	assert_result(tenon_tcp_status(socket, &status), OK);
	assert_string_equal(status.state, state);
}

/* RFC 9293 3.5: the SYNs cross. MUST-10 */
OVER_BOTH(two_ends_that_open_at_once_get_one_connection)
{
	struct tenon_endpoint ends[2] = { lan_end(version, 0, PORT), lan_end(version, 1, PORT) };
	struct tenon_socket *sockets[2];
	struct lan lan;
	unsigned i;

	open_two(&lan, true);
	for (i = 0; i < 2; i++) {
		sockets[i] = lan_socket(&lan, i, version);
		assert_result(tenon_bind(sockets[i], &ends[i]), OK);
	}
	for (i = 0; i < 2; i++)
		assert_result(tenon_connect(sockets[i], &ends[!i]), CONNECT_STARTED);
	lan_pass(&lan, SECONDS(5));
	for (i = 0; i < 2; i++) {
		assert_state(sockets[i], "ESTABLISHED");
		assert_result(tenon_connect_outcome(sockets[i]), OK);
		say(sockets[i], i == 0 ? "there" : "back");
	}
	lan_pass(&lan, SECONDS(1));
	hears(sockets[0], "back");
	hears(sockets[1], "there");
	tenon_close(sockets[0]);
	tenon_close(sockets[1]);
	lan_settles(&lan);
	lan_close(&lan);
}

OVER_BOTH(a_socket_may_connect_to_itself)
{
	struct tenon_endpoint self = lan_end(version, 0, PORT);
	struct tenon_socket *socket;
	struct lan lan;

	open_two(&lan, false);
	socket = lan_socket(&lan, 0, version);
	assert_result(tenon_bind(socket, &self), OK);
	assert_result(tenon_connect(socket, &self), CONNECT_STARTED);
	lan_pass(&lan, SECONDS(1));
	assert_state(socket, "ESTABLISHED");
	assert_result(tenon_connect_outcome(socket), OK);
	say(socket, "echo");
	lan_pass(&lan, SECONDS(1));
	hears(socket, "echo");
	tenon_close(socket);
	lan_settles(&lan);
	lan_close(&lan);
}

static struct tenon_socket *connected(struct lan *lan, enum tenon_ip_version version,
				      struct tenon_socket **accepted)
{
	struct tenon_endpoint to = lan_end(version, 1, PORT);
	struct tenon_socket *listener = lan_listener(lan, 1, version, PORT, 1);
	struct tenon_socket *socket = lan_socket(lan, 0, version);

	assert_result(tenon_connect(socket, &to), CONNECT_STARTED);
	lan_pass(lan, SECONDS(1));
	assert_result(tenon_accept(listener, accepted), OK);
	tenon_close(listener);
	return socket;
}

static size_t fill(struct tenon_socket *socket)
{
	static const uint8_t octets[4096];
	struct tenon_slice slice = { octets, sizeof octets };
	size_t sent, total = 0;

	while (tenon_send(socket, &(struct tenon_message){ .slices = &slice, .count = 1 }, &sent) ==
	       TENON_OK)
		total += sent;
	return total;
}

static size_t drain(struct tenon_socket *socket)
{
	uint8_t octets[4096];
	struct tenon_room room = { octets, sizeof octets };
	struct tenon_received got;
	size_t total = 0;

	while (tenon_receive(socket, &room, 1, 0, &got) == TENON_OK && got.len != 0)
		total += got.len;
	return total;
}

/* RFC 9293 3.8.6.1: a closed window is probed as long as the peer answers; it may stay closed for
 * hours. MUST-35 MUST-36 MUST-37 */
OVER_BOTH(a_window_that_stays_closed_is_probed_and_the_data_goes_on_when_it_opens)
{
	struct tenon_socket *socket, *accepted;
	struct sightings seen = { 0 };
	size_t sent, received = 0;
	struct lan lan;
	unsigned i;

	open_two(&lan, true);
	socket = connected(&lan, version, &accepted);
	sent = fill(socket);
	lan_pass(&lan, SECONDS(2));
	sent += fill(socket);
	lan_pass(&lan, SECONDS(2));
	tenon_wire_set_hook(lan.hosts[0].end, &(struct tenon_wire_hook){ NULL, note_time, &seen });
	lan_pass(&lan, SECONDS(7200));
	assert_in_range(seen.count, 8, 32);
	for (i = 2; i < seen.count; i++)
		assert_true(seen.at_us[i] - seen.at_us[i - 1] <= SECONDS(121));
	assert_state(socket, "ESTABLISHED");
	for (i = 0; i < 200 && received < sent; i++) {
		received += drain(accepted);
		lan_pass(&lan, SECONDS(2));
	}
	assert_int_equal(received, sent);
	tenon_close(socket);
	tenon_close(accepted);
	lan_settles(&lan);
	lan_close(&lan);
}

static void count_arrivals(void *context, const struct tenon_wire_sight *sight)
{
	*(unsigned *)context += sight->direction == TENON_WIRE_ARRIVING;
}

/* RFC 9293 3.8.6.2.2: the receiver does not offer the window in small pieces. MUST-39 */
OVER_BOTH(small_reads_do_not_open_a_closed_window)
{
	struct tenon_socket *socket, *accepted;
	unsigned arrivals = 0, i;
	struct lan lan;
	uint8_t octet;
	struct tenon_room room = { &octet, 1 };
	struct tenon_received got;

	open_two(&lan, true);
	socket = connected(&lan, version, &accepted);
	fill(socket);
	lan_pass(&lan, SECONDS(2));
	fill(socket);
	lan_pass(&lan, SECONDS(2));
	tenon_wire_set_hook(lan.hosts[0].end,
			    &(struct tenon_wire_hook){ NULL, count_arrivals, &arrivals });
	for (i = 0; i < 100; i++) {
		assert_result(tenon_receive(accepted, &room, 1, 0, &got), OK);
		lan_pass(&lan, 1);
	}
	lan_pass(&lan, 2000);
	assert_int_equal(arrivals, 0);
	drain(accepted);
	lan_pass(&lan, 2000);
	assert_true(arrivals > 0);
	tenon_close(socket);
	tenon_close(accepted);
	lan_settles(&lan);
	lan_close(&lan);
}

/* The window update is lost: only a probe brings the connection on. */
OVER_BOTH(a_lost_window_update_does_not_stop_the_connection)
{
	struct tenon_socket *socket, *accepted;
	size_t sent, received;
	struct lan lan;

	open_two(&lan, true);
	socket = connected(&lan, version, &accepted);
	sent = fill(socket);
	lan_pass(&lan, SECONDS(2));
	sent += fill(socket);
	lan_pass(&lan, SECONDS(10));
	tenon_wire_set_hook(lan.hosts[0].end, &(struct tenon_wire_hook){ drop_all, NULL, NULL });
	received = drain(accepted);
	lan_pass(&lan, 100000);
	tenon_wire_set_hook(lan.hosts[0].end, &(struct tenon_wire_hook){ NULL, NULL, NULL });
	assert_in_range(received, 1, sent - 1);
	lan_pass(&lan, SECONDS(300));
	received += drain(accepted);
	lan_pass(&lan, SECONDS(300));
	received += drain(accepted);
	assert_int_equal(received, sent);
	tenon_close(socket);
	tenon_close(accepted);
	lan_settles(&lan);
	lan_close(&lan);
}
