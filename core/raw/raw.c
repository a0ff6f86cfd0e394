/* SPDX-License-Identifier: MIT */
#include "raw/raw.h"

#include "wire/pseudo.h"

enum { ICMP6_CHECKSUM_AT = 2, IDS = 65536 };

size_t raw_need(const struct tenon_config *config)
{
	const struct tenon_limits *limits = &config->limits;
	size_t need = arena_need(1, sizeof(struct raw));

	need = arena_sum(need, pool_need(limits->raw_sockets, sizeof(struct raw_endpoint)));
	return arena_sum(need, pool_need(limits->raw_datagrams, raw_datagram_size()));
}

struct raw *raw_new(struct arena *arena, struct ip *ip, struct pages *pages,
		    const struct tenon_config *config)
{
	const struct tenon_limits *limits = &config->limits;
	struct raw *r = arena_take(arena, 1, sizeof *r);

	*r = (struct raw){ .ip = ip, .pages = pages };
	pool_init(&r->endpoints, arena, limits->raw_sockets, sizeof(struct raw_endpoint), true);
	pool_init(&r->datagrams, arena, limits->raw_datagrams, raw_datagram_size(), true);
	list_init(&r->all);
	list_init(&r->noted);
	return r;
}

static struct tenon_ip any_of(unsigned version)
{
	static const struct tenon_ip v6_any;

	return version == TENON_IP_V4 ? tenon_ip4(0, 0, 0, 0) : v6_any;
}

enum tenon_result raw_open(struct raw *r, enum tenon_ip_version version, void *owner,
			   struct raw_endpoint **out)
{
	struct raw_endpoint *e = pool_take(&r->endpoints);
	struct tenon_ip any = any_of(version);

	if (e == NULL)
		return TENON_NO_SOCKET_LEFT;
	*e = (struct raw_endpoint){
		.owner = owner,
		.flow = { .source = any, .destination = any, .flags = IP_CUT_HERE },
		.local = any,
		.receive_bytes = r->ip->behavior->datagram_receive_bytes,
		.send_bytes = r->ip->behavior->datagram_receive_bytes,
		.checksum_at = RAW_NO_CHECKSUM,
		.version = (uint8_t)version,
	};
	list_node_init(&e->noted);
	list_node_init(&e->all);
	list_init(&e->queue);
	list_append(&r->all, &e->all);
	if (r->is_ping)
		raw_set_protocol(e, version == TENON_IP_V4 ? IP_PROTOCOL_ICMP4 : IP_PROTOCOL_ICMP6);
	*out = e;
	return TENON_OK;
}

void raw_close(struct raw *r, struct raw_endpoint *e)
{
	raw_drop_all(r, e);
	list_remove(&e->noted);
	list_remove(&e->all);
	pool_give(&r->endpoints, e);
}

static bool is_icmp6(const struct raw_endpoint *e)
{
	return e->version == TENON_IP_V6 && e->protocol == IP_PROTOCOL_ICMP6;
}

void raw_set_protocol(struct raw_endpoint *e, uint8_t protocol)
{
	e->protocol = protocol;
	e->flow.protocol = protocol;
	e->checksum_at = is_icmp6(e) ? ICMP6_CHECKSUM_AT : RAW_NO_CHECKSUM;
}

enum tenon_result raw_set_checksum(struct raw_endpoint *e, int at)
{
	if (at > RAW_CHECKSUM_AT_MAX || (at > 0 && at % 2 != 0))
		return TENON_BAD_VALUE;
	if (e->version == TENON_IP_V4 || is_icmp6(e))
		return TENON_BAD_VALUE;
	e->checksum_at = (int16_t)(at < 0 ? RAW_NO_CHECKSUM : at);
	return TENON_OK;
}

void raw_set(struct raw_endpoint *e, const struct raw_terms *terms)
{
	const uint8_t kept = RAW_CONNECTED | RAW_HEADER_INCLUDED | RAW_ADDRESS_ASKED | RAW_ID_ASKED;

	e->link = terms->link;
	e->flags = (uint8_t)((e->flags & kept) | terms->flags);
	e->flow.bound_link = terms->link;
	e->flow.hop_limit = terms->hop_limit;
	e->flow.traffic_class = terms->traffic_class;
	e->flow.flags = IP_CUT_HERE;
	if (terms->is_unrouted)
		e->flow.flags |= IP_DONT_ROUTE;
	e->flow.path = (struct ip_path){ .link = NULL };
}

static bool id_is_taken(const struct raw *r, const struct raw_endpoint *e, uint16_t id)
{
	struct list_node *n = list_first(&r->all);

	for (; n != NULL; n = list_next(&r->all, n)) {
		const struct raw_endpoint *other = container_of(n, struct raw_endpoint, all);

		if (other != e && other->version == e->version && other->id == id)
			return true;
	}
	return false;
}

/* An identifier if it has none yet; there are more of them than endpoints unless limits.raw_sockets
 * says otherwise. */
static enum tenon_result take_any_id(struct raw *r, struct raw_endpoint *e)
{
	uint32_t first, i;

	if (!r->is_ping || e->id != 0)
		return TENON_OK;
	first = random_below(r->ip->random, IDS);
	for (i = 0; i < IDS; i++) {
		uint16_t id = (uint16_t)(first + i);

		if (id != 0 && !id_is_taken(r, e, id)) {
			e->id = id;
			return TENON_OK;
		}
	}
	return TENON_NO_PORT_LEFT;
}

enum tenon_result raw_bind(struct raw *r, struct raw_endpoint *e, const struct tenon_endpoint *at)
{
	enum tenon_result result = TENON_OK;

	if (r->is_ping && at->port != 0) {
		if (id_is_taken(r, e, at->port))
			return TENON_PORT_TAKEN;
		e->id = at->port;
		e->flags |= RAW_ID_ASKED;
	} else {
		result = take_any_id(r, e);
	}
	if (result != TENON_OK)
		return result;
	e->local = at->ip;
	e->flags = (uint8_t)(tenon_ip_is_any(&at->ip) ? e->flags & ~RAW_ADDRESS_ASKED
						      : e->flags | RAW_ADDRESS_ASKED);
	if (!tenon_ip_is_multicast(&at->ip) && !ip_is_broadcast(r->ip, &at->ip))
		e->flow.source = at->ip;
	if (at->link != 0 && tenon_ip_is_link_local(&at->ip))
		e->link = at->link;
	e->flow.path = (struct ip_path){ .link = NULL };
	return TENON_OK;
}

/* RFC 4007 6: link-local addresses, and groups of that scope, mean something on one link only. */
static bool has_zone(const struct tenon_ip *ip)
{
	if (tenon_ip_is_v4(ip))
		return false;
	return tenon_ip_is_link_local(ip) ||
	       (tenon_ip_is_multicast(ip) && (ip->octets[1] & 0x0f) <= 2);
}

static enum tenon_result route(struct raw *r, const struct raw_endpoint *e, struct ip_flow *flow)
{
	enum tenon_result result;

	if (tenon_ip_version(&flow->destination) != e->version)
		return TENON_FAMILY_MISMATCH;
	result = ip_route(r->ip, flow);
	if (result != TENON_OK)
		return result;
	if (flow->path.is_broadcast && (e->flags & RAW_BROADCAST) == 0)
		return TENON_BROADCAST_DENIED;
	return TENON_OK;
}

static struct ip_flow flow_to(const struct raw_endpoint *e, const struct tenon_endpoint *to)
{
	struct ip_flow flow = e->flow;

	flow.destination = to->ip;
	flow.bound_link = has_zone(&to->ip) && to->link != 0 ? to->link : e->link;
	flow.path = (struct ip_path){ .link = NULL };
	return flow;
}

enum tenon_result raw_connect(struct raw *r, struct raw_endpoint *e,
			      const struct tenon_endpoint *to)
{
	enum tenon_result result = take_any_id(r, e);
	struct ip_flow flow = flow_to(e, to);

	if (result == TENON_OK)
		result = route(r, e, &flow);
	if (result != TENON_OK)
		return result;
	e->flow = flow;
	e->flags |= RAW_CONNECTED;
	if (has_zone(&to->ip))
		e->link = flow.bound_link;
	if (tenon_ip_is_any(&e->local))
		e->local = flow.source;
	return TENON_OK;
}

void raw_disconnect(struct raw_endpoint *e)
{
	e->flags &= (uint8_t)~RAW_CONNECTED;
	e->flow.destination = any_of(e->version);
	e->flow.path = (struct ip_path){ .link = NULL };
	e->link = 0;
	if ((e->flags & RAW_ADDRESS_ASKED) == 0) {
		e->local = any_of(e->version);
		e->flow.source = e->local;
	}
	if ((e->flags & RAW_ID_ASKED) == 0)
		e->id = 0;
}

enum tenon_result raw_prepare(struct raw *r, struct raw_endpoint *e,
			      const struct tenon_endpoint *to, struct raw_sending *out)
{
	enum tenon_result result;

	if (to == NULL && (e->flags & RAW_CONNECTED) == 0)
		return TENON_NO_DESTINATION;
	result = take_any_id(r, e);
	if (result != TENON_OK)
		return result;
	out->flow = to != NULL ? flow_to(e, to) : e->flow;
	return route(r, e, &out->flow);
}

void raw_note(struct raw *r, struct raw_endpoint *e, unsigned news)
{
	e->news |= (uint8_t)news;
	if (!list_has(&e->noted))
		list_append(&r->noted, &e->noted);
}

struct raw_endpoint *raw_take_noted(struct raw *r, unsigned *news)
{
	struct list_node *n = list_take_first(&r->noted);
	struct raw_endpoint *e;

	if (n == NULL)
		return NULL;
	e = container_of(n, struct raw_endpoint, noted);
	*news = e->news;
	e->news = 0;
	return e;
}

bool raw_pool_use(const struct raw *r, unsigned index, struct tenon_pool_use *out)
{
	const struct pool *pool = index == 0 ? &r->endpoints : &r->datagrams;
	static const char *const names[][2] = {
		{ "raw endpoints", "raw datagrams" },
		{ "ping endpoints", "ping datagrams" },
	};

	if (index > 1)
		return false;
	*out = (struct tenon_pool_use){
		.name = names[r->is_ping][index],
		.used = pool->used,
		.high_water = pool->high_water,
		.limit = pool->limit,
	};
	return true;
}
