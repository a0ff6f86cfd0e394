/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that grows to the end of its room and no farther. */
struct text {
	char *at;
	size_t size, len;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
	va_list arguments;
	int n;

	if (t->len >= t->size)
		return;
	va_start(arguments, format);
	n = vsnprintf(t->at + t->len, t->size - t->len, format, arguments);
	va_end(arguments);
	t->len += n < 0 ? 0 : (size_t)n;
}

static const char *ip_text(const struct tenon_ip *ip, char room[INET6_ADDRSTRLEN])
{
	if (tenon_ip_is_v4(ip))
		return inet_ntop(AF_INET, ip->octets + 12, room, INET6_ADDRSTRLEN);
	return inet_ntop(AF_INET6, ip->octets, room, INET6_ADDRSTRLEN);
}

static void add_ip(struct text *t, const struct tenon_ip *ip)
{
	char room[INET6_ADDRSTRLEN];

	add(t, "%s", ip_text(ip, room));
}

static void add_endpoint(struct text *t, const struct tenon_endpoint *endpoint)
{
	bool is_v4 = tenon_ip_is_v4(&endpoint->ip);

	add(t, "%s", is_v4 ? "" : "[");
	add_ip(t, &endpoint->ip);
	add(t, "%s:%u", is_v4 ? "" : "]", endpoint->port);
}

/* Of three figures or so. */
static void add_time(struct text *t, uint64_t us)
{
	if (us < 10000)
		add(t, "%.1f ms", (double)us / 1000);
	else if (us < 1000000)
		add(t, "%.0f ms", (double)us / 1000);
	else
		add(t, "%.1f s", (double)us / 1000000);
}

static void add_count(struct text *t, unsigned count, const char *one)
{
	add(t, "%u %s%s", count, one, count == 1 ? "" : "s");
}

static void add_segment(struct text *t, const struct tenon_cause *cause)
{
	add_ip(t, &cause->peer.ip);
	if (cause->result == TENON_PEER_REFUSED)
		add(t, " answered the SYN with RST, so nothing listens on port %u there",
		    cause->peer.port);
	else
		add(t, " sent a RST: %s", tenon_result_text(cause->result));
}

static void add_icmp(struct text *t, const struct tenon_cause *cause)
{
	const char *said = tenon_result_text(cause->result);
	const char *colon = strchr(said, ':');

	add_ip(t, &cause->detail.icmp.from);
	add(t, " answered with %.*s \"%s\" (type %u, code %u)",
	    (int)(colon == NULL ? 4 : colon - said), said, colon == NULL ? said : colon + 2,
	    cause->detail.icmp.type, cause->detail.icmp.code);
}

static void add_next_hop(struct text *t, const struct tenon_cause *cause)
{
	const uint8_t *mac = cause->next_hop_mac;

	if (!cause->next_hop_known)
		return;
	add(t, "; the next hop was resolved to %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
	    mac[2], mac[3], mac[4], mac[5]);
}

static void add_timer(struct text *t, const struct tenon_cause *cause, const char *link_name)
{
	add_count(t, cause->transmissions, "SYN");
	add(t, " sent");
	if (link_name != NULL)
		add(t, " through %s", link_name);
	add(t, ", none answered (and no ICMP)");
	add_next_hop(t, cause);
}

static void add_neighbor(struct text *t, const struct tenon_cause *cause, const char *link_name)
{
	const struct tenon_ip *hop = &cause->detail.neighbor.next_hop;

	add(t, "nobody on %s answered %s for ", link_name == NULL ? "the link" : link_name,
	    tenon_ip_is_v4(hop) ? "ARP" : "neighbor solicitation");
	add_ip(t, hop);
	add(t, " (");
	add_count(t, cause->detail.neighbor.probes, "request");
	add(t, ")");
	if (!tenon_ip_equal(hop, &cause->peer.ip))
		add(t, ", the gateway on the way there");
}

static void add_route(struct text *t, const struct tenon_cause *cause)
{
	if (!cause->detail.route.found) {
		add(t, "no route covers ");
		add_ip(t, &cause->peer.ip);
		add(t, ", nothing was sent");
		return;
	}
	add(t, "%s: the route to ", tenon_result_text(cause->result));
	add_ip(t, &cause->detail.route.prefix);
	add(t, "/%u", cause->detail.route.prefix_len);
}

static void add_reason(struct text *t, const struct tenon_cause *cause, const char *link_name)
{
	switch (cause->kind) {
	case TENON_CAUSE_SEGMENT:
		add_segment(t, cause);
		break;
	case TENON_CAUSE_ICMP:
		add_icmp(t, cause);
		break;
	case TENON_CAUSE_TIMER:
		add_timer(t, cause, link_name);
		break;
	case TENON_CAUSE_NEIGHBOR:
		add_neighbor(t, cause, link_name);
		break;
	case TENON_CAUSE_ROUTE:
		add_route(t, cause);
		break;
	case TENON_CAUSE_LINK:
		add(t, "the link %s is down", link_name == NULL ? "there" : link_name);
		break;
	case TENON_CAUSE_RULE:
		add(t, "filter rule %u: %s", cause->detail.rule.number,
		    tenon_result_text(cause->result));
		break;
	case TENON_CAUSE_TABLE:
		add(t, "%s (%s: all %u in use)", tenon_result_text(cause->result),
		    cause->detail.table.name, cause->detail.table.size);
		break;
	case TENON_CAUSE_NONE:
		add(t, "%s", tenon_result_text(cause->result));
		break;
	}
}

void explain_sentence(char *out, size_t size, const struct tenon_cause *cause, int error,
		      const char *link_name)
{
	struct text t = { out, size, 0 };

	add(&t, "connect ");
	add_endpoint(&t, &cause->peer);
	add(&t, ": %s", strerrorname_np(error));
	if (cause->since_us != 0 && cause->at_us > cause->since_us) {
		add(&t, " after ");
		add_time(&t, cause->at_us - cause->since_us);
	}
	add(&t, ": ");
	add_reason(&t, cause, link_name);
}
