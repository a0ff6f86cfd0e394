/* SPDX-License-Identifier: MIT */
/* What a sender believes of the round trip: it learns a path that becomes longer, and it does not
 * take the time that a lost ACK cost for one. */
#include "test.h"

#include <string.h>

#include "lan.h"

enum { PORT = 80, DELAY_US = 10000 };

struct talk {
	struct lan lan;
	struct tenon_socket *speaker, *hearer;
};

static void no_timestamps(struct tenon_config *config)
{
	config->behavior.timestamps = false;
}

static void begin(struct talk *talk, enum tenon_ip_version version, bool has_timestamps)
{
	struct tenon_endpoint to = lan_end(version, 1, PORT);
	struct tenon_socket *listener;

	lan_open(&talk->lan,
		 &(struct lan_terms){ .seed = 1,
				      .hosts = 2,
				      .is_cable = true,
				      .path = { .delay_us = DELAY_US / 2 },
				      .change = has_timestamps ? NULL : no_timestamps });
	listener = lan_listener(&talk->lan, 1, version, PORT, 1);
	talk->speaker = lan_socket(&talk->lan, 0, version);
	assert_result(tenon_connect(talk->speaker, &to), CONNECT_STARTED);
	lan_pass(&talk->lan, SECONDS(1));
	assert_result(tenon_accept(listener, &talk->hearer), OK);
	assert_result(tenon_option_set(talk->speaker, TENON_OPTION_NO_DELAY, 1), OK);
	tenon_close(listener);
}

static void end(struct talk *talk)
{
	tenon_close(talk->speaker);
	tenon_close(talk->hearer);
	lan_settles(&talk->lan);
	lan_close(&talk->lan);
}

static struct tenon_tcp_status status_of(const struct talk *talk)
{
	struct tenon_tcp_status status;

	assert_result(tenon_tcp_status(talk->speaker, &status), OK);
	return status;
}

/* So many segments at once, so often. */
static void speaks(struct talk *talk, unsigned segments, unsigned times, uint64_t pause_us)
{
	static const uint8_t octets[100];
	struct tenon_slice slice = { octets, sizeof octets };
	uint8_t heard[1000];
	struct tenon_room room = { heard, sizeof heard };
	struct tenon_received got;
	size_t sent;
	unsigned i;

	for (; times > 0; times--) {
		for (i = 0; i < segments; i++)
			assert_result(tenon_send(talk->speaker,
						 &(struct tenon_message){ .slices = &slice,
									  .count = 1 },
						 &sent),
				      OK);
		lan_pass(&talk->lan, pause_us);
		while (tenon_receive(talk->hearer, &room, 1, 0, &got) == TENON_OK)
			;
	}
}

static bool drops_arriving(void *context, const struct tenon_wire_sight *sight)
{
	(void)context;
	return sight->direction == TENON_WIRE_ARRIVING;
}

static const enum tenon_ip_version versions[] = { TENON_IP_V4, TENON_IP_V6 };

static void loses_acks(enum tenon_ip_version version, bool has_timestamps, unsigned segments)
{
	struct talk talk;

	begin(&talk, version, has_timestamps);
	speaks(&talk, 1, 20, SECONDS(1));
	assert_in_range(status_of(&talk).rto_us, 200000, 300000);
	tenon_wire_set_hook(talk.lan.hosts[0].end,
			    &(struct tenon_wire_hook){ drops_arriving, NULL, NULL });
	speaks(&talk, segments, 1, SECONDS(20));
	assert_true(status_of(&talk).rto_us > SECONDS(5));
	tenon_wire_set_hook(talk.lan.hosts[0].end, &(struct tenon_wire_hook){ NULL, NULL, NULL });
	lan_pass(&talk.lan, SECONDS(40));
	speaks(&talk, 1, 1, SECONDS(1));
	assert_in_range(status_of(&talk).rto_us, 200000, 300000);
	end(&talk);
}

/* RFC 7323 4.3 and RFC 6298 3 (Karn), MUST-18: what the retransmission of a segment that had
 * arrived is answered with does not say when the first one left. */
TEST(lost_acks_are_no_round_trip)
{
	unsigned i;

	for (i = 0; i < 4; i++) {
		loses_acks(versions[i % 2], i / 2 == 0, 1);
		loses_acks(versions[i % 2], i / 2 == 0, 5);
	}
}

/* RFC 6298 5: an RTO that was doubled stays so until a round trip was measured; were it not, each
 * segment would be sent again before its ACK could come, and none be measured ever. */
TEST(a_path_that_becomes_longer_is_learnt)
{
	struct tenon_wire_path longer = { .delay_us = 1000000 };
	uint64_t before;
	struct talk talk;
	unsigned i;

	for (i = 0; i < 4; i++) {
		begin(&talk, versions[i % 2], i / 2 == 0);
		speaks(&talk, 1, 20, SECONDS(1));
		tenon_wire_set_path(talk.lan.hosts[0].end, TENON_WIRE_LEAVING, &longer);
		tenon_wire_set_path(talk.lan.hosts[1].end, TENON_WIRE_LEAVING, &longer);
		speaks(&talk, 1, 10, SECONDS(10));
		before = status_of(&talk).segments_retransmitted;
		speaks(&talk, 1, 10, SECONDS(10));
		assert_int_equal(status_of(&talk).segments_retransmitted, before);
		end(&talk);
	}
}
