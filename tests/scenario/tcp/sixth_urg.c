/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.4, sixth: check the URG bit; 3.8.5. */
#include "peer.h"

static bool is_urgent(struct peer *p)
{
	return (tenon_readiness(p->socket) & TENON_URGENT) != 0;
}

/* MUST-32: the user is told at once, MUST-33: and can ask as long as there is urgent data. MUST-62:
 * the pointer is that of the first octet which is not urgent. */
SCENARIO(urgent_data_is_told_of_until_it_has_been_read)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_false(is_urgent(p));
	sends(p, .flags = URG | ACK, .len = 20, .urgent = 10);
	assert_true(pair_news(p->stack, p->socket) & TENON_URGENT);
	assert_true(is_urgent(p));
	assert_int_equal(user_receives(p, 9), 9);
	assert_true(is_urgent(p));
	assert_int_equal(user_receives(p, 1), 1);
	assert_false(is_urgent(p));
	assert_int_equal(user_receives(p, 100), 10);
}

/* MUST-31: of any length, here longer than the segment that tells of it. */
SCENARIO(urgent_data_may_go_on_beyond_the_segment)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .flags = URG | ACK, .len = 1000, .urgent = 60000);
	assert_int_equal(user_receives(p, 1000), 1000);
	assert_true(is_urgent(p));
	sends(p, .len = 1000);
	assert_int_equal(user_receives(p, 1000), 1000);
	assert_true(is_urgent(p));
}

/* MUST-32: the user is told whenever the pointer advances, and not when it does not. */
SCENARIO(a_later_pointer_moves_the_end_of_urgent_data)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .flags = URG | ACK, .len = 10, .urgent = 5);
	(void)pair_news(p->stack, p->socket);
	sends(p, .flags = URG | ACK, .len = 10, .urgent = 5);
	assert_true(pair_news(p->stack, p->socket) & TENON_URGENT);
	sends(p, .flags = URG | ACK, .len = 10, .seq = 11, .urgent = 5);
	assert_false(pair_news(p->stack, p->socket) & TENON_URGENT);
	assert_int_equal(user_receives(p, 14), 14);
	assert_true(is_urgent(p));
	assert_int_equal(user_receives(p, 1), 1);
	assert_false(is_urgent(p));
}

SCENARIO(a_pointer_without_the_bit_says_nothing)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 10, .urgent = 5);
	assert_false(is_urgent(p));
}

/* MUST-30: urgent data does not leave its place in the stream. */
SCENARIO(urgent_data_is_read_in_its_order)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .len = 10);
	sends(p, .flags = URG | ACK, .len = 10, .urgent = 10);
	sends(p, .len = 10);
	assert_int_equal(user_receives(p, 100), 30);
}

SCENARIO(urgent_data_counts_in_the_states_that_receive)
{
	int i;

	for (i = 1; i < PEER_STATES; i++) {
		struct peer *p = peer_in(peer_states[i]);
		bool receives = peer_states[i] == TCP_ESTABLISHED ||
				peer_states[i] == TCP_FIN_WAIT_1 ||
				peer_states[i] == TCP_FIN_WAIT_2;

		sends(p, .flags = URG | ACK, .ack = 1, .urgent = 5);
		assert_int_equal(is_urgent(p), receives);
		still_in(p, peer_states[i]);
	}
}

/* An older pointer, out of order, takes nothing back. */
SCENARIO(an_earlier_pointer_moves_nothing)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .flags = URG | ACK, .len = 10, .urgent = 20);
	sends(p, .flags = URG | ACK, .len = 10, .urgent = 5);
	assert_int_equal(user_receives(p, 19), 19);
	assert_true(is_urgent(p));
	assert_int_equal(user_receives(p, 1), 1);
	assert_false(is_urgent(p));
}
