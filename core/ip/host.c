/* SPDX-License-Identifier: MIT */
#include "ip/host.h"

#include "ip/address.h"
#include "ip/fragments.h"
#include "ip/ip_filter.h"
#include "ip/neighbor.h"
#include "ip/pmtu.h"
#include "ip/route.h"

size_t ip_need(const struct tenon_config *config)
{
	size_t need = address_need(config);

	need = arena_sum(need, route_need(config));
	if (config->filter != NULL)
		need = arena_sum(need, config->filter->need(&config->limits));
	need = arena_sum(need, pmtu_need(config));
	if (config->fragments != NULL)
		need = arena_sum(need, config->fragments->need(config));
	return arena_sum(need, neighbor_need(config));
}

uint32_t ip_timer_limit(const struct tenon_config *config)
{
	uint32_t parts = config->fragments != NULL ? config->limits.fragmented_datagrams : 0;

	return config->limits.neighbors + parts;
}

void ip_init(struct ip *ip, struct arena *arena, const struct tenon_config *config)
{
	const struct tenon_family_module *const *family;

	ip->v4 = NULL;
	ip->v6 = NULL;
	for (family = config->families; family != NULL && *family != NULL; family++) {
		if ((*family)->version == TENON_IP_V4)
			ip->v4 = *family;
		else
			ip->v6 = *family;
	}
	ip->addresses = address_table_new(arena, config);
	ip->routes = route_table_new(arena, config, ip->random);
	ip->neighbors = neighbor_cache_new(arena, config, ip->random);
	ip->filter = config->filter;
	if (ip->filter != NULL)
		ip->filter->init(ip, arena, &config->limits);
	ip->path_mtus = pmtu_table_new(arena, config, ip->random);
	ip->fragments = config->fragments;
	ip->reassembly = NULL;
	if (ip->fragments != NULL)
		ip->reassembly = ip->fragments->make(arena, config, ip->random);
	ip->generation = 1;
	ip->datagram_id = (uint16_t)random_u32(ip->random);
	ip->error_tokens = ip->behavior->icmp_errors_per_second;
	ip->error_refill = time_add(ip->timers->now, SECOND_US);
}

const struct tenon_family_module *ip_family_of(const struct ip *ip, const struct tenon_ip *address)
{
	return tenon_ip_is_v4(address) ? ip->v4 : ip->v6;
}

static bool speaks(const struct tenon_family_module *family, uint16_t ethertype)
{
	return family != NULL && ethertype != 0 &&
	       (family->ethertype == ethertype || family->resolution_ethertype == ethertype);
}

const struct tenon_family_module *ip_family_find(const struct ip *ip, uint16_t ethertype)
{
	if (speaks(ip->v4, ethertype))
		return ip->v4;
	return speaks(ip->v6, ethertype) ? ip->v6 : NULL;
}

const struct tenon_family_module *ip_family_of_packet(const struct ip *ip, struct bytes packet)
{
	unsigned version = packet.len == 0 ? 0u : packet.at[0] >> 4;

	if (version == TENON_IP_V4)
		return ip->v4;
	return version == TENON_IP_V6 ? ip->v6 : NULL;
}

void ip_expired(struct ip *ip, struct timer *timer)
{
	if (timer->owner == TIMER_REASSEMBLY)
		ip->fragments->expired(ip, timer);
	else
		neighbor_expired(ip, timer);
}

static void family_up(struct ip *ip, const struct tenon_family_module *family, struct link *link)
{
	if (family != NULL && link->facts.mtu >= family->mtu_min)
		family->link_up(ip, link);
}

void ip_link_changed(struct ip *ip, struct link *link)
{
	route_paths_changed(ip);
	if (!link->is_up) {
		neighbor_forget_all(ip, link->index);
		return;
	}
	family_up(ip, ip->v4, link);
	family_up(ip, ip->v6, link);
}

void ip_link_leaves(struct ip *ip, struct link *link)
{
	neighbor_forget_all(ip, link->index);
	address_remove_all(ip, link->index);
	route_remove_all(ip, link->index);
	route_paths_changed(ip);
}

static bool module_pool_use(const struct ip *ip, unsigned index, struct tenon_pool_use *use)
{
	unsigned of_fragments = ip->fragments != NULL ? 2 : 0;

	if (index < of_fragments) {
		*use = ip->fragments->pool_use(ip, index);
		return true;
	}
	return ip->filter != NULL && ip->filter->pool_use(ip->rules, index - of_fragments, use);
}

bool ip_pool_use(const struct ip *ip, unsigned index, struct tenon_pool_use *use)
{
	switch (index) {
	case 0:
		*use = address_pool_use(ip);
		return true;
	case 1:
		*use = route_pool_use(ip);
		return true;
	case 2: case 3:
		*use = neighbor_pool_use(ip, index - 2);
		return true;
	case 4:
		*use = pmtu_pool_use(ip);
		return true;
	default:
		return module_pool_use(ip, index - 5, use);
	}
}
