/* SPDX-License-Identifier: MIT */
/* stack_input.c - a frame's way in, top to bottom.
 *
 *	tenon_input     is there such a link, and is it up?
 *	frame_arrives   Ethernet: is the frame for us, and whose EtherType is it?
 *	packet_arrives  the family: is the header valid, is the packet for this host?
 *	part_arrives    a fragment: is its datagram whole now? Then the filter: may it come in?
 *	host_receives   copies for raw sockets; its ICMP, or the transport that its protocol names
 *	stack_report    an ICMP error: which transport had that conversation?
 *
 * Each stage answers with the packet's fate, which is counted once, by whoever let it in. Octets
 * are borrowed all the way.
 */
#include "stack/stack.h"

#include "ip/fragments.h"
#include "ip/ip_filter.h"
#include "ip/pmtu.h"
#include "wire/ethernet.h"

static int transport_of(const struct tenon *t, uint8_t protocol)
{
	const struct tenon_transport *const *transports = t->config.transports;
	int i;

	for (i = 0; transports[i] != NULL; i++)
		if (transports[i]->overhears == NULL && transports[i]->protocol == protocol)
			return i;
	return -1;
}

static bool report_concerns(struct tenon *t, const struct icmp_report *report)
{
	const struct tenon_transport *const *transports = t->config.transports;
	bool concerns = false;
	int i;

	for (i = 0; transports[i] != NULL; i++)
		if (transports[i]->overhears != NULL || transports[i]->protocol == report->protocol)
			concerns |= transports[i]->report(t->transports[i], report);
	return concerns;
}

enum fate stack_report(struct tenon *t, const struct icmp_report *report)
{
	if (!report_concerns(t, report))
		return FATE_ICMP_NOBODY;
	if (report->result == TENON_ICMP_FRAGMENTATION_NEEDED ||
	    report->result == TENON_ICMP6_PACKET_TOO_BIG)
		pmtu_learn(&t->ip, report);
	return FATE_ICMP_REPORTED;
}

static enum fate control_arrives(struct tenon *t, const struct tenon_family_module *family,
				 const struct ip_arrival *arrival)
{
	struct icmp_report report;
	enum fate fate = family->control(&t->ip, arrival, &report);

	return fate == FATE_ICMP_REPORTED ? stack_report(t, &report) : fate;
}

static bool is_overheard(struct tenon *t, const struct ip_arrival *arrival)
{
	const struct tenon_transport *const *transports = t->config.transports;
	bool is_heard = false;
	int i;

	for (i = 0; transports[i] != NULL; i++)
		if (transports[i]->overhears != NULL)
			is_heard |= transports[i]->overhears(t->transports[i], arrival);
	return is_heard;
}

static enum fate host_receives(struct tenon *t, const struct tenon_family_module *family,
			       const struct ip_arrival *arrival)
{
	bool is_heard = is_overheard(t, arrival);
	int i;

	if (arrival->protocol == family->control_protocol)
		return control_arrives(t, family, arrival);
	i = transport_of(t, arrival->protocol);
	if (i >= 0)
		return t->config.transports[i]->arrives(t->transports[i], arrival);
	if (is_heard)
		return FATE_DELIVERED;
	ip_send_error(&t->ip, arrival, ICMP_ERROR_PROTOCOL_UNREACHABLE);
	return FATE_IP_PROTOCOL_UNKNOWN;
}

/* What completes its datagram goes on as the whole, whose checksum nobody has verified. */
static enum fate part_arrives(struct tenon *t, const struct tenon_family_module *family,
			      struct ip_arrival *arrival)
{
	struct bytes whole;
	enum fate fate = t->ip.fragments->take(&t->ip, arrival, &whole);

	if (fate != FATE_PASS)
		return fate;
	arrival->packet = whole;
	arrival->part = (struct ip_part){ .is_part = false };
	return family->arrives(&t->ip, arrival);
}

static enum fate packet_arrives(struct tenon *t, const struct tenon_family_module *family,
				struct ip_arrival *arrival)
{
	enum fate fate;

	if (family == NULL)
		return FATE_IP_VERSION;
	fate = family->arrives(&t->ip, arrival);
	if (fate == FATE_IP_FRAGMENT && t->ip.fragments != NULL)
		fate = part_arrives(t, family, arrival);
	if (fate == FATE_PASS && t->ip.filter != NULL)
		fate = t->ip.filter->arrives(&t->ip, arrival);
	return fate == FATE_PASS ? host_receives(t, family, arrival) : fate;
}

static enum fate bare_packet_arrives(struct tenon *t, struct ip_arrival *arrival)
{
	return packet_arrives(t, ip_family_of_packet(&t->ip, arrival->packet), arrival);
}

static enum fate frame_arrives(struct tenon *t, struct link *link, struct ip_arrival *arrival)
{
	const struct tenon_family_module *family;
	struct ethernet_header header;
	enum fate fate;

	if (!link->facts.is_ethernet)
		return bare_packet_arrives(t, arrival);
	fate = ethernet_parse(&header, &arrival->packet);
	if (fate != FATE_PASS)
		return fate;
	arrival->was_link_broadcast = mac_is_group(header.destination);
	if (!arrival->was_link_broadcast &&
	    !mac_equal(header.destination, mac_get(link->facts.mac)))
		return FATE_LINK_OTHER_HOST;
	family = ip_family_find(&t->ip, header.type);
	if (family == NULL)
		return FATE_ETHERTYPE_UNKNOWN;
	if (header.type != family->ethertype)
		return family->resolution_arrives(&t->ip, link, arrival->packet);
	return packet_arrives(t, family, arrival);
}

enum tenon_fate tenon_input(struct tenon *t, unsigned index, const void *frame, size_t len,
			    unsigned checked)
{
	struct link *link = link_find(&t->links, index);
	struct bytes octets = { frame, len };
	struct ip_arrival arrival = {
		.packet = octets,
		.link = (uint16_t)index,
		.checksum_verified = (checked & TENON_OFFLOAD_CHECKSUM) != 0,
	};
	enum fate fate = FATE_LINK_DOWN;

	if (link != NULL && link->is_up)
		fate = frame_arrives(t, link, &arrival);
	trace_arrived(&t->trace, index, octets, fate);
	sockets_settle(&t->sockets);
	return (enum tenon_fate)fate;
}
