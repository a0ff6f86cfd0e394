/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.7.4: the Nagle algorithm, and how text is pushed. */
#include "peer.h"

/* SHLD-7 */
SCENARIO(a_small_segment_waits_while_another_is_on_its_way)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int i;

	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .seq = 1, .len = 10);
	for (i = 0; i < 5; i++)
		assert_int_equal(user_sends(p, 10), 10);
	gets_nothing(p);
	sends(p);
	gets_back(p, .seq = 11, .len = 50);
	gets_nothing(p);
}

SCENARIO(a_full_segment_does_not_wait)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .seq = 1, .len = 10);
	assert_int_equal(user_sends(p, 1500), 1500);
	gets_back(p, .seq = 11, .len = 1000);
	gets_nothing(p);
	sends(p);
	gets_back(p, .seq = 1011, .len = 500);
}

/* SHLD-28: not two short ones where one long one will do. */
SCENARIO(the_rest_of_a_small_segment_fills_up)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .seq = 1, .len = 10);
	assert_int_equal(user_sends(p, 600), 600);
	gets_nothing(p);
	assert_int_equal(user_sends(p, 600), 600);
	gets_back(p, .seq = 11, .len = 1000);
	gets_nothing(p);
}

/* MUST-17: the user can turn it off, */
SCENARIO(without_delay_every_write_leaves_at_once)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int i;

	sets(p, TENON_OPTION_NO_DELAY, 1);
	for (i = 0; i < 5; i++) {
		assert_int_equal(user_sends(p, 10), 10);
		gets_back(p, .seq = 1 + 10 * i, .len = 10);
	}
}

/* MUST-17: and at once what waited leaves. */
SCENARIO(turning_it_off_lets_out_what_waited)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10);
	assert_int_equal(user_sends(p, 20), 20);
	gets_nothing(p);
	sets(p, TENON_OPTION_NO_DELAY, 1);
	gets_back(p, .seq = 11, .len = 20);
}

SCENARIO(a_cork_holds_partial_segments_back)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sets(p, TENON_OPTION_CORK, 1);
	assert_int_equal(user_sends(p, 10), 10);
	gets_nothing(p);
	assert_int_equal(user_sends(p, 1500), 1500);
	gets_back(p, .seq = 1, .len = 1000);
	gets_nothing(p);
	sends(p);
	gets_nothing(p);
	sets(p, TENON_OPTION_CORK, 0);
	gets_back(p, .seq = 1001, .len = 510);
}

/* MUST-61: the last segment of what the user gave is pushed, and no other. SHLD-27 */
SCENARIO(the_last_segment_is_pushed)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 2500), 2500);
	gets_back(p, .seq = 1, .len = 1000);
	assert_int_equal(p->got.flags, ACK);
	gets_back(p, .seq = 1001, .len = 1000);
	assert_int_equal(p->got.flags, ACK);
	gets_nothing(p);
	sends(p);
	gets_back(p, .flags = PSH | ACK, .seq = 2001, .len = 500);
}

/* MUST-60: what the user gave leaves without being asked for. */
SCENARIO(nothing_stays_in_the_buffer_for_ever)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int i, octets = 0;

	for (i = 1; i <= 40; i++) {
		assert_int_equal(user_sends(p, (size_t)i), i);
		octets += i;
		(void)ignores(p);
		sends(p);
	}
	(void)ignores(p);
	assert_int_equal(p->ack, octets + 1);
}

/* A FIN does not wait for an ACK either. */
SCENARIO(close_lets_out_what_waited)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10);
	assert_int_equal(user_sends(p, 20), 20);
	gets_nothing(p);
	shuts_down(p);
	gets_back(p, .flags = FIN | ACK, .seq = 11, .len = 20);
}

static void sends_more(struct peer *p, unsigned flags)
{
	uint8_t octets[10];
	struct tenon_slice slice = { octets, sizeof octets };
	struct tenon_message message = { .slices = &slice, .count = 1, .flags = flags };
	size_t sent, i;

	for (i = 0; i < sizeof octets; i++)
		octets[i] = pattern((uint32_t)(p->user_sent + i + 1));
	assert_result(tenon_send(p->socket, &message, &sent), OK);
	p->user_sent += sent;
}

/* Who says that more follows at once has it sent together. */
SCENARIO(text_waits_for_what_was_said_to_follow)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends_more(p, TENON_MORE);
	sends_more(p, TENON_MORE);
	gets_nothing(p);
	sends_more(p, 0);
	gets_back(p, .seq = 1, .len = 30);
}

SCENARIO(close_pulls_the_cork)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sets(p, TENON_OPTION_CORK, 1);
	assert_int_equal(user_sends(p, 10), 10);
	gets_nothing(p);
	closes(p, p->socket);
	gets_back(p, .flags = FIN | ACK, .seq = 1, .len = 10);
}
