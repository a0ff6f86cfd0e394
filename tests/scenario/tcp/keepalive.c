/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.8.4: keepalive. */
#include "peer.h"

enum { DAY_S = 24 * 3600 };

/* MUST-25: only who asks for it gets it. */
SCENARIO(an_idle_connection_is_silent)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	passes(p, SECONDS(10 * DAY_S));
	gets_nothing(p);
	still_in(p, TCP_ESTABLISHED);
}

/* MUST-24: the user asks; MUST-28: two hours unless it says otherwise; SHLD-12: without text. */
SCENARIO(after_two_idle_hours_a_probe_leaves)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sets(p, TENON_OPTION_KEEPALIVE, 1);
	passes(p, SECONDS(7200) - 1);
	gets_nothing(p);
	passes(p, 1);
	gets_back(p, .seq = 0, .ack = 1);
	gets_nothing(p);
}

/* MUST-26: idle means that nothing has come; MUST-27: the interval is the user's. */
SCENARIO(what_arrives_begins_the_interval_anew)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sets(p, TENON_OPTION_KEEP_IDLE, 10);
	sets(p, TENON_OPTION_KEEPALIVE, 1);
	passes(p, SECONDS(9));
	sends(p, .len = 10);
	passes(p, SECONDS(9));
	gets_back(p, .ack = 11);
	gets_nothing(p);
	passes(p, SECONDS(1));
	gets_back(p, .seq = 0, .ack = 11);
}

/* MUST-26: nor while text of ours is on its way, which is its own probe. */
SCENARIO(while_text_is_unacknowledged_there_is_no_probe)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sets(p, TENON_OPTION_KEEP_IDLE, 5);
	sets(p, TENON_OPTION_KEEPALIVE, 1);
	assert_int_equal(user_sends(p, 100), 100);
	passes(p, SECONDS(20));
	while (p->count > 0)
		gets_back(p, .seq = 1, .len = 100);
}

/* MUST-29: one probe that is lost does not end the connection. */
SCENARIO(a_lost_probe_is_not_the_end)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sets(p, TENON_OPTION_KEEP_IDLE, 10);
	sets(p, TENON_OPTION_KEEP_INTERVAL, 2);
	sets(p, TENON_OPTION_KEEP_COUNT, 3);
	sets(p, TENON_OPTION_KEEPALIVE, 1);
	passes(p, SECONDS(14));
	assert_int_equal(ignores(p), 3);
	still_in(p, TCP_ESTABLISHED);
	sends(p);
	passes(p, SECONDS(10) - 1);
	gets_nothing(p);
	passes(p, SECONDS(4) + 1);
	assert_int_equal(ignores(p), 3);
	still_in(p, TCP_ESTABLISHED);
}

/* Linux's way to end it: as many probes as the user set, then RST. */
SCENARIO(after_all_probes_are_lost_the_connection_ends)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	int i;

	sets(p, TENON_OPTION_KEEP_IDLE, 10);
	sets(p, TENON_OPTION_KEEP_INTERVAL, 2);
	sets(p, TENON_OPTION_KEEP_COUNT, 3);
	sets(p, TENON_OPTION_KEEPALIVE, 1);
	passes(p, SECONDS(16));
	for (i = 0; i < 3; i++)
		gets_back(p, .seq = 0, .ack = 1);
	gets_back(p, .flags = RST | ACK, .seq = 1, .ack = 1);
	now_in(p, TCP_CLOSED);
	assert_int_equal(p->cause.detail.timer.name, TENON_TIMER_KEEPALIVE);
	assert_result(tenon_take_error(p->socket), KEEPALIVE_TIMED_OUT);
}

/* The peer that still has the connection answers a probe; so do we. */
SCENARIO(a_probe_of_the_peers_is_answered)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .seq = p->seq - 1);
	gets_back(p, .seq = 1, .ack = 1);
	sends(p, .seq = p->seq - 1, .len = 1);
	gets_back(p, .seq = 1, .ack = 1);
	still_in(p, TCP_ESTABLISHED);
}
