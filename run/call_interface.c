/* SPDX-License-Identifier: MIT */
/* call_interface.c - ioctl() requests 0x89xx: which interfaces and addresses this host has.
 *
 * Answered for any socket, since libraries ask on UNIX sockets as well, and the kernel would tell
 * of interfaces that the program cannot use. Requests that would change something are refused
 * (EPERM); those that concern the socket itself (SIOCATMARK) are the kernel's.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>

#include "call.h"
#include "host.h"

static unsigned link_named(const char name[IFNAMSIZ])
{
	unsigned link;

	for (link = HOST_LINK_LOOPBACK; host_link_name(link) != NULL; link++)
		if (strncmp(name, host_link_name(link), IFNAMSIZ) == 0)
			return link;
	return 0;
}

static void put_ip4(struct sockaddr *at, const uint8_t octets[4])
{
	struct sockaddr_in name = { .sin_family = AF_INET };

	memcpy(&name.sin_addr, octets, sizeof name.sin_addr);
	memcpy(at, &name, sizeof name);
}

static void prefix_mask(unsigned prefix_len, uint8_t mask[4])
{
	unsigned i;

	memset(mask, 0, 4);
	for (i = 0; i < prefix_len && i < 32; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> (i % 8));
}

/* The link's first IPv4 address; false if it has none. */
static bool address_request(const struct host *h, unsigned link, unsigned long what,
			    struct ifreq *request)
{
	const struct host_address *address = host_first_ip4(h, link);
	uint8_t mask[4], octets[4];
	int i;

	if (address == NULL)
		return false;
	prefix_mask(address->prefix_len, mask);
	for (i = 0; i < 4; i++) {
		octets[i] = address->ip.octets[12 + i];
		if (what == SIOCGIFBRDADDR)
			octets[i] = (uint8_t)(octets[i] | ~mask[i]);
	}
	put_ip4(&request->ifr_addr, what == SIOCGIFNETMASK ? mask : octets);
	return true;
}

static void hardware_request(const struct host *h, unsigned link, struct ifreq *request)
{
	request->ifr_hwaddr.sa_family = link == HOST_LINK_LAB ? ARPHRD_ETHER : ARPHRD_LOOPBACK;
	memset(request->ifr_hwaddr.sa_data, 0, sizeof request->ifr_hwaddr.sa_data);
	if (link == HOST_LINK_LAB)
		memcpy(request->ifr_hwaddr.sa_data, h->mac, sizeof h->mac);
}

/* 0 or an errno. */
static int answer(const struct host *h, unsigned long what, struct ifreq *request)
{
	unsigned link = link_named(request->ifr_name);

	if (what == SIOCGIFNAME)
		link = (unsigned)request->ifr_ifindex;
	if (link > host_links(h) || link == 0)
		return ENODEV;
	switch (what) {
	case SIOCGIFNAME:
		strncpy(request->ifr_name, host_link_name(link), IFNAMSIZ - 1);
		return 0;
	case SIOCGIFINDEX:
		request->ifr_ifindex = (int)link;
		return 0;
	case SIOCGIFFLAGS:
		request->ifr_flags = IFF_UP | IFF_RUNNING;
		request->ifr_flags |=
			link == HOST_LINK_LAB ? IFF_BROADCAST | IFF_MULTICAST : IFF_LOOPBACK;
		return 0;
	case SIOCGIFMTU:
		request->ifr_mtu = link == HOST_LINK_LAB ? HOST_MTU_LAB : HOST_MTU_LOOPBACK;
		return 0;
	case SIOCGIFHWADDR:
		hardware_request(h, link, request);
		return 0;
	case SIOCGIFADDR: case SIOCGIFNETMASK: case SIOCGIFBRDADDR:
		return address_request(h, link, what, request) ? 0 : EADDRNOTAVAIL;
	default:
		return EPERM;
	}
}

/* SIOCGIFCONF: one struct ifreq for each link with an IPv4 address, as many as fit. */
static enum call_outcome list(struct call *c, const struct host *h)
{
	uint64_t at = c->request.arguments[2];
	struct ifconf list;
	struct ifreq request;
	unsigned link, count = 0;

	if (request_read(&c->request, at, &list, sizeof list) != 0)
		return call_fail(c, EFAULT);
	for (link = HOST_LINK_LOOPBACK; link <= host_links(h); link++) {
		memset(&request, 0, sizeof request);
		strncpy(request.ifr_name, host_link_name(link), IFNAMSIZ - 1);
		if (!address_request(h, link, SIOCGIFADDR, &request))
			continue;
		if (list.ifc_buf != NULL && (size_t)list.ifc_len < (count + 1) * sizeof request)
			break;
		if (list.ifc_buf != NULL &&
		    request_write(&c->request, (uintptr_t)(list.ifc_req + count), &request,
				  sizeof request) != 0)
			return call_fail(c, EFAULT);
		count++;
	}
	list.ifc_len = (int)(count * sizeof request);
	return call_fail(c, -request_write(&c->request, at, &list, sizeof list));
}

enum call_outcome call_ioctl(struct call *c)
{
	unsigned long what = c->request.arguments[1];
	const struct host *h = c->owner->host;
	uint64_t at = c->request.arguments[2];
	struct ifreq request;
	int error;

	if (what < SIOCGIFNAME) {
		(void)request_continue(&c->request);
		return CALL_ANSWERED;
	}
	if (what == SIOCGIFCONF)
		return list(c, h);
	if (request_read(&c->request, at, &request, sizeof request) != 0)
		return call_fail(c, EFAULT);
	request.ifr_name[IFNAMSIZ - 1] = '\0';
	error = answer(h, what, &request);
	if (error == 0)
		error = -request_write(&c->request, at, &request, sizeof request);
	return call_fail(c, error);
}
