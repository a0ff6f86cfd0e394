/* SPDX-License-Identifier: MIT */
/* RFC 9293 3.10.7.1: a segment arrives and there is no connection. */
#include "peer.h"

SCENARIO(a_rst_to_a_closed_port_is_not_answered)
{
	struct peer *p = peer_in(TCP_CLOSED);

	assert_fate(sends(p, .flags = RST, .seq = 500), TCP_RST_TO_CLOSED);
	assert_fate(sends(p, .flags = RST | ACK, .seq = 500, .ack = 7), TCP_RST_TO_CLOSED);
	gets_nothing(p);
}

/* 3.5.2, group 1: without ACK the RST has number 0 and acknowledges what it answers. */
SCENARIO(a_syn_to_a_closed_port_is_reset_with_an_ack_of_it)
{
	struct peer *p = peer_in(TCP_CLOSED);

	assert_fate(sends(p, .flags = SYN, .seq = 500), TCP_CLOSED_PORT);
	gets_back(p, .flags = RST | ACK, .seq = 0, .ack = 501, .wnd = 0);
	gets_nothing(p);
}

SCENARIO(text_and_fin_count_in_the_ack_of_the_rst)
{
	struct peer *p = peer_in(TCP_CLOSED);

	sends(p, .flags = FIN, .seq = 500, .len = 10);
	gets_back(p, .flags = RST | ACK, .seq = 0, .ack = 511);
	sends(p, .flags = SYN | FIN, .seq = 500, .len = 3);
	gets_back(p, .flags = RST | ACK, .seq = 0, .ack = 505);
}

SCENARIO(an_ack_to_a_closed_port_is_reset_at_its_own_number)
{
	struct peer *p = peer_in(TCP_CLOSED);

	assert_fate(sends(p, .seq = 500, .ack = 7777, .len = 3), TCP_CLOSED_PORT);
	gets_back(p, .flags = RST, .seq = 7777);
	sends(p, .flags = SYN | ACK, .seq = 500, .ack = 0xffffffff);
	gets_back(p, .flags = RST, .seq = 0xffffffff);
}

/* MUST-3 */
SCENARIO(a_segment_with_a_wrong_checksum_is_not_answered)
{
	struct peer *p = peer_in(TCP_CLOSED);

	assert_fate(sends(p, .flags = SYN, .seq = 500, .corrupt = true), TCP_CHECKSUM);
	gets_nothing(p);
}

SCENARIO(a_segment_from_port_0_is_not_answered)
{
	struct peer *p = peer_in(TCP_CLOSED);

	peer_turns_to(p, 0);
	assert_fate(sends(p, .flags = SYN), TCP_PORT_ZERO);
	gets_nothing(p);
}

static struct tenon_ip broadcast_or_multicast(const struct family *f)
{
	static const struct tenon_ip all_nodes = { { 0xff, 2, [15] = 1 } };

	return f->version == TENON_IP_V4 ? tenon_ip4(10, 1, 0, 255) : all_nodes;
}

/* MUST-57 */
SCENARIO(a_segment_to_a_broadcast_or_multicast_address_is_not_answered)
{
	struct peer *closed = peer_in(TCP_CLOSED), *p = peer_in_listen();
	struct tenon_ip everybody = broadcast_or_multicast(p->f);

	assert_string_not_equal(tenon_fate_name(sends(closed, .flags = SYN, .to = &everybody)),
				"TCP_CLOSED_PORT");
	gets_nothing(closed);
	assert_string_not_equal(tenon_fate_name(sends(p, .flags = SYN, .to = &everybody)),
				"DELIVERED");
	gets_nothing(p);
	still_in(p, TCP_CLOSED);
}

/* MUST-63: nor is one whose source cannot be anybody. */
SCENARIO(a_syn_from_a_broadcast_or_multicast_address_is_not_answered)
{
	struct peer *p = peer_in_listen();
	struct tenon_ip everybody = broadcast_or_multicast(p->f), unspecified = p->f->any;

	(void)sends(p, .flags = SYN, .from = &everybody);
	(void)sends(p, .flags = SYN, .from = &unspecified);
	gets_nothing(p);
	still_in(p, TCP_CLOSED);
}
