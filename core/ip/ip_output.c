/* SPDX-License-Identifier: MIT */
#include "ip/ip.h"

#include "ip/address.h"
#include "ip/family.h"
#include "ip/fragments.h"
#include "ip/ip_filter.h"
#include "ip/neighbor.h"
#include "ip/pmtu.h"
#include "ip/route.h"
#include "wire/ethernet.h"
#include "wire/pseudo.h"

static struct tenon_cause *begin_cause(struct ip *ip, const struct ip_flow *flow,
				       enum tenon_result result, enum tenon_cause_kind kind)
{
	struct tenon_cause *cause = trace_cause(ip->trace, result, kind);

	cause->local.ip = flow->source;
	cause->peer.ip = flow->destination;
	cause->link = flow->bound_link;
	return cause;
}

/* A failure whose reason is in the flow itself. */
static enum tenon_result refuse(struct ip *ip, const struct ip_flow *flow, enum tenon_result result)
{
	(void)begin_cause(ip, flow, result, TENON_CAUSE_NONE);
	return result;
}

/* route is NULL if none covers the destination. */
static enum tenon_result refuse_route(struct ip *ip, const struct ip_flow *flow,
				      const struct tenon_route *route, enum tenon_result result)
{
	struct tenon_cause *cause = begin_cause(ip, flow, result, TENON_CAUSE_ROUTE);

	if (route != NULL) {
		cause->detail.route.prefix = route->prefix;
		cause->detail.route.prefix_len = route->prefix_len;
		cause->detail.route.found = 1;
	}
	return result;
}

static enum tenon_result refuse_link(struct ip *ip, const struct ip_flow *flow, uint16_t link)
{
	begin_cause(ip, flow, TENON_LINK_DOWN, TENON_CAUSE_LINK)->link = link;
	return TENON_LINK_DOWN;
}

static enum tenon_result refuse_rejected(struct ip *ip, const struct ip_flow *flow,
					 const struct tenon_route *route)
{
	static const uint8_t result_of[] = {
		[TENON_REJECT_UNREACHABLE] = TENON_ROUTE_UNREACHABLE,
		[TENON_REJECT_PROHIBIT] = TENON_ROUTE_PROHIBITED,
		[TENON_REJECT_BLACKHOLE] = TENON_ROUTE_BLACKHOLE,
	};

	return refuse_route(ip, flow, route, (enum tenon_result)result_of[route->reject]);
}

/* RFC 4007 6: the address says nothing without a link. ff01::/16 and ff02::/16 are like fe80::/10.
 */
static bool needs_link(const struct tenon_ip *to)
{
	if (tenon_ip_is_v4(to))
		return false;
	if (tenon_ip_is_multicast(to))
		return (to->octets[1] & 0x0f) == 1 || (to->octets[1] & 0x0f) == 2;
	return tenon_ip_is_link_local(to);
}

/* Straight onto a link, without a route. */
static enum tenon_result path_on_link(struct ip *ip, const struct ip_flow *flow, uint16_t index,
				      struct ip_path *path)
{
	struct link *link = link_find(ip->links, index);

	if (link == NULL)
		return refuse_route(ip, flow, NULL, TENON_NO_ROUTE);
	if (!link->is_up)
		return refuse_link(ip, flow, index);
	path->link = link;
	path->next_hop = flow->destination;
	path->mtu = link->facts.mtu;
	return TENON_OK;
}

static enum tenon_result path_by_route(struct ip *ip, const struct ip_flow *flow,
				       struct ip_path *path)
{
	struct route_query query = { .destination = flow->destination,
				     .link = flow->bound_link,
				     .is_on_link = (flow->flags & IP_DONT_ROUTE) != 0 };
	const struct tenon_route *route;
	enum tenon_result result = route_find(ip, &query, &route);

	if (result == TENON_LINK_DOWN)
		return refuse_link(ip, flow, route->link);
	if (result != TENON_OK)
		return refuse_route(ip, flow, NULL, result);
	if (route->reject != TENON_REJECT_NONE)
		return refuse_rejected(ip, flow, route);

	path->link = link_find(ip->links, route->link);
	path->next_hop = flow->destination;
	if (route->has_gateway && !path->is_multicast && !path->is_broadcast)
		path->next_hop = route->gateway;
	path->mtu = path->link->facts.mtu;
	if (route->mtu != 0 && route->mtu < path->mtu)
		path->mtu = route->mtu;
	return TENON_OK;
}

static enum tenon_result path_to_self(struct ip *ip, const struct ip_flow *flow,
				      struct ip_path *path)
{
	path->is_local = true;
	return path_on_link(ip, flow, LINK_LOOPBACK, path);
}

/* Is the destination an address of this host, on the flow's link if that matters? */
static bool is_self(const struct ip *ip, const struct ip_flow *flow)
{
	uint16_t link = address_link(ip, &flow->destination, flow->bound_link);

	return link != LINK_NONE && (!needs_link(&flow->destination) || link == flow->bound_link);
}

/* The link of a packet to many hosts, which no route need lead to: the flow's own or, over IPv4,
 * its source's (as Linux has it). LINK_NONE: the routes decide. */
static uint16_t link_to_many(const struct ip *ip, const struct ip_flow *flow)
{
	if (flow->bound_link != LINK_NONE || !tenon_ip_is_v4(&flow->destination))
		return flow->bound_link;
	return tenon_ip_is_any(&flow->source) ? LINK_NONE
					      : address_link(ip, &flow->source, LINK_NONE);
}

static enum tenon_result choose_path(struct ip *ip, const struct ip_flow *flow,
				     struct ip_path *path)
{
	const struct tenon_ip *to = &flow->destination;
	uint16_t subnet = address_broadcast_link(ip, to, flow->bound_link);
	uint16_t many;

	path->is_multicast = tenon_ip_is_multicast(to);
	path->is_broadcast = subnet != LINK_NONE || tenon_ip_is_limited_broadcast(to);
	if (needs_link(to) && flow->bound_link == LINK_NONE)
		return refuse(ip, flow, TENON_SCOPE_MISSING);
	if (is_self(ip, flow))
		return path_to_self(ip, flow, path);
	if (tenon_ip_is_any(to) || tenon_ip_is_loopback(to))
		return refuse_route(ip, flow, NULL, TENON_NO_ROUTE);
	if (subnet != LINK_NONE)
		return path_on_link(ip, flow, subnet, path);
	if (needs_link(to))
		return path_on_link(ip, flow, flow->bound_link, path);
	many = path->is_multicast || path->is_broadcast ? link_to_many(ip, flow) : LINK_NONE;
	if (many != LINK_NONE)
		return path_on_link(ip, flow, many, path);
	return path_by_route(ip, flow, path);
}

/* 0.0.0.0 and :: stand for this host where the dialect says so (PX-04): for the address that the
 * flow is bound to, else for the loopback. */
static void settle_any(const struct ip *ip, struct ip_flow *flow)
{
	static const struct tenon_ip v6_loopback = { { [15] = 1 } };

	if (!ip->behavior->any_means_loopback || !tenon_ip_is_any(&flow->destination))
		return;
	if (!tenon_ip_is_v4(&flow->destination))
		flow->destination = v6_loopback;
	else if (!tenon_ip_is_any(&flow->source) && tenon_ip_is_v4(&flow->source))
		flow->destination = flow->source;
	else
		flow->destination = tenon_ip4(127, 0, 0, 1);
}

static enum tenon_result check_source(struct ip *ip, const struct ip_flow *flow)
{
	if (tenon_ip_version(&flow->source) != tenon_ip_version(&flow->destination))
		return refuse(ip, flow, TENON_ADDRESS_NOT_LOCAL);
	if (address_link(ip, &flow->source, flow->bound_link) == LINK_NONE)
		return refuse(ip, flow, TENON_ADDRESS_NOT_LOCAL);
	return TENON_OK;
}

/* RFC 1122 3.2.1.3 (g) and RFC 4291 2.5.3: a loopback address never leaves the host. */
static enum tenon_result settle_source(struct ip *ip, struct ip_flow *flow,
				       const struct ip_path *path)
{
	if (tenon_ip_is_any(&flow->source))
		return address_choose(ip, flow, path, &flow->source)
			       ? TENON_OK
			       : refuse(ip, flow, TENON_NO_SOURCE_ADDRESS);
	if (tenon_ip_is_loopback(&flow->source) && path->link->index != LINK_LOOPBACK)
		return refuse(ip, flow, TENON_SOURCE_UNUSABLE);
	return TENON_OK;
}

enum tenon_result ip_route(struct ip *ip, struct ip_flow *flow)
{
	struct ip_path path = { .generation = ip->generation };
	enum tenon_result result;

	if (ip_family_of(ip, &flow->destination) == NULL)
		return refuse(ip, flow, TENON_FAMILY_ABSENT);
	settle_any(ip, flow);
	if (!tenon_ip_is_any(&flow->source)) {
		result = check_source(ip, flow);
		if (result != TENON_OK)
			return result;
	}
	result = choose_path(ip, flow, &path);
	if (result != TENON_OK)
		return result;
	result = settle_source(ip, flow, &path);
	if (result != TENON_OK)
		return result;
	pmtu_apply(ip, &flow->destination, &path);
	flow->path = path;
	return TENON_OK;
}

static enum fate fate_of_refusal(enum tenon_result result, const struct tenon_cause *cause)
{
	if (result == TENON_LINK_DOWN)
		return FATE_LINK_DOWN;
	if (cause->kind == TENON_CAUSE_ROUTE && cause->detail.route.found != 0)
		return FATE_IP_ROUTE_REJECTS;
	if (result == TENON_NO_SOURCE_ADDRESS || result == TENON_SOURCE_UNUSABLE)
		return FATE_IP_SOURCE;
	return result == TENON_ADDRESS_NOT_LOCAL ? FATE_IP_SOURCE : FATE_IP_NO_ROUTE;
}

/* A path chosen since the packet was built may be by a link that cannot complete its checksum. */
static void complete_checksum(uint16_t offered, struct packet *p)
{
	uint16_t left = p->offload & (uint16_t)~offered & TENON_OFFLOAD_CHECKSUM;
	uint16_t checksum;

	if (left == 0)
		return;
	checksum = packet_checksum(p, 0);
	put16(p->headroom + p->transport + p->checksum_offset, checksum == 0 ? 0xffff : checksum);
	p->offload &= (uint16_t)~TENON_OFFLOAD_CHECKSUM;
}

static uint32_t len_max(const struct ip_path *path, const struct packet *p)
{
	const struct tenon_link_facts *facts = &path->link->facts;

	if ((p->offload & facts->offload & TENON_OFFLOAD_SEGMENTATION) != 0)
		return facts->segment_max;
	return path->mtu;
}

enum tenon_result ip_send_over(struct ip *ip, const struct ip_path *path, uint16_t ethertype,
			       struct packet *p)
{
	struct mac group;

	if (!path->link->facts.is_ethernet)
		return link_send(ip->links, path->link, p);
	if (!path->is_broadcast && !path->is_multicast)
		return neighbor_send(ip, path->link, &path->next_hop, p);
	group = path->is_broadcast ? mac_broadcast() : ethernet_multicast(path->next_hop);
	return neighbor_send_to(ip, path->link, &group, ethertype, p);
}

static enum tenon_result judge(struct ip *ip, const struct ip_flow *flow, struct packet *p)
{
	enum fate fate;

	if (ip->filter == NULL || (flow->flags & IP_UNFILTERED) != 0)
		return TENON_OK;
	fate = ip->filter->leaves(ip, flow, p);
	if (fate == FATE_PASS)
		return TENON_OK;
	trace_left(ip->trace, flow->path.link->index, p, fate);
	return TENON_FILTER_DROPPED;
}

static enum tenon_result send_in_parts(struct ip *ip, struct ip_flow *flow, struct packet *p)
{
	const struct tenon_family_module *family = ip_family_of(ip, &flow->destination);
	bool may = ip->fragments != NULL && (flow->flags & IP_DONT_FRAGMENT) == 0;

	if (!may || packet_len(p) + family->header_len > family->packet_max) {
		trace_left(ip->trace, flow->path.link->index, p, FATE_IP_MTU);
		return refuse(ip, flow, TENON_MESSAGE_TOO_LONG);
	}
	complete_checksum(0, p);
	return ip->fragments->send(ip, flow, p);
}

enum tenon_result ip_send(struct ip *ip, struct ip_flow *flow, struct packet *p)
{
	const struct tenon_family_module *family = ip_family_of(ip, &flow->destination);
	bool has_header = (flow->flags & IP_HEADER_INCLUDED) != 0;
	enum tenon_result result = TENON_OK;
	uint32_t len;

	if (flow->path.generation != ip->generation || flow->path.link == NULL)
		result = ip_route(ip, flow);
	if (result != TENON_OK) {
		trace_left(ip->trace, flow->bound_link, p,
			   fate_of_refusal(result, &ip->trace->cause));
		return result;
	}
	result = judge(ip, flow, p);
	if (result != TENON_OK)
		return result;
	len = packet_len(p) + (has_header ? 0 : family->header_len);
	if (len > len_max(&flow->path, p))
		return send_in_parts(ip, flow, p);
	complete_checksum(flow->path.link->facts.offload, p);
	if (!has_header)
		family->emit(ip, flow, p);
	return ip_send_over(ip, &flow->path, family->ethertype, p);
}

uint32_t ip_pseudo_sum(const struct ip_flow *flow, uint32_t transport_len)
{
	struct pseudo_header header = { .source = flow->source,
					.destination = flow->destination,
					.protocol = flow->protocol,
					.length = transport_len };

	return pseudo_sum(&header);
}

void ip_path_cause(const struct ip *ip, const struct ip_path *path, struct tenon_cause *cause)
{
	if (path->link == NULL)
		return;
	cause->link = path->link->index;
	cause->next_hop_known =
		neighbor_mac(ip, path->link->index, &path->next_hop, cause->next_hop_mac);
}

bool ip_is_local(const struct ip *ip, const struct tenon_ip *address)
{
	return address_link(ip, address, LINK_NONE) != LINK_NONE;
}

bool ip_is_broadcast(const struct ip *ip, const struct tenon_ip *address)
{
	return tenon_ip_is_limited_broadcast(address) ||
	       address_broadcast_link(ip, address, LINK_NONE) != LINK_NONE;
}
