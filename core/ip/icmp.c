/* SPDX-License-Identifier: MIT */
#include "ip/icmp.h"

enum { ICMP_HEADER_LEN = 8 };

static bool went_to_group(const struct ip_arrival *about)
{
	return about->is_broadcast || about->is_multicast || about->was_link_broadcast;
}

static bool may_report(const struct ip *ip, const struct ip_arrival *about, bool even_to_group)
{
	const struct tenon_family_module *family = ip_family_of(ip, &about->source);

	if (went_to_group(about) && !even_to_group)
		return false;
	if (tenon_ip_is_any(&about->source) || tenon_ip_is_multicast(&about->source))
		return false;
	if (ip_is_broadcast(ip, &about->source))
		return false;
	return about->protocol != family->control_protocol || !family->is_error(about->payload);
}

/* The way back: from the address that was meant, if it was one of ours alone. */
static struct ip_flow flow_back(const struct ip *ip, const struct ip_arrival *to)
{
	struct ip_flow flow = {
		.destination = to->source,
		.bound_link = tenon_ip_is_link_local(&to->source) ? to->link : LINK_NONE,
		.protocol = ip_family_of(ip, &to->source)->control_protocol,
		.traffic_class = to->traffic_class,
	};

	if (!to->is_broadcast && !to->is_multicast)
		flow.source = to->destination;
	return flow;
}

static bool take_token(struct ip *ip)
{
	if (ip->timers->now >= ip->error_refill) {
		ip->error_tokens = ip->behavior->icmp_errors_per_second;
		ip->error_refill = time_add(ip->timers->now, SECOND_US);
	}
	if (ip->error_tokens == 0)
		return false;
	ip->error_tokens--;
	return true;
}

/* How much of the packet an error along this path can quote. */
static size_t quote_len(const struct tenon_family_module *family, const struct ip_path *path,
			size_t packet_len)
{
	size_t error_len = path->mtu < family->error_len_max ? path->mtu : family->error_len_max;
	size_t room = error_len - family->header_len - ICMP_HEADER_LEN;

	return packet_len < room ? packet_len : room;
}

void icmp_send_error(struct ip *ip, const struct ip_arrival *about,
		     const struct icmp_message *message, bool even_to_group)
{
	const struct tenon_family_module *family = ip_family_of(ip, &about->source);
	struct ip_flow flow = flow_back(ip, about);
	struct tenon_slice quote = { about->packet.at, about->packet.len };
	struct packet packet;

	if (!may_report(ip, about, even_to_group) || ip_route(ip, &flow) != TENON_OK)
		return;
	quote.len = quote_len(family, &flow.path, quote.len);
	packet_init(&packet, &quote, 1);
	family->emit_control(&flow, message, &packet);
	if (!flow.path.is_local && !take_token(ip)) {
		trace_left(ip->trace, flow.path.link->index, &packet, FATE_ICMP_RATE_LIMITED);
		return;
	}
	(void)ip_send(ip, &flow, &packet);
}

void ip_send_error(struct ip *ip, const struct ip_arrival *about, enum icmp_error error)
{
	struct icmp_message message = ip_family_of(ip, &about->source)->error(error, about);

	icmp_send_error(ip, about, &message, false);
}

enum fate icmp_answer_echo(struct ip *ip, const struct ip_arrival *request,
			   const struct icmp_message *reply, struct bytes data)
{
	struct ip_flow flow = flow_back(ip, request);
	struct tenon_slice body = { data.at, data.len };
	struct packet packet;

	if (ip->behavior->echo_ignored || tenon_ip_is_any(&request->source))
		return FATE_ICMP_ECHO_IGNORED;
	if (ip_route(ip, &flow) != TENON_OK)
		return FATE_ICMP_ECHO_IGNORED;
	packet_init(&packet, &body, 1);
	ip_family_of(ip, &request->source)->emit_control(&flow, reply, &packet);
	if (ip_send(ip, &flow, &packet) != TENON_OK)
		return FATE_ICMP_ECHO_IGNORED;
	return FATE_ICMP_ECHO_ANSWERED;
}

static void quote_icmp(struct tenon_cause *cause, const struct icmp_report *report)
{
	size_t len = report->quoted_packet.len;

	if (len > TENON_CAUSE_QUOTE_MAX)
		len = TENON_CAUSE_QUOTE_MAX;
	cause->detail.icmp.from = report->from;
	cause->detail.icmp.type = report->type;
	cause->detail.icmp.code = report->code;
	cause->detail.icmp.quote_len = (uint8_t)len;
	if (len != 0)
		memcpy(cause->detail.icmp.quote, report->quoted_packet.at, len);
}

struct tenon_cause *icmp_report_cause(const struct icmp_report *report, struct trace *trace)
{
	bool is_silence = report->result == TENON_NEIGHBOR_SILENT;
	struct tenon_cause *cause =
		trace_cause(trace, report->result,
			    is_silence ? TENON_CAUSE_NEIGHBOR : TENON_CAUSE_ICMP);

	cause->local.ip = report->local;
	cause->peer.ip = report->peer;
	cause->link = report->link;
	if (is_silence) {
		cause->detail.neighbor.next_hop = report->from;
		cause->detail.neighbor.probes = report->probes;
	} else {
		quote_icmp(cause, report);
	}
	return cause;
}

/* The errors that reach a connected datagram socket unasked (Linux's icmp_err_convert and its
 * ICMPv6 counterpart call them fatal); the others may pass, and only RECEIVE_ERRORS asks for them.
 */
static const bool is_hard[TENON_RESULT_COUNT] = {
	[TENON_ICMP_PROTOCOL_UNREACHABLE] = true, [TENON_ICMP_PORT_UNREACHABLE] = true,
	[TENON_ICMP_FRAGMENTATION_NEEDED] = true, [TENON_ICMP_NET_UNKNOWN] = true,
	[TENON_ICMP_HOST_UNKNOWN] = true,         [TENON_ICMP_SOURCE_ISOLATED] = true,
	[TENON_ICMP_NET_PROHIBITED] = true,       [TENON_ICMP_HOST_PROHIBITED] = true,
	[TENON_ICMP_ADMIN_PROHIBITED] = true,     [TENON_ICMP_PRECEDENCE_VIOLATION] = true,
	[TENON_ICMP_PRECEDENCE_CUTOFF] = true,    [TENON_ICMP_PARAMETER_PROBLEM] = true,
	[TENON_ICMP6_ADMIN_PROHIBITED] = true,    [TENON_ICMP6_PORT_UNREACHABLE] = true,
	[TENON_ICMP6_POLICY_FAILED] = true,       [TENON_ICMP6_REJECT_ROUTE] = true,
	[TENON_ICMP6_PACKET_TOO_BIG] = true,      [TENON_ICMP6_HEADER_FIELD] = true,
	[TENON_ICMP6_NEXT_HEADER] = true,         [TENON_ICMP6_OPTION] = true,
};

bool icmp_is_hard(enum tenon_result result)
{
	return is_hard[result];
}
