/* SPDX-License-Identifier: MIT */
#include "ip/neighbor.h"

#include "base/checksum.h"
#include "base/hash.h"
#include "wire/ethernet.h"

enum {
	PARKED_PER_NEIGHBOR = 3,
	ETHERNET_LEN = sizeof(struct ethernet_octets),
};

#define DELAY_FIRST_PROBE_US (5 * SECOND_US) /* RFC 4861 10 */

enum neighbor_state {
	NEIGHBOR_INCOMPLETE,
	NEIGHBOR_REACHABLE,
	NEIGHBOR_STALE,
	NEIGHBOR_DELAY,
	NEIGHBOR_PROBE,
};

struct neighbor {
	struct hash_node node;
	struct list_node place; /* in waiting while INCOMPLETE, else in known */
	struct timer timer;
	struct list parked; /* empty unless INCOMPLETE */
	struct tenon_ip ip;
	time_us reachable_until;
	struct mac mac;
	uint16_t link;
	uint16_t probes;
	uint8_t parked_count;
	enum neighbor_state state;
	bool is_router;
};

/* A packet that waits, with room for its Ethernet header in front. */
struct parked {
	struct list_node place;
	struct tenon_ip next_hop;
	uint32_t len;
	uint16_t link;
	uint16_t probes; /* once silent */
	uint8_t octets[];
};

struct neighbor_cache {
	struct pool neighbors, parked;
	struct hash_table hash;
	struct siphash_key key;
	struct list waiting;
	struct list known;  /* least recently used first */
	struct list silent; /* packets whose next hop did not answer, to be reported */
	struct parked *reported;
	uint32_t waiting_count;
	uint32_t packet_bytes;
};

static size_t parked_size(const struct tenon_config *config)
{
	return sizeof(struct parked) + ETHERNET_LEN + config->limits.packet_bytes;
}

size_t neighbor_need(const struct tenon_config *config)
{
	const struct tenon_limits *limits = &config->limits;
	size_t need = arena_need(1, sizeof(struct neighbor_cache));

	need = arena_sum(need, pool_need(limits->neighbors, sizeof(struct neighbor)));
	need = arena_sum(need, pool_need(limits->parked_packets, parked_size(config)));
	return arena_sum(need, hash_need(limits->neighbors));
}

struct neighbor_cache *neighbor_cache_new(struct arena *arena, const struct tenon_config *config,
					  struct random *random)
{
	const struct tenon_limits *limits = &config->limits;
	struct neighbor_cache *c = arena_take(arena, 1, sizeof *c);

	*c = (struct neighbor_cache){ .key = random_key(random),
				      .packet_bytes = limits->packet_bytes };
	pool_init(&c->neighbors, arena, limits->neighbors, sizeof(struct neighbor), true);
	pool_init(&c->parked, arena, limits->parked_packets, parked_size(config), false);
	hash_init(&c->hash, arena, limits->neighbors);
	list_init(&c->waiting);
	list_init(&c->known);
	list_init(&c->silent);
	return c;
}

static uint32_t hash_of(const struct neighbor_cache *c, uint16_t link, const struct tenon_ip *ip)
{
	uint8_t key[sizeof ip->octets + 2];

	memcpy(key, ip->octets, sizeof ip->octets);
	put16(key + sizeof ip->octets, link);
	return (uint32_t)siphash13(c->key, key, sizeof key);
}

static struct neighbor *neighbor_find(const struct neighbor_cache *c, uint16_t link,
				      const struct tenon_ip *ip)
{
	struct hash_node *n = hash_first(&c->hash, hash_of(c, link, ip));

	for (; n != NULL; n = hash_next(n)) {
		struct neighbor *found = container_of(n, struct neighbor, node);

		if (found->link == link && tenon_ip_equal(&found->ip, ip))
			return found;
	}
	return NULL;
}

static struct bytes parked_packet(const struct parked *p)
{
	return (struct bytes){ p->octets + ETHERNET_LEN, p->len };
}

static struct parked *oldest_parked(struct neighbor *n)
{
	struct list_node *first = list_take_first(&n->parked);

	if (first == NULL)
		return NULL;
	n->parked_count--;
	return container_of(first, struct parked, place);
}

static void lose(struct ip *ip, struct parked *p, enum fate fate)
{
	trace_left_octets(ip->trace, p->link, parked_packet(p), fate);
	pool_give(&ip->neighbors->parked, p);
}

static void forget(struct ip *ip, struct neighbor *n, enum fate of_packets)
{
	struct neighbor_cache *c = ip->neighbors;
	struct parked *p;

	while ((p = oldest_parked(n)) != NULL)
		lose(ip, p, of_packets);
	if (n->state == NEIGHBOR_INCOMPLETE)
		c->waiting_count--;
	timer_cancel(ip->timers, &n->timer);
	list_remove(&n->place);
	hash_remove(&c->hash, &n->node);
	pool_give(&c->neighbors, n);
}

/* Room for one more, if need be that of the least recently used. */
static struct neighbor *take_entry(struct ip *ip)
{
	struct neighbor_cache *c = ip->neighbors;
	struct neighbor *n = pool_take(&c->neighbors);
	struct list_node *oldest;

	if (n != NULL)
		return n;
	oldest = list_first(&c->known);
	if (oldest == NULL)
		return NULL;
	forget(ip, container_of(oldest, struct neighbor, place), FATE_NEIGHBOR_QUEUE_FULL);
	return pool_take(&c->neighbors);
}

static struct neighbor *create(struct ip *ip, uint16_t link, const struct tenon_ip *address)
{
	struct neighbor_cache *c = ip->neighbors;
	struct neighbor *n;

	if (c->waiting_count > c->neighbors.limit / 2)
		return NULL;
	n = take_entry(ip);
	if (n == NULL)
		return NULL;
	*n = (struct neighbor){ .ip = *address, .link = link, .state = NEIGHBOR_INCOMPLETE };
	timer_init(&n->timer, TIMER_NEIGHBOR);
	list_init(&n->parked);
	list_append(&c->waiting, &n->place);
	c->waiting_count++;
	hash_insert(&c->hash, &n->node, hash_of(c, link, address));
	return n;
}

enum tenon_result neighbor_send_to(struct ip *ip, struct link *link, const struct mac *to,
				   uint16_t ethertype, struct packet *p)
{
	struct ethernet_header header = { .destination = *to,
					  .source = mac_get(link->facts.mac),
					  .type = ethertype };

	ethernet_emit(packet_push(p, ETHERNET_LEN), &header);
	return link_send(ip->links, link, p);
}

/* The driver cannot complete the checksum of octets that are sent later. */
static void complete_checksum(const struct packet *p, uint8_t *octets, size_t len)
{
	size_t start = (size_t)(p->transport - p->head);
	uint16_t checksum;

	if ((p->offload & TENON_OFFLOAD_CHECKSUM) == 0)
		return;
	checksum = checksum_finish(checksum_add(0, octets + start, len - start));
	put16(octets + start + p->checksum_offset, checksum == 0 ? 0xffff : checksum);
}

/* A packet that the driver would have cut into segments cannot wait: it is too long. */
static struct parked *take_place(struct ip *ip, struct neighbor *n, const struct packet *p)
{
	struct neighbor_cache *c = ip->neighbors;
	struct parked *place, *oldest = NULL;

	if (packet_len(p) > c->packet_bytes || (p->offload & TENON_OFFLOAD_SEGMENTATION) != 0)
		return NULL;
	if (n->parked_count == PARKED_PER_NEIGHBOR)
		oldest = oldest_parked(n);
	if (oldest != NULL)
		lose(ip, oldest, FATE_NEIGHBOR_QUEUE_FULL);
	place = pool_take(&c->parked);
	if (place != NULL)
		return place;
	oldest = oldest_parked(n);
	if (oldest == NULL)
		return NULL;
	lose(ip, oldest, FATE_NEIGHBOR_QUEUE_FULL);
	return pool_take(&c->parked);
}

static void park(struct ip *ip, struct neighbor *n, const struct packet *p)
{
	struct parked *place = take_place(ip, n, p);

	if (place == NULL) {
		trace_left(ip->trace, n->link, p, FATE_NEIGHBOR_QUEUE_FULL);
		return;
	}
	*place = (struct parked){ .next_hop = n->ip, .len = packet_len(p), .link = n->link };
	packet_copy(p, 0, place->octets + ETHERNET_LEN, place->len);
	complete_checksum(p, place->octets + ETHERNET_LEN, place->len);
	list_append(&n->parked, &place->place);
	n->parked_count++;
	trace_left(ip->trace, n->link, p, FATE_NEIGHBOR_WAITS);
}

static void ask(struct ip *ip, struct neighbor *n)
{
	bool is_known = n->state == NEIGHBOR_PROBE;
	uint32_t wait_us = ip->behavior->neighbor_retransmit_us;

	n->probes++;
	ip_family_of(ip, &n->ip)
		->solicit(ip, link_find(ip->links, n->link), &n->ip, is_known ? &n->mac : NULL);
	timer_file(ip->timers, &n->timer, time_add(ip->timers->now, wait_us));
}

/* RFC 4861 7.3.3: a packet through an entry that may be out of date starts the check. */
static void note_use(struct ip *ip, struct neighbor *n)
{
	list_remove(&n->place);
	list_append(&ip->neighbors->known, &n->place);
	if (n->state == NEIGHBOR_REACHABLE && ip->timers->now >= n->reachable_until)
		n->state = NEIGHBOR_STALE;
	if (n->state != NEIGHBOR_STALE)
		return;
	n->state = NEIGHBOR_DELAY;
	timer_file(ip->timers, &n->timer, time_add(ip->timers->now, DELAY_FIRST_PROBE_US));
}

enum tenon_result neighbor_send(struct ip *ip, struct link *link, const struct tenon_ip *next_hop,
				struct packet *p)
{
	struct neighbor *n = neighbor_find(ip->neighbors, link->index, next_hop);

	if (n == NULL) {
		n = create(ip, link->index, next_hop);
		if (n == NULL) {
			trace_left(ip->trace, link->index, p, FATE_NEIGHBOR_TABLE_FULL);
			return TENON_NO_MEMORY;
		}
		ask(ip, n);
	}
	if (n->state == NEIGHBOR_INCOMPLETE) {
		park(ip, n, p);
		return TENON_OK;
	}
	note_use(ip, n);
	return neighbor_send_to(ip, link, &n->mac, ip_family_of(ip, next_hop)->ethertype, p);
}

static void send_parked(struct ip *ip, struct neighbor *n)
{
	struct link *link = link_find(ip->links, n->link);
	struct ethernet_header header = { .destination = n->mac,
					  .source = mac_get(link->facts.mac),
					  .type = ip_family_of(ip, &n->ip)->ethertype };
	struct parked *p;

	while ((p = oldest_parked(n)) != NULL) {
		ethernet_emit((void *)p->octets, &header);
		(void)link_send_octets(ip->links, link,
				       (struct bytes){ p->octets, ETHERNET_LEN + p->len });
		pool_give(&ip->neighbors->parked, p);
	}
}

/* RFC 4861 6.3.2: between half and one and a half times the base, so that hosts do not probe in
 * step. */
static time_us reachable_until(struct ip *ip)
{
	uint32_t base_us = ip->behavior->neighbor_reachable_us;
	uint32_t more_us = base_us == 0 ? 0 : random_below(ip->random, base_us);

	return time_add(ip->timers->now, (uint64_t)base_us / 2 + more_us);
}

/* The MAC is known now: out of INCOMPLETE, if the entry was in it, and what waits is sent. */
static void settle(struct ip *ip, struct neighbor *n, enum neighbor_state state)
{
	struct neighbor_cache *c = ip->neighbors;
	bool was_waiting = n->state == NEIGHBOR_INCOMPLETE;

	n->state = state;
	n->probes = 0;
	timer_cancel(ip->timers, &n->timer);
	if (state == NEIGHBOR_REACHABLE)
		n->reachable_until = reachable_until(ip);
	if (!was_waiting)
		return;
	c->waiting_count--;
	list_remove(&n->place);
	list_append(&c->known, &n->place);
	send_parked(ip, n);
}

void neighbor_heard(struct ip *ip, struct link *link, const struct tenon_ip *from,
		    const struct mac *mac, bool may_create)
{
	struct neighbor *n = neighbor_find(ip->neighbors, link->index, from);

	if (n == NULL && may_create)
		n = create(ip, link->index, from);
	if (n == NULL)
		return;
	if (n->state != NEIGHBOR_INCOMPLETE && mac_equal(n->mac, *mac))
		return;
	n->mac = *mac;
	settle(ip, n, NEIGHBOR_STALE);
}

static void claimed_while_incomplete(struct ip *ip, struct neighbor *n,
				     const struct neighbor_claim *claim)
{
	if (!claim->has_mac)
		return;
	n->mac = claim->mac;
	n->is_router = claim->is_router;
	settle(ip, n, claim->is_solicited ? NEIGHBOR_REACHABLE : NEIGHBOR_STALE);
}

bool neighbor_claimed(struct ip *ip, struct link *link, const struct neighbor_claim *claim)
{
	struct neighbor *n = neighbor_find(ip->neighbors, link->index, &claim->ip);
	bool differs;

	if (n == NULL)
		return false;
	if (n->state == NEIGHBOR_INCOMPLETE) {
		claimed_while_incomplete(ip, n, claim);
		return true;
	}
	differs = claim->has_mac && !mac_equal(claim->mac, n->mac);
	if (differs && !claim->is_override) {
		if (n->state == NEIGHBOR_REACHABLE)
			n->state = NEIGHBOR_STALE;
		return true;
	}
	if (differs)
		n->mac = claim->mac;
	n->is_router = claim->is_router;
	if (claim->is_solicited)
		settle(ip, n, NEIGHBOR_REACHABLE);
	else if (differs)
		settle(ip, n, NEIGHBOR_STALE);
	return true;
}

bool neighbor_mac(const struct ip *ip, uint16_t link, const struct tenon_ip *next_hop,
		  uint8_t mac[6])
{
	const struct neighbor *n = neighbor_find(ip->neighbors, link, next_hop);

	if (n == NULL || n->state == NEIGHBOR_INCOMPLETE)
		return false;
	mac_put(mac, n->mac);
	return true;
}

/* Nobody answered: what waited becomes reports, and the entry goes, so that the next packet asks
 * anew. */
static void give_up(struct ip *ip, struct neighbor *n)
{
	struct parked *p;

	while ((p = oldest_parked(n)) != NULL) {
		p->probes = n->probes;
		trace_left_octets(ip->trace, p->link, parked_packet(p), FATE_NEIGHBOR_SILENT);
		list_append(&ip->neighbors->silent, &p->place);
	}
	forget(ip, n, FATE_NEIGHBOR_SILENT);
}

void neighbor_expired(struct ip *ip, struct timer *timer)
{
	struct neighbor *n = container_of(timer, struct neighbor, timer);

	switch (n->state) {
	case NEIGHBOR_INCOMPLETE: case NEIGHBOR_PROBE:
		if (n->probes < ip->behavior->neighbor_probes)
			ask(ip, n);
		else
			give_up(ip, n);
		break;
	case NEIGHBOR_DELAY:
		n->state = NEIGHBOR_PROBE;
		n->probes = 0;
		ask(ip, n);
		break;
	case NEIGHBOR_REACHABLE: case NEIGHBOR_STALE:
		assert_unreachable();
	}
}

static void forget_list(struct ip *ip, struct list *list, uint16_t link)
{
	struct list_node *node = list_first(list);

	while (node != NULL) {
		struct neighbor *n = container_of(node, struct neighbor, place);

		node = list_next(list, node);
		if (n->link == link)
			forget(ip, n, FATE_LINK_DOWN);
	}
}

void neighbor_forget_all(struct ip *ip, uint16_t link)
{
	forget_list(ip, &ip->neighbors->waiting, link);
	forget_list(ip, &ip->neighbors->known, link);
}

static bool report_silence(struct ip *ip, const struct parked *p, struct icmp_report *report)
{
	*report = (struct icmp_report){
		.result = TENON_NEIGHBOR_SILENT,
		.from = p->next_hop,
		.link = p->link,
		.probes = p->probes,
	};
	return ip_family_of(ip, &p->next_hop)->quote(parked_packet(p), report);
}

bool ip_take_silence(struct ip *ip, struct icmp_report *report)
{
	struct neighbor_cache *c = ip->neighbors;
	struct list_node *first;

	do {
		if (c->reported != NULL)
			pool_give(&c->parked, c->reported);
		first = list_take_first(&c->silent);
		c->reported = first == NULL ? NULL : container_of(first, struct parked, place);
		if (c->reported == NULL)
			return false;
	} while (!report_silence(ip, c->reported, report));
	return true;
}

struct tenon_pool_use neighbor_pool_use(const struct ip *ip, unsigned which)
{
	const struct pool *pool = which == 0 ? &ip->neighbors->neighbors : &ip->neighbors->parked;

	return (struct tenon_pool_use){ which == 0 ? "neighbors" : "parked packets", pool->used,
					pool->high_water, pool->limit };
}
