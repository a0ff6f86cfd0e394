/* SPDX-License-Identifier: MIT */
/* The options that sockets of every kind hold. */
#include "pair.h"

struct range {
	enum tenon_option option;
	int bad[2], good, reads;
};

static const struct range ranges[] = {
	{ TENON_OPTION_REUSE_ADDRESS, { 0, 0 }, 2, 1 },
	{ TENON_OPTION_REUSE_PORT, { 0, 0 }, 1, 1 },
	{ TENON_OPTION_BROADCAST, { 0, 0 }, -1, 1 },
	{ TENON_OPTION_DONT_ROUTE, { 0, 0 }, 1, 1 },
	{ TENON_OPTION_RECEIVE_ERRORS, { 0, 0 }, 1, 1 },
	{ TENON_OPTION_BIND_NO_PORT, { 0, 0 }, 1, 1 },
	{ TENON_OPTION_LINGER, { -2, 40000 }, 5, 5 },
	{ TENON_OPTION_HOP_LIMIT, { 0, 256 }, 255, 255 },
	{ TENON_OPTION_HOP_LIMIT, { -2, 300 }, -1, -1 },
	{ TENON_OPTION_TRAFFIC_CLASS, { -1, 256 }, 0xb8, 0xb8 },
	{ TENON_OPTION_RECEIVE_BYTES, { -1, -5 }, 4000, 4000 },
	{ TENON_OPTION_SEND_BYTES, { -1, -5 }, 4000, 4000 },
	{ TENON_OPTION_LINK, { -1, 65536 }, 1, 1 },
};

static void check(struct tenon_socket *s, const struct range *r)
{
	int value;

	if (r->bad[0] != r->bad[1]) {
		assert_result(tenon_option_set(s, r->option, r->bad[0]), BAD_VALUE);
		assert_result(tenon_option_set(s, r->option, r->bad[1]), BAD_VALUE);
	}
	assert_result(tenon_option_set(s, r->option, r->good), OK);
	assert_result(tenon_option_get(s, r->option, &value), OK);
	assert_int_equal(value, r->reads);
}

BOTH(options_are_kept_within_their_ranges)
{
	static const enum tenon_socket_kind kinds[] = { TENON_DATAGRAM, TENON_STREAM };
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_socket *s;
	size_t i, k;

	for (k = 0; k < 2; k++) {
		assert_result(tenon_open(p->a.stack, f->version, kinds[k], &s), OK);
		for (i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
			check(s, &ranges[i]);
		tenon_close(s);
	}
	pair_end(p);
}

BOTH(an_unknown_option_is_refused)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_socket *s;
	int value;

	assert_result(tenon_open(p->a.stack, f->version, TENON_DATAGRAM, &s), OK);
	assert_result(tenon_option_set(s, TENON_OPTION_COUNT, 1), UNKNOWN_OPTION);
	assert_result(tenon_option_get(s, TENON_OPTION_COUNT, &value), UNKNOWN_OPTION);
	assert_result(tenon_option_set(s, TENON_OPTION_NO_DELAY, 1), UNSUPPORTED);
	assert_result(tenon_option_get(s, TENON_OPTION_NO_DELAY, &value), UNSUPPORTED);
	tenon_close(s);
	pair_end(p);
}

/* … and does not displace the cause of what failed before. */
BOTH(a_refused_option_leaves_the_cause_of_a_failure)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_endpoint far = at(f->far, 9);
	struct tenon_cause cause;
	struct tenon_socket *s;

	assert_result(tenon_open(p->a.stack, f->version, TENON_DATAGRAM, &s), OK);
	assert_result(tenon_connect(s, &far), NO_ROUTE);
	assert_result(tenon_option_set(s, TENON_OPTION_NO_DELAY, 1), UNSUPPORTED);
	assert_true(tenon_cause(s, &cause));
	assert_result(cause.result, NO_ROUTE);
	tenon_close(s);
	pair_end(p);
}

/* DONT_ROUTE: destinations on the link only. */
BOTH(an_unrouted_socket_stays_on_the_link)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_route by_default = {
		.prefix = f->any, .link = (uint16_t)p->a.link, .has_gateway = true, .gateway = f->b
	};
	struct tenon_endpoint far = at(f->far, 9), near = at(f->b, 9);
	struct tenon_socket *s;

	assert_result(tenon_route_add(p->a.stack, &by_default), OK);
	assert_result(tenon_open(p->a.stack, f->version, TENON_DATAGRAM, &s), OK);
	assert_result(tenon_connect(s, &far), OK);
	assert_result(tenon_option_set(s, TENON_OPTION_DONT_ROUTE, 1), OK);
	assert_result(say(s, NULL, "?"), NO_ROUTE);
	assert_result(tenon_connect(s, &near), OK);
	assert_result(say(s, NULL, "!"), OK);
	tenon_close(s);
	pair_end(p);
}
