/* SPDX-License-Identifier: MIT */
/* Two hosts on one Ethernet find each other by ARP or NDP, or do not. */
#include "pair.h"

#define SECOND UINT64_C(1000000)

struct talk {
	struct pair *p;
	struct tenon_socket *client, *server;
	struct tenon_endpoint to;
};

static struct talk begin(const struct family *f, struct tenon_ip to)
{
	struct talk t = { .p = pair_new(&(struct pair_terms){ .is_ethernet = true }),
			  .to = at(to, 9) };
	struct tenon_endpoint here = at(f->b, 9);

	assert_result(tenon_open(t.p->b.stack, f->version, TENON_DATAGRAM, &t.server), OK);
	assert_result(tenon_bind(t.server, &here), OK);
	assert_result(tenon_open(t.p->a.stack, f->version, TENON_DATAGRAM, &t.client), OK);
	t.p->a.sent = t.p->b.sent = 0;
	return t;
}

static void end(struct talk *t)
{
	tenon_close(t->client);
	tenon_close(t->server);
	pair_end(t->p);
}

BOTH(one_question_and_one_answer_precede_the_first_datagram)
{
	struct talk t = begin(f, f->b);

	assert_result(say(t.client, &t.to, "hello"), OK);
	assert_int_equal(t.p->a.sent, 1);
	pair_run(t.p);
	assert_int_equal(t.p->a.sent, 2);
	assert_int_equal(t.p->b.sent, 1);
	hears(t.server, "hello", NULL);
	end(&t);
}

/* Who was asked knows who asked: RFC 826, RFC 4861 7.2.3. */
BOTH(the_answer_needs_no_question_of_its_own)
{
	struct talk t = begin(f, f->b);
	struct tenon_endpoint from;

	assert_result(say(t.client, &t.to, "hello"), OK);
	pair_run(t.p);
	hears(t.server, "hello", &from);
	assert_result(say(t.server, &from, "welcome"), OK);
	pair_run(t.p);
	hears(t.client, "welcome", NULL);
	assert_int_equal(t.p->a.sent, 2);
	assert_int_equal(t.p->b.sent, 2);
	end(&t);
}

BOTH(three_wait_and_arrive_in_their_order)
{
	struct talk t = begin(f, f->b);

	assert_result(say(t.client, &t.to, "one"), OK);
	assert_result(say(t.client, &t.to, "two"), OK);
	assert_result(say(t.client, &t.to, "three"), OK);
	pair_run(t.p);
	hears(t.server, "one", NULL);
	hears(t.server, "two", NULL);
	hears(t.server, "three", NULL);
	end(&t);
}

BOTH(of_four_that_wait_the_first_is_lost)
{
	struct talk t = begin(f, f->b);

	assert_result(say(t.client, &t.to, "one"), OK);
	assert_result(say(t.client, &t.to, "two"), OK);
	assert_result(say(t.client, &t.to, "three"), OK);
	assert_result(say(t.client, &t.to, "four"), OK);
	pair_run(t.p);
	hears(t.server, "two", NULL);
	hears(t.server, "three", NULL);
	hears(t.server, "four", NULL);
	hears_nothing(t.server);
	assert_int_equal(tenon_fate_count(t.p->a.stack, TENON_FATE_NEIGHBOR_QUEUE_FULL), 1);
	end(&t);
}

/* A host that is not there: three questions, a second apart, then the waiting packet's socket hears
 * of it if it wants to hear of soft errors. */
BOTH(silence_is_reported_after_three_questions)
{
	struct talk t = begin(f, f->nobody);

	assert_result(tenon_option_set(t.client, TENON_OPTION_RECEIVE_ERRORS, 1), OK);
	assert_result(tenon_connect(t.client, &t.to), OK);
	assert_result(say(t.client, NULL, "is anybody there?"), OK);
	pair_pass(t.p, 3 * SECOND - 1);
	assert_int_equal(t.p->a.sent, 3);
	assert_result(tenon_take_error(t.client), OK);
	pair_pass(t.p, 1);
	assert_int_equal(t.p->a.sent, 3);
	assert_result(tenon_take_error(t.client), NEIGHBOR_SILENT);
	assert_int_equal(tenon_fate_count(t.p->a.stack, TENON_FATE_NEIGHBOR_SILENT), 1);
	assert_int_equal(pair_pool_used(t.p->a.stack, "parked packets"), 0);
	end(&t);
}

/* LX-30: nobody answers ARP or NDP, and connect() is told so long before its SYNs are used up. */
BOTH(a_connection_to_nobody_fails_by_silence_after_three_seconds)
{
	struct talk t = begin(f, f->nobody);
	struct tenon_socket *stream;
	struct tenon_cause cause;

	assert_result(tenon_open(t.p->a.stack, f->version, TENON_STREAM, &stream), OK);
	assert_result(tenon_connect(stream, &t.to), CONNECT_STARTED);
	pair_pass(t.p, 3 * SECOND);
	assert_true(tenon_cause(stream, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_NEIGHBOR);
	assert_true(tenon_ip_equal(&cause.detail.neighbor.next_hop, &f->nobody));
	assert_int_equal(cause.detail.neighbor.probes, 3);
	assert_int_equal(cause.at_us, t.p->now_us);
	assert_result(tenon_take_error(stream), NEIGHBOR_SILENT);
	tenon_close(stream);
	end(&t);
}

/* RFC 4861 7.3.3: a peer is asked again only while it is spoken to. Over IPv6 the answer is itself
 * a packet to a peer not heard of for long, and is followed by a question of its own. */
BOTH(an_idle_pair_of_hosts_is_quiet)
{
	struct talk t = begin(f, f->b);
	unsigned more = f->version == TENON_IP_V6;

	assert_result(say(t.client, &t.to, "hello"), OK);
	pair_pass(t.p, 20 * SECOND);
	t.p->a.sent = t.p->b.sent = 0;
	pair_pass(t.p, 3600 * SECOND);
	assert_int_equal(t.p->a.sent + t.p->b.sent, 0);
	assert_result(say(t.client, &t.to, "still there?"), OK);
	pair_pass(t.p, 20 * SECOND);
	hears(t.server, "hello", NULL);
	hears(t.server, "still there?", NULL);
	assert_int_equal(t.p->a.sent, 2 + more);
	assert_int_equal(t.p->b.sent, 1 + more);
	end(&t);
}
