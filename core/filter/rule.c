/* SPDX-License-Identifier: MIT */
#include "filter/rule.h"

#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/tcp.h"

enum {
	STATES_ALL = TENON_FILTER_NEW | TENON_FILTER_ESTABLISHED | TENON_FILTER_RELATED |
		     TENON_FILTER_INVALID | TENON_FILTER_UNTRACKED,
	CALLS_ALL = TENON_FILTER_BIND | TENON_FILTER_CONNECT | TENON_FILTER_SEND,
	V4_AT = 12, /* where an IPv4 address stands in a struct tenon_ip */
};

static bool is_icmp(uint8_t protocol)
{
	return protocol == IP_PROTOCOL_ICMP4 || protocol == IP_PROTOCOL_ICMP6;
}

static bool end_is_valid(const struct tenon_filter_end *end, uint8_t version)
{
	bool is_v4 = tenon_ip_is_v4(&end->prefix);

	if (end->port_last != 0 && end->port_last < end->port_first)
		return false;
	if (end->prefix_len == 0)
		return true;
	if (version != 0 && version != tenon_ip_version(&end->prefix))
		return false;
	return end->prefix_len <= (is_v4 ? 32 : 128);
}

static bool answer_is_valid(const struct tenon_filter_rule *r)
{
	if (r->verdict != TENON_FILTER_REJECT)
		return true;
	if (r->answer == TENON_FILTER_WITH_RESET)
		return r->protocol == IP_PROTOCOL_TCP;
	return r->answer == TENON_FILTER_WITH_ICMP && r->icmp4_code <= ICMP4_PRECEDENCE_CUTOFF &&
	       r->icmp6_code <= ICMP6_REJECT_ROUTE;
}

bool rule_is_valid(const struct tenon_filter_rule *r)
{
	bool is_call = r->chain == TENON_FILTER_CALL;

	if (r->chain >= TENON_FILTER_CHAINS || r->verdict > TENON_FILTER_REJECT)
		return false;
	if (r->version != 0 && r->version != TENON_IP_V4 && r->version != TENON_IP_V6)
		return false;
	if ((r->states & ~STATES_ALL) != 0 || (is_call && r->states != 0))
		return false;
	if ((r->calls & ~CALLS_ALL) != 0 || (!is_call && r->calls != 0))
		return false;
	if ((r->has_icmp_type || r->has_icmp_code) && (is_call || !is_icmp(r->protocol)))
		return false;
	return end_is_valid(&r->source, r->version) && end_is_valid(&r->destination, r->version) &&
	       answer_is_valid(r);
}

static bool prefix_covers(const struct tenon_filter_end *end, const struct tenon_ip *ip)
{
	size_t first = tenon_ip_is_v4(&end->prefix) ? V4_AT : 0, whole = end->prefix_len / 8u;
	unsigned bits = end->prefix_len % 8u;
	const uint8_t *a = end->prefix.octets + first, *b = ip->octets + first;

	if (end->prefix_len == 0)
		return true;
	if (tenon_ip_is_v4(&end->prefix) != tenon_ip_is_v4(ip) || memcmp(a, b, whole) != 0)
		return false;
	return bits == 0 || (a[whole] ^ b[whole]) >> (8 - bits) == 0;
}

static bool end_matches(const struct tenon_filter_end *end, const struct tenon_ip *ip,
			uint16_t port)
{
	uint16_t last = end->port_last != 0 ? end->port_last : end->port_first;

	if (last != 0 && (port < end->port_first || port > last))
		return false;
	return prefix_covers(end, ip);
}

/* A packet too short for them has no ports, and is not matched by them. */
static bool names_ports(const struct tenon_filter_rule *r)
{
	return (r->source.port_first | r->source.port_last | r->destination.port_first |
		r->destination.port_last) != 0;
}

static bool icmp_matches(const struct tenon_filter_rule *r, const struct filter_subject *s)
{
	if (!r->has_icmp_type && !r->has_icmp_code)
		return true;
	if (s->is_broken || (r->has_icmp_type && r->icmp_type != s->icmp_type))
		return false;
	return !r->has_icmp_code || r->icmp_code == s->icmp_code;
}

bool rule_matches(const struct tenon_filter_rule *r, const struct filter_subject *s)
{
	if (r->version != 0 && r->version != s->version)
		return false;
	if (r->protocol != 0 && r->protocol != s->protocol)
		return false;
	if (r->link != 0 && r->link != s->link)
		return false;
	if (r->states != 0 && (r->states & s->state) == 0)
		return false;
	if (r->calls != 0 && (r->calls & s->call) == 0)
		return false;
	if (names_ports(r) && s->is_broken)
		return false;
	return icmp_matches(r, s) && end_matches(&r->source, &s->source, s->source_port) &&
	       end_matches(&r->destination, &s->destination, s->destination_port);
}

static void read_icmp(struct filter_subject *s, struct bytes message)
{
	bool is_v4 = s->protocol == IP_PROTOCOL_ICMP4;
	const struct icmp4_octets *o = (const void *)message.at; /* ICMPv6's are the same */

	if (message.len < sizeof *o) {
		s->is_broken = true;
		return;
	}
	s->icmp_type = o->type;
	s->icmp_code = o->code;
	s->is_icmp_error = is_v4 ? icmp4_is_error(o->type) : icmp6_is_error(o->type);
	s->source_port = get16(o->rest);
	s->destination_port = s->source_port;
}

static void read_tcp(struct filter_subject *s, struct bytes segment)
{
	struct tcp_header header;

	if (tcp_parse(&header, &segment) != FATE_PASS) {
		s->is_broken = true;
		return;
	}
	s->source_port = header.src_port;
	s->destination_port = header.dst_port;
	s->tcp_flags = header.flags;
}

static void read_ports(struct filter_subject *s, struct bytes transport)
{
	struct reader r = reader_of(transport);

	s->source_port = read16(&r);
	s->destination_port = read16(&r);
	s->is_broken = r.failed;
}

void subject_read(struct filter_subject *s, struct bytes transport)
{
	if (is_icmp(s->protocol))
		read_icmp(s, transport);
	else if (s->protocol == IP_PROTOCOL_TCP)
		read_tcp(s, transport);
	else if (s->protocol == IP_PROTOCOL_UDP)
		read_ports(s, transport);
}

void subject_read_quoted(struct filter_subject *s, struct bytes transport)
{
	if (is_icmp(s->protocol))
		read_icmp(s, transport);
	else if (s->protocol == IP_PROTOCOL_TCP || s->protocol == IP_PROTOCOL_UDP)
		read_ports(s, transport);
}
