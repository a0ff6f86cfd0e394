/* SPDX-License-Identifier: MIT */
/* Connections over hours and weeks: numbers wrap, cables are pulled, hosts vanish and come back. */
#include "test.h"

#include <string.h>

#include "exchange.h"

enum { PORT = 80, OPENER_PORT = 40000 };

#define DAYS(n) SECONDS((n)*UINT64_C(86400))

static const enum tenon_ip_version versions[] = { TENON_IP_V4, TENON_IP_V6 };

/* The first sequence number of a host's SYN. */
struct first_number {
	bool is_known;
	uint32_t seq;
};

static void note_first(void *context, const struct tenon_wire_sight *sight)
{
	struct first_number *first = context;
	const uint8_t *frame = sight->frame;
	const uint8_t *tcp = frame + (frame[0] >> 4 == 4 ? 20 : 40);

	if (sight->direction != TENON_WIRE_LEAVING || first->is_known || !(tcp[13] & 2))
		return;
	first->is_known = true;
	first->seq =
		(uint32_t)tcp[4] << 24 | (uint32_t)tcp[5] << 16 | (uint32_t)tcp[6] << 8 | tcp[7];
}

/* Exchanges octets over one cable, always between the same two ends; returns the first sequence
 * number that the host of that number used. */
static uint32_t exchange_once(struct lan *lan, enum tenon_ip_version version, unsigned host)
{
	struct first_number first = { false, 0 };
	struct exchange exchange;

	tenon_wire_set_hook(lan->hosts[host].end,
			    &(struct tenon_wire_hook){ NULL, note_first, &first });
	exchange_open(&exchange, lan,
		      &(struct exchange_terms){ .seed = 1,
						.version = version,
						.octets = { 60000, 60000 },
						.port = PORT,
						.opener_port = OPENER_PORT });
	assert_true(tenon_sim_run(lan->sim, tenon_sim_now(lan->sim) + SECONDS(600),
				  exchange_is_done, &exchange));
	assert_result(exchange.error, OK);
	exchange_close(&exchange);
	lan_settles(lan);
	assert_true(first.is_known);
	return first.seq;
}

/* RFC 6528 3: for given ends the first number grows by one in 4 us, so that the moment at which it
 * is near its end can be waited for. MUST-8 SHLD-1 */
static void wraps_in_the_middle(enum tenon_ip_version version, unsigned host)
{
	struct lan lan;
	uint64_t began_us;
	uint32_t first;

	lan_open(&lan, &(struct lan_terms){ .seed = 1,
					    .hosts = 2,
					    .is_cable = true,
					    .path = { .delay_us = 1000, .loss = 20000 } });
	began_us = tenon_sim_now(lan.sim);
	first = exchange_once(&lan, version, host);
	began_us += (uint64_t)(UINT32_MAX - first - 30000) * 4;
	if (began_us <=
	    tenon_sim_now(lan.sim)) /* the key had it near its end: the next time round */
		began_us += ((uint64_t)UINT32_MAX + 1) * 4;
	lan_pass(&lan, began_us - tenon_sim_now(lan.sim));
	first = exchange_once(&lan, version, host);
	assert_in_range(first, UINT32_MAX - 45000, UINT32_MAX - 15000);
	lan_close(&lan);
}

TEST(sequence_numbers_wrap_in_the_middle_of_a_transfer)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		wraps_in_the_middle(versions[i / 2], i % 2);
}

struct pair {
	struct lan lan;
	struct tenon_socket *opener, *accepted;
};

static void open_pair(struct pair *pair, enum tenon_ip_version version)
{
	struct tenon_endpoint to = lan_end(version, 1, PORT);
	struct tenon_socket *listener;

	lan_open(&pair->lan,
		 &(struct lan_terms){ .seed = 1, .hosts = 2, .path = { .delay_us = 1000 } });
	listener = lan_listener(&pair->lan, 1, version, PORT, 1);
	pair->opener = lan_socket(&pair->lan, 0, version);
	assert_result(tenon_connect(pair->opener, &to), CONNECT_STARTED);
	lan_pass(&pair->lan, SECONDS(1));
	assert_result(tenon_accept(listener, &pair->accepted), OK);
	tenon_close(listener);
}

static void close_pair(struct pair *pair)
{
	tenon_close(pair->opener);
	tenon_close(pair->accepted);
	lan_settles(&pair->lan);
	lan_close(&pair->lan);
}

static void say(struct tenon_socket *socket, const char *text)
{
	struct tenon_slice slice = { text, strlen(text) };
	size_t sent;

	assert_result(tenon_send(socket, &(struct tenon_message){ .slices = &slice, .count = 1 },
				 &sent),
		      OK);
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

static void count_frame(void *context, const struct tenon_wire_sight *sight)
{
	(void)sight;
	++*(unsigned *)context;
}

/* Neither TCP nor address resolution says anything that nobody asked for. */
static void stay_silent(struct lan *lan, uint64_t span_us)
{
	unsigned frames = 0;

	tenon_wire_set_hook(lan->hosts[0].end,
			    &(struct tenon_wire_hook){ NULL, count_frame, &frames });
	lan_pass(lan, span_us);
	assert_int_equal(frames, 0);
	tenon_wire_set_hook(lan->hosts[0].end, &(struct tenon_wire_hook){ NULL, NULL, NULL });
}

/* RFC 7323 5.5: after 24 days a timestamp says nothing any more; after 49.7 it wraps. */
TEST(a_connection_that_was_idle_for_weeks_goes_on)
{
	static const unsigned days[] = { 1, 20, 25, 30, 49, 50, 100 };
	struct pair pair;
	unsigned i, n;

	for (i = 0; i < 2; i++) {
		open_pair(&pair, versions[i]);
		for (n = 0; n < sizeof days / sizeof *days; n++) {
			say(n % 2 != 0 ? pair.opener : pair.accepted, "still there?");
			lan_pass(&pair.lan, SECONDS(10));
			hears(n % 2 != 0 ? pair.accepted : pair.opener, "still there?");
			stay_silent(&pair.lan, DAYS(days[n]));
		}
		close_pair(&pair);
	}
}

TEST(a_cable_may_be_pulled_for_minutes)
{
	struct pair pair;
	unsigned i;

	for (i = 0; i < 2; i++) {
		open_pair(&pair, versions[i]);
		assert_result(tenon_link_set_up(pair.lan.hosts[1].stack,
						tenon_wire_link(pair.lan.hosts[1].end), false),
			      OK);
		say(pair.opener, "hello?");
		lan_pass(&pair.lan, SECONDS(300));
		assert_result(tenon_link_set_up(pair.lan.hosts[1].stack,
						tenon_wire_link(pair.lan.hosts[1].end), true),
			      OK);
		lan_pass(&pair.lan, SECONDS(300));
		hears(pair.accepted, "hello?");
		close_pair(&pair);
	}
}

static bool has_failed(void *socket)
{
	return tenon_readiness(socket) & TENON_ERROR;
}

/* RFC 9293 3.8.3: R2, a hundred seconds at least. MUST-20 SHLD-11 */
TEST(a_peer_that_vanishes_is_given_up)
{
	struct pair pair;
	unsigned i;

	for (i = 0; i < 2; i++) {
		open_pair(&pair, versions[i]);
		tenon_wire_detach(pair.lan.wire, pair.lan.hosts[1].stack);
		say(pair.opener, "hello?");
		assert_true(tenon_sim_run(pair.lan.sim, SECONDS(2000), has_failed, pair.opener));
		assert_in_range(tenon_sim_now(pair.lan.sim), SECONDS(100), SECONDS(1500));
		close_pair(&pair);
	}
}

/* RFC 9293 3.5.1: the half of a connection whose other half forgot it is reset. */
TEST(a_peer_that_was_started_anew_resets_the_old_connection)
{
	struct tenon_received got;
	struct tenon_room room;
	struct pair pair;
	uint8_t octet;

	open_pair(&pair, TENON_IP_V4);
	room = (struct tenon_room){ &octet, 1 };
	tenon_sim_part(pair.lan.sim, pair.lan.hosts[1].stack);
	pair.lan.count = 1;
	lan_add_host(&pair.lan, &(struct lan_terms){ .seed = 1 });
	say(pair.opener, "hello?");
	assert_true(tenon_sim_run(pair.lan.sim, SECONDS(2000), has_failed, pair.opener));
	assert_result(tenon_receive(pair.opener, &room, 1, 0, &got), PEER_RESET);
	tenon_close(pair.opener);
	lan_settles(&pair.lan);
	lan_close(&pair.lan);
}
