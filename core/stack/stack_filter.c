/* SPDX-License-Identifier: MIT */
/* stack_filter.c - the rules: what a host's administrator says of packets and calls. */
#include <tenon/filter.h>

#include "filter/filter.h"
#include "stack/stack.h"

enum tenon_result tenon_filter_add(struct tenon *t, const struct tenon_filter_rule *rule,
				   uint32_t *number)
{
	if (t->ip.filter == NULL)
		return TENON_NOT_FOUND;
	return filter_add(t->ip.rules, rule, number);
}

enum tenon_result tenon_filter_insert(struct tenon *t, const struct tenon_filter_rule *rule,
				      uint32_t before, uint32_t *number)
{
	if (t->ip.filter == NULL)
		return TENON_NOT_FOUND;
	return filter_insert(t->ip.rules, rule, before, number);
}

enum tenon_result tenon_filter_remove(struct tenon *t, uint32_t number)
{
	return t->ip.filter != NULL ? filter_remove(t->ip.rules, number) : TENON_NOT_FOUND;
}

bool tenon_filter_list(const struct tenon *t, enum tenon_filter_chain chain, unsigned index,
		       struct tenon_filter_entry *out)
{
	return t->ip.filter != NULL && filter_list(t->ip.rules, chain, index, out);
}
