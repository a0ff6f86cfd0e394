/* SPDX-License-Identifier: MIT */
#include "ip/icmp6.h"

#include "ip/icmp.h"
#include "ip/ndp.h"
#include "wire/icmp6.h"
#include "wire/ipv6.h"

enum {
	QUOTED_TRANSPORT_MIN = 8,
	MTU_LEAST = 1280, /* RFC 8200 5 */
};

struct icmp_message icmp6_error(enum icmp_error error, const struct ip_arrival *about)
{
	if (error == ICMP_ERROR_PORT_UNREACHABLE)
		return (struct icmp_message){ .type = ICMP6_UNREACHABLE,
					      .code = ICMP6_PORT_UNREACHABLE };
	if (error == ICMP_ERROR_REASSEMBLY)
		return (struct icmp_message){ .type = ICMP6_TIME_EXCEEDED,
					      .code = ICMP6_REASSEMBLY_EXCEEDED };
	return (struct icmp_message){ .type = ICMP6_PARAMETER_PROBLEM, /* RFC 8200 4 */
				      .code = ICMP6_NEXT_HEADER,
				      .rest = about->protocol_at };
}

void icmp6_emit_message(const struct ip_flow *flow, const struct icmp_message *message,
			struct packet *p)
{
	struct icmp6_header header = { message->type, message->code, message->rest };
	uint32_t len = packet_len(p) + (uint32_t)sizeof(struct icmp6_octets);
	uint32_t sum = ip_pseudo_sum(flow, len) + (uint16_t)~packet_checksum(p, 0);

	icmp6_emit(packet_push(p, sizeof(struct icmp6_octets)), &header, sum);
}

bool icmp6_message_is_error(struct bytes message)
{
	struct icmp6_header header;

	return icmp6_parse(&header, &message) == FATE_PASS && icmp6_is_error(header.type);
}

void icmp6_send_problem(struct ip *ip, const struct ip_arrival *about,
			const struct ipv6_problem *problem)
{
	struct icmp_message message = { .type = ICMP6_PARAMETER_PROBLEM,
					.code = problem->code,
					.rest = problem->pointer };

	if (problem->kind != IPV6_PROBLEM_SILENT)
		icmp_send_error(ip, about, &message, problem->kind == IPV6_PROBLEM_REPORT);
}

bool icmp6_quote(struct bytes packet, struct icmp_report *report)
{
	struct ipv6_header header;
	struct ipv6_ext ext;
	struct bytes transport = packet;

	if (ipv6_parse_quoted(&header, &transport) != FATE_PASS)
		return false;
	if (ipv6_ext_parse(&ext, header.next_header, &transport) != FATE_PASS)
		return false;
	if (ext.has_fragment || transport.len < QUOTED_TRANSPORT_MIN)
		return false;
	report->local = header.source;
	report->peer = header.destination;
	report->protocol = ext.next_header;
	report->quoted = transport;
	report->quoted_packet = packet;
	return true;
}

/* TENON_OK where RFC 4443 knows no such type or code. */
static enum tenon_result result_of(const struct icmp6_header *header)
{
	static const uint8_t unreachable[] = {
		[ICMP6_NO_ROUTE] = TENON_ICMP6_NO_ROUTE,
		[ICMP6_ADMIN_PROHIBITED] = TENON_ICMP6_ADMIN_PROHIBITED,
		[ICMP6_BEYOND_SCOPE] = TENON_ICMP6_BEYOND_SCOPE,
		[ICMP6_ADDRESS_UNREACHABLE] = TENON_ICMP6_ADDRESS_UNREACHABLE,
		[ICMP6_PORT_UNREACHABLE] = TENON_ICMP6_PORT_UNREACHABLE,
		[ICMP6_POLICY_FAILED] = TENON_ICMP6_POLICY_FAILED,
		[ICMP6_REJECT_ROUTE] = TENON_ICMP6_REJECT_ROUTE,
	};
	static const uint8_t time_exceeded[] = {
		[ICMP6_HOP_LIMIT_EXCEEDED] = TENON_ICMP6_HOP_LIMIT,
		[ICMP6_REASSEMBLY_EXCEEDED] = TENON_ICMP6_REASSEMBLY,
	};
	static const uint8_t parameter_problem[] = {
		[ICMP6_HEADER_FIELD] = TENON_ICMP6_HEADER_FIELD,
		[ICMP6_NEXT_HEADER] = TENON_ICMP6_NEXT_HEADER,
		[ICMP6_OPTION] = TENON_ICMP6_OPTION,
	};
	struct bytes codes = { NULL, 0 };

	if (header->type == ICMP6_PACKET_TOO_BIG)
		return header->rest < MTU_LEAST ? TENON_OK : TENON_ICMP6_PACKET_TOO_BIG;
	if (header->type == ICMP6_UNREACHABLE)
		codes = (struct bytes){ unreachable, sizeof unreachable };
	else if (header->type == ICMP6_TIME_EXCEEDED)
		codes = (struct bytes){ time_exceeded, sizeof time_exceeded };
	else if (header->type == ICMP6_PARAMETER_PROBLEM)
		codes = (struct bytes){ parameter_problem, sizeof parameter_problem };
	return header->code < codes.len ? (enum tenon_result)codes.at[header->code] : TENON_OK;
}

static enum fate error_arrives(const struct ip *ip, const struct ip_arrival *arrival,
			       const struct icmp6_header *header, struct bytes quote,
			       struct icmp_report *report)
{
	*report = (struct icmp_report){
		.result = result_of(header),
		.from = arrival->source,
		.type = header->type,
		.code = header->code,
		.link = arrival->link,
	};
	if (report->result == TENON_OK)
		return FATE_ICMP_UNKNOWN;
	if (!icmp6_quote(quote, report))
		return FATE_ICMP_TRUNCATED;
	if (!ip_is_local(ip, &report->local))
		return FATE_ICMP_NOBODY;
	if (report->result == TENON_ICMP6_PACKET_TOO_BIG)
		report->mtu = header->rest;
	return FATE_ICMP_REPORTED;
}

enum fate icmp6_arrives(struct ip *ip, const struct ip_arrival *arrival, struct icmp_report *report)
{
	struct pseudo_header pseudo = { .source = arrival->source,
					.destination = arrival->destination,
					.protocol = IP_PROTOCOL_ICMP6,
					.length = (uint32_t)arrival->payload.len };
	struct bytes body = arrival->payload;
	struct icmp6_header header;
	struct icmp_message reply;
	enum fate fate = icmp6_verify(&pseudo, body);

	if (fate == FATE_PASS) fate = icmp6_parse(&header, &body);
	if (fate != FATE_PASS)
		return fate;
	if (icmp6_is_error(header.type))
		return error_arrives(ip, arrival, &header, body, report);
	if (header.type == ICMP6_ECHO_REPLY)
		return FATE_ICMP_ECHO_REPLY;
	if (header.type != ICMP6_ECHO)
		return ndp_arrives(ip, arrival, &header, body);
	reply = (struct icmp_message){ .type = ICMP6_ECHO_REPLY, .rest = header.rest };
	return icmp_answer_echo(ip, arrival, &reply, body);
}
