/* SPDX-License-Identifier: MIT */
/* What leaves while the peer's window is closed must stand where the peer still hears it: a probe's
 * octet moved SND.NXT beyond the window. Against Linux, both windows being closed, anything else is
 * the end of the exchange. */
#include "peer.h"

/* The peer has refused a probe's octet. */
static struct peer *probed(void)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sends(p, .wnd = 0);
	assert_int_equal(user_sends(p, 1000), 1000);
	gets_nothing(p);
	passes(p, MILLISECONDS(250));
	gets_back(p, .seq = 1, .len = 1);
	sends(p, .ack = 1, .wnd = 0);
	gets_nothing(p);
	return p;
}

SCENARIO(an_ack_does_not_stand_behind_the_probe)
{
	struct peer *p = probed();

	sends(p, .ack = 1, .wnd = 0, .len = 10);
	passes(p, MILLISECONDS(50));
	gets_back(p, .seq = 1, .ack = 11);
	sends(p, .ack = 1, .wnd = 5000);
	gets_back(p, .seq = 1, .len = 1000, .ack = 11);
}

SCENARIO(a_rst_does_not_stand_behind_the_probe)
{
	struct peer *p = probed();

	sets(p, TENON_OPTION_LINGER, 0);
	closes(p, p->socket);
	gets_back(p, .flags = RST | ACK, .seq = 1);
}

/* RFC 9293 3.8.6: the window was taken back over text that is in flight. */
SCENARIO(an_ack_does_not_stand_beyond_a_window_that_shrank)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 900), 900);
	gets_back(p, .seq = 1, .len = 900);
	sends(p, .ack = 1, .wnd = 300, .len = 10);
	passes(p, MILLISECONDS(50));
	gets_back(p, .seq = 301, .ack = 11);
}
