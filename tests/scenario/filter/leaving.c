/* SPDX-License-Identifier: MIT */
/* LX-26: what a host's own rules do to its own calls. */
#include "rules.h"

enum { MINUTE_US = 60000000 };

static const struct tenon_filter_rule drop_service = {
	.chain = TENON_FILTER_OUT,
	.verdict = TENON_FILTER_DROP,
	.destination = { .port_first = SERVICE },
};

/* LX-26, linux: the attempt is as if the network lost every SYN. */
BOTH(a_dropped_syn_is_as_lost_and_the_cause_is_the_rule)
{
	struct pair *p = filtered_pair();
	struct tenon_socket *s = opened(&p->a, f, TENON_STREAM);
	uint32_t number = rule(p, drop_service);

	p->a.sent = 0;
	assert_result(connects(s, f->b, SERVICE), CONNECT_STARTED);
	pair_pass(p, 4 * MINUTE_US);
	assert_result(tenon_connect_outcome(s), OPEN_TIMED_OUT);
	blames(s, number);
	assert_int_equal(p->a.sent, 0);
	assert_true(tenon_fate_count(p->a.stack, TENON_FATE_FILTER_DROPPED) >= 7);
	tenon_close(s);
	pair_end(p);
}

/* The rule goes before the attempt has ended: the next SYN leaves, and the peer is to blame. */
BOTH(a_rule_that_is_removed_in_time_is_no_cause)
{
	struct pair *p = filtered_pair();
	struct tenon_socket *s = opened(&p->a, f, TENON_STREAM);
	uint32_t number = rule(p, drop_service);
	struct tenon_cause cause;

	assert_result(connects(s, f->b, SERVICE), CONNECT_STARTED);
	assert_result(tenon_filter_remove(p->a.stack, number), OK);
	pair_pass(p, 2000000);
	assert_result(tenon_connect_outcome(s), PEER_REFUSED);
	assert_true(tenon_cause(s, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_SEGMENT);
	tenon_close(s);
	pair_end(p);
}

/* LX-26, linux: send() says so at once. */
BOTH(a_dropped_datagram_is_refused_at_once)
{
	struct pair *p = filtered_pair();
	struct tenon_socket *s = opened(&p->a, f, TENON_DATAGRAM);
	uint32_t number = rule(p, drop_service);
	struct tenon_endpoint service = at(f->b, SERVICE), other = at(f->b, SERVICE + 1);

	p->a.sent = 0;
	assert_result(say(s, &service, "no"), FILTER_DROPPED);
	blames(s, number);
	assert_int_equal(p->a.sent, 0);
	assert_result(say(s, &other, "yes"), OK);
	assert_int_equal(p->a.sent, 1);
	tenon_close(s);
	pair_end(p);
}

struct answer {
	uint8_t with, icmp4_code, icmp6_code;
	enum tenon_result v4, v6;
};

static const struct answer answers[] = {
	{ TENON_FILTER_WITH_RESET, 0, 0, TENON_PEER_REFUSED, TENON_PEER_REFUSED },
	{ TENON_FILTER_WITH_ICMP, 0, 0, TENON_ICMP_NET_UNREACHABLE, TENON_ICMP6_NO_ROUTE },
	{ TENON_FILTER_WITH_ICMP, 1, 3, TENON_ICMP_HOST_UNREACHABLE,
	  TENON_ICMP6_ADDRESS_UNREACHABLE },
	{ TENON_FILTER_WITH_ICMP, 3, 4, TENON_ICMP_PORT_UNREACHABLE, TENON_ICMP6_PORT_UNREACHABLE },
	{ TENON_FILTER_WITH_ICMP, 13, 1, TENON_ICMP_ADMIN_PROHIBITED,
	  TENON_ICMP6_ADMIN_PROHIBITED },
};

static struct tenon_filter_rule rejects(const struct answer *a)
{
	return (struct tenon_filter_rule){
		.chain = TENON_FILTER_OUT,
		.verdict = TENON_FILTER_REJECT,
		.protocol = a->with == TENON_FILTER_WITH_RESET ? TCP : 0,
		.destination = { .port_first = SERVICE },
		.answer = a->with,
		.icmp4_code = a->icmp4_code,
		.icmp6_code = a->icmp6_code,
	};
}

/* LX-26: the answer is the rule's, comes at once, and nothing has left the host. */
BOTH(a_rejected_syn_fails_as_the_rule_says)
{
	size_t i;

	for (i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		struct pair *p = filtered_pair();
		struct tenon_socket *s = opened(&p->a, f, TENON_STREAM);
		uint32_t number = rule(p, rejects(&answers[i]));

		p->a.sent = 0;
		assert_result(connects(s, f->b, SERVICE), CONNECT_STARTED);
		pair_run(p);
		assert_int_equal(tenon_connect_outcome(s),
				 f->version == TENON_IP_V4 ? answers[i].v4 : answers[i].v6);
		blames(s, number);
		assert_int_equal(p->a.sent, 0);
		assert_int_equal(tenon_fate_count(p->a.stack, TENON_FATE_FILTER_REJECTED), 1);
		tenon_close(s);
		pair_end(p);
	}
}

/* The answer comes in although nothing is let in but what belongs to a conversation. */
BOTH(a_strict_host_hears_its_own_rejection)
{
	struct pair *p = filtered_pair();
	struct tenon_socket *s = opened(&p->a, f, TENON_STREAM);

	rule(p, rejects(&answers[3]));
	rule(p, (struct tenon_filter_rule){ .chain = TENON_FILTER_IN,
					    .states = TENON_FILTER_RELATED |
						      TENON_FILTER_ESTABLISHED });
	rule(p,
	     (struct tenon_filter_rule){ .chain = TENON_FILTER_IN, .verdict = TENON_FILTER_DROP });
	assert_result(connects(s, f->b, SERVICE), CONNECT_STARTED);
	pair_run(p);
	assert_int_equal(tenon_connect_outcome(s),
			 f->version == TENON_IP_V4 ? answers[3].v4 : answers[3].v6);
	tenon_close(s);
	pair_end(p);
}

/* send() is refused; a connected socket is told the error, too. */
BOTH(a_rejected_datagram_is_refused_and_its_error_is_pending)
{
	struct pair *p = filtered_pair();
	struct tenon_socket *s = opened(&p->a, f, TENON_DATAGRAM);

	rule(p, rejects(&answers[3]));
	assert_result(connects(s, f->b, SERVICE), OK);
	assert_result(say(s, NULL, "no"), FILTER_DROPPED);
	pair_run(p);
	assert_int_equal(tenon_take_error(s),
			 f->version == TENON_IP_V4 ? answers[3].v4 : answers[3].v6);
	tenon_close(s);
	pair_end(p);
}

/* LX-26, linux-man: drop and reject alike refuse the call, which leaves nothing behind. */
BOTH(by_the_letter_a_syn_that_is_kept_back_refuses_the_call)
{
	struct pair *p = filtered_pair();
	struct tenon_socket *s = opened(&p->a, f, TENON_STREAM);
	uint32_t number = rule(p, rejects(&answers[0]));

	tenon_behavior(p->a.stack)->filter_ends_attempts = true;
	assert_result(connects(s, f->b, SERVICE), FILTER_DROPPED);
	blames(s, number);
	assert_result(tenon_filter_remove(p->a.stack, number), OK);
	number = rule(p, drop_service);
	assert_result(connects(s, f->b, SERVICE), FILTER_DROPPED);
	blames(s, number);
	assert_int_equal(pair_pool_used(p->a.stack, "tcp connections"), 0);
	assert_result(connects(s, f->b, SERVICE + 1), CONNECT_STARTED);
	tenon_close(s);
	pair_end(p);
}

/* LX-26: a verdict on the call, as a cgroup's hook has it. */
BOTH(a_denied_call_is_refused_before_it_does_anything)
{
	struct pair *p = filtered_pair();
	struct tenon_socket *stream = opened(&p->a, f, TENON_STREAM);
	struct tenon_socket *datagram = opened(&p->a, f, TENON_DATAGRAM);
	struct tenon_endpoint service = at(f->b, SERVICE), here = at(f->a, SERVICE), shown;
	uint32_t deny =
		rule(p,
		     (struct tenon_filter_rule){ .chain = TENON_FILTER_CALL,
						 .verdict = TENON_FILTER_DROP,
						 .calls = TENON_FILTER_CONNECT | TENON_FILTER_SEND,
						 .destination = { .port_first = SERVICE } });
	uint32_t bind = rule(p, (struct tenon_filter_rule){ .chain = TENON_FILTER_CALL,
							    .verdict = TENON_FILTER_DROP,
							    .protocol = TCP,
							    .calls = TENON_FILTER_BIND });

	assert_result(tenon_connect(stream, &service), DENIED);
	blames(stream, deny);
	assert_result(tenon_connect(datagram, &service), DENIED);
	assert_result(say(datagram, &service, "no"), DENIED);
	blames(datagram, deny);
	tenon_local(datagram, &shown);
	assert_int_equal(shown.port, 0);
	assert_result(tenon_bind(stream, &here), DENIED);
	blames(stream, bind);
	assert_result(tenon_bind(datagram, &here), OK);
	assert_result(connects(datagram, f->b, SERVICE + 1), OK);
	tenon_close(stream);
	tenon_close(datagram);
	pair_end(p);
}
