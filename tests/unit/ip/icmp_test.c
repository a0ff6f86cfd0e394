/* SPDX-License-Identifier: MIT */
#include "ip_neighbors.h"

enum { QUOTE_MAX = 1500 };

static bool is_v4(const struct side *s)
{
	return s->family == &tenon_ipv4;
}

/* The peer's error about a datagram of ours, quoting as much of it. */
static enum fate hears_error(const struct side *s, struct icmp_message message, size_t quote_len)
{
	struct ip_flow flow = { .source = s->peer, .destination = s->us };
	struct frame ours = datagram(&s->us, &s->far, 3), error;
	struct bytes quote = { ours.octets + sizeof(struct ethernet_octets), quote_len };

	error = control_frame(&flow, message, quote);
	return receives_frame(&error);
}

static size_t whole(const struct side *s)
{
	return s->family->header_len + (size_t)UDP_LEN;
}

static struct frame echo_request(const struct side *s, struct tenon_ip to)
{
	struct ip_flow flow = { .source = s->peer, .destination = to, .traffic_class = 0x28 };
	struct icmp_message request = { is_v4(s) ? ICMP4_ECHO : ICMP6_ECHO, 0, 0x12345678 };

	return control_frame(&flow, request, (struct bytes){ (const uint8_t *)"ping!", 5 });
}

/* The next frame is an intact ICMP message to the peer. */
static struct icmp6_header message_that_left(const struct side *s, struct bytes *body)
{
	struct sent sent = take_sent();
	struct pseudo_header pseudo = { sent.source, sent.destination, IP_PROTOCOL_ICMP6,
					(uint32_t)sent.payload.len };
	struct icmp6_header header;

	assert_int_equal(is_v4(s) ? icmp4_verify(sent.payload)
				  : icmp6_verify(&pseudo, sent.payload),
			 FATE_PASS);
	assert_int_equal(sent.protocol, s->family->control_protocol);
	assert_true(tenon_ip_equal(&sent.destination, &s->peer));
	assert_true(tenon_ip_equal(&sent.source, &s->us));
	*body = sent.payload;
	assert_int_equal(icmp6_parse(&header, body), FATE_PASS);
	return header;
}

BOTH(an_echo_is_answered_with_its_data)
{
	struct icmp6_header reply;
	struct frame request;
	struct bytes body;

	make_host_on(s);
	know_peer(s);
	request = echo_request(s, s->us);
	assert_int_equal(receives_frame(&request), FATE_ICMP_ECHO_ANSWERED);
	reply = message_that_left(s, &body);
	assert_int_equal(reply.type, is_v4(s) ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY);
	assert_int_equal(reply.rest, 0x12345678);
	assert_int_equal(body.len, 5);
	assert_memory_equal(body.at, "ping!", 5);
	nothing_left();
}

BOTH(an_echo_is_not_answered_where_the_configuration_says_so)
{
	struct frame request;

	make_host_on(s);
	host.behavior.echo_ignored = true;
	request = echo_request(s, s->us);
	assert_int_equal(receives_frame(&request), FATE_ICMP_ECHO_IGNORED);
	nothing_left();
}

/* RFC 1122 3.2.2.6 allows silence, RFC 4443 4.2 asks for an answer from an address of ours. */
BOTH(an_echo_to_everybody_is_answered_in_ipv6_only)
{
	struct tenon_ip all_nodes = { { 0xff, 2, [15] = 1 } };
	struct frame request;
	struct bytes body;

	make_host_on(s);
	know_peer(s);
	request = echo_request(s, is_v4(s) ? tenon_ip4(10, 0, 0, 255) : all_nodes);
	if (is_v4(s)) {
		assert_int_equal(receives_frame(&request), FATE_ICMP_ECHO_IGNORED);
	} else {
		assert_int_equal(receives_frame(&request), FATE_ICMP_ECHO_ANSWERED);
		(void)message_that_left(s, &body);
	}
	nothing_left();
}

BOTH(a_damaged_message_is_refused)
{
	struct frame request;

	make_host_on(s);
	request = echo_request(s, s->us);
	request.octets[request.len - 1] ^= 1;
	assert_int_equal(receives_frame(&request), FATE_ICMP_CHECKSUM);
}

BOTH(replies_and_unknown_messages_have_their_fates)
{
	struct ip_flow flow = { .source = s->peer, .destination = s->us };
	struct icmp_message reply = { is_v4(s) ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY, 0, 1 };
	struct icmp_message unknown = { 200, 0, 0 };
	struct frame frame;

	make_host_on(s);
	frame = control_frame(&flow, reply, (struct bytes){ NULL, 0 });
	assert_int_equal(receives_frame(&frame), FATE_ICMP_ECHO_REPLY);
	frame = control_frame(&flow, unknown, (struct bytes){ NULL, 0 });
	assert_int_equal(receives_frame(&frame), FATE_ICMP_UNKNOWN);
	nothing_left();
}

struct row {
	uint8_t type, code;
	enum tenon_result result; /* TENON_OK: no such code */
};

static const struct row rows_v4[] = {
	{ 3, 0, TENON_ICMP_NET_UNREACHABLE },
	{ 3, 1, TENON_ICMP_HOST_UNREACHABLE },
	{ 3, 2, TENON_ICMP_PROTOCOL_UNREACHABLE },
	{ 3, 3, TENON_ICMP_PORT_UNREACHABLE },
	{ 3, 4, TENON_ICMP_FRAGMENTATION_NEEDED },
	{ 3, 5, TENON_ICMP_SOURCE_ROUTE_FAILED },
	{ 3, 6, TENON_ICMP_NET_UNKNOWN },
	{ 3, 7, TENON_ICMP_HOST_UNKNOWN },
	{ 3, 8, TENON_ICMP_SOURCE_ISOLATED },
	{ 3, 9, TENON_ICMP_NET_PROHIBITED },
	{ 3, 10, TENON_ICMP_HOST_PROHIBITED },
	{ 3, 11, TENON_ICMP_NET_TOS },
	{ 3, 12, TENON_ICMP_HOST_TOS },
	{ 3, 13, TENON_ICMP_ADMIN_PROHIBITED },
	{ 3, 14, TENON_ICMP_PRECEDENCE_VIOLATION },
	{ 3, 15, TENON_ICMP_PRECEDENCE_CUTOFF },
	{ 3, 16, TENON_OK },
	{ 11, 0, TENON_ICMP_HOP_LIMIT },
	{ 11, 1, TENON_ICMP_REASSEMBLY },
	{ 11, 2, TENON_OK },
	{ 12, 0, TENON_ICMP_PARAMETER_PROBLEM },
	{ 12, 1, TENON_ICMP_PARAMETER_PROBLEM },
	{ 4, 0, TENON_OK }, /* MUST-55 */
	{ 5, 1, TENON_OK },
};

static const struct row rows_v6[] = {
	{ 1, 0, TENON_ICMP6_NO_ROUTE },
	{ 1, 1, TENON_ICMP6_ADMIN_PROHIBITED },
	{ 1, 2, TENON_ICMP6_BEYOND_SCOPE },
	{ 1, 3, TENON_ICMP6_ADDRESS_UNREACHABLE },
	{ 1, 4, TENON_ICMP6_PORT_UNREACHABLE },
	{ 1, 5, TENON_ICMP6_POLICY_FAILED },
	{ 1, 6, TENON_ICMP6_REJECT_ROUTE },
	{ 1, 7, TENON_OK },
	{ 2, 0, TENON_ICMP6_PACKET_TOO_BIG },
	{ 3, 0, TENON_ICMP6_HOP_LIMIT },
	{ 3, 1, TENON_ICMP6_REASSEMBLY },
	{ 3, 2, TENON_OK },
	{ 4, 0, TENON_ICMP6_HEADER_FIELD },
	{ 4, 1, TENON_ICMP6_NEXT_HEADER },
	{ 4, 2, TENON_ICMP6_OPTION },
	{ 4, 3, TENON_OK },
	{ 100, 0, TENON_OK },
};

BOTH(each_error_is_reported_as_the_result_of_its_own)
{
	const struct row *rows = is_v4(s) ? rows_v4 : rows_v6;
	size_t count =
		is_v4(s) ? sizeof rows_v4 / sizeof *rows_v4 : sizeof rows_v6 / sizeof *rows_v6;
	size_t i;

	make_host_on(s);
	for (i = 0; i < count; i++) {
		struct icmp_message message = { rows[i].type, rows[i].code, 1400 };
		enum fate fate = hears_error(s, message, whole(s));

		assert_int_equal(fate, rows[i].result == TENON_OK ? FATE_ICMP_UNKNOWN
								  : FATE_ICMP_REPORTED);
		if (fate == FATE_ICMP_REPORTED) {
			assert_int_equal(host.report.result, rows[i].result);
			assert_int_equal(host.report.type, rows[i].type);
			assert_int_equal(host.report.code, rows[i].code);
		}
	}
}

BOTH(a_report_names_the_conversation_and_becomes_a_cause)
{
	struct icmp_message message = { is_v4(s) ? 3 : 1, 0, 0 };
	struct tenon_cause *cause;

	make_host_on(s);
	assert_int_equal(hears_error(s, message, whole(s)), FATE_ICMP_REPORTED);
	assert_true(tenon_ip_equal(&host.report.from, &s->peer));
	assert_true(tenon_ip_equal(&host.report.local, &s->us));
	assert_true(tenon_ip_equal(&host.report.peer, &s->far));
	assert_int_equal(host.report.protocol, IP_PROTOCOL_UDP);
	assert_int_equal(host.report.quoted.len, UDP_LEN);
	assert_int_equal(host.report.quoted.at[0], 3);
	cause = icmp_report_cause(&host.report, &host.trace);
	assert_int_equal(cause->kind, TENON_CAUSE_ICMP);
	assert_int_equal(cause->result, host.report.result);
	assert_true(tenon_ip_equal(&cause->detail.icmp.from, &s->peer));
	assert_int_equal(cause->detail.icmp.quote_len, 28);
	assert_memory_equal(cause->detail.icmp.quote, host.report.quoted_packet.at, 28);
	nothing_left();
}

BOTH(an_error_that_quotes_too_little_is_refused)
{
	struct icmp_message message = { is_v4(s) ? 3 : 1, 0, 0 };
	size_t len;

	make_host_on(s);
	for (len = 0; len < whole(s); len++)
		assert_int_equal(hears_error(s, message, len), FATE_ICMP_TRUNCATED);
}

BOTH(an_error_about_what_was_not_ours_concerns_nobody)
{
	struct ip_flow flow = { .source = s->peer, .destination = s->us };
	struct icmp_message message = { is_v4(s) ? 3 : 1, 0, 0 };
	struct frame theirs, error;

	make_host_on(s);
	theirs = datagram(&s->other, &s->far, 3);
	error = control_frame(&flow, message,
			      (struct bytes){ theirs.octets + sizeof(struct ethernet_octets),
					      whole(s) });
	assert_int_equal(receives_frame(&error), FATE_ICMP_NOBODY);
}

/* RFC 1191 4 and 7.1; RFC 8201 4: less than 1,280 is not believed. */
BOTH(a_report_of_the_paths_mtu_says_how_much_fits)
{
	struct icmp_message message = { is_v4(s) ? 3 : 2, is_v4(s) ? 4 : 0, 1400 };

	make_host_on(s);
	assert_int_equal(hears_error(s, message, whole(s)), FATE_ICMP_REPORTED);
	assert_int_equal(host.report.mtu, 1400);
	message.rest = is_v4(s) ? 0 : 1279;
	assert_int_equal(hears_error(s, message, whole(s)),
			 is_v4(s) ? FATE_ICMP_REPORTED : FATE_ICMP_UNKNOWN);
	if (is_v4(s))
		assert_int_equal(host.report.mtu, 68);
}

TEST(an_old_routers_report_means_the_next_plateau)
{
	static const uint16_t lens[][2] = { { 1500, 1492 }, { 1492, 1006 }, { 576, 508 },
					    { 297, 296 },   { 296, 68 },    { 68, 68 } };
	struct ip_flow flow = { .source = sides[0].peer, .destination = sides[0].us };
	struct icmp_message message = { 3, 4, 0 };
	uint8_t quote[28] = { 0 };
	struct frame frame;
	unsigned i;

	make_host_on(&sides[0]);
	for (i = 0; i < sizeof lens / sizeof *lens; i++) {
		struct ipv4_header ours = { .source = sides[0].us,
					    .destination = sides[0].far,
					    .protocol = IP_PROTOCOL_TCP };

		(void)ipv4_emit(quote, &ours, lens[i][0] - 20u);
		frame = control_frame(&flow, message, (struct bytes){ quote, sizeof quote });
		assert_int_equal(receives_frame(&frame), FATE_ICMP_REPORTED);
		assert_int_equal(host.report.mtu, lens[i][1]);
	}
}

static void arrives(const struct frame *frame)
{
	assert_int_equal(receives_frame(frame), FATE_PASS);
}

BOTH(a_closed_port_is_told_to_the_sender_with_a_quote)
{
	struct icmp6_header error;
	struct frame frame;
	struct bytes body;

	make_host_on(s);
	know_peer(s);
	frame = datagram(&s->peer, &s->us, 6);
	arrives(&frame);
	ip_send_error(&host.ip, &host.arrival, ICMP_ERROR_PORT_UNREACHABLE);
	error = message_that_left(s, &body);
	assert_int_equal(error.type, is_v4(s) ? 3 : 1);
	assert_int_equal(error.code, is_v4(s) ? 3 : 4);
	assert_int_equal(error.rest, 0);
	assert_int_equal(body.len, whole(s));
	assert_memory_equal(body.at, frame.octets + sizeof(struct ethernet_octets), body.len);
}

/* RFC 1812 4.3.2.3: 576 octets; RFC 4443 2.4 (c): 1,280. */
BOTH(a_quote_ends_where_the_error_would_become_too_long)
{
	static const uint8_t octets[QUOTE_MAX - 40];
	struct tenon_slice slice = { octets, sizeof octets };
	struct ip_flow flow = { .source = s->peer,
				.destination = s->us,
				.protocol = IP_PROTOCOL_UDP };
	struct frame frame;
	struct packet p;

	make_host_on(s);
	know_peer(s);
	packet_init(&p, &slice, 1);
	frame = frame_of(&flow, &p);
	arrives(&frame);
	ip_send_error(&host.ip, &host.arrival, ICMP_ERROR_PORT_UNREACHABLE);
	assert_int_equal(take_sent().packet.len, is_v4(s) ? 576 : 1280);
}

/* RFC 1122 3.2.2, RFC 4443 2.4 (e). */
BOTH(no_error_answers_a_packet_to_many)
{
	struct tenon_ip all_nodes = { { 0xff, 2, [15] = 1 } };
	struct tenon_ip all = is_v4(s) ? tenon_ip4(255, 255, 255, 255) : all_nodes;
	struct frame frame;

	make_host_on(s);
	know_peer(s);
	frame = datagram(&s->peer, &all, 6);
	arrives(&frame);
	ip_send_error(&host.ip, &host.arrival, ICMP_ERROR_PORT_UNREACHABLE);
	frame = datagram(&s->peer, &s->us, 6);
	arrives(&frame);
	host.arrival.was_link_broadcast = true;
	ip_send_error(&host.ip, &host.arrival, ICMP_ERROR_PORT_UNREACHABLE);
	nothing_left();
}

BOTH(no_error_answers_an_error_but_one_answers_an_echo)
{
	struct icmp_message message = { is_v4(s) ? 3 : 1, 0, 0 };
	struct frame frame;

	make_host_on(s);
	know_peer(s);
	(void)hears_error(s, message, whole(s));
	ip_send_error(&host.ip, &host.arrival, ICMP_ERROR_PROTOCOL_UNREACHABLE);
	nothing_left();
	frame = echo_request(s, s->us);
	(void)receives_frame(&frame);
	(void)take_frame();
	ip_send_error(&host.ip, &host.arrival, ICMP_ERROR_PROTOCOL_UNREACHABLE);
	(void)take_frame();
}

BOTH(errors_are_limited_in_each_second)
{
	struct frame frame;
	unsigned i, second;

	make_host_on(s);
	know_peer(s);
	frame = datagram(&s->peer, &s->us, 6);
	arrives(&frame);
	for (second = 0; second < 3; second++) {
		for (i = 0; i < 8; i++)
			ip_send_error(&host.ip, &host.arrival, ICMP_ERROR_PORT_UNREACHABLE);
		for (i = 0; i < 5; i++)
			(void)take_frame();
		nothing_left();
		assert_int_equal(host.trace.counts[FATE_ICMP_RATE_LIMITED], 3 * (second + 1));
		wait_us(1000000);
	}
}

BOTH(errors_to_this_host_itself_are_not_limited)
{
	struct frame frame;
	unsigned i;

	make_host_on(s);
	frame = datagram(&s->us, &s->us, 6);
	frame.link = LINK_LOOPBACK;
	arrives(&frame);
	for (i = 0; i < 8; i++)
		ip_send_error(&host.ip, &host.arrival, ICMP_ERROR_PORT_UNREACHABLE);
	assert_int_equal(host.trace.counts[FATE_ICMP_RATE_LIMITED], 0);
	assert_int_equal(host.links.loopback_pool.used, 8);
}
