/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.8.6: windows, their probes, and silly ones. */
#include "peer.h"

enum { RTO_MS = 200 };

/* All of 100 octets is acknowledged, and nothing more may come. */
static struct peer *with_a_closed_window(void)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 100), 100);
	gets_back(p, .seq = 1, .len = 100);
	sends(p, .wnd = 0);
	return p;
}

SCENARIO(no_more_leaves_than_the_window_allows)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .wnd = 2500);

	assert_int_equal(user_sends(p, 9000), 9000);
	gets_back(p, .seq = 1, .len = 1000);
	gets_back(p, .seq = 1001, .len = 1000);
	gets_nothing(p);
	sends(p, .ack = 1001, .wnd = 2500);
	gets_back(p, .seq = 2001, .len = 1000);
	gets_nothing(p);
}

/* MUST-36: one octet, SHLD-29: after one RTO, SHLD-30: then less and less often. MUST-35 */
SCENARIO(a_closed_window_is_probed)
{
	struct peer *p = with_a_closed_window();
	uint64_t wait = MILLISECONDS(RTO_MS);
	int i;

	assert_int_equal(user_sends(p, 2000), 2000);
	gets_nothing(p);
	for (i = 0; i < 12; i++) {
		passes(p, wait - 1);
		gets_nothing(p);
		passes(p, 1);
		gets_back(p, .seq = 101, .len = 1);
		gets_nothing(p);
		sends(p, .ack = 101, .wnd = 0);
		wait = wait * 2 < SECONDS(120) ? wait * 2 : SECONDS(120);
	}
	still_in(p, TCP_ESTABLISHED);
}

/* MUST-37 */
SCENARIO(a_window_may_stay_closed_as_long_as_probes_are_answered)
{
	struct peer *p = with_a_closed_window();
	int i;

	assert_int_equal(user_sends(p, 2000), 2000);
	for (i = 0; i < 24 * 60; i++) {
		passes(p, SECONDS(60));
		while (p->count > 0) {
			gets_back(p, .seq = 101, .len = 1);
			sends(p, .ack = 101, .wnd = 0);
		}
	}
	still_in(p, TCP_ESTABLISHED);
	sends(p, .ack = 101, .wnd = 5000);
	gets_back(p, .seq = 101, .len = 1000);
	gets_back(p, .seq = 1101, .len = 1000);
}

SCENARIO(probes_that_nobody_answers_end_the_connection)
{
	struct peer *p = with_a_closed_window();

	assert_int_equal(user_sends(p, 2000), 2000);
	passes(p, SECONDS(3000));
	assert_int_equal(ignores(p), 15);
	now_in(p, TCP_CLOSED);
	assert_int_equal(p->cause.detail.timer.name, TENON_TIMER_PERSIST);
	assert_result(tenon_take_error(p->socket), TRANSFER_TIMED_OUT);
}

SCENARIO(when_the_window_opens_text_leaves_at_once)
{
	struct peer *p = with_a_closed_window();

	assert_int_equal(user_sends(p, 2000), 2000);
	sends(p, .wnd = 3000);
	gets_back(p, .seq = 101, .len = 1000);
	gets_back(p, .seq = 1101, .len = 1000);
	sends(p);
	passes(p, SECONDS(10));
	gets_nothing(p);
}

/* The probe's octet may be accepted. */
SCENARIO(an_accepted_probe_counts_as_sent)
{
	struct peer *p = with_a_closed_window();

	assert_int_equal(user_sends(p, 2000), 2000);
	passes(p, MILLISECONDS(RTO_MS));
	gets_back(p, .seq = 101, .len = 1);
	sends(p, .ack = 102, .wnd = 5000);
	gets_back(p, .seq = 102, .len = 1000);
	sends(p);
	gets_back(p, .seq = 1102, .len = 999);
}

/* A FIN needs room in the window too. */
SCENARIO(a_fin_that_finds_the_window_closed_is_the_probe)
{
	struct peer *p = with_a_closed_window();

	shuts_down(p);
	gets_nothing(p);
	passes(p, MILLISECONDS(RTO_MS));
	gets_back(p, .flags = FIN | ACK, .seq = 101);
	sends(p, .ack = 102, .wnd = 0);
	now_in(p, TCP_FIN_WAIT_2);
}

/* MUST-34, SHLD-15: the peer takes back what it had offered, and nothing new is sent, */
SCENARIO(a_shrunk_window_lets_nothing_new_out)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 5000), 5000);
	assert_int_equal(ignores(p), 5);
	sends(p, .ack = 1001, .wnd = 500);
	assert_int_equal(user_sends(p, 3000), 3000);
	gets_nothing(p);
	sends(p, .ack = 5001, .wnd = 9000);
	gets_back(p, .seq = 5001, .len = 1000);
}

/* SHLD-16: what goes again keeps within it. */
SCENARIO(what_goes_again_keeps_within_a_shrunk_window)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 5000), 5000);
	assert_int_equal(ignores(p), 5);
	sends(p, .ack = 1001, .wnd = 500);
	passes(p, MILLISECONDS(RTO_MS));
	gets_back(p, .seq = 1001, .len = 500);
	gets_nothing(p);
}

/* SHLD-17: what lies beyond a window that shrank to nothing does not end the connection. MUST-34 */
SCENARIO(what_lies_beyond_a_shrunk_window_does_not_time_out)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int i;

	assert_int_equal(user_sends(p, 5000), 5000);
	assert_int_equal(ignores(p), 5);
	sends(p, .ack = 1001, .wnd = 0);
	for (i = 0; i < 60; i++) {
		passes(p, SECONDS(60));
		if (ignores(p) > 0)
			sends(p, .ack = 1001, .wnd = 0);
	}
	still_in(p, TCP_ESTABLISHED);
	sends(p, .ack = 1001, .wnd = 9000);
	gets_back(p, .seq = 1001, .len = 1000);
}

/* MUST-38: a little window is not worth a segment, */
SCENARIO(a_sender_waits_for_a_window_that_is_worth_it)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .wnd = 500);
	assert_int_equal(user_sends(p, 2000), 2000);
	gets_nothing(p);
	sends(p, .wnd = 999);
	gets_nothing(p);
	sends(p, .wnd = 1000);
	gets_back(p, .seq = 1, .len = 1000);
}

/* MUST-38: unless it is all that the peer ever has, or the override timeout has come. */
SCENARIO(a_sender_uses_a_little_window_if_there_is_no_better)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .wnd = 600);

	assert_int_equal(user_sends(p, 2000), 2000);
	gets_back(p, .seq = 1, .len = 600);
	p = peer_in(TCP_ESTABLISHED);
	sends(p, .wnd = 500);
	assert_int_equal(user_sends(p, 2000), 2000);
	gets_nothing(p);
	passes(p, SECONDS(1));
	gets_back(p, .seq = 1, .len = 500);
}

static void eight_kilobytes(struct tenon_config *config)
{
	config->behavior.receive_bytes = 8192;
}

static struct peer *with_a_full_buffer(void)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = eight_kilobytes);
	int i;

	assert_int_equal(p->got.wnd, 8192);
	for (i = 0; i < 8; i++)
		sends(p, .len = 1024);
	passes(p, SECONDS(1));
	assert_true(p->count > 0);
	while (p->count > 0)
		gets_back(p, .seq = 1);
	assert_int_equal(p->got.ack, 8193);
	assert_int_equal(p->got.wnd, 0);
	return p;
}

/* MUST-39: the window does not grow in small steps. */
SCENARIO(a_receiver_does_not_tell_of_a_little_room)
{
	struct peer *p = with_a_full_buffer();

	assert_int_equal(user_receives(p, 500), 500);
	gets_nothing(p);
	sends(p, .seq = p->seq, .len = 1);
	gets_back(p, .ack = 8193, .wnd = 0);
	assert_int_equal(user_receives(p, 4500), 4500);
	gets_back(p, .ack = 8193, .wnd = 5000);
	gets_nothing(p);
}

/* MAY-8: the user may leave it closed as long as it likes. */
SCENARIO(our_window_stays_closed_until_the_user_reads)
{
	struct peer *p = with_a_full_buffer();
	int i;

	for (i = 0; i < 100; i++) {
		passes(p, SECONDS(60));
		assert_fate(sends(p, .seq = p->seq, .len = 1), TCP_WINDOW_FULL);
		gets_back(p, .ack = 8193, .wnd = 0);
	}
	assert_int_equal(user_receives(p, 9000), 8192);
	gets_back(p, .ack = 8193, .wnd = 8192);
}

static void scarce_memory(struct tenon_config *config)
{
	config->limits.pages = 24;
	config->limits.page_bytes = 512;
}

/* SHLD-14: what was offered once is not taken back. */
SCENARIO(the_right_edge_of_our_window_never_goes_back)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = scarce_memory);
	uint32_t edge = p->got.ack + p->got.wnd;
	int i;

	for (i = 0; i < 60; i++) {
		(void)sends(p, .seq = p->seq, .len = i % 3 == 0 ? 1 : 300);
		passes(p, MILLISECONDS(50));
		while (p->count > 0) {
			gets_back(p, .seq = 1);
			assert_true(p->got.ack + p->got.wnd >= edge);
			edge = p->got.ack + p->got.wnd;
			p->seq = p->got.ack;
		}
	}
}
