/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.4, second: check the RST bit; RFC 5961 3. */
#include "peer.h"

/* MUST-12: the connection is aborted and its user told. */
SCENARIO(an_exact_rst_resets)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_fate(sends(p, .flags = RST), TCP_RESET);
	gets_nothing(p);
	now_in(p, TCP_CLOSED);
	assert_result(tenon_take_error(p->socket), PEER_RESET);
}
