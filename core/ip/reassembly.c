/* SPDX-License-Identifier: MIT */
#include "ip/fragments.h"

#include "base/hash.h"
#include "ip/icmp.h"
#include "packet/pages.h"

enum {
	WHOLE_MAX = UINT16_MAX + 40, /* the longest IPv6 packet (RFC 8200 3); IPv4's is shorter */
	NOT_KNOWN = UINT32_MAX,
};

/* A run of octets that has come. */
struct part {
	struct part *next; /* the one behind it */
	uint32_t offset, len;
	struct stream octets;
};

struct datagram {
	struct hash_node node;
	struct list_node age;
	struct timer timer;
	struct tenon_ip source, destination;
	uint32_t id;
	uint16_t zone;    /* of a link-local source */
	uint8_t protocol; /* IPv4 tells datagrams apart by it, RFC 791 3.2 */
	bool is_condemned;
	struct part *parts; /* by offset */
	uint32_t have,
		total; /* octets behind the header; total is NOT_KNOWN until the last part came */
	struct stream header;    /* of the first part, up to its payload */
	struct ip_arrival first; /* what an error is about; its octets are gone */
};

struct reassembly {
	struct pool datagrams, parts;
	struct pages pages;
	struct hash_table table;
	struct list by_age; /* the oldest first */
	struct siphash_key key;
	uint8_t *whole; /* WHOLE_MAX octets */
};

static uint32_t page_bytes(const struct tenon_limits *limits)
{
	return limits->page_bytes;
}

size_t reassembly_need(const struct tenon_config *config)
{
	const struct tenon_limits *l = &config->limits;
	size_t need = arena_need(1, sizeof(struct reassembly));

	need = arena_sum(need, pool_need(l->fragmented_datagrams, sizeof(struct datagram)));
	need = arena_sum(need, pool_need(l->fragment_pages, sizeof(struct part)));
	need = arena_sum(need, pages_need(l->fragment_pages, page_bytes(l)));
	need = arena_sum(need, hash_need(l->fragmented_datagrams));
	return arena_sum(need, arena_need(1, WHOLE_MAX));
}

struct reassembly *reassembly_make(struct arena *arena, const struct tenon_config *config,
				   struct random *random)
{
	const struct tenon_limits *l = &config->limits;
	struct reassembly *r = arena_take(arena, 1, sizeof *r);

	pool_init(&r->datagrams, arena, l->fragmented_datagrams, sizeof(struct datagram), true);
	pool_init(&r->parts, arena, l->fragment_pages, sizeof(struct part), true);
	pages_init(&r->pages, arena, l->fragment_pages, page_bytes(l));
	hash_init(&r->table, arena, l->fragmented_datagrams);
	list_init(&r->by_age);
	r->key = random_key(random);
	r->whole = arena_take(arena, 1, WHOLE_MAX);
	return r;
}

struct tenon_pool_use reassembly_pool_use(const struct ip *ip, unsigned which)
{
	const struct reassembly *r = ip->reassembly;
	const struct pool *pool = which == 0 ? &r->datagrams : &r->pages.pool;

	return (struct tenon_pool_use){
		.name = which == 0 ? "fragmented datagrams" : "fragment pages",
		.used = pool->used,
		.high_water = pool->high_water,
		.limit = pool->limit,
	};
}

static uint16_t zone_of(const struct ip_arrival *a)
{
	return tenon_ip_is_link_local(&a->source) ? a->link : LINK_NONE;
}

static uint8_t protocol_of(const struct ip_arrival *a)
{
	return tenon_ip_is_v4(&a->source) ? a->protocol : 0;
}

static uint32_t hash_of(const struct reassembly *r, const struct ip_arrival *a)
{
	uint8_t key[39];

	memcpy(key, a->source.octets, 16);
	memcpy(key + 16, a->destination.octets, 16);
	put32(key + 32, a->part.id);
	put16(key + 36, zone_of(a));
	key[38] = protocol_of(a);
	return (uint32_t)siphash13(r->key, key, sizeof key);
}

static bool is_of(const struct datagram *d, const struct ip_arrival *a)
{
	return d->id == a->part.id && d->protocol == protocol_of(a) && d->zone == zone_of(a) &&
	       tenon_ip_equal(&d->source, &a->source) &&
	       tenon_ip_equal(&d->destination, &a->destination);
}

static struct datagram *find(const struct reassembly *r, const struct ip_arrival *a, uint32_t hash)
{
	struct hash_node *n = hash_first(&r->table, hash);

	while (n != NULL && !is_of(container_of(n, struct datagram, node), a))
		n = hash_next(n);
	return n == NULL ? NULL : container_of(n, struct datagram, node);
}

static void give_octets(struct reassembly *r, struct datagram *d)
{
	while (d->parts != NULL) {
		struct part *part = d->parts;

		d->parts = part->next;
		stream_clear(&part->octets, &r->pages);
		pool_give(&r->parts, part);
	}
	stream_clear(&d->header, &r->pages);
}

static void forget(struct ip *ip, struct datagram *d)
{
	struct reassembly *r = ip->reassembly;

	give_octets(r, d);
	timer_cancel(ip->timers, &d->timer);
	list_remove(&d->age);
	hash_remove(&r->table, &d->node);
	pool_give(&r->datagrams, d);
}

/* Makes room by giving up the oldest datagram, but not this one. */
static bool give_up_oldest(struct ip *ip, const struct datagram *but)
{
	struct reassembly *r = ip->reassembly;
	struct list_node *n = list_first(&r->by_age);

	if (n != NULL && container_of(n, struct datagram, age) == but)
		n = list_next(&r->by_age, n);
	if (n == NULL)
		return false;
	forget(ip, container_of(n, struct datagram, age));
	return true;
}

static struct datagram *begin(struct ip *ip, const struct ip_arrival *a, uint32_t hash)
{
	struct reassembly *r = ip->reassembly;
	bool is_v4 = tenon_ip_is_v4(&a->source);
	const struct tenon_behavior *b = ip->behavior;
	struct datagram *d = pool_take(&r->datagrams);

	if (d == NULL && give_up_oldest(ip, NULL))
		d = pool_take(&r->datagrams);
	if (d == NULL)
		return NULL;
	*d = (struct datagram){
		.source = a->source,
		.destination = a->destination,
		.id = a->part.id,
		.zone = zone_of(a),
		.protocol = protocol_of(a),
		.total = NOT_KNOWN,
	};
	timer_init(&d->timer, TIMER_REASSEMBLY);
	timer_file(ip->timers, &d->timer,
		   time_add(ip->timers->now, is_v4 ? b->reassembly_v4_us : b->reassembly_v6_us));
	list_append(&r->by_age, &d->age);
	hash_insert(&r->table, &d->node, hash);
	return d;
}

static enum fate condemn(struct reassembly *r, struct datagram *d)
{
	give_octets(r, d);
	d->is_condemned = true;
	return FATE_IP_FRAGMENT_OVERLAP;
}

/* Copies octets to a stream, at the cost of older datagrams if there is no page left. */
static bool keep(struct ip *ip, const struct datagram *of, struct stream *s, struct bytes octets)
{
	struct reassembly *r = ip->reassembly;
	size_t done = stream_append(s, &r->pages, octets.at, octets.len);

	while (done < octets.len && give_up_oldest(ip, of))
		done += stream_append(s, &r->pages, octets.at + done, octets.len - done);
	return done == octets.len;
}

static struct part *part_take(struct ip *ip, const struct datagram *of)
{
	struct part *part = pool_take(&ip->reassembly->parts);

	while (part == NULL && give_up_oldest(ip, of))
		part = pool_take(&ip->reassembly->parts);
	return part;
}

/* Links in a copy of the arrival's octets behind *at. */
static enum fate insert(struct ip *ip, struct datagram *d, struct part **at,
			const struct ip_arrival *a)
{
	struct reassembly *r = ip->reassembly;
	struct part *part = part_take(ip, d);

	if (part == NULL)
		return FATE_IP_FRAGMENT_NO_MEMORY;
	*part = (struct part){ .offset = a->part.offset, .len = (uint32_t)a->payload.len };
	stream_init(&part->octets);
	if (!keep(ip, d, &part->octets, a->payload)) {
		stream_clear(&part->octets, &r->pages);
		pool_give(&r->parts, part);
		return FATE_IP_FRAGMENT_NO_MEMORY;
	}
	part->next = *at;
	*at = part;
	d->have += part->len;
	return FATE_IP_FRAGMENT_KEPT;
}

static bool is_same(const struct part *part, const struct ip_arrival *a)
{
	return part->offset == a->part.offset && part->len == a->payload.len;
}

/* The last part tells the length; all others must agree. */
static bool contradicts_length(const struct datagram *d, const struct ip_arrival *a, uint32_t end)
{
	const struct part *part = d->parts;

	if (a->part.more)
		return end > d->total;
	if (d->total != NOT_KNOWN)
		return end != d->total;
	while (part != NULL && part->offset + part->len <= end)
		part = part->next;
	return part != NULL;
}

static enum fate place(struct ip *ip, struct datagram *d, const struct ip_arrival *a)
{
	struct reassembly *r = ip->reassembly;
	uint32_t begin_at = a->part.offset, end = begin_at + (uint32_t)a->payload.len;
	struct part **at = &d->parts;
	enum fate fate;

	while (*at != NULL && (*at)->offset + (*at)->len <= begin_at)
		at = &(*at)->next;
	if (*at != NULL && is_same(*at, a))
		return FATE_IP_FRAGMENT_DUPLICATE;
	if ((*at != NULL && (*at)->offset < end) || contradicts_length(d, a, end))
		return condemn(r, d);
	fate = insert(ip, d, at, a);
	if (fate == FATE_IP_FRAGMENT_KEPT && !a->part.more)
		d->total = end;
	return fate;
}

/* The first part's header is that of the whole (RFC 791 3.2, RFC 8200 4.5). */
static bool keep_header(struct ip *ip, struct datagram *d, const struct ip_arrival *a)
{
	struct bytes header = { a->packet.at, (size_t)(a->payload.at - a->packet.at) };

	if (a->part.offset != 0 || d->header.len != 0)
		return true;
	d->first = *a;
	return keep(ip, d, &d->header, header);
}

/* The octets of the header's first len and of the parts, one behind the other. */
static size_t line_up(struct reassembly *r, struct datagram *d, size_t header_len, size_t most)
{
	size_t len = stream_peek(&d->header, &r->pages, 0, r->whole, header_len);
	struct part *part;

	for (part = d->parts; part != NULL && part->offset + header_len == len; part = part->next)
		len += stream_peek(&part->octets, &r->pages, 0, r->whole + len,
				   most - len < part->len ? most - len : part->len);
	return len;
}

static enum fate join(struct ip *ip, struct datagram *d, struct bytes *whole)
{
	const struct tenon_family_module *family = ip_family_of(ip, &d->source);
	struct reassembly *r = ip->reassembly;
	struct ip_part part = d->first.part;
	bool fits = part.header_len + d->total <= family->packet_max;

	if (fits) {
		whole->at = r->whole;
		whole->len = line_up(r, d, part.header_len, WHOLE_MAX);
		family->make_whole(r->whole, whole->len, &part);
	}
	forget(ip, d);
	return fits ? FATE_PASS : FATE_IP_FRAGMENT_LENGTH;
}

enum fate reassembly_take(struct ip *ip, const struct ip_arrival *a, struct bytes *whole)
{
	uint32_t hash = hash_of(ip->reassembly, a);
	struct datagram *d = find(ip->reassembly, a, hash);
	enum fate fate;

	if (d == NULL)
		d = begin(ip, a, hash);
	if (d == NULL)
		return FATE_IP_FRAGMENT_NO_MEMORY;
	if (d->is_condemned)
		return FATE_IP_FRAGMENT_OVERLAP;
	fate = place(ip, d, a);
	if (fate == FATE_IP_FRAGMENT_KEPT && !keep_header(ip, d, a))
		fate = FATE_IP_FRAGMENT_NO_MEMORY;
	if (fate == FATE_IP_FRAGMENT_NO_MEMORY) {
		forget(ip, d);
		return fate;
	}
	return d->have == d->total && !d->is_condemned ? join(ip, d, whole) : fate;
}

/* RFC 792 and RFC 4443 3.3: nobody is told about a datagram whose beginning is not there to quote.
 */
static void report(struct ip *ip, struct datagram *d)
{
	struct reassembly *r = ip->reassembly;
	struct ip_arrival about = d->first;
	size_t header_len = d->header.len;

	if (header_len == 0 || d->is_condemned)
		return;
	about.packet = (struct bytes){ r->whole, 0 };
	about.packet.len = line_up(r, d, header_len, header_len + d->parts->len);
	about.payload = (struct bytes){ r->whole + header_len, about.packet.len - header_len };
	ip_send_error(ip, &about, ICMP_ERROR_REASSEMBLY);
}

void reassembly_expired(struct ip *ip, struct timer *timer)
{
	struct datagram *d = container_of(timer, struct datagram, timer);

	report(ip, d);
	forget(ip, d);
}
