/* SPDX-License-Identifier: MIT */
/* How long an opening is tried: RFC 9293 3.8.3, RFC 6298 5.7, and Linux's schedules. */
#include "peer.h"

static void without_linear_timeouts(struct tenon_config *config)
{
	config->behavior.syn_linear_timeouts = 0;
}

/* Looks at the SYNs of a whole attempt: when they left, and when it was given up. */
static void follows_schedule(struct peer *p, const unsigned *seconds, size_t count, unsigned end_s)
{
	uint64_t began = p->got.at_us;
	size_t i;

	passes(p, SECONDS(end_s) - 1);
	for (i = 1; i < count; i++) {
		gets_back(p, .flags = SYN, .seq = 0);
		assert_int_equal(p->got.at_us - began, SECONDS(seconds[i]));
	}
	gets_nothing(p);
	still_in(p, TCP_SYN_SENT);
	passes(p, 1);
	gets_nothing(p);
	now_in(p, TCP_CLOSED);
	assert_result(tenon_connect_outcome(p->socket), OPEN_TIMED_OUT);
	assert_int_equal(p->cause.kind, TENON_CAUSE_TIMER);
	assert_int_equal(p->cause.transmissions, count);
	assert_int_equal(p->cause.at_us - p->cause.since_us, SECONDS(end_s));
}

/* MUST-22: what is said of retransmissions is said of SYNs too. */
SCENARIO(a_syn_is_sent_eleven_times_in_131_seconds)
{
	static const unsigned seconds[] = { 0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 };

	follows_schedule(peer_in(TCP_SYN_SENT), seconds, 11, 131);
}

/* MUST-19: the RTO doubles each time. */
SCENARIO(without_linear_timeouts_a_syn_is_sent_seven_times_in_127_seconds)
{
	static const unsigned seconds[] = { 0, 1, 3, 7, 15, 31, 63 };

	follows_schedule(peer_in(TCP_SYN_SENT, .change = without_linear_timeouts), seconds, 7, 127);
}

static void prepare_two_retries(struct tenon_socket *s)
{
	assert_result(tenon_option_set(s, TENON_OPTION_SYN_RETRIES, 2), OK);
}

static void prepare_seven_retries(struct tenon_socket *s)
{
	assert_result(tenon_option_set(s, TENON_OPTION_SYN_RETRIES, 7), OK);
}

/* MUST-21: the user sets R2. */
SCENARIO(the_user_sets_how_often_a_syn_is_sent)
{
	static const unsigned seconds[] = { 0, 1, 3 };

	follows_schedule(peer_in(TCP_SYN_SENT, .change = without_linear_timeouts,
				 .prepare = prepare_two_retries),
			 seconds, 3, 7);
}

/* MUST-23: three minutes and more can be had, though Linux's default, which is ours, has less. */
SCENARIO(an_attempt_may_last_more_than_three_minutes)
{
	static const unsigned seconds[] = { 0, 1, 3, 7, 15, 31, 63, 127 };

	follows_schedule(peer_in(TCP_SYN_SENT, .change = without_linear_timeouts,
				 .prepare = prepare_seven_retries),
			 seconds, 8, 247);
}

/* The answer may come late. */
SCENARIO(an_answer_to_the_last_syn_establishes)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	passes(p, SECONDS(130));
	assert_int_equal(ignores(p), 10);
	sends(p, .flags = SYN | ACK);
	gets_back(p, .seq = 1, .ack = 1);
	now_in(p, TCP_ESTABLISHED);
	passes(p, SECONDS(300));
	gets_nothing(p);
}

/* RFC 5681 3.1: after a lost SYN one segment; RFC 6298 5.7: and an RTO of three seconds. */
SCENARIO(after_a_lost_syn_sending_begins_cautiously)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	passes(p, SECONDS(1));
	gets_back(p, .flags = SYN);
	sends(p, .flags = SYN | ACK);
	gets_back(p, .seq = 1);
	assert_int_equal(user_sends(p, 5000), 5000);
	gets_back(p, .seq = 1, .len = 1000);
	gets_nothing(p);
	passes(p, SECONDS(3) - 1);
	gets_nothing(p);
	passes(p, 1);
	gets_back(p, .seq = 1, .len = 1000);
}

/* MUST-22: five times more, then the opening is forgotten without a word. */
SCENARIO(a_syn_ack_is_sent_six_times)
{
	static const unsigned seconds[] = { 1, 3, 7, 15, 31 };
	struct peer *p = peer_in(TCP_SYN_RECEIVED);
	uint64_t began = p->got.at_us;
	size_t i;

	passes(p, SECONDS(63) - 1);
	for (i = 0; i < 5; i++) {
		gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
		assert_int_equal(p->got.at_us - began, SECONDS(seconds[i]));
	}
	gets_nothing(p);
	still_in(p, TCP_SYN_RECEIVED);
	passes(p, 1);
	gets_nothing(p);
	now_in(p, TCP_CLOSED);
}

/* Both have opened: our SYN goes on being sent, now with an ACK. */
SCENARIO(a_simultaneous_opening_is_given_up_too)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED, .simultaneous = true);

	passes(p, SECONDS(400));
	gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
	(void)ignores(p);
	now_in(p, TCP_CLOSED);
	assert_result(tenon_connect_outcome(p->socket), OPEN_TIMED_OUT);
}

static void prepare_user_timeout(struct tenon_socket *s)
{
	assert_result(tenon_option_set(s, TENON_OPTION_USER_TIMEOUT, 2500), OK);
}

/* MUST-21; RFC 5482 */
SCENARIO(a_user_timeout_ends_the_attempt)
{
	struct peer *p = peer_in(TCP_SYN_SENT, .prepare = prepare_user_timeout);

	passes(p, MILLISECONDS(2500) - 1);
	still_in(p, TCP_SYN_SENT);
	passes(p, 1);
	now_in(p, TCP_CLOSED);
	assert_int_equal(p->cause.kind, TENON_CAUSE_TIMER);
	(void)ignores(p);
}
