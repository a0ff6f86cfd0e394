/* SPDX-License-Identifier: MIT */
/* stack_network.c - links, addresses and routes: what a host's administrator changes. */
#include "stack/stack.h"

#include "ip/address.h"
#include "ip/route.h"

enum tenon_result tenon_link_add(struct tenon *t, const struct tenon_link_facts *facts,
				 const struct tenon_link_driver *driver, void *self,
				 unsigned *index)
{
	struct link *link;
	enum tenon_result result = link_add(&t->links, facts, driver, self, &link);

	if (result != TENON_OK)
		return result;
	ip_link_changed(&t->ip, link);
	*index = link->index;
	return TENON_OK;
}

enum tenon_result tenon_link_remove(struct tenon *t, unsigned index)
{
	struct link *link = link_find(&t->links, index);

	if (link == NULL || index == LINK_LOOPBACK)
		return TENON_NOT_FOUND;
	ip_link_leaves(&t->ip, link);
	link_remove(&t->links, link);
	return TENON_OK;
}

enum tenon_result tenon_link_set_up(struct tenon *t, unsigned index, bool up)
{
	struct link *link = link_find(&t->links, index);

	if (link == NULL)
		return TENON_NOT_FOUND;
	if (link->is_up == up)
		return TENON_OK;
	link->is_up = up;
	ip_link_changed(&t->ip, link);
	return TENON_OK;
}

enum tenon_result tenon_address_add(struct tenon *t, unsigned link, const struct tenon_ip *ip,
				    unsigned prefix_len)
{
	return address_add(&t->ip, link, ip, prefix_len);
}

enum tenon_result tenon_address_remove(struct tenon *t, unsigned link, const struct tenon_ip *ip)
{
	return address_remove(&t->ip, link, ip);
}

enum tenon_result tenon_route_add(struct tenon *t, const struct tenon_route *route)
{
	return route_add(&t->ip, route);
}

enum tenon_result tenon_route_remove(struct tenon *t, const struct tenon_route *route)
{
	return route_remove(&t->ip, route);
}
