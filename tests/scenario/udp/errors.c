/* SPDX-License-Identifier: MIT */
/* Which ICMP errors reach which datagram socket, and in which call. */
#include "pair.h"

#include "wire/icmp4.h"
#include "wire/icmp6.h"

struct talk {
	struct pair *p;
	struct tenon_socket *client;
	struct tenon_endpoint to;
};

static struct talk begin(const struct family *f)
{
	struct talk t = { .p = pair_new(&(struct pair_terms){ .is_ethernet = false }) };

	assert_result(tenon_open(t.p->a.stack, f->version, TENON_DATAGRAM, &t.client), OK);
	t.to = at(f->b, 9);
	return t;
}

static void end(struct talk *t)
{
	tenon_close(t->client);
	pair_end(t->p);
}

/* LX-15: UDP's refusal comes with the next call, once; then the socket goes on. */
BOTH(a_closed_port_refuses_the_next_send)
{
	struct talk t = begin(f);

	assert_result(tenon_connect(t.client, &t.to), OK);
	assert_result(say(t.client, NULL, "first"), OK);
	pair_run(t.p);
	if (f->version == TENON_IP_V4)
		assert_result(say(t.client, NULL, "second"), ICMP_PORT_UNREACHABLE);
	else
		assert_result(say(t.client, NULL, "second"), ICMP6_PORT_UNREACHABLE);
	assert_int_equal(tenon_fate_count(t.p->b.stack, TENON_FATE_UDP_NO_SOCKET), 1);
	assert_result(say(t.client, NULL, "third"), OK);
	end(&t);
}

/* LX-15: the same in receive(), before what was queued. */
BOTH(a_closed_port_refuses_the_next_receive)
{
	struct talk t = begin(f);
	struct tenon_received received;
	char octet;
	struct tenon_room room = { &octet, 1 };
	bool v4 = f->version == TENON_IP_V4;

	assert_result(tenon_connect(t.client, &t.to), OK);
	assert_result(say(t.client, NULL, "?"), OK);
	pair_run(t.p);
	assert_int_equal(tenon_receive(t.client, &room, 1, 0, &received),
			 v4 ? TENON_ICMP_PORT_UNREACHABLE : TENON_ICMP6_PORT_UNREACHABLE);
	hears_nothing(t.client);
	end(&t);
}

/* LX-21: the pending error is news and a level until it is taken; its cause names the packet. */
BOTH(a_pending_error_is_news_and_has_its_cause)
{
	struct talk t = begin(f);
	bool v4 = f->version == TENON_IP_V4;
	struct tenon_cause cause;
	struct tenon_endpoint local;

	assert_result(tenon_connect(t.client, &t.to), OK);
	assert_result(say(t.client, NULL, "?"), OK);
	pair_run(t.p);
	assert_int_equal(pair_news(t.p->a.stack, t.client), TENON_ERROR);
	assert_int_equal(tenon_readiness(t.client), TENON_ERROR | TENON_WRITABLE);
	assert_int_equal(tenon_take_error(t.client),
			 v4 ? TENON_ICMP_PORT_UNREACHABLE : TENON_ICMP6_PORT_UNREACHABLE);
	assert_int_equal(tenon_readiness(t.client), TENON_WRITABLE);
	assert_result(tenon_take_error(t.client), OK);

	assert_true(tenon_cause(t.client, &cause));
	tenon_local(t.client, &local);
	assert_int_equal(cause.kind, TENON_CAUSE_ICMP);
	assert_memory_equal(&cause.detail.icmp.from, &f->b, sizeof f->b);
	assert_memory_equal(&cause.peer.ip, &f->b, sizeof f->b);
	assert_int_equal(cause.peer.port, 9);
	assert_int_equal(cause.local.port, local.port);
	assert_int_equal(cause.detail.icmp.type, v4 ? ICMP4_UNREACHABLE : ICMP6_UNREACHABLE);
	assert_int_equal(cause.detail.icmp.quote_len, TENON_CAUSE_QUOTE_MAX);
	end(&t);
}

/* RFC 1122 4.1.3.3 leaves it open; on Linux an unconnected socket hears of no error unasked. */
BOTH(an_unconnected_socket_is_told_only_if_it_asked)
{
	struct talk t = begin(f);

	assert_result(say(t.client, &t.to, "?"), OK);
	pair_run(t.p);
	assert_result(tenon_take_error(t.client), OK);

	assert_result(tenon_option_set(t.client, TENON_OPTION_RECEIVE_ERRORS, 1), OK);
	assert_result(say(t.client, &t.to, "?"), OK);
	pair_run(t.p);
	assert_int_not_equal(tenon_take_error(t.client), TENON_OK);
	end(&t);
}

struct kind {
	uint8_t type, code;
	enum tenon_result result;
	bool is_hard;
};

static const struct kind kinds4[] = {
	{ 3, 0, TENON_ICMP_NET_UNREACHABLE, false },
	{ 3, 1, TENON_ICMP_HOST_UNREACHABLE, false },
	{ 3, 2, TENON_ICMP_PROTOCOL_UNREACHABLE, true },
	{ 3, 3, TENON_ICMP_PORT_UNREACHABLE, true },
	{ 3, 4, TENON_ICMP_FRAGMENTATION_NEEDED, true },
	{ 3, 5, TENON_ICMP_SOURCE_ROUTE_FAILED, false },
	{ 3, 6, TENON_ICMP_NET_UNKNOWN, true },
	{ 3, 7, TENON_ICMP_HOST_UNKNOWN, true },
	{ 3, 8, TENON_ICMP_SOURCE_ISOLATED, true },
	{ 3, 9, TENON_ICMP_NET_PROHIBITED, true },
	{ 3, 10, TENON_ICMP_HOST_PROHIBITED, true },
	{ 3, 11, TENON_ICMP_NET_TOS, false },
	{ 3, 12, TENON_ICMP_HOST_TOS, false },
	{ 3, 13, TENON_ICMP_ADMIN_PROHIBITED, true },
	{ 3, 14, TENON_ICMP_PRECEDENCE_VIOLATION, true },
	{ 3, 15, TENON_ICMP_PRECEDENCE_CUTOFF, true },
	{ 11, 0, TENON_ICMP_HOP_LIMIT, false },
	{ 11, 1, TENON_ICMP_REASSEMBLY, false },
	{ 12, 0, TENON_ICMP_PARAMETER_PROBLEM, true },
};

static const struct kind kinds6[] = {
	{ 1, 0, TENON_ICMP6_NO_ROUTE, false },
	{ 1, 1, TENON_ICMP6_ADMIN_PROHIBITED, true },
	{ 1, 2, TENON_ICMP6_BEYOND_SCOPE, false },
	{ 1, 3, TENON_ICMP6_ADDRESS_UNREACHABLE, false },
	{ 1, 4, TENON_ICMP6_PORT_UNREACHABLE, true },
	{ 1, 5, TENON_ICMP6_POLICY_FAILED, true },
	{ 1, 6, TENON_ICMP6_REJECT_ROUTE, true },
	{ 2, 0, TENON_ICMP6_PACKET_TOO_BIG, true },
	{ 3, 0, TENON_ICMP6_HOP_LIMIT, false },
	{ 3, 1, TENON_ICMP6_REASSEMBLY, false },
	{ 4, 0, TENON_ICMP6_HEADER_FIELD, true },
	{ 4, 1, TENON_ICMP6_NEXT_HEADER, true },
	{ 4, 2, TENON_ICMP6_OPTION, true },
};

static void check_kind(struct talk *t, const struct family *f, const struct kind *kind,
		       bool is_asked)
{
	bool is_told = kind->is_hard || is_asked;

	assert_result(say(t->client, NULL, "?"), OK);
	assert_fate(pair_error(&t->p->a, f, kind->type, kind->code), ICMP_REPORTED);
	assert_string_equal(tenon_result_name(tenon_take_error(t->client)),
			    tenon_result_name(is_told ? kind->result : TENON_OK));
}

/* Linux's icmp_err_convert and ICMPv6's: which errors a connected socket is told unasked, LX-30. */
BOTH(each_kind_of_error_is_told_as_linux_does)
{
	bool v4 = f->version == TENON_IP_V4;
	const struct kind *kinds = v4 ? kinds4 : kinds6;
	size_t count = v4 ? sizeof kinds4 / sizeof kinds4[0] : sizeof kinds6 / sizeof kinds6[0], i;
	struct talk t = begin(f);

	assert_result(tenon_connect(t.client, &t.to), OK);
	t.p->a.is_cut = true;
	for (i = 0; i < count; i++)
		check_kind(&t, f, &kinds[i], false);
	assert_result(tenon_option_set(t.client, TENON_OPTION_RECEIVE_ERRORS, 1), OK);
	for (i = 0; i < count; i++)
		check_kind(&t, f, &kinds[i], true);
	end(&t);
}

/* An error about a datagram that none of our sockets can have sent reaches nobody. */
BOTH(an_error_about_somebody_elses_datagram_reaches_nobody)
{
	struct talk t = begin(f);
	uint8_t *port;

	assert_result(tenon_connect(t.client, &t.to), OK);
	t.p->a.is_cut = true;
	assert_result(say(t.client, NULL, "?"), OK);
	port = t.p->a.last.octets + f->header_len;
	port[1] ^= 1;
	assert_fate(pair_error(&t.p->a, f, f->version == TENON_IP_V4 ? 3 : 1, 3), ICMP_NOBODY);
	assert_result(tenon_take_error(t.client), OK);
	end(&t);
}

/* PX-33: a neighbor that does not answer is a host unreachable, told only if it was asked for. */
BOTH(a_silent_neighbor_is_told_if_asked)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = true });
	struct tenon_endpoint to = at(f->nobody, 9);
	struct tenon_socket *asks, *does_not;
	struct tenon_cause cause;

	assert_result(tenon_open(p->a.stack, f->version, TENON_DATAGRAM, &asks), OK);
	assert_result(tenon_open(p->a.stack, f->version, TENON_DATAGRAM, &does_not), OK);
	assert_result(tenon_option_set(asks, TENON_OPTION_RECEIVE_ERRORS, 1), OK);
	assert_result(tenon_connect(asks, &to), OK);
	assert_result(tenon_connect(does_not, &to), OK);
	assert_result(say(asks, NULL, "?"), OK);
	assert_result(say(does_not, NULL, "?"), OK);
	pair_pass(p, 10000000);

	assert_result(tenon_take_error(asks), NEIGHBOR_SILENT);
	assert_true(tenon_cause(asks, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_NEIGHBOR);
	assert_memory_equal(&cause.detail.neighbor.next_hop, &f->nobody, sizeof f->nobody);
	assert_int_equal(cause.detail.neighbor.probes, 3);
	assert_result(tenon_take_error(does_not), OK);
	assert_int_equal(tenon_fate_count(p->a.stack, TENON_FATE_NEIGHBOR_SILENT), 2);
	tenon_close(asks);
	tenon_close(does_not);
	pair_end(p);
}

/* RFC 1122 3.2.2: no error answers a broadcast or a multicast. */
TEST(a_broadcast_to_a_closed_port_is_not_answered)
{
	struct talk t = begin(&pair_v4);
	struct tenon_endpoint all = at(tenon_ip4(10, 1, 0, 255), 9);

	assert_result(tenon_option_set(t.client, TENON_OPTION_BROADCAST, 1), OK);
	assert_result(say(t.client, &all, "anyone?"), OK);
	t.p->b.sent = 0;
	pair_run(t.p);
	assert_int_equal(t.p->b.sent, 0);
	assert_int_equal(tenon_fate_count(t.p->b.stack, TENON_FATE_UDP_NO_SOCKET), 1);
	end(&t);
}
