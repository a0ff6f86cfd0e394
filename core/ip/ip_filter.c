/* SPDX-License-Identifier: MIT */
#include "ip/ip_filter.h"

#include "ip/icmp.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/tcp.h"

enum {
	READ_MAX = 128,  /* octets of a leaving packet that rules and the quote in an error need */
	QUOTE_MAX = 128, /* octets of our own packet that we quote to ourselves */
};

static void init(struct ip *ip, struct arena *arena, const struct tenon_limits *limits)
{
	ip->rules = filter_new(arena, limits, ip->timers, ip->random);
}

/* What an ICMP error is about; false if it is none, or quotes too little. */
static bool read_quote(const struct ip *ip, const struct filter_subject *s, struct bytes message,
		       struct filter_subject *quoted)
{
	const struct tenon_family_module *family = ip_family_of(ip, &s->source);
	struct icmp_report report;
	struct bytes packet;

	if (!s->is_icmp_error || s->protocol != family->control_protocol ||
	    message.len < sizeof(struct icmp4_octets))
		return false;
	packet = (struct bytes){ message.at + sizeof(struct icmp4_octets),
				 message.len - sizeof(struct icmp4_octets) };
	if (!family->quote(packet, &report))
		return false;
	*quoted = (struct filter_subject){
		.source = report.local,
		.destination = report.peer,
		.protocol = report.protocol,
	};
	subject_read_quoted(quoted, report.quoted);
	return true;
}

static const struct tenon_filter_entry *judge(struct ip *ip, enum tenon_filter_chain chain,
					      struct filter_subject *s, struct bytes transport)
{
	struct filter_subject quoted;
	bool has_quote;

	subject_read(s, transport);
	has_quote = read_quote(ip, s, transport, &quoted);
	return filter_packet(ip->rules, chain, s, has_quote ? &quoted : NULL);
}

static bool accepts(const struct tenon_filter_entry *by)
{
	return by == NULL || by->rule.verdict == TENON_FILTER_ACCEPT;
}

static struct icmp_message error_of(const struct tenon_filter_rule *rule, const struct tenon_ip *to)
{
	if (tenon_ip_is_v4(to))
		return (struct icmp_message){ .type = ICMP4_UNREACHABLE, .code = rule->icmp4_code };
	return (struct icmp_message){ .type = ICMP6_UNREACHABLE, .code = rule->icmp6_code };
}

/* Sends a RST that the segment's sender will accept (RFC 9293 3.5.2); flow is the way back. */
static void send_rst(struct ip *ip, struct ip_flow *flow, struct bytes segment, uint32_t len)
{
	struct tcp_header seg, rst = { .flags = TCP_RST };
	struct packet packet;
	size_t whole = segment.len;

	if (tcp_parse(&seg, &segment) != FATE_PASS || (seg.flags & TCP_RST) != 0)
		return;
	len -= (uint32_t)(whole - segment.len);
	rst.src_port = seg.dst_port;
	rst.dst_port = seg.src_port;
	if ((seg.flags & TCP_ACK) != 0) {
		rst.seq = seg.ack;
	} else {
		len += (seg.flags & TCP_SYN ? 1u : 0u) + (seg.flags & TCP_FIN ? 1u : 0u);
		rst.ack = seq_add(seg.seq, len);
		rst.flags = TCP_RST | TCP_ACK;
	}
	packet_init(&packet, NULL, 0);
	tcp_emit(packet_push(&packet, TCP_HEADER_LEN), &rst, ip_pseudo_sum(flow, TCP_HEADER_LEN));
	(void)!ip_send(ip, flow, &packet);
}

static void reject_arrival(struct ip *ip, const struct ip_arrival *arrival,
			   const struct tenon_filter_rule *rule)
{
	struct icmp_message message = error_of(rule, &arrival->source);
	struct ip_flow back = {
		.source = arrival->destination,
		.destination = arrival->source,
		.protocol = arrival->protocol,
		.flags = IP_UNFILTERED | IP_DONT_FRAGMENT,
	};

	if (rule->answer == TENON_FILTER_WITH_ICMP) {
		icmp_send_error(ip, arrival, &message, false);
		return;
	}
	if (arrival->is_broadcast || arrival->is_multicast || arrival->was_link_broadcast)
		return;
	if (tenon_ip_is_link_local(&back.destination))
		back.bound_link = arrival->link;
	send_rst(ip, &back, arrival->payload, (uint32_t)arrival->payload.len);
}

static enum fate arrives(struct ip *ip, const struct ip_arrival *arrival)
{
	struct filter_subject s = {
		.source = arrival->source,
		.destination = arrival->destination,
		.version = (uint8_t)tenon_ip_version(&arrival->destination),
		.protocol = arrival->protocol,
		.link = arrival->link,
		.len = (uint32_t)arrival->packet.len,
	};
	const struct tenon_filter_entry *by = judge(ip, TENON_FILTER_IN, &s, arrival->payload);

	if (accepts(by))
		return FATE_PASS;
	if (by->rule.verdict == TENON_FILTER_DROP)
		return FATE_FILTER_DROPPED;
	reject_arrival(ip, arrival, &by->rule);
	return FATE_FILTER_REJECTED;
}

/* Octets of IP header that a packet has already; those that its maker gave are its head. */
static uint32_t header_len_in(const struct ip_flow *flow, const struct packet *p)
{
	return (flow->flags & IP_HEADER_INCLUDED) != 0 ? (uint32_t)packet_headers(p).len : 0;
}

/* The start of the transport header and what follows; returns how much. */
static size_t copy_transport(const struct ip_flow *flow, const struct packet *p,
			     uint8_t octets[READ_MAX])
{
	uint32_t from = header_len_in(flow, p), left = packet_len(p) - from;
	size_t len = left < READ_MAX ? left : READ_MAX;

	packet_copy(p, from, octets, len);
	return len;
}

/* A flow that comes in again by the loopback, as if from `from`. */
static struct ip_flow flow_to_self(const struct ip *ip, const struct ip_flow *flow,
				   const struct tenon_ip *from, uint8_t protocol)
{
	struct link *loopback = link_find(ip->links, LINK_LOOPBACK);

	return (struct ip_flow){
		.source = *from,
		.destination = flow->source,
		.bound_link = flow->bound_link,
		.protocol = protocol,
		.flags = IP_UNFILTERED | IP_DONT_FRAGMENT,
		.path = { .link = loopback,
			  .next_hop = flow->source,
			  .mtu = loopback->facts.mtu,
			  .generation = ip->generation,
			  .is_local = true },
	};
}

/* The start of the packet with its IP header, which is pushed only for that. */
static size_t copy_start(struct ip *ip, const struct ip_flow *flow, struct packet *p,
			 uint8_t octets[QUOTE_MAX])
{
	uint16_t head = p->head;
	size_t len;

	if ((flow->flags & IP_HEADER_INCLUDED) == 0)
		ip_family_of(ip, &flow->destination)->emit(ip, flow, p);
	len = packet_len(p) < QUOTE_MAX ? packet_len(p) : QUOTE_MAX;
	packet_copy(p, 0, octets, len);
	p->head = head;
	return len;
}

static void error_to_self(struct ip *ip, const struct ip_flow *flow, struct packet *p,
			  const struct tenon_filter_rule *rule)
{
	const struct tenon_family_module *family = ip_family_of(ip, &flow->destination);
	struct ip_flow back = flow_to_self(ip, flow, &flow->source, family->control_protocol);
	struct icmp_message message = error_of(rule, &flow->destination);
	uint8_t octets[QUOTE_MAX];
	struct tenon_slice quote = { octets, copy_start(ip, flow, p, octets) };
	struct packet packet;

	packet_init(&packet, &quote, 1);
	family->emit_control(&back, &message, &packet);
	(void)!ip_send(ip, &back, &packet);
}

static bool is_about_error(const struct filter_subject *s)
{
	return s->is_icmp_error || s->is_broken;
}

static void rule_cause(struct ip *ip, const struct tenon_filter_entry *by, enum tenon_result result)
{
	struct tenon_cause *cause = trace_cause(ip->trace, result, TENON_CAUSE_RULE);

	cause->detail.rule.number = by->number;
}

static void reject_leaving(struct ip *ip, const struct ip_flow *flow, struct packet *p,
			   const struct tenon_filter_rule *rule)
{
	struct ip_flow back = flow_to_self(ip, flow, &flow->destination, flow->protocol);
	uint8_t octets[READ_MAX];
	struct bytes segment = { octets, 0 };

	if (rule->answer == TENON_FILTER_WITH_ICMP) {
		error_to_self(ip, flow, p, rule);
		return;
	}
	segment.len = copy_transport(flow, p, octets);
	send_rst(ip, &back, segment, packet_len(p) - header_len_in(flow, p));
}

static enum fate leaves(struct ip *ip, const struct ip_flow *flow, struct packet *p)
{
	uint8_t octets[READ_MAX];
	struct bytes transport = { octets, 0 };
	struct filter_subject s = {
		.source = flow->source,
		.destination = flow->destination,
		.version = (uint8_t)tenon_ip_version(&flow->destination),
		.protocol = flow->protocol,
		.link = flow->path.link->index,
		.len = packet_len(p),
	};
	const struct tenon_filter_entry *by;

	transport.len = copy_transport(flow, p, octets);
	by = judge(ip, TENON_FILTER_OUT, &s, transport);
	if (accepts(by))
		return FATE_PASS;
	if (by->rule.verdict == TENON_FILTER_REJECT && !is_about_error(&s))
		reject_leaving(ip, flow, p, &by->rule);
	rule_cause(ip, by, TENON_FILTER_DROPPED);
	return by->rule.verdict == TENON_FILTER_DROP ? FATE_FILTER_DROPPED : FATE_FILTER_REJECTED;
}

static bool allows(struct ip *ip, const struct ip_call *call)
{
	const struct tenon_endpoint *named = call->peer != NULL ? call->peer : &call->local;
	struct filter_subject s = {
		.source = call->local.ip,
		.source_port = call->local.port,
		.version = (uint8_t)tenon_ip_version(&named->ip),
		.protocol = call->protocol,
		.link = call->link,
		.call = call->call,
	};
	const struct tenon_filter_entry *by;

	if (call->peer != NULL) {
		s.destination = call->peer->ip;
		s.destination_port = call->peer->port;
	}
	by = filter_call(ip->rules, &s);
	if (accepts(by))
		return true;
	rule_cause(ip, by, TENON_DENIED);
	return false;
}

const struct tenon_filter_module tenon_filter = {
	.need = filter_need,
	.init = init,
	.arrives = arrives,
	.leaves = leaves,
	.allows = allows,
	.pool_use = filter_pool_use,
};
