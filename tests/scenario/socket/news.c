/* SPDX-License-Identifier: MIT */
/* The list of sockets to which something happened. */
#include "pair.h"

static struct tenon_socket *bound(struct tenon *t, const struct family *f, uint16_t port)
{
	struct tenon_endpoint local = at(f->any, port);
	struct tenon_socket *s;

	assert_result(tenon_open(t, f->version, TENON_DATAGRAM, &s), OK);
	assert_result(tenon_bind(s, &local), OK);
	return s;
}

/* LX-20: each arrival is an edge, also while what came before is unread. */
BOTH(each_arrival_is_news)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_socket *s = bound(p->a.stack, f, 53), *peer = bound(p->b.stack, f, 53);
	struct tenon_endpoint to = at(f->a, 53);
	int i;

	assert_int_equal(pair_news(p->a.stack, s), 0);
	for (i = 0; i < 3; i++) {
		assert_result(say(peer, &to, "x"), OK);
		pair_run(p);
		assert_int_equal(pair_news(p->a.stack, s), TENON_READABLE);
		assert_int_equal(pair_news(p->a.stack, s), 0);
	}
	assert_int_equal(tenon_readiness(s), TENON_READABLE | TENON_WRITABLE);
	tenon_close(s);
	tenon_close(peer);
	pair_end(p);
}

/* The order is that in which things happened; a socket stands in it once. */
BOTH(news_come_in_order)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_socket *peer = bound(p->b.stack, f, 53), *s[3];
	static const int order[] = { 1, 0, 1, 2, 1 };
	unsigned what, i;

	for (i = 0; i < 3; i++)
		s[i] = bound(p->a.stack, f, (uint16_t)(60 + i));
	for (i = 0; i < 5; i++) {
		struct tenon_endpoint to = at(f->a, (uint16_t)(60 + order[i]));

		assert_result(say(peer, &to, "x"), OK);
	}
	pair_run(p);
	assert_ptr_equal(tenon_news(p->a.stack, &what), s[1]);
	assert_int_equal(what, TENON_READABLE);
	assert_ptr_equal(tenon_news(p->a.stack, &what), s[0]);
	assert_ptr_equal(tenon_news(p->a.stack, &what), s[2]);
	assert_null(tenon_news(p->a.stack, &what));
	for (i = 0; i < 3; i++)
		tenon_close(s[i]);
	tenon_close(peer);
	pair_end(p);
}

/* A closed socket has no news. */
BOTH(closing_forgets_the_news)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_socket *s = bound(p->a.stack, f, 53), *peer = bound(p->b.stack, f, 53);
	struct tenon_endpoint to = at(f->a, 53);
	unsigned what;

	assert_result(say(peer, &to, "x"), OK);
	pair_run(p);
	tenon_close(s);
	assert_null(tenon_news(p->a.stack, &what));
	tenon_close(peer);
	pair_end(p);
}

/* What every socket tells of itself. */
BOTH(a_socket_knows_what_it_is)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_socket *s = bound(p->a.stack, f, 53), *none;

	assert_int_equal(tenon_version_of(s), f->version);
	assert_int_equal(tenon_kind_of(s), TENON_DATAGRAM);
	assert_ptr_equal(tenon_stack_of(s), p->a.stack);
	assert_null(tenon_user(s));
	tenon_set_user(s, p);
	assert_ptr_equal(tenon_user(s), p);
	assert_result(tenon_listen(s, 1), UNSUPPORTED);
	assert_result(tenon_accept(s, &none), UNSUPPORTED);
	tenon_close(s);
	pair_end(p);
}
