/* SPDX-License-Identifier: MIT */
/* What rules do to packets that arrive, and what those who sent them learn. */
#include "rules.h"

enum { MINUTE_US = 60000000 };

BOTH(a_dropped_arrival_gets_no_answer)
{
	struct pair *p = filtered_pair();
	struct tenon_socket *listener = listening(&p->a, f), *s = opened(&p->b, f, TENON_STREAM);

	rule(p, (struct tenon_filter_rule){
			.chain = TENON_FILTER_IN, .verdict = TENON_FILTER_DROP, .protocol = TCP });
	assert_result(connects(s, f->a, SERVICE), CONNECT_STARTED);
	pair_pass(p, 4 * MINUTE_US);
	assert_result(tenon_connect_outcome(s), OPEN_TIMED_OUT);
	assert_true(tenon_fate_count(p->a.stack, TENON_FATE_FILTER_DROPPED) >= 7);
	tenon_close(s);
	tenon_close(listener);
	pair_end(p);
}

BOTH(a_rejected_arrival_is_answered_as_the_rule_says)
{
	static const struct {
		uint8_t answer, icmp4_code, icmp6_code;
		enum tenon_result v4, v6;
	} kinds[] = {
		{ TENON_FILTER_WITH_RESET, 0, 0, TENON_PEER_REFUSED, TENON_PEER_REFUSED },
		{ TENON_FILTER_WITH_ICMP, 10, 1, TENON_ICMP_HOST_PROHIBITED,
		  TENON_ICMP6_ADMIN_PROHIBITED },
		{ TENON_FILTER_WITH_ICMP, 1, 6, TENON_ICMP_HOST_UNREACHABLE,
		  TENON_ICMP6_REJECT_ROUTE },
	};
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct pair *p = filtered_pair();
		struct tenon_socket *listener = listening(&p->a, f);
		struct tenon_socket *s = opened(&p->b, f, TENON_STREAM);

		rule(p, (struct tenon_filter_rule){ .chain = TENON_FILTER_IN,
						    .verdict = TENON_FILTER_REJECT,
						    .protocol = TCP,
						    .answer = kinds[i].answer,
						    .icmp4_code = kinds[i].icmp4_code,
						    .icmp6_code = kinds[i].icmp6_code });
		assert_result(connects(s, f->a, SERVICE), CONNECT_STARTED);
		pair_run(p);
		assert_int_equal(tenon_connect_outcome(s),
				 f->version == TENON_IP_V4 ? kinds[i].v4 : kinds[i].v6);
		assert_int_equal(tenon_fate_count(p->a.stack, TENON_FATE_FILTER_REJECTED), 1);
		tenon_close(s);
		tenon_close(listener);
		pair_end(p);
	}
}

/* What most hosts have: in comes only what they asked for. */
static struct pair *strict_pair(void)
{
	struct pair *p = filtered_pair();

	rule(p,
	     (struct tenon_filter_rule){ .chain = TENON_FILTER_IN,
					 .states = TENON_FILTER_ESTABLISHED | TENON_FILTER_RELATED |
						   TENON_FILTER_UNTRACKED });
	rule(p,
	     (struct tenon_filter_rule){ .chain = TENON_FILTER_IN, .verdict = TENON_FILTER_DROP });
	return p;
}

BOTH(a_strict_host_reaches_others_and_is_not_reached)
{
	struct pair *p = strict_pair();
	struct tenon_socket *here = listening(&p->a, f), *there = listening(&p->b, f);
	struct tenon_socket *out = opened(&p->a, f, TENON_STREAM), *peer;
	struct tenon_socket *in = opened(&p->b, f, TENON_STREAM);

	assert_result(connects(out, f->b, SERVICE), CONNECT_STARTED);
	assert_result(connects(in, f->a, SERVICE), CONNECT_STARTED);
	pair_run(p);
	assert_result(tenon_connect_outcome(out), OK);
	assert_result(tenon_connect_outcome(in), CONNECT_PENDING);
	assert_result(tenon_accept(there, &peer), OK);
	assert_result(say(peer, NULL, "from outside"), OK);
	pair_run(p);
	hears(out, "from outside", NULL);
	tenon_close(in);
	tenon_close(peer);
	tenon_close(out);
	tenon_close(there);
	tenon_close(here);
	pair_end(p);
}

/* An answer may come as long as the question is remembered: 30 seconds. */
BOTH(a_strict_host_hears_answers_in_time)
{
	struct pair *p = strict_pair();
	struct tenon_socket *a = opened(&p->a, f, TENON_DATAGRAM);
	struct tenon_socket *b = opened(&p->b, f, TENON_DATAGRAM);
	struct tenon_endpoint service = at(f->b, SERVICE), asker;

	assert_result(tenon_bind(b, &service), OK);
	assert_result(say(a, &service, "question"), OK);
	pair_run(p);
	hears(b, "question", &asker);
	pair_pass(p, 29 * 1000000);
	assert_result(say(b, &asker, "in time"), OK);
	pair_run(p);
	hears(a, "in time", NULL);
	pair_pass(p, 121 * 1000000);
	assert_result(say(b, &asker, "too late"), OK);
	pair_run(p);
	hears_nothing(a);
	tenon_close(a);
	tenon_close(b);
	pair_end(p);
}

/* An ICMP error about what was sent is related to it; about anything else it is invalid. */
BOTH(a_strict_host_hears_errors_about_its_own)
{
	struct pair *p = strict_pair();
	struct tenon_socket *a = opened(&p->a, f, TENON_DATAGRAM);

	assert_result(connects(a, f->b, SERVICE), OK);
	assert_result(say(a, NULL, "?"), OK);
	pair_run(p);
	assert_int_equal(tenon_take_error(a), f->version == TENON_IP_V4
						      ? TENON_ICMP_PORT_UNREACHABLE
						      : TENON_ICMP6_PORT_UNREACHABLE);
	p->a.last.octets[f->header_len + 1]++; /* as if it had come from another port */
	assert_fate(pair_error(&p->a, f, f->version == TENON_IP_V4 ? 3 : 1, 0), FILTER_DROPPED);
	tenon_close(a);
	pair_end(p);
}

/* A segment of no connection is invalid, whatever it claims. */
BOTH(a_segment_out_of_the_blue_is_invalid)
{
	struct pair *p = filtered_pair();
	struct tenon_socket *there = listening(&p->b, f), *s = opened(&p->a, f, TENON_STREAM);
	struct tenon_filter_entry entry;

	assert_result(connects(s, f->b, SERVICE), CONNECT_STARTED);
	pair_run(p);
	rule(p, (struct tenon_filter_rule){ .chain = TENON_FILTER_OUT,
					    .states = TENON_FILTER_INVALID });
	rule(p, (struct tenon_filter_rule){ .chain = TENON_FILTER_IN,
					    .verdict = TENON_FILTER_DROP,
					    .states = TENON_FILTER_INVALID });
	assert_int_equal(p->a.last.octets[f->header_len + 13], 0x10);
	assert_fate(pair_arrives(&p->a, p->b.last.octets, p->b.last.len), TCP_DUPLICATE);
	p->b.last.octets[f->header_len]++;
	assert_fate(pair_arrives(&p->a, p->b.last.octets, p->b.last.len), FILTER_DROPPED);
	assert_true(tenon_filter_list(p->a.stack, TENON_FILTER_IN, 0, &entry));
	assert_int_equal(entry.packets, 1);
	assert_true(tenon_filter_list(p->a.stack, TENON_FILTER_OUT, 0, &entry));
	assert_int_equal(entry.packets, 0);
	tenon_close(s);
	tenon_close(there);
	pair_end(p);
}

/* The loopback is a link like others: a packet is judged when it leaves and when it comes. */
BOTH(the_loopback_is_judged_both_ways)
{
	struct pair *p = strict_pair();
	struct tenon_socket *here = listening(&p->a, f), *s = opened(&p->a, f, TENON_STREAM);
	struct tenon_filter_rule let = { .chain = TENON_FILTER_IN, .link = 1 };
	uint32_t number;

	assert_result(connects(s, f->loopback, SERVICE), CONNECT_STARTED);
	pair_run(p);
	assert_result(tenon_connect_outcome(s), CONNECT_PENDING);
	assert_result(tenon_filter_insert(p->a.stack, &let, 0, &number), OK);
	pair_pass(p, 2000000);
	assert_result(tenon_connect_outcome(s), OK);
	tenon_close(s);
	tenon_close(here);
	pair_end(p);
}

TEST(rules_stand_in_their_order_and_can_be_listed)
{
	struct pair *p = filtered_pair();
	struct tenon_filter_rule r = { .chain = TENON_FILTER_IN, .protocol = TCP };
	uint32_t first = rule(p, r), third = rule(p, r), second, zeroth, expected[4];
	struct tenon_filter_entry entry;
	unsigned i;

	assert_result(tenon_filter_insert(p->a.stack, &r, third, &second), OK);
	assert_result(tenon_filter_insert(p->a.stack, &r, 0, &zeroth), OK);
	expected[0] = zeroth, expected[1] = first, expected[2] = second, expected[3] = third;
	for (i = 0; i < 4; i++) {
		assert_true(tenon_filter_list(p->a.stack, TENON_FILTER_IN, i, &entry));
		assert_int_equal(entry.number, expected[i]);
		assert_int_equal(entry.rule.protocol, TCP);
	}
	assert_false(tenon_filter_list(p->a.stack, TENON_FILTER_IN, 4, &entry));
	assert_false(tenon_filter_list(p->a.stack, TENON_FILTER_OUT, 0, &entry));
	assert_result(tenon_filter_remove(p->a.stack, first), OK);
	assert_result(tenon_filter_remove(p->a.stack, first), NOT_FOUND);
	assert_result(tenon_filter_insert(p->a.stack, &r, first, &first), NOT_FOUND);
	r.chain = TENON_FILTER_OUT;
	assert_result(tenon_filter_insert(p->a.stack, &r, third, &first), NOT_FOUND);
	r.verdict = 9;
	assert_result(tenon_filter_add(p->a.stack, &r, &first), BAD_VALUE);
	pair_end(p);
}

static void with_two_rules(struct tenon_config *config)
{
	config->filter = &tenon_filter;
	config->limits.filter_rules = 2;
}

TEST(a_full_table_takes_no_rule)
{
	struct pair *p = pair_new(&(struct pair_terms){ .change = with_two_rules });
	struct tenon_filter_rule r = { .chain = TENON_FILTER_IN };
	uint32_t number;

	rule(p, r);
	number = rule(p, r);
	assert_result(tenon_filter_add(p->a.stack, &r, &number), TABLE_FULL);
	assert_result(tenon_filter_remove(p->a.stack, number), OK);
	rule(p, r);
	pair_end(p);
}

TEST(a_host_without_the_filter_has_no_rules)
{
	struct pair *p = filtered_pair();
	struct tenon_filter_rule r = { .chain = TENON_FILTER_IN };
	struct tenon_filter_entry entry;
	uint32_t number;

	assert_result(tenon_filter_add(p->b.stack, &r, &number), NOT_FOUND);
	assert_result(tenon_filter_insert(p->b.stack, &r, 0, &number), NOT_FOUND);
	assert_result(tenon_filter_remove(p->b.stack, 1), NOT_FOUND);
	assert_false(tenon_filter_list(p->b.stack, TENON_FILTER_IN, 0, &entry));
	pair_end(p);
}
