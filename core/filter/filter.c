/* SPDX-License-Identifier: MIT */
#include "filter/filter.h"

struct chained {
	struct list_node node;
	struct tenon_filter_entry entry;
};

size_t filter_need(const struct tenon_limits *limits)
{
	size_t need = arena_need(1, sizeof(struct filter));

	need = arena_sum(need, pool_need(limits->filter_rules, sizeof(struct chained)));
	return arena_sum(need, track_need(limits->filter_conversations));
}

struct filter *filter_new(struct arena *arena, const struct tenon_limits *limits,
			  const struct timers *timers, struct random *random)
{
	struct filter *f = arena_take(arena, 1, sizeof *f);
	int i;

	*f = (struct filter){ .track = { .timers = timers } };
	pool_init(&f->rules, arena, limits->filter_rules, sizeof(struct chained), true);
	track_init(&f->track, arena, limits->filter_conversations, random);
	for (i = 0; i < TENON_FILTER_CHAINS; i++)
		list_init(&f->chains[i]);
	return f;
}

static struct chained *chained_at(struct list_node *n)
{
	return container_of(n, struct chained, node);
}

static struct chained *find(const struct filter *f, unsigned chain, uint32_t number)
{
	struct list_node *n = list_first(&f->chains[chain]);

	while (n != NULL && chained_at(n)->entry.number != number)
		n = list_next(&f->chains[chain], n);
	return n != NULL ? chained_at(n) : NULL;
}

/* Puts the rule behind the node, which may be the chain's head. */
static enum tenon_result put(struct filter *f, const struct tenon_filter_rule *rule,
			     struct list_node *behind, uint32_t *number)
{
	struct chained *new = pool_take(&f->rules);

	if (new == NULL)
		return TENON_TABLE_FULL;
	new->entry = (struct tenon_filter_entry){ .rule = *rule, .number = ++f->numbers };
	list_insert_after(behind, &new->node);
	*number = new->entry.number;
	return TENON_OK;
}

enum tenon_result filter_add(struct filter *f, const struct tenon_filter_rule *rule,
			     uint32_t *number)
{
	if (!rule_is_valid(rule))
		return TENON_BAD_VALUE;
	return put(f, rule, f->chains[rule->chain].head.prev, number);
}

enum tenon_result filter_insert(struct filter *f, const struct tenon_filter_rule *rule,
				uint32_t before, uint32_t *number)
{
	struct chained *at;

	if (!rule_is_valid(rule))
		return TENON_BAD_VALUE;
	if (before == 0)
		return put(f, rule, &f->chains[rule->chain].head, number);
	at = find(f, rule->chain, before);
	return at != NULL ? put(f, rule, at->node.prev, number) : TENON_NOT_FOUND;
}

enum tenon_result filter_remove(struct filter *f, uint32_t number)
{
	struct chained *at = NULL;
	unsigned chain;

	for (chain = 0; chain < TENON_FILTER_CHAINS && at == NULL; chain++)
		at = find(f, chain, number);
	if (at == NULL)
		return TENON_NOT_FOUND;
	list_remove(&at->node);
	pool_give(&f->rules, at);
	return TENON_OK;
}

bool filter_list(const struct filter *f, enum tenon_filter_chain chain, unsigned index,
		 struct tenon_filter_entry *out)
{
	struct list_node *n;

	if ((unsigned)chain >= TENON_FILTER_CHAINS)
		return false;
	n = list_first(&f->chains[chain]);
	while (n != NULL && index-- != 0)
		n = list_next(&f->chains[chain], n);
	if (n == NULL)
		return false;
	*out = chained_at(n)->entry;
	return true;
}

static const struct tenon_filter_entry *decide(struct filter *f, enum tenon_filter_chain chain,
					       const struct filter_subject *s)
{
	struct list_node *n = list_first(&f->chains[chain]);
	struct tenon_filter_entry *entry;

	while (n != NULL && !rule_matches(&chained_at(n)->entry.rule, s))
		n = list_next(&f->chains[chain], n);
	if (n == NULL)
		return NULL;
	entry = &chained_at(n)->entry;
	entry->packets++;
	entry->octets += s->len;
	return entry;
}

static bool is_remembered(const struct tenon_filter_entry *by, enum tenon_filter_chain chain)
{
	if (by == NULL || by->rule.verdict == TENON_FILTER_ACCEPT)
		return true;
	return by->rule.verdict == TENON_FILTER_REJECT && chain == TENON_FILTER_OUT;
}

const struct tenon_filter_entry *filter_packet(struct filter *f, enum tenon_filter_chain chain,
					       struct filter_subject *s,
					       const struct filter_subject *quoted)
{
	struct conversation *c = track_find(&f->track, s, quoted);
	const struct tenon_filter_entry *by = decide(f, chain, s);

	if (is_remembered(by, chain))
		track_note(&f->track, c, s);
	return by;
}

const struct tenon_filter_entry *filter_call(struct filter *f, const struct filter_subject *s)
{
	return decide(f, TENON_FILTER_CALL, s);
}

static void show_pool(struct tenon_pool_use *out, const char *name, const struct pool *pool)
{
	*out = (struct tenon_pool_use){
		.name = name,
		.used = pool->used,
		.high_water = pool->high_water,
		.limit = pool->limit,
	};
}

bool filter_pool_use(const struct filter *f, unsigned index, struct tenon_pool_use *out)
{
	switch (index) {
	case 0:
		show_pool(out, "filter rules", &f->rules);
		return true;
	case 1:
		show_pool(out, "filter conversations", &f->track.pool);
		return true;
	default:
		return false;
	}
}
