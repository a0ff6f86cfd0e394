/* SPDX-License-Identifier: MIT */
/* What happens when a pool is empty, and that what was given back can be had again. */
#include "pair.h"

#include <string.h>

enum { SOCKETS = 4, CAUSES = 2, PAGES = 8, PAGE = 256, DATAGRAMS = 6 };

static void small(struct tenon_config *config)
{
	config->limits.sockets = SOCKETS;
	config->limits.causes = CAUSES;
	config->limits.pages = PAGES;
	config->limits.page_bytes = PAGE;
	config->limits.datagrams = DATAGRAMS;
	config->limits.loopback_packets = 3;
}

static void without_causes(struct tenon_config *config)
{
	config->limits.causes = 0;
}

static struct pair *begin(void)
{
	return pair_new(&(struct pair_terms){ .change = small });
}

static struct tenon_socket *opened(struct tenon *t, const struct family *f)
{
	struct tenon_socket *s;

	assert_result(tenon_open(t, f->version, TENON_DATAGRAM, &s), OK);
	return s;
}

BOTH(sockets_run_out_and_come_back)
{
	struct pair *p = begin();
	struct tenon_socket *s[SOCKETS], *none;
	unsigned i;

	for (i = 0; i < SOCKETS; i++)
		s[i] = opened(p->a.stack, f);
	assert_result(tenon_open(p->a.stack, f->version, TENON_DATAGRAM, &none), NO_SOCKET_LEFT);
	assert_result(tenon_open(p->a.stack, f->version, TENON_STREAM, &none), NO_SOCKET_LEFT);
	tenon_close(s[2]);
	s[2] = opened(p->a.stack, f);
	for (i = 0; i < SOCKETS; i++)
		tenon_close(s[i]);
	pair_end(p);
}

/* When no record is left, the oldest cause gives way. */
BOTH(the_oldest_cause_gives_way)
{
	struct pair *p = begin();
	struct tenon_endpoint far = at(f->far, 9);
	struct tenon_socket *s[3];
	struct tenon_cause cause;
	unsigned i;

	for (i = 0; i < 3; i++) {
		s[i] = opened(p->a.stack, f);
		assert_result(tenon_connect(s[i], &far), NO_ROUTE);
	}
	assert_false(tenon_cause(s[0], &cause));
	assert_true(tenon_cause(s[1], &cause));
	assert_true(tenon_cause(s[2], &cause));
	assert_result(tenon_connect(s[1], &far), NO_ROUTE);
	assert_result(tenon_connect(s[0], &far), NO_ROUTE);
	assert_true(tenon_cause(s[0], &cause));
	assert_true(tenon_cause(s[1], &cause));
	assert_false(tenon_cause(s[2], &cause));
	for (i = 0; i < 3; i++)
		tenon_close(s[i]);
	pair_end(p);
}

BOTH(a_stack_may_keep_no_cause_at_all)
{
	struct pair *p = pair_new(&(struct pair_terms){ .change = without_causes });
	struct tenon_endpoint far = at(f->far, 9);
	struct tenon_socket *s = opened(p->a.stack, f);
	struct tenon_cause cause;

	assert_result(tenon_connect(s, &far), NO_ROUTE);
	assert_false(tenon_cause(s, &cause));
	tenon_close(s);
	pair_end(p);
}

static void fill(struct pair *p, struct tenon_socket *from, struct tenon_ip to, const char *text)
{
	struct tenon_endpoint peer = at(to, 53);
	int i;

	for (i = 0; i < 12; i++)
		assert_result(say(from, &peer, text), OK);
	pair_run(p);
}

static struct tenon_socket *server_of(struct pair *p, const struct family *f)
{
	struct tenon_socket *s = opened(p->a.stack, f);
	struct tenon_endpoint local = at(f->any, 53);

	assert_result(tenon_bind(s, &local), OK);
	return s;
}

/* No record or no page for a datagram: it is dropped, the queue stays readable, all comes back. */
BOTH(datagrams_and_pages_run_out)
{
	struct pair *p = begin();
	struct tenon_socket *server = server_of(p, f), *client = opened(p->b.stack, f);
	char page[PAGE * 3 + 1];
	unsigned i;

	fill(p, client, f->a, "small");
	assert_int_equal(tenon_fate_count(p->a.stack, TENON_FATE_UDP_NO_MEMORY), 12 - DATAGRAMS);
	for (i = 0; i < DATAGRAMS; i++)
		hears(server, "small", NULL);
	hears_nothing(server);

	memset(page, 'x', sizeof page - 1);
	page[sizeof page - 1] = 0;
	fill(p, client, f->a, page);
	assert_int_equal(pair_pool_used(p->a.stack, "udp datagrams"), 2);
	hears(server, page, NULL);
	hears(server, page, NULL);
	hears_nothing(server);
	assert_int_equal(pair_pool_used(p->a.stack, "pages"), 0);
	tenon_close(server);
	tenon_close(client);
	pair_end(p);
}

/* A socket that is closed with datagrams in it gives their memory back. */
BOTH(closing_gives_back_what_was_queued)
{
	struct pair *p = begin();
	struct tenon_socket *server = server_of(p, f), *client = opened(p->b.stack, f);

	fill(p, client, f->a, "unread");
	assert_int_not_equal(pair_pool_used(p->a.stack, "pages"), 0);
	tenon_close(server);
	assert_int_equal(pair_pool_used(p->a.stack, "pages"), 0);
	assert_int_equal(pair_pool_used(p->a.stack, "udp datagrams"), 0);
	tenon_close(client);
	pair_end(p);
}

/* A full loopback queue is a busy link. */
BOTH(the_loopback_queue_fills)
{
	struct pair *p = begin();
	struct tenon_socket *server = server_of(p, f), *client = opened(p->a.stack, f);
	struct tenon_endpoint self = at(f->loopback, 53);
	unsigned i;

	for (i = 0; i < 3; i++)
		assert_result(say(client, &self, "in"), OK);
	assert_result(say(client, &self, "out"), LINK_BUSY);
	pair_run(p);
	for (i = 0; i < 3; i++)
		hears(server, "in", NULL);
	hears_nothing(server);
	tenon_close(server);
	tenon_close(client);
	pair_end(p);
}
