/* SPDX-License-Identifier: MIT */
/* Which datagram socket may have which port, and what happens when none is left. */
#include "pair.h"

enum { FIRST = 40000, COUNT = 8 };

static struct tenon_socket *opened(struct pair *p, enum tenon_ip_version version)
{
	struct tenon_socket *s;

	assert_result(tenon_open(p->a.stack, version, TENON_DATAGRAM, &s), OK);
	return s;
}

static struct pair *begin(void)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });

	tenon_behavior(p->a.stack)->port_first = FIRST;
	tenon_behavior(p->a.stack)->port_last = FIRST + COUNT - 1;
	return p;
}

static void close_all(struct tenon_socket **s, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		tenon_close(s[i]);
}

static uint16_t port_of(struct tenon_socket *s)
{
	struct tenon_endpoint local;

	tenon_local(s, &local);
	return local.port;
}

/* LX-23: the range is settable; when all its ports are taken, connect() and send() say so. */
BOTH(every_port_of_the_range_is_found_and_then_none)
{
	struct pair *p = begin();
	struct tenon_endpoint to = at(f->b, 9);
	struct tenon_socket *s[COUNT + 1];
	unsigned seen = 0, i;
	struct tenon_cause cause;

	for (i = 0; i <= COUNT; i++)
		s[i] = opened(p, f->version);
	for (i = 0; i < COUNT; i++) {
		assert_result(tenon_connect(s[i], &to), OK);
		seen |= 1u << (port_of(s[i]) - FIRST);
	}
	assert_int_equal(seen, (1u << COUNT) - 1);
	assert_result(tenon_connect(s[COUNT], &to), NO_DATAGRAM_PORT_LEFT);
	assert_result(say(s[COUNT], &to, "?"), NO_DATAGRAM_PORT_LEFT);
	assert_true(tenon_cause(s[COUNT], &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_TABLE);
	assert_string_equal(cause.detail.table.name, "udp ports");
	assert_int_equal(cause.detail.table.size, COUNT);

	assert_result(tenon_disconnect(s[3]), OK);
	assert_result(tenon_connect(s[COUNT], &to), OK);
	assert_result(tenon_connect(s[3], &to), NO_DATAGRAM_PORT_LEFT);
	close_all(s, COUNT + 1);
	pair_end(p);
}

/* PX-13: bind() to any port, of a full range. Another address is another set of ports. */
BOTH(bind_finds_no_port_but_on_another_address)
{
	struct pair *p = begin();
	struct tenon_endpoint any = at(f->any, 0), own = at(f->a, 0), loopback = at(f->loopback, 0);
	struct tenon_socket *s[COUNT + 2];
	unsigned i;

	for (i = 0; i < COUNT + 2; i++)
		s[i] = opened(p, f->version);
	for (i = 0; i < COUNT; i++)
		assert_result(tenon_bind(s[i], &own), OK);
	assert_result(tenon_bind(s[COUNT], &own), NO_PORT_LEFT);
	assert_result(tenon_bind(s[COUNT], &any), NO_PORT_LEFT);
	assert_result(tenon_bind(s[COUNT], &loopback), OK);
	assert_in_range(port_of(s[COUNT]), FIRST, FIRST + COUNT - 1);
	close_all(s, COUNT + 2);
	pair_end(p);
}

/* The port that is found differs from run to run of the same program: RFC 6056 3.3.1. */
BOTH(ports_do_not_come_in_order)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_endpoint to = at(f->b, 9);
	struct tenon_socket *s[8];
	unsigned i, in_order = 0;

	for (i = 0; i < 8; i++) {
		s[i] = opened(p, f->version);
		assert_result(tenon_connect(s[i], &to), OK);
		in_order += i > 0 && port_of(s[i]) == port_of(s[i - 1]) + 1;
	}
	assert_true(in_order < 3);
	close_all(s, 8);
	pair_end(p);
}

static enum tenon_result bind_with(struct tenon_socket *s, struct tenon_ip ip, unsigned option)
{
	struct tenon_endpoint local = at(ip, 5000);

	if (option != TENON_OPTION_COUNT)
		assert_result(tenon_option_set(s, (enum tenon_option)option, 1), OK);
	return tenon_bind(s, &local);
}

/* LX-18: who may share a port: Linux's udp_lib_lport_inuse. */
BOTH(a_port_is_shared_only_when_both_agree)
{
	static const struct {
		unsigned first, second;
		enum tenon_result result;
	} cases[] = {
		{ TENON_OPTION_COUNT, TENON_OPTION_COUNT, TENON_PORT_TAKEN },
		{ TENON_OPTION_REUSE_ADDRESS, TENON_OPTION_COUNT, TENON_PORT_TAKEN },
		{ TENON_OPTION_COUNT, TENON_OPTION_REUSE_ADDRESS, TENON_PORT_TAKEN },
		{ TENON_OPTION_REUSE_ADDRESS, TENON_OPTION_REUSE_ADDRESS, TENON_OK },
		{ TENON_OPTION_REUSE_PORT, TENON_OPTION_REUSE_PORT, TENON_OK },
		{ TENON_OPTION_REUSE_PORT, TENON_OPTION_REUSE_ADDRESS, TENON_PORT_TAKEN },
	};
	struct tenon_ip places[][2] = { { f->a, f->a }, { f->any, f->a }, { f->a, f->any } };
	size_t i, j;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (j = 0; j < 3; j++) {
			struct pair *p = begin();
			struct tenon_socket *s[2] = { opened(p, f->version),
						      opened(p, f->version) };

			assert_result(bind_with(s[0], places[j][0], cases[i].first), OK);
			assert_int_equal(bind_with(s[1], places[j][1], cases[i].second),
					 cases[i].result);
			close_all(s, 2);
			pair_end(p);
		}
	}
}

/* Two addresses of one host do not share their ports. */
BOTH(different_addresses_have_different_ports)
{
	struct pair *p = begin();
	struct tenon_socket *s[2] = { opened(p, f->version), opened(p, f->version) };

	assert_result(bind_with(s[0], f->a, TENON_OPTION_COUNT), OK);
	assert_result(bind_with(s[1], f->loopback, TENON_OPTION_COUNT), OK);
	close_all(s, 2);
	pair_end(p);
}

/* An IPv6 socket for any address has IPv4's port too, unless it is V6_ONLY. */
TEST(an_ipv6_socket_takes_the_port_of_ipv4_too)
{
	struct pair *p = begin();
	struct tenon_socket *s[4] = { opened(p, TENON_IP_V6), opened(p, TENON_IP_V4),
				      opened(p, TENON_IP_V6), opened(p, TENON_IP_V4) };

	assert_result(bind_with(s[0], pair_v6.any, TENON_OPTION_COUNT), OK);
	assert_result(bind_with(s[1], pair_v4.any, TENON_OPTION_COUNT), PORT_TAKEN);
	assert_result(bind_with(s[1], pair_v4.a, TENON_OPTION_COUNT), PORT_TAKEN);
	tenon_close(s[0]);
	assert_result(bind_with(s[2], pair_v6.any, TENON_OPTION_V6_ONLY), OK);
	assert_result(bind_with(s[1], pair_v4.any, TENON_OPTION_COUNT), OK);
	assert_result(tenon_option_set(s[2], TENON_OPTION_V6_ONLY, 0), ALREADY_BOUND);
	assert_result(tenon_option_set(s[3], TENON_OPTION_V6_ONLY, 1), UNKNOWN_OPTION);
	close_all(s + 1, 3);
	pair_end(p);
}

/* bind() once only, and to our own addresses only. */
BOTH(bind_refuses_a_second_name_and_foreign_addresses)
{
	struct pair *p = begin();
	struct tenon_socket *s = opened(p, f->version);
	struct tenon_endpoint foreign = at(f->b, 5000);

	assert_result(tenon_bind(s, &foreign), ADDRESS_NOT_LOCAL);
	assert_result(bind_with(s, f->a, TENON_OPTION_COUNT), OK);
	assert_result(bind_with(s, f->a, TENON_OPTION_COUNT), ALREADY_BOUND);
	tenon_close(s);
	pair_end(p);
}

/* IP_BIND_ADDRESS_NO_PORT: the address now, the port with connect(). */
BOTH(bind_may_leave_the_port_to_connect)
{
	struct pair *p = begin();
	struct tenon_socket *s = opened(p, f->version);
	struct tenon_endpoint own = at(f->a, 0), to = at(f->b, 9), local;

	assert_result(tenon_option_set(s, TENON_OPTION_BIND_NO_PORT, 1), OK);
	assert_result(tenon_bind(s, &own), OK);
	assert_int_equal(port_of(s), 0);
	assert_result(tenon_connect(s, &to), OK);
	assert_in_range(port_of(s), FIRST, FIRST + COUNT - 1);
	assert_result(tenon_disconnect(s), OK);
	tenon_local(s, &local);
	assert_memory_equal(&local.ip, &f->a, sizeof f->a);
	assert_int_equal(local.port, 0);
	tenon_close(s);
	pair_end(p);
}

/* Sockets that share a port by REUSE_PORT divide the peers: each peer always comes to the same. */
BOTH(sharers_of_a_port_divide_the_peers)
{
	struct pair *p = begin();
	struct tenon_endpoint local = at(f->a, 5000);
	struct tenon_socket *s[4], *peer[16];
	size_t got[4] = { 0 }, i, used = 0;

	for (i = 0; i < 4; i++) {
		s[i] = opened(p, f->version);
		assert_result(bind_with(s[i], f->a, TENON_OPTION_REUSE_PORT), OK);
	}
	for (i = 0; i < 16; i++) {
		assert_result(tenon_open(p->b.stack, f->version, TENON_DATAGRAM, &peer[i]), OK);
		assert_result(say(peer[i], &local, "x"), OK);
		assert_result(say(peer[i], &local, "x"), OK);
	}
	pair_run(p);
	for (i = 0; i < 4; i++) {
		for (; tenon_waiting(s[i]) != 0; got[i]++)
			hears(s[i], "x", NULL);
		assert_int_equal(got[i] % 2, 0);
		used += got[i] != 0;
	}
	assert_int_equal(got[0] + got[1] + got[2] + got[3], 32);
	assert_true(used > 1);
	close_all(s, 4);
	close_all(peer, 16);
	pair_end(p);
}
