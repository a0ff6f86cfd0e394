/* SPDX-License-Identifier: MIT */
#include "udp/udp.h"

size_t udp_need(const struct tenon_config *config)
{
	const struct tenon_limits *limits = &config->limits;
	size_t need = arena_need(1, sizeof(struct udp));

	need = arena_sum(need, pool_need(limits->sockets, sizeof(struct udp_endpoint)));
	need = arena_sum(need, pool_need(limits->datagrams, udp_datagram_size()));
	return arena_sum(need, udp_table_need(limits->sockets));
}

struct udp *udp_new(struct arena *arena, struct ip *ip, struct pages *pages,
		    const struct tenon_config *config)
{
	const struct tenon_limits *limits = &config->limits;
	struct udp *u = arena_take(arena, 1, sizeof *u);

	*u = (struct udp){ .ip = ip, .pages = pages };
	pool_init(&u->endpoints, arena, limits->sockets, sizeof(struct udp_endpoint), true);
	pool_init(&u->datagrams, arena, limits->datagrams, udp_datagram_size(), true);
	udp_table_init(&u->table, arena, limits->sockets, ip->random);
	list_init(&u->noted);
	return u;
}

static struct tenon_ip any_of(unsigned version)
{
	static const struct tenon_ip v6_any;

	return version == TENON_IP_V4 ? tenon_ip4(0, 0, 0, 0) : v6_any;
}

enum tenon_result udp_open(struct udp *u, enum tenon_ip_version version, void *owner,
			   struct udp_endpoint **out)
{
	struct udp_endpoint *e = pool_take(&u->endpoints);
	struct tenon_ip any = any_of(version);

	if (e == NULL)
		return TENON_NO_SOCKET_LEFT;
	*e = (struct udp_endpoint){
		.owner = owner,
		.flow = { .source = any,
			  .destination = any,
			  .protocol = IP_PROTOCOL_UDP,
			  .flags = IP_CUT_HERE },
		.local = any,
		.receive_bytes = u->ip->behavior->datagram_receive_bytes,
		.send_bytes = u->ip->behavior->datagram_receive_bytes,
		.version = (uint8_t)version,
	};
	list_node_init(&e->noted);
	list_init(&e->queue);
	*out = e;
	return TENON_OK;
}

void udp_close(struct udp *u, struct udp_endpoint *e)
{
	if (e->port != 0)
		udp_table_remove(&u->table, e);
	udp_drop_all(u, e);
	list_remove(&e->noted);
	pool_give(&u->endpoints, e);
}

void udp_set(struct udp_endpoint *e, const struct udp_terms *terms)
{
	e->link = terms->link;
	e->flags = terms->flags;
	e->flow.bound_link = terms->link;
	e->flow.hop_limit = terms->hop_limit;
	e->flow.traffic_class = terms->traffic_class;
	e->flow.flags = IP_CUT_HERE;
	if (terms->is_unrouted)
		e->flow.flags |= IP_DONT_ROUTE;
	e->flow.path = (struct ip_path){ .link = NULL };
}

static enum tenon_result no_port_left(struct udp *u, enum tenon_result result)
{
	const struct tenon_behavior *behavior = u->ip->behavior;
	struct tenon_cause *cause = trace_cause(u->ip->trace, result, TENON_CAUSE_TABLE);

	cause->detail.table.name = "udp ports";
	if (behavior->port_first <= behavior->port_last)
		cause->detail.table.size =
			(uint32_t)(behavior->port_last - behavior->port_first) + 1;
	return result;
}

/* The endpoint has its address and gets a port. */
static bool take_any_port(struct udp *u, struct udp_endpoint *e)
{
	const struct tenon_behavior *behavior = u->ip->behavior;
	uint16_t port;

	if (behavior->port_first == 0 || behavior->port_first > behavior->port_last)
		return false;
	port = udp_table_choose(&u->table, e, behavior->port_first, behavior->port_last);

	if (port == 0)
		return false;
	e->port = port;
	udp_table_add(&u->table, e);
	return true;
}

enum tenon_result udp_bind_any(struct udp *u, struct udp_endpoint *e)
{
	if (e->port != 0 || take_any_port(u, e))
		return TENON_OK;
	return no_port_left(u, TENON_NO_DATAGRAM_PORT_LEFT);
}

/* A group or broadcast address is nobody's source. */
static bool may_be_source(const struct ip *ip, const struct tenon_ip *address)
{
	return !tenon_ip_is_multicast(address) && !ip_is_broadcast(ip, address);
}

static bool take_port(struct udp *u, struct udp_endpoint *e, uint16_t port)
{
	if (udp_table_clashes(&u->table, e, port))
		return false;
	e->port = port;
	udp_table_add(&u->table, e);
	return true;
}

static void give_up_address(struct udp_endpoint *e)
{
	e->local = any_of(e->version);
	e->flow.source = e->local;
	e->flags &= (uint8_t)~UDP_ADDRESS_ASKED;
}

enum tenon_result udp_bind(struct udp *u, struct udp_endpoint *e, const struct tenon_endpoint *at,
			   bool is_later)
{
	e->local = at->ip;
	if (may_be_source(u->ip, &at->ip))
		e->flow.source = at->ip;
	if (!tenon_ip_is_any(&at->ip))
		e->flags |= UDP_ADDRESS_ASKED;
	if (at->link != 0 && tenon_ip_is_link_local(&at->ip))
		e->link = at->link;

	if (at->port != 0 && !take_port(u, e, at->port)) {
		give_up_address(e);
		return TENON_PORT_TAKEN;
	}
	if (at->port != 0)
		e->flags |= UDP_PORT_ASKED;
	if (at->port == 0 && !is_later && !take_any_port(u, e)) {
		give_up_address(e);
		return no_port_left(u, TENON_NO_PORT_LEFT);
	}
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

/* The endpoint's flow, pointed at another destination and not routed yet. */
static struct ip_flow flow_to(const struct udp_endpoint *e, const struct tenon_endpoint *to)
{
	struct ip_flow flow = e->flow;

	flow.destination = to->ip;
	flow.bound_link = has_zone(&to->ip) && to->link != 0 ? to->link : e->link;
	flow.path = (struct ip_path){ .link = NULL };
	/* To any address of IPv6 from a socket that is bound to IPv4: this host, by IPv4. */
	if (tenon_ip_is_any(&to->ip) && tenon_ip_is_v4(&e->local))
		flow.destination = any_of(TENON_IP_V4);
	if (tenon_ip_is_any(&flow.source))
		flow.source = any_of(tenon_ip_version(&flow.destination));
	return flow;
}

/* Chooses the path, and refuses what this endpoint may not send to. */
static enum tenon_result route(struct udp *u, const struct udp_endpoint *e, struct ip_flow *flow)
{
	enum tenon_result result;

	if (e->link != 0 && flow->bound_link != e->link)
		return TENON_BAD_VALUE;
	if (tenon_ip_is_v4(&flow->source) && !tenon_ip_is_v4(&flow->destination))
		return TENON_FAMILY_MISMATCH;
	result = ip_route(u->ip, flow);
	if (result != TENON_OK)
		return result;
	if (flow->path.is_broadcast && (e->flags & UDP_BROADCAST) == 0)
		return TENON_BROADCAST_DENIED;
	return TENON_OK;
}

/* LX-18: what Linux allows, other systems call taken. */
static bool tuple_is_taken(const struct udp *u, const struct udp_endpoint *e,
			   const struct ip_flow *flow, uint16_t peer_port)
{
	struct udp_tuple tuple = {
		.local = tenon_ip_is_any(&e->local) ? flow->source : e->local,
		.peer = flow->destination,
		.local_port = e->port,
		.peer_port = peer_port,
	};

	return !u->ip->behavior->datagram_tuple_may_repeat &&
	       udp_table_has_tuple(&u->table, &tuple, e);
}

enum tenon_result udp_connect(struct udp *u, struct udp_endpoint *e,
			      const struct tenon_endpoint *to)
{
	enum tenon_result result = udp_bind_any(u, e);
	struct ip_flow flow = flow_to(e, to);

	if (result == TENON_OK)
		result = route(u, e, &flow);
	if (result != TENON_OK)
		return result;
	if (tuple_is_taken(u, e, &flow, to->port))
		return TENON_TUPLE_TAKEN;

	udp_table_remove(&u->table, e);
	e->flow = flow;
	e->peer_port = to->port;
	e->flags |= UDP_CONNECTED;
	if (has_zone(&to->ip))
		e->link = flow.bound_link;
	if (tenon_ip_is_any(&e->local))
		e->local = flow.source;
	udp_table_add(&u->table, e);
	return TENON_OK;
}

void udp_disconnect(struct udp *u, struct udp_endpoint *e)
{
	if (e->port != 0)
		udp_table_remove(&u->table, e);
	e->flags &= (uint8_t)~UDP_CONNECTED;
	e->flow.destination = any_of(e->version);
	e->peer_port = 0;
	e->link = 0;
	if ((e->flags & UDP_ADDRESS_ASKED) == 0)
		give_up_address(e);
	if ((e->flags & UDP_PORT_ASKED) == 0)
		e->port = 0;
	if (e->port != 0)
		udp_table_add(&u->table, e);
}

static enum tenon_result prepare_to_peer(struct udp *u, struct udp_endpoint *e,
					 struct udp_sending *out)
{
	enum tenon_result result = TENON_OK;

	if ((e->flags & UDP_CONNECTED) == 0)
		return TENON_NO_DESTINATION;
	if (e->flow.path.link == NULL || e->flow.path.generation != u->ip->generation)
		result = route(u, e, &e->flow);
	out->flow = e->flow;
	out->port = e->peer_port;
	return result;
}

enum tenon_result udp_prepare(struct udp *u, struct udp_endpoint *e,
			      const struct tenon_endpoint *to, struct udp_sending *out)
{
	enum tenon_result result = udp_bind_any(u, e);

	if (result != TENON_OK)
		return result;
	if (to == NULL)
		return prepare_to_peer(u, e, out);
	out->flow = flow_to(e, to);
	out->port = to->port;
	return to->port != 0 ? route(u, e, &out->flow) : TENON_BAD_VALUE;
}

struct udp_endpoint *udp_take_noted(struct udp *u, unsigned *news)
{
	struct list_node *n = list_take_first(&u->noted);
	struct udp_endpoint *e;

	if (n == NULL)
		return NULL;
	e = container_of(n, struct udp_endpoint, noted);
	*news = e->news;
	e->news = 0;
	return e;
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

bool udp_pool_use(const struct udp *u, unsigned index, struct tenon_pool_use *out)
{
	switch (index) {
	case 0:
		show_pool(out, "udp endpoints", &u->endpoints);
		return true;
	case 1:
		show_pool(out, "udp datagrams", &u->datagrams);
		return true;
	default:
		return false;
	}
}
