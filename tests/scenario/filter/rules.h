/* SPDX-License-Identifier: MIT */
/* rules.h - two hosts of which a has a filter: what the tests of rules share. */
#ifndef TENON_TESTS_RULES_H
#define TENON_TESTS_RULES_H

#include "pair.h"

#include <tenon/filter.h>

enum { ICMP4 = 1, TCP = 6, UDP = 17, ICMP6 = 58, SERVICE = 80 };

static inline void with_filter(struct tenon_config *config)
{
	config->filter = &tenon_filter;
}

static inline struct pair *filtered_pair(void)
{
	return pair_new(&(struct pair_terms){ .change = with_filter });
}

/* Appends a rule to host a's and returns its number. */
static inline uint32_t rule(struct pair *p, struct tenon_filter_rule what)
{
	uint32_t number = 0;

	assert_result(tenon_filter_add(p->a.stack, &what, &number), OK);
	assert_int_not_equal(number, 0);
	return number;
}

static inline struct tenon_socket *opened(struct pair_host *host, const struct family *f,
					  enum tenon_socket_kind kind)
{
	struct tenon_socket *s;

	assert_result(tenon_open(host->stack, f->version, kind, &s), OK);
	return s;
}

static inline enum tenon_result connects(struct tenon_socket *s, struct tenon_ip to, uint16_t port)
{
	struct tenon_endpoint there = at(to, port);

	return tenon_connect(s, &there);
}

static inline struct tenon_socket *listening(struct pair_host *host, const struct family *f)
{
	struct tenon_socket *s = opened(host, f, TENON_STREAM);
	struct tenon_endpoint here = at(f->any, SERVICE);

	assert_result(tenon_bind(s, &here), OK);
	assert_result(tenon_listen(s, 8), OK);
	return s;
}

static inline void blames(const struct tenon_socket *s, uint32_t number)
{
	struct tenon_cause cause;

	assert_true(tenon_cause(s, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_RULE);
	assert_int_equal(cause.detail.rule.number, number);
}

#endif
