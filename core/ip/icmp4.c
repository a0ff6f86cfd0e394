/* SPDX-License-Identifier: MIT */
#include "ip/icmp4.h"

#include "ip/icmp.h"
#include "wire/icmp4.h"
#include "wire/ipv4.h"

enum {
	QUOTED_TRANSPORT_MIN = 8, /* RFC 792 */
	MTU_LEAST = 68,           /* RFC 791 3.2 */
};

struct icmp_message icmp4_error(enum icmp_error error, const struct ip_arrival *about)
{
	(void)about;
	if (error == ICMP_ERROR_REASSEMBLY)
		return (struct icmp_message){ .type = ICMP4_TIME_EXCEEDED,
					      .code = ICMP4_REASSEMBLY_EXCEEDED };
	return (struct icmp_message){
		.type = ICMP4_UNREACHABLE,
		.code = error == ICMP_ERROR_PORT_UNREACHABLE ? ICMP4_PORT_UNREACHABLE
							     : ICMP4_PROTOCOL_UNREACHABLE,
	};
}

void icmp4_emit_message(const struct ip_flow *flow, const struct icmp_message *message,
			struct packet *p)
{
	struct icmp4_header header = { message->type, message->code, message->rest };
	uint16_t body_sum = (uint16_t)~packet_checksum(p, 0);

	(void)flow;
	icmp4_emit(packet_push(p, sizeof(struct icmp4_octets)), &header, body_sum);
}

bool icmp4_message_is_error(struct bytes message)
{
	struct icmp4_header header;

	return icmp4_parse(&header, &message) == FATE_PASS && icmp4_is_error(header.type);
}

bool icmp4_quote(struct bytes packet, struct icmp_report *report)
{
	struct ipv4_header header;
	struct bytes transport = packet;

	if (ipv4_parse_quoted(&header, &transport) != FATE_PASS)
		return false;
	if (header.fragment_offset != 0 || transport.len < QUOTED_TRANSPORT_MIN)
		return false;
	report->local = header.source;
	report->peer = header.destination;
	report->protocol = header.protocol;
	report->quoted = transport;
	report->quoted_packet = packet;
	return true;
}

/* TENON_OK where the code is none that RFC 792, RFC 1122 3.2.2.1 or RFC 1812 5.2.7.1 knows. */
static enum tenon_result result_of(const struct icmp4_header *header)
{
	static const uint8_t unreachable[] = {
		[ICMP4_NET_UNREACHABLE] = TENON_ICMP_NET_UNREACHABLE,
		[ICMP4_HOST_UNREACHABLE] = TENON_ICMP_HOST_UNREACHABLE,
		[ICMP4_PROTOCOL_UNREACHABLE] = TENON_ICMP_PROTOCOL_UNREACHABLE,
		[ICMP4_PORT_UNREACHABLE] = TENON_ICMP_PORT_UNREACHABLE,
		[ICMP4_FRAGMENTATION_NEEDED] = TENON_ICMP_FRAGMENTATION_NEEDED,
		[ICMP4_SOURCE_ROUTE_FAILED] = TENON_ICMP_SOURCE_ROUTE_FAILED,
		[ICMP4_NET_UNKNOWN] = TENON_ICMP_NET_UNKNOWN,
		[ICMP4_HOST_UNKNOWN] = TENON_ICMP_HOST_UNKNOWN,
		[ICMP4_SOURCE_ISOLATED] = TENON_ICMP_SOURCE_ISOLATED,
		[ICMP4_NET_PROHIBITED] = TENON_ICMP_NET_PROHIBITED,
		[ICMP4_HOST_PROHIBITED] = TENON_ICMP_HOST_PROHIBITED,
		[ICMP4_NET_TOS] = TENON_ICMP_NET_TOS,
		[ICMP4_HOST_TOS] = TENON_ICMP_HOST_TOS,
		[ICMP4_ADMIN_PROHIBITED] = TENON_ICMP_ADMIN_PROHIBITED,
		[ICMP4_PRECEDENCE_VIOLATION] = TENON_ICMP_PRECEDENCE_VIOLATION,
		[ICMP4_PRECEDENCE_CUTOFF] = TENON_ICMP_PRECEDENCE_CUTOFF,
	};

	switch (header->type) {
	case ICMP4_UNREACHABLE:
		if (header->code < sizeof unreachable)
			return (enum tenon_result)unreachable[header->code];
		return TENON_OK;
	case ICMP4_TIME_EXCEEDED:
		if (header->code == ICMP4_TTL_EXCEEDED)
			return TENON_ICMP_HOP_LIMIT;
		return header->code == ICMP4_REASSEMBLY_EXCEEDED ? TENON_ICMP_REASSEMBLY : TENON_OK;
	case ICMP4_PARAMETER_PROBLEM:
		return TENON_ICMP_PARAMETER_PROBLEM;
	default:
		return TENON_OK; /* MUST-55: source quench is among them. */
	}
}

/* RFC 1191 7.1: the sizes that links have; the path's is the next below what did not fit. */
static uint32_t plateau_below(uint16_t packet_len)
{
	static const uint16_t plateaus[] = { 32000, 17914, 8166, 4352, 2002,
					     1492,  1006,  508,  296,  MTU_LEAST };
	size_t i = 0;

	while (plateaus[i] >= packet_len && plateaus[i] != MTU_LEAST)
		i++;
	return plateaus[i];
}

static uint32_t mtu_of(const struct icmp4_header *header, struct bytes quoted_packet)
{
	uint16_t told = icmp4_next_hop_mtu(header);
	struct ipv4_header quoted;

	if (told != 0)
		return told < MTU_LEAST ? MTU_LEAST : told;
	if (ipv4_parse_quoted(&quoted, &quoted_packet) != FATE_PASS)
		return MTU_LEAST;
	return plateau_below(quoted.total_length);
}

static enum fate error_arrives(const struct ip *ip, const struct ip_arrival *arrival,
			       const struct icmp4_header *header, struct bytes quote,
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
	if (!icmp4_quote(quote, report))
		return FATE_ICMP_TRUNCATED;
	if (!ip_is_local(ip, &report->local))
		return FATE_ICMP_NOBODY;
	if (report->result == TENON_ICMP_FRAGMENTATION_NEEDED)
		report->mtu = mtu_of(header, quote);
	return FATE_ICMP_REPORTED;
}

static enum fate echo_arrives(struct ip *ip, const struct ip_arrival *arrival,
			      const struct icmp4_header *header, struct bytes data)
{
	struct icmp_message reply = { .type = ICMP4_ECHO_REPLY, .rest = header->rest };

	if (arrival->is_broadcast || arrival->is_multicast)
		return FATE_ICMP_ECHO_IGNORED;
	return icmp_answer_echo(ip, arrival, &reply, data);
}

enum fate icmp4_arrives(struct ip *ip, const struct ip_arrival *arrival, struct icmp_report *report)
{
	struct bytes body = arrival->payload;
	struct icmp4_header header;
	enum fate fate = icmp4_verify(body);

	if (fate == FATE_PASS) fate = icmp4_parse(&header, &body);
	if (fate != FATE_PASS)
		return fate;
	switch (header.type) {
	case ICMP4_ECHO:
		return echo_arrives(ip, arrival, &header, body);
	case ICMP4_ECHO_REPLY:
		return FATE_ICMP_ECHO_REPLY;
	default:
		return error_arrives(ip, arrival, &header, body, report);
	}
}
