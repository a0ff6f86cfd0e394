/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.4, seventh: process the segment text; acknowledgments, 3.8.6.3. */
#include "peer.h"

/* SHLD-18: an ACK waits a little, MUST-40: less than half a second. */
SCENARIO(a_single_segment_is_acknowledged_a_little_later)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 10);
	gets_nothing(p);
	passes(p, MILLISECONDS(39));
	gets_nothing(p);
	passes(p, MILLISECONDS(1));
	gets_back(p, .seq = 1, .ack = 11);
	gets_nothing(p);
}

/* SHLD-19 */
SCENARIO(every_second_full_segment_is_acknowledged_at_once)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 1000);
	gets_nothing(p);
	sends(p, .len = 1000);
	gets_back(p, .ack = 2001);
	sends(p, .len = 1000);
	gets_nothing(p);
	sends(p, .len = 1000);
	gets_back(p, .ack = 4001);
	gets_nothing(p);
}

/* MUST-58: the ACK goes with the text that leaves. */
SCENARIO(an_ack_that_waits_goes_with_text)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 10);
	assert_int_equal(user_sends(p, 5), 5);
	gets_back(p, .seq = 1, .ack = 11, .len = 5);
	passes(p, MILLISECONDS(100));
	gets_nothing(p);
}

/* MUST-58, MUST-59: of all that the segment has brought there is one acknowledgment. */
SCENARIO(one_ack_answers_a_segment_that_fills_a_gap_and_closes)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .seq = 101, .len = 100);
	gets_back(p, .ack = 1);
	sends(p, .seq = 201, .flags = FIN | ACK, .len = 100);
	gets_back(p, .ack = 1);
	sends(p, .seq = 1, .len = 100);
	gets_back(p, .ack = 302);
	gets_nothing(p);
	now_in(p, TCP_CLOSE_WAIT);
	assert_int_equal(user_receives(p, 1000), 300);
}

/* SHLD-31: it waits until the gap is filled; MAY-13: and is acknowledged at once. */
SCENARIO(text_out_of_order_waits)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int at_octet;

	for (at_octet = 901; at_octet > 1; at_octet -= 100) {
		sends(p, .seq = at_octet, .len = 100);
		gets_back(p, .ack = 1);
	}
	assert_result(receive_result(p), WOULD_BLOCK);
	sends(p, .seq = 1, .len = 100);
	gets_back(p, .ack = 1001);
	assert_int_equal(user_receives(p, 2000), 1000);
}

/* Each new piece overlaps what is there in another way; every octet comes once. */
SCENARIO(overlapping_pieces_become_one_stream)
{
	static const struct {
		int seq, len;
	} pieces[] = { { 300, 100 }, { 500, 100 }, { 250, 100 }, { 350, 100 }, { 280, 50 },
		       { 320, 250 }, { 200, 600 }, { 700, 10 },  { 50, 100 },  { 900, 100 },
		       { 1, 70 },    { 60, 60 },   { 90, 800 },  { 850, 200 } };
	struct peer *p = peer_in(TCP_ESTABLISHED);
	size_t i;

	for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
		sends(p, .seq = pieces[i].seq, .len = (uint16_t)pieces[i].len);
	p->seq = 1050;
	assert_int_equal(user_receives(p, 2000), 1049);
	passes(p, SECONDS(1));
	while (p->count > 0)
		gets_back(p);
	assert_int_equal(p->got.ack, 1050);
}

SCENARIO(text_that_came_before_is_acknowledged_at_once)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 100);
	assert_fate(sends(p, .seq = 1, .len = 100), TCP_DUPLICATE);
	gets_back(p, .ack = 101);
	assert_int_equal(user_receives(p, 1000), 100);
}

static void small_window(struct tenon_config *config)
{
	config->behavior.receive_bytes = 2048;
}

SCENARIO(text_beyond_the_window_is_cut_off_and_a_fin_with_it)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = small_window);

	sends(p, .len = 1000);
	sends(p, .flags = FIN | ACK, .len = 1400);
	still_in(p, TCP_ESTABLISHED);
	assert_int_equal(user_receives(p, 4000), 2048);
	assert_int_equal(ignores(p) > 0, true);
	sends(p, .seq = 2049, .flags = FIN | ACK, .len = 352);
	now_in(p, TCP_CLOSE_WAIT);
	assert_int_equal(user_receives(p, 4000), 352);
}

/* 3.6, half closed: who has closed goes on receiving. */
SCENARIO(text_is_taken_in_fin_wait_1_and_fin_wait_2)
{
	static const enum tcp_state states[] = { TCP_FIN_WAIT_1, TCP_FIN_WAIT_2 };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct peer *p = peer_in(states[i]);

		sends(p, .len = 100, .ack = i == 0 ? 1 : AUTO);
		still_in(p, states[i]);
		assert_int_equal(user_receives(p, 1000), 100);
		passes(p, MILLISECONDS(40));
		gets_back(p, .seq = 2, .ack = 101);
	}
}

SCENARIO(text_after_a_fin_is_ignored)
{
	static const enum tcp_state states[] = { TCP_CLOSE_WAIT, TCP_CLOSING, TCP_LAST_ACK,
						 TCP_TIME_WAIT };
	size_t i;

	for (i = 0; i < 4; i++) {
		struct peer *p = peer_in(states[i]);

		sends(p, .seq = p->seq, .ack = states[i] == TCP_CLOSE_WAIT ? 1 : p->ack - 1,
		      .len = 10);
		still_in(p, states[i]);
		assert_int_equal(user_receives(p, 100), 0);
	}
}

/* SHLD-3: its user has gone, so what arrives is lost, and the peer is told. */
SCENARIO(text_for_a_user_who_has_closed_is_answered_with_rst)
{
	static const enum tcp_state states[] = { TCP_ESTABLISHED, TCP_FIN_WAIT_1, TCP_FIN_WAIT_2 };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct peer *p = peer_in(states[i]);

		closes(p, p->socket);
		(void)ignores(p);
		assert_fate(sends(p, .len = 10), TCP_DATA_AFTER_CLOSE);
		gets_back(p, .flags = RST, .seq = p->ack);
		now_in(p, TCP_CLOSED);
	}
}

static void few_pages(struct tenon_config *config)
{
	config->limits.pages = 2;
	config->limits.page_bytes = 512;
}

/* The window shows what memory is left, and what finds no page is not acknowledged. */
SCENARIO(text_that_finds_no_memory_is_not_acknowledged)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = few_pages);
	int64_t edge = p->got.wnd + 1;

	assert_true(edge <= 2 * 512 + 1);
	sends(p, .seq = 600, .len = 10);
	sends(p, .seq = 1, .len = 500);
	(void)ignores(p);
	passes(p, SECONDS(1));
	(void)ignores(p);
	p->seq = 501;
	assert_int_equal(user_receives(p, 2000), 500);
}

/* Small pieces in any order: their number in memory is bounded, so some come again. */
SCENARIO(many_small_pieces_are_put_together)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	unsigned i, refused = 0;

	for (i = 0; i < 400; i++)
		if (sends(p, .seq = 1 + (i * 147) % 400 * 3, .len = 3) == TENON_FATE_TCP_NO_MEMORY)
			refused++;
	(void)ignores(p);
	assert_int_not_equal(refused, 0);
	for (i = 0; i < 400; i++)
		sends(p, .seq = 1 + i * 3, .len = 3);
	(void)ignores(p);
	p->seq = 1201;
	assert_int_equal(user_receives(p, 4000), 1200);
}

/* RFC 5681 4.2: what fills a gap is acknowledged at once, be it ever so little. */
SCENARIO(what_fills_a_gap_is_acknowledged_at_once)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 1000);
	gets_nothing(p);
	sends(p, .seq = 1101, .len = 50);
	gets_back(p, .ack = 1001);
	sends(p, .seq = 1001, .len = 100);
	gets_back(p, .ack = 1151);
	gets_nothing(p);
}

SCENARIO(the_user_may_want_no_ack_delayed)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sets(p, TENON_OPTION_QUICK_ACK, 1);
	sends(p, .len = 10);
	gets_back(p, .ack = 11);
}

static void four_pages(struct tenon_config *config)
{
	config->limits.pages = 4;
	config->limits.page_bytes = 512;
}

/* Of what came in order as much is kept as finds a page, and the peer learns at once how much. */
SCENARIO(text_is_kept_as_far_as_memory_goes)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = four_pages);

	assert_int_equal(p->got.wnd, 2048);
	assert_int_equal(user_sends(p, 512), 512);
	gets_back(p, .len = 512);
	assert_fate(sends(p, .seq = 1, .len = 1400, .ack = 1), DELIVERED);
	assert_fate(sends(p, .seq = 1401, .len = 600, .ack = 1), TCP_NO_MEMORY);
	gets_back(p, .ack = 3 * 512 + 1);
	assert_int_equal(user_receives(p, 4000), 3 * 512);
}
