/* SPDX-License-Identifier: MIT */
/* What a host answers by itself: echoes, and packets that nobody here can use. */
#include "pair.h"

#include "base/checksum.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

#include <string.h>

enum { DATA_LEN = 32, UNKNOWN_PROTOCOL = 200 };

/* The packet that host b sent last, taken apart. */
struct answer {
	uint8_t type, code;
	uint32_t rest;
	struct tenon_ip from, to;
	struct bytes body;
};

static bool is_v4(const struct family *f)
{
	return f->version == TENON_IP_V4;
}

/* A packet from a to b with this payload. */
static size_t packet(const struct family *f, uint8_t protocol, struct bytes payload, uint8_t *to)
{
	struct ipv4_header v4 = {
		.source = f->a, .destination = f->b, .ttl = 64, .protocol = protocol
	};
	struct ipv6_header v6 = {
		.source = f->a, .destination = f->b, .hop_limit = 64, .next_header = protocol
	};

	if (is_v4(f))
		(void)ipv4_emit(to, &v4, payload.len);
	else
		ipv6_emit((void *)to, &v6, payload.len);
	memcpy(to + f->header_len, payload.at, payload.len);
	return f->header_len + payload.len;
}

static size_t echo(const struct family *f, uint8_t *to)
{
	uint8_t message[8 + DATA_LEN];
	struct icmp4_header v4 = { ICMP4_ECHO, 0, 0xcafe0001 };
	struct icmp6_header v6 = { ICMP6_ECHO, 0, 0xcafe0001 };
	struct pseudo_header pseudo = { f->a, f->b, IP_PROTOCOL_ICMP6, sizeof message };
	uint32_t sum;

	memset(message, 0x5c, sizeof message);
	sum = checksum_add(0, message + 8, DATA_LEN);
	if (is_v4(f))
		icmp4_emit((void *)message, &v4, sum);
	else
		icmp6_emit((void *)message, &v6, sum + pseudo_sum(&pseudo));
	return packet(f, is_v4(f) ? IP_PROTOCOL_ICMP4 : IP_PROTOCOL_ICMP6,
		      (struct bytes){ message, sizeof message }, to);
}

static struct answer answer_of(const struct family *f, const struct pair_host *host)
{
	struct bytes octets = { host->last.octets, host->last.len };
	struct ipv4_header v4;
	struct ipv6_header v6;
	struct icmp6_header header;
	struct answer answer;

	if (is_v4(f)) {
		assert_int_equal(ipv4_parse(&v4, &octets), FATE_PASS);
		assert_int_equal(icmp4_verify(octets), FATE_PASS);
		answer = (struct answer){ .from = v4.source, .to = v4.destination };
	} else {
		assert_int_equal(ipv6_parse(&v6, &octets), FATE_PASS);
		answer = (struct answer){ .from = v6.source, .to = v6.destination };
		assert_int_equal(icmp6_verify(&(struct pseudo_header){ v6.source, v6.destination,
								       IP_PROTOCOL_ICMP6,
								       (uint32_t)octets.len },
					      octets),
				 FATE_PASS);
	}
	assert_int_equal(icmp6_parse(&header, &octets), FATE_PASS);
	answer.type = header.type;
	answer.code = header.code;
	answer.rest = header.rest;
	answer.body = octets;
	return answer;
}

BOTH(an_echo_comes_back_with_its_data)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	uint8_t request[128];
	struct answer answer;
	size_t len = echo(f, request), i;

	p->b.sent = 0;
	assert_fate(pair_arrives(&p->b, request, len), ICMP_ECHO_ANSWERED);
	assert_int_equal(p->b.sent, 1);
	answer = answer_of(f, &p->b);
	assert_int_equal(answer.type, is_v4(f) ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY);
	assert_int_equal(answer.rest, 0xcafe0001);
	assert_true(tenon_ip_equal(&answer.from, &f->b) && tenon_ip_equal(&answer.to, &f->a));
	assert_int_equal(answer.body.len, DATA_LEN);
	for (i = 0; i < DATA_LEN; i++)
		assert_int_equal(answer.body.at[i], 0x5c);
	assert_fate(pair_arrives(&p->a, p->b.last.octets, p->b.last.len), ICMP_ECHO_REPLY);
	pair_end(p);
}

BOTH(an_unknown_protocol_is_told_to_the_sender)
{
	static const uint8_t payload[16] = { 1, 2, 3 };
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	uint8_t octets[128];
	struct answer answer;
	size_t len = packet(f, UNKNOWN_PROTOCOL, (struct bytes){ payload, 16 }, octets);

	p->b.sent = 0;
	assert_fate(pair_arrives(&p->b, octets, len), IP_PROTOCOL_UNKNOWN);
	assert_int_equal(p->b.sent, 1);
	answer = answer_of(f, &p->b);
	assert_int_equal(answer.type, is_v4(f) ? ICMP4_UNREACHABLE : ICMP6_PARAMETER_PROBLEM);
	assert_int_equal(answer.code, is_v4(f) ? ICMP4_PROTOCOL_UNREACHABLE : ICMP6_NEXT_HEADER);
	assert_int_equal(answer.rest, is_v4(f) ? 0 : 6);
	assert_int_equal(answer.body.len, len);
	assert_memory_equal(answer.body.at, octets, len);
	pair_end(p);
}

/* An error about an error would never end. */
BOTH(an_error_is_not_answered_whatever_it_quotes)
{
	static const uint8_t payload[16] = { 1, 2, 3 };
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	uint8_t octets[128];
	size_t len = packet(f, UNKNOWN_PROTOCOL, (struct bytes){ payload, 16 }, octets);

	(void)pair_arrives(&p->b, octets, len);
	p->a.sent = 0;
	assert_fate(pair_arrives(&p->a, p->b.last.octets, p->b.last.len), ICMP_NOBODY);
	assert_int_equal(p->a.sent, 0);
	pair_end(p);
}

static void a_few_errors(struct tenon_config *config)
{
	config->behavior.icmp_errors_per_second = 3;
}

BOTH(errors_leave_at_the_rate_that_is_configured)
{
	static const uint8_t payload[16] = { 0 };
	struct pair *p = pair_new(&(struct pair_terms){ .change = a_few_errors });
	struct family turned = *f;
	uint8_t octets[128];
	size_t len;
	int i;

	turned.a = f->b;
	turned.b = f->a;
	len = packet(&turned, UNKNOWN_PROTOCOL, (struct bytes){ payload, 16 }, octets);
	p->a.sent = 0;
	for (i = 0; i < 10; i++)
		(void)pair_arrives(&p->a, octets, len);
	assert_int_equal(p->a.sent, 3);
	assert_int_equal(tenon_fate_count(p->a.stack, TENON_FATE_ICMP_RATE_LIMITED), 7);
	pair_pass(p, 1000000);
	(void)pair_arrives(&p->a, octets, len);
	assert_int_equal(p->a.sent, 4);
	pair_end(p);
}

/* Every octet of an intact packet in turn, wrong: nothing but a fate comes of it. */
BOTH(a_damaged_packet_meets_a_fate_and_harms_nothing)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	uint8_t intact[128], damaged[128];
	size_t len = echo(f, intact), i, cut;

	for (i = 0; i < len; i++) {
		memcpy(damaged, intact, len);
		damaged[i] ^= 0xff;
		(void)pair_arrives(&p->b, damaged, len);
	}
	for (cut = 1; cut < len; cut++)
		assert_fate(pair_arrives(&p->b, intact, cut), IP_TRUNCATED);
	assert_fate(pair_arrives(&p->b, intact, len), ICMP_ECHO_ANSWERED);
	pair_end(p);
}
