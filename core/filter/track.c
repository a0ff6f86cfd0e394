/* SPDX-License-Identifier: MIT */
#include "filter/track.h"

#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/tcp.h"

enum {
	ICMP6_LISTENER_QUERY = 130,    /* RFC 2710; from here to the redirect (RFC 4861) */
	ICMP6_REDIRECT = 137,          /* all is between neighbors */
	ICMP6_LISTENER_REPORT_2 = 143, /* RFC 3810 */
};

/* Two ends in an order that does not depend on who speaks; hashed as octets. */
struct pair {
	struct tenon_ip first, second;
	uint16_t first_port, second_port;
	uint16_t protocol, zero;
};
_Static_assert(sizeof(struct pair) == 40, "hashed as octets: no padding");

struct conversation {
	struct hash_node node;
	struct list_node age;
	struct pair pair;
	time_us until;
	uint8_t span;    /* enum track_span */
	bool is_swapped; /* who began it is the pair's second */
	bool is_answered;
};

static const uint64_t spans_us[] = {
	[TRACK_CLOSED] = 10 * SECOND_US,     [TRACK_UNANSWERED] = 30 * SECOND_US,
	[TRACK_OPENING] = 120 * SECOND_US,   [TRACK_CLOSING] = 120 * SECOND_US,
	[TRACK_DATAGRAMS] = 120 * SECOND_US, [TRACK_OPEN] = 432000 * SECOND_US,
};
_Static_assert(sizeof spans_us / sizeof spans_us[0] == TRACK_SPANS, "every span has a length");

size_t track_need(uint32_t limit)
{
	return arena_sum(hash_need(limit), pool_need(limit, sizeof(struct conversation)));
}

void track_init(struct track *t, struct arena *arena, uint32_t limit, struct random *random)
{
	int i;

	hash_init(&t->table, arena, limit);
	pool_init(&t->pool, arena, limit, sizeof(struct conversation), true);
	t->key = random_key(random);
	for (i = 0; i < TRACK_SPANS; i++)
		list_init(&t->ages[i]);
}

static bool is_ordered(const struct filter_subject *s)
{
	int order = memcmp(s->source.octets, s->destination.octets, sizeof s->source.octets);

	return order < 0 || (order == 0 && s->source_port <= s->destination_port);
}

static struct pair pair_of(const struct filter_subject *s)
{
	if (is_ordered(s))
		return (struct pair){ s->source,           s->destination, s->source_port,
				      s->destination_port, s->protocol,    0 };
	return (struct pair){ s->destination, s->source,   s->destination_port,
			      s->source_port, s->protocol, 0 };
}

static uint32_t hash_of(const struct track *t, const struct pair *pair)
{
	return (uint32_t)siphash13(t->key, pair, sizeof *pair);
}

static void forget(struct track *t, struct conversation *c)
{
	hash_remove(&t->table, &c->node);
	list_remove(&c->age);
	pool_give(&t->pool, c);
}

static struct conversation *find(struct track *t, const struct filter_subject *s)
{
	struct pair pair = pair_of(s);
	struct hash_node *n = hash_first(&t->table, hash_of(t, &pair));

	for (; n != NULL; n = hash_next(n)) {
		struct conversation *c = container_of(n, struct conversation, node);

		if (memcmp(&c->pair, &pair, sizeof pair) != 0)
			continue;
		if (c->until > t->timers->now)
			return c;
		forget(t, c);
		return NULL;
	}
	return NULL;
}

static bool is_opening(const struct filter_subject *s)
{
	return (s->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

static bool is_untracked(const struct filter_subject *s)
{
	if (s->protocol != IP_PROTOCOL_ICMP6)
		return false;
	return (s->icmp_type >= ICMP6_LISTENER_QUERY && s->icmp_type <= ICMP6_REDIRECT) ||
	       s->icmp_type == ICMP6_LISTENER_REPORT_2;
}

static bool may_begin(const struct filter_subject *s)
{
	if (s->protocol == IP_PROTOCOL_TCP)
		return is_opening(s);
	if (s->protocol == IP_PROTOCOL_ICMP4)
		return s->icmp_type == ICMP4_ECHO;
	return s->protocol != IP_PROTOCOL_ICMP6 || s->icmp_type == ICMP6_ECHO;
}

static bool is_reply(const struct conversation *c, const struct filter_subject *s)
{
	return c->is_swapped == is_ordered(s);
}

static enum tenon_filter_state state_of_error(struct track *t, const struct filter_subject *quoted)
{
	bool is_known = quoted != NULL && !quoted->is_broken && find(t, quoted) != NULL;

	return is_known ? TENON_FILTER_RELATED : TENON_FILTER_INVALID;
}

struct conversation *track_find(struct track *t, struct filter_subject *s,
				const struct filter_subject *quoted)
{
	struct conversation *c = NULL;

	s->state = TENON_FILTER_INVALID;
	if (s->is_broken)
		return NULL;
	if (s->is_icmp_error || is_untracked(s)) {
		s->state = s->is_icmp_error ? (uint8_t)state_of_error(t, quoted)
					    : (uint8_t)TENON_FILTER_UNTRACKED;
		return NULL;
	}
	c = find(t, s);
	/* The ports are used anew. */
	if (c != NULL && is_opening(s) && (c->span == TRACK_CLOSED || c->span == TRACK_CLOSING)) {
		forget(t, c);
		c = NULL;
	}
	if (c != NULL && (c->is_answered || is_reply(c, s)))
		s->state = TENON_FILTER_ESTABLISHED;
	else if (c != NULL || may_begin(s))
		s->state = TENON_FILTER_NEW;
	return c;
}

/* A SYN that was only answered is not open yet: whoever sent it may not be there. */
static enum track_span tcp_span(const struct conversation *c, const struct filter_subject *s)
{
	if ((s->tcp_flags & TCP_RST) != 0)
		return TRACK_CLOSED;
	if ((s->tcp_flags & TCP_FIN) != 0 || c->span == TRACK_CLOSING)
		return TRACK_CLOSING;
	if (c->span == TRACK_OPEN)
		return TRACK_OPEN;
	return c->is_answered && !is_reply(c, s) && (s->tcp_flags & TCP_SYN) == 0 ? TRACK_OPEN
										  : TRACK_OPENING;
}

static enum track_span span_of(const struct conversation *c, const struct filter_subject *s)
{
	if (s->protocol == IP_PROTOCOL_TCP)
		return tcp_span(c, s);
	return c->is_answered ? TRACK_DATAGRAMS : TRACK_UNANSWERED;
}

static struct conversation *oldest(const struct track *t, enum track_span span)
{
	struct list_node *n = list_first(&t->ages[span]);

	return n != NULL ? container_of(n, struct conversation, age) : NULL;
}

static struct conversation *place_for_one(struct track *t)
{
	static const uint8_t may_give_way[] = { TRACK_CLOSED, TRACK_UNANSWERED, TRACK_OPENING };
	struct conversation *c = pool_take(&t->pool), *old;
	unsigned i;

	for (i = 0; i < TRACK_SPANS && c == NULL; i++) {
		old = oldest(t, (enum track_span)i);
		if (old != NULL && old->until <= t->timers->now) {
			forget(t, old);
			c = pool_take(&t->pool);
		}
	}
	for (i = 0; i < sizeof may_give_way && c == NULL; i++) {
		old = oldest(t, (enum track_span)may_give_way[i]);
		if (old != NULL) {
			forget(t, old);
			c = pool_take(&t->pool);
		}
	}
	return c;
}

static struct conversation *begin(struct track *t, const struct filter_subject *s)
{
	struct conversation *c = place_for_one(t);

	if (c == NULL)
		return NULL;
	*c = (struct conversation){ .pair = pair_of(s), .is_swapped = !is_ordered(s) };
	list_node_init(&c->age);
	hash_insert(&t->table, &c->node, hash_of(t, &c->pair));
	return c;
}

void track_note(struct track *t, struct conversation *c, const struct filter_subject *s)
{
	if (c == NULL && s->state == TENON_FILTER_NEW)
		c = begin(t, s);
	if (c == NULL)
		return;
	c->is_answered |= is_reply(c, s);
	c->span = (uint8_t)span_of(c, s);
	c->until = time_add(t->timers->now, spans_us[c->span]);
	list_remove(&c->age);
	list_append(&t->ages[c->span], &c->age);
}
