/* SPDX-License-Identifier: MIT */
/* Which way a connect() goes, and the result and cause of each way that there is none. */
#include "pair.h"

#include <string.h>

struct asker {
	struct pair *p;
	struct tenon_socket *socket;
	unsigned host_bits;
};

static struct asker begin(const struct family *f)
{
	struct asker a = { .p = pair_new(&(struct pair_terms){ .is_ethernet = true }),
			   .host_bits = f->version == TENON_IP_V4 ? 32 : 128 };

	assert_result(tenon_open(a.p->a.stack, f->version, TENON_DATAGRAM, &a.socket), OK);
	a.p->a.sent = 0;
	return a;
}

static void end(struct asker *a)
{
	tenon_close(a->socket);
	pair_end(a->p);
}

static enum tenon_result asks_for(struct asker *a, struct tenon_ip ip)
{
	struct tenon_endpoint to = at(ip, 9);

	return tenon_connect(a->socket, &to);
}

/* LX-17. */
BOTH(without_a_route_nothing_is_sent_and_the_cause_is_the_table)
{
	struct asker a = begin(f);
	struct tenon_cause cause;

	assert_result(asks_for(&a, f->far), NO_ROUTE);
	assert_true(tenon_cause(a.socket, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_ROUTE);
	assert_int_equal(cause.detail.route.found, 0);
	assert_int_equal(a.p->a.sent, 0);
	end(&a);
}

/* LX-30. */
BOTH(a_rejecting_route_gives_its_own_result_and_is_the_cause)
{
	static const enum tenon_result results[] = {
		[TENON_REJECT_UNREACHABLE] = TENON_ROUTE_UNREACHABLE,
		[TENON_REJECT_PROHIBIT] = TENON_ROUTE_PROHIBITED,
		[TENON_REJECT_BLACKHOLE] = TENON_ROUTE_BLACKHOLE,
	};
	struct asker a = begin(f);
	uint8_t kind;

	for (kind = TENON_REJECT_UNREACHABLE; kind <= TENON_REJECT_BLACKHOLE; kind++) {
		struct tenon_route r = { .prefix = f->far,
					 .prefix_len = (uint8_t)a.host_bits,
					 .reject = kind };
		struct tenon_cause cause;

		assert_result(tenon_route_add(a.p->a.stack, &r), OK);
		assert_int_equal(asks_for(&a, f->far), results[kind]);
		assert_true(tenon_cause(a.socket, &cause));
		assert_true(tenon_ip_equal(&cause.detail.route.prefix, &f->far));
		assert_int_equal(cause.detail.route.prefix_len, a.host_bits);
		assert_result(tenon_route_remove(a.p->a.stack, &r), OK);
	}
	end(&a);
}

BOTH(a_link_that_is_down_is_the_cause_until_it_is_up)
{
	struct asker a = begin(f);
	struct tenon_cause cause;

	assert_result(tenon_link_set_up(a.p->a.stack, a.p->a.link, false), OK);
	assert_result(asks_for(&a, f->b), LINK_DOWN);
	assert_true(tenon_cause(a.socket, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_LINK);
	assert_int_equal(cause.link, a.p->a.link);
	assert_result(tenon_link_set_up(a.p->a.stack, a.p->a.link, true), OK);
	assert_result(asks_for(&a, f->b), OK);
	end(&a);
}

BOTH(the_longest_prefix_decides_and_a_longer_one_takes_over)
{
	struct asker a = begin(f);
	struct tenon_route all = { .prefix = f->any,
				   .link = (uint16_t)a.p->a.link,
				   .has_gateway = true,
				   .gateway = f->b };
	struct tenon_route one = { .prefix = f->far,
				   .prefix_len = (uint8_t)a.host_bits,
				   .reject = TENON_REJECT_UNREACHABLE };

	assert_result(tenon_route_add(a.p->a.stack, &all), OK);
	assert_result(asks_for(&a, f->far), OK);
	assert_result(tenon_route_add(a.p->a.stack, &one), OK);
	assert_result(asks_for(&a, f->far), ROUTE_UNREACHABLE);
	assert_result(asks_for(&a, f->b), OK);
	end(&a);
}

/* The socket was connected before; its path is old by now. */
BOTH(a_route_that_goes_is_missed_by_the_next_datagram)
{
	struct asker a = begin(f);
	struct tenon_route all = { .prefix = f->any, .link = (uint16_t)a.p->a.link };

	assert_result(tenon_route_add(a.p->a.stack, &all), OK);
	assert_result(asks_for(&a, f->far), OK);
	assert_result(say(a.socket, NULL, "one"), OK);
	assert_result(tenon_route_remove(a.p->a.stack, &all), OK);
	assert_result(say(a.socket, NULL, "two"), NO_ROUTE);
	assert_int_equal(pair_pool_used(a.p->a.stack, "parked packets"), 1);
	end(&a);
}

BOTH(a_link_that_is_removed_takes_its_network_along)
{
	struct asker a = begin(f);

	assert_result(tenon_link_remove(a.p->a.stack, a.p->a.link), OK);
	assert_result(asks_for(&a, f->b), NO_ROUTE);
	assert_result(asks_for(&a, f->loopback), OK);
	assert_result(tenon_link_remove(a.p->a.stack, a.p->a.link), NOT_FOUND);
	end(&a);
}

BOTH(a_loopback_source_cannot_reach_the_line)
{
	struct asker a = begin(f);
	struct tenon_endpoint here = at(f->loopback, 0);

	assert_result(tenon_bind(a.socket, &here), OK);
	assert_result(asks_for(&a, f->b), SOURCE_UNUSABLE);
	assert_result(asks_for(&a, f->a), OK);
	end(&a);
}

/* LX-30. */
TEST(a_link_local_destination_needs_its_link)
{
	struct asker a = begin(&pair_v6);
	struct tenon_endpoint to = { .ip = { { 0xfe, 0x80, [15] = 2 } }, .port = 9 }, local;

	assert_result(tenon_connect(a.socket, &to), SCOPE_MISSING);
	to.link = (uint16_t)a.p->a.link;
	assert_result(tenon_connect(a.socket, &to), OK);
	tenon_local(a.socket, &local);
	assert_true(tenon_ip_is_link_local(&local.ip));
	end(&a);
}
