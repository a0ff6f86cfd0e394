/* SPDX-License-Identifier: MIT */
/* filter.h - the chains: rules in their order, and what they say of a subject.
 *
 * The filter judges and counts; who asked carries the verdict out (ip_filter for packets, the
 * socket layer for calls). A conversation is remembered when the packet that begins it is accepted;
 * also when it is rejected on its way out, so that the answer which we give ourselves is RELATED or
 * ESTABLISHED to it.
 *
 * Owns: rules, the conversations.    Calls: rule, track.    Called by: ip_filter, stack_filter.
 */
#ifndef TENON_FILTER_FILTER_INTERNAL_H
#define TENON_FILTER_FILTER_INTERNAL_H

#include "filter/track.h"

struct filter {
	struct pool rules;
	struct list chains[TENON_FILTER_CHAINS];
	struct track track;
	uint32_t numbers; /* given so far */
};

size_t filter_need(const struct tenon_limits *);
struct filter *filter_new(struct arena *, const struct tenon_limits *, const struct timers *,
			  struct random *);

/* As <tenon/filter.h> has them. */
enum tenon_result filter_add(struct filter *, const struct tenon_filter_rule *, uint32_t *number);
enum tenon_result filter_insert(struct filter *, const struct tenon_filter_rule *, uint32_t before,
				uint32_t *number);
enum tenon_result filter_remove(struct filter *, uint32_t number);
bool filter_list(const struct filter *, enum tenon_filter_chain, unsigned index,
		 struct tenon_filter_entry *);

/* A packet; quoted is what an ICMP error is about, or NULL. The rule that decided, or NULL. */
const struct tenon_filter_entry *filter_packet(struct filter *, enum tenon_filter_chain,
					       struct filter_subject *,
					       const struct filter_subject *quoted);

/* A call: the rule that decided, or NULL. */
const struct tenon_filter_entry *filter_call(struct filter *, const struct filter_subject *);

/* Pools; index from 0 until false. */
bool filter_pool_use(const struct filter *, unsigned index, struct tenon_pool_use *);

#endif
