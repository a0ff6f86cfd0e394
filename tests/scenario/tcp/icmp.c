/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.9.2.2: what ICMP errors do to a connection; RFC 5927: and what forged ones do not. */
#include "peer.h"

#include "wire/icmp4.h"
#include "wire/icmp6.h"

/* The same trouble in both families, or the nearest there is. */
struct trouble {
	struct quoting error;
	enum tenon_result result4, result6;
};

#define TROUBLE(t4, c4, r4, t6, c6, r6)                                                            \
	{                                                                                          \
		{ t4, c4, t6, c6, 0, AUTO }, TENON_##r4, TENON_##r6                                \
	}

static const struct trouble troubles[] = {
	TROUBLE(3, 0, ICMP_NET_UNREACHABLE, 1, 0, ICMP6_NO_ROUTE),
	TROUBLE(3, 1, ICMP_HOST_UNREACHABLE, 1, 3, ICMP6_ADDRESS_UNREACHABLE),
	TROUBLE(3, 2, ICMP_PROTOCOL_UNREACHABLE, 4, 1, ICMP6_NEXT_HEADER),
	TROUBLE(3, 3, ICMP_PORT_UNREACHABLE, 1, 4, ICMP6_PORT_UNREACHABLE),
	TROUBLE(3, 5, ICMP_SOURCE_ROUTE_FAILED, 1, 5, ICMP6_POLICY_FAILED),
	TROUBLE(3, 9, ICMP_NET_PROHIBITED, 1, 1, ICMP6_ADMIN_PROHIBITED),
	TROUBLE(3, 13, ICMP_ADMIN_PROHIBITED, 1, 6, ICMP6_REJECT_ROUTE),
	TROUBLE(11, 0, ICMP_HOP_LIMIT, 3, 0, ICMP6_HOP_LIMIT),
	TROUBLE(12, 0, ICMP_PARAMETER_PROBLEM, 4, 0, ICMP6_HEADER_FIELD),
};
enum { TROUBLES = sizeof troubles / sizeof troubles[0] };

static enum tenon_result result_of(const struct peer *p, const struct trouble *t)
{
	return p->f->version == TENON_IP_V4 ? t->result4 : t->result6;
}

/* MUST-54, MUST-47: while the connection is being opened, the attempt ends with the error. */
SCENARIO(an_error_ends_an_attempt_with_its_own_result)
{
	size_t i;

	for (i = 0; i < TROUBLES; i++) {
		struct peer *p = peer_in(TCP_SYN_SENT);

		peer_reports(p, &troubles[i].error);
		now_in(p, TCP_CLOSED);
		assert_int_equal(tenon_connect_outcome(p->socket), result_of(p, &troubles[i]));
		assert_int_equal(p->cause.kind, TENON_CAUSE_ICMP);
		assert_true(tenon_ip_equal(&p->cause.detail.icmp.from, &p->f->b));
		passes(p, SECONDS(200));
		gets_nothing(p);
	}
}

/* MUST-56: later none does, neither soft nor hard. */
SCENARIO(no_error_ends_a_connection)
{
	size_t i;

	for (i = 0; i < TROUBLES; i++) {
		struct peer *p = peer_in(TCP_ESTABLISHED);

		assert_int_equal(user_sends(p, 100), 100);
		gets_back(p, .len = 100);
		peer_reports(p, &troubles[i].error);
		still_in(p, TCP_ESTABLISHED);
		assert_result(tenon_take_error(p->socket), OK);
		sends(p);
		assert_int_equal(user_sends(p, 100), 100);
		gets_back(p, .seq = 101, .len = 100);
	}
}

/* SHLD-25, MUST-47: who wants to know of them is told at once, */
SCENARIO(who_asks_is_told_of_errors_that_do_not_end_the_connection)
{
	size_t i;

	for (i = 0; i < TROUBLES; i++) {
		struct peer *p = peer_in(TCP_ESTABLISHED);

		sets(p, TENON_OPTION_RECEIVE_ERRORS, 1);
		assert_int_equal(user_sends(p, 100), 100);
		gets_back(p, .len = 100);
		peer_reports(p, &troubles[i].error);
		assert_true(tenon_readiness(p->socket) & TENON_ERROR);
		assert_int_equal(tenon_take_error(p->socket), result_of(p, &troubles[i]));
		still_in(p, TCP_ESTABLISHED);
	}
}

/* SHLD-25: who did not ask, if the transfer ends for want of an answer, */
SCENARIO(an_error_is_remembered_until_the_transfer_times_out)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .len = 100);
	peer_reports(p, &troubles[1].error);
	passes(p, SECONDS(1000));
	(void)ignores(p);
	now_in(p, TCP_CLOSED);
	assert_int_equal(tenon_take_error(p->socket), result_of(p, &troubles[1]));
}

/* and not if an answer has come since. */
SCENARIO(an_answer_makes_an_error_be_forgotten)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .len = 100);
	peer_reports(p, &troubles[1].error);
	sends(p);
	assert_int_equal(user_sends(p, 100), 100);
	passes(p, SECONDS(1000));
	(void)ignores(p);
	assert_result(tenon_take_error(p->socket), TRANSFER_TIMED_OUT);
}

/* MUST-54: the quoted segment tells whose error it is. */
SCENARIO(an_error_meets_the_connection_that_it_quotes)
{
	struct peer *p = peer_in(TCP_SYN_SENT);
	struct tenon_socket *first = p->socket;

	p->socket = NULL;
	peer_turns_to(p, 1234);
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN);
	peer_reports(p, &troubles[0].error);
	now_in(p, TCP_CLOSED);
	assert_int_equal(tenon_connect_outcome(p->socket), result_of(p, &troubles[0]));
	assert_result(tenon_connect_outcome(first), CONNECT_PENDING);
}

/* RFC 5927 4.1: who does not know what is on its way has not seen it. */
SCENARIO(an_error_about_what_is_not_on_its_way_is_ignored)
{
	static const int64_t guesses[] = { -1, 1, 2, 100000, 0x7fffffff };
	struct peer *p = peer_in(TCP_SYN_SENT);
	size_t i;

	for (i = 0; i < 5; i++) {
		struct quoting forged = troubles[0].error;

		forged.seq = guesses[i];
		peer_reports(p, &forged);
		still_in(p, TCP_SYN_SENT);
		assert_result(tenon_connect_outcome(p->socket), CONNECT_PENDING);
	}
	peer_reports(p, &(struct quoting){ 3, 0, 1, 0, 0, 0 });
	now_in(p, TCP_CLOSED);
}

SCENARIO(a_forged_error_tells_an_open_connection_nothing)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sets(p, TENON_OPTION_RECEIVE_ERRORS, 1);
	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .len = 100);
	reports(p, .type4 = 3, .code4 = 3, .type6 = 1, .code6 = 4, .seq = 101);
	reports(p, .type4 = 3, .code4 = 3, .type6 = 1, .code6 = 4, .seq = 0);
	reports(p, .type4 = 3, .code4 = 4, .type6 = 2, .mtu = 1280, .seq = 101);
	assert_result(tenon_take_error(p->socket), OK);
	assert_int_equal(status_of(p).send_mss, PEER_MSS);
	gets_nothing(p);
}

/* MUST-55 */
SCENARIO(a_source_quench_is_dropped_in_silence)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	if (p->f->version != TENON_IP_V4)
		return; /* ICMPv6 has none. */
	reports(p, .type4 = 4);
	still_in(p, TCP_SYN_SENT);
	p = peer_in(TCP_ESTABLISHED);
	sets(p, TENON_OPTION_RECEIVE_ERRORS, 1);
	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .len = 100);
	reports(p, .type4 = 4);
	assert_result(tenon_take_error(p->socket), OK);
	gets_nothing(p);
	still_in(p, TCP_ESTABLISHED);
}

/* RFC 1191, RFC 8201; SHLD-6: what was too long goes again at once, shorter. */
SCENARIO(a_path_that_is_too_narrow_makes_segments_shorter)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .mss = 1400);
	uint16_t fits = p->f->version == TENON_IP_V4 ? 1240 : 1220;

	assert_int_equal(user_sends(p, 1400), 1400);
	gets_back(p, .seq = 1, .len = 1400);
	assert_true(p->got.dont_fragment || p->f->version == TENON_IP_V6);
	reports(p, .type4 = 3, .code4 = 4, .type6 = 2, .mtu = 1280);
	gets_back(p, .seq = 1, .len = fits);
	assert_int_equal(p->got.packet_len, 1280);
	sends(p);
	gets_back(p, .seq = 1 + fits, .len = (uint16_t)(1400 - fits));
	assert_result(tenon_take_error(p->socket), OK);
}

/* What was half open is forgotten, and whoever listens hears nothing of it. */
SCENARIO(an_error_ends_a_passive_opening_without_a_word)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED);
	struct tenon_socket *s;

	peer_reports(p, &troubles[1].error);
	now_in(p, TCP_CLOSED);
	assert_result(tenon_take_error(p->listener), OK);
	assert_result(tenon_accept(p->listener, &s), WOULD_BLOCK);
	passes(p, SECONDS(100));
	gets_nothing(p);
}
