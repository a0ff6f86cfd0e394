/* SPDX-License-Identifier: MIT */
/* LX-26: what a host's own rules do to its programs' calls, by each dialect. */
#include <sys/socket.h>

#include <tenon/filter.h>
#include <tenon/sim.h>

#include "outcome.h"
#include "test.h"

enum { TCP = 6 };

static void begin(struct outcome *o, enum tenon_posix_dialect dialect)
{
	tenon_posix_host_free(o->world->host);
	o->world->host =
		tenon_posix_host_new(o->world->stack, tenon_sim_port(o->world->sim), dialect);
	assert_non_null(o->world->host);
	tenon_posix_use(o->world->host);
}

/* The rule holds for one connect() and, after it, one send() of a datagram. */
static void under(struct outcome *o, struct tenon_filter_rule rule)
{
	int stream = makes_socket(o, SOCK_STREAM), datagram = makes_socket(o, SOCK_DGRAM);
	struct name to = name_of_peer(o->world, 80);
	uint32_t number;
	uint64_t begun_us;

	world_calm(o->world);
	peer_reset(o->world->peer);
	peer_answers(o, PEER_ACCEPTS, 0);
	assert_int_equal(tenon_filter_add(o->world->stack, &rule, &number), TENON_OK);
	begun_us = tenon_sim_now(o->world->sim);
	connects(o, stream, to);
	saw(o, "seconds: %u", (unsigned)((tenon_sim_now(o->world->sim) - begun_us) / 1000000));
	saw_result(o, "sendto",
		   tenon_posix_sendto(datagram, "x", 1, 0, (struct sockaddr *)&to.at, to.len));
	saw_wire(o);
	assert_int_equal(tenon_filter_remove(o->world->stack, number), TENON_OK);
	tenon_posix_close(stream);
	tenon_posix_close(datagram);
}

static const struct tenon_filter_rule drops = { .chain = TENON_FILTER_OUT,
						.verdict = TENON_FILTER_DROP };
static const struct tenon_filter_rule port_unreachable = {
	.chain = TENON_FILTER_OUT, .verdict = TENON_FILTER_REJECT, .icmp4_code = 3, .icmp6_code = 4
};
static const struct tenon_filter_rule host_unreachable = {
	.chain = TENON_FILTER_OUT, .verdict = TENON_FILTER_REJECT, .icmp4_code = 1, .icmp6_code = 3
};
static const struct tenon_filter_rule resets = { .chain = TENON_FILTER_OUT,
						 .verdict = TENON_FILTER_REJECT,
						 .protocol = TCP,
						 .answer = TENON_FILTER_WITH_RESET };
static const struct tenon_filter_rule denies = { .chain = TENON_FILTER_CALL,
						 .verdict = TENON_FILTER_DROP };

static void by_linux(struct outcome *o)
{
	begin(o, TENON_POSIX_LINUX);
	under(o, drops);
	under(o, port_unreachable);
	under(o, host_unreachable);
	under(o, resets);
	under(o, denies);
}

static void by_linux_man(struct outcome *o)
{
	begin(o, TENON_POSIX_LINUX_MAN);
	under(o, drops);
	under(o, host_unreachable);
	under(o, resets);
	under(o, denies);
}

/* LX-26, as the kernel has it: a stream's fate is that of its SYN, a datagram's is told at once. */
TEST(a_local_rule_is_told_as_linux_tells_it)
{
	tenon_sees(by_linux, "connect: ETIMEDOUT\nseconds: 127\nsendto: EPERM\nwire: \n"
			     "connect: ECONNREFUSED\nseconds: 0\nsendto: EPERM\nwire: \n"
			     "connect: EHOSTUNREACH\nseconds: 0\nsendto: EPERM\nwire: \n"
			     "connect: ECONNREFUSED\nseconds: 0\nsendto: 1\nwire: UDP\n"
			     "connect: EPERM\nseconds: 0\nsendto: EPERM\nwire: \n");
}

/* LX-26 by the letter of connect(2). */
TEST(a_local_rule_is_told_as_the_manual_says)
{
	tenon_sees(by_linux_man, "connect: EPERM\nseconds: 0\nsendto: EPERM\nwire: \n"
				 "connect: EPERM\nseconds: 0\nsendto: EPERM\nwire: \n"
				 "connect: EPERM\nseconds: 0\nsendto: 1\nwire: UDP\n"
				 "connect: EPERM\nseconds: 0\nsendto: EPERM\nwire: \n");
}
