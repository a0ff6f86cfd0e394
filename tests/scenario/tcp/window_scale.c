/* SPDX-License-Identifier: MIT */
/* RFC 7323 2: the window scale option. */
#include "peer.h"

static void a_megabyte(struct tenon_config *config)
{
	config->behavior.receive_bytes = 1 << 20;
	config->behavior.send_bytes = 1 << 20;
}

static void no_scaling(struct tenon_config *config)
{
	config->behavior.window_scaling = false;
}

/* 2.2: the shift with which the whole buffer can be told. */
SCENARIO(a_syn_offers_the_scale_of_the_buffer)
{
	struct peer *p = peer_in(TCP_SYN_SENT, .change = a_megabyte);

	assert_true(p->got.options.present & TCP_HAS_WINDOW_SCALE);
	assert_int_equal(p->got.options.window_scale, 5);
	p = peer_in(TCP_SYN_SENT, .change = no_scaling);
	assert_int_equal(p->got.options.present & TCP_HAS_WINDOW_SCALE, 0);
}

/* 2.2: a SYN,ACK has it if the SYN had it. */
SCENARIO(a_syn_ack_offers_a_scale_if_it_was_offered_one)
{
	struct peer *p = peer_in(TCP_SYN_RECEIVED, .scaling = true, .scale = 2);

	assert_true(p->got.options.present & TCP_HAS_WINDOW_SCALE);
	p = peer_in(TCP_SYN_RECEIVED);
	assert_int_equal(p->got.options.present & TCP_HAS_WINDOW_SCALE, 0);
}

/* 2.3: the window of a SYN is never scaled, every other one is. */
SCENARIO(the_peers_window_is_scaled_but_in_its_syn)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .scaling = true, .scale = 3, .wnd = 2000);

	assert_int_equal(status_of(p).send_window, 2000);
	assert_int_equal(status_of(p).send_scale, 3);
	sends(p, .wnd = 2000);
	assert_int_equal(status_of(p).send_window, 16000);
	p = peer_in(TCP_SYN_RECEIVED, .scaling = true, .scale = 3);
	sends(p, .wnd = 100);
	p->socket = accepts(p);
	assert_int_equal(status_of(p).send_window, 800);
}

/* 2.3: beyond 14 it is taken for 14. */
SCENARIO(a_scale_beyond_14_is_taken_for_14)
{
	static const uint8_t fifteen[] = { 3, 3, 15, 0 };
	struct peer *p = peer_in(TCP_SYN_SENT);

	sends(p, .flags = SYN | ACK, .raw_options = { fifteen, 4 });
	sends(p, .wnd = 2);
	assert_int_equal(status_of(p).send_window, 2 << 14);
}

/* 2.2: if one side does not offer it, neither scales. */
SCENARIO(without_the_peers_offer_nothing_is_scaled)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = a_megabyte);

	assert_false(status_of(p).window_scaling);
	assert_int_equal(p->got.wnd, 65535);
	sends(p, .wnd = 1000);
	assert_int_equal(status_of(p).send_window, 1000);
	p = peer_in(TCP_ESTABLISHED, .change = no_scaling, .scaling = true, .scale = 4);
	sends(p, .wnd = 1000);
	assert_int_equal(status_of(p).send_window, 1000);
}

/* Our own windows are told in units of our scale. */
SCENARIO(our_window_is_told_in_units_of_our_scale)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = a_megabyte, .scaling = true);
	uint32_t wnd = (uint32_t)p->got.wnd << 5;

	assert_int_equal(status_of(p).receive_scale, 5);
	assert_true(wnd > 1000000 && wnd <= 1 << 20);
	assert_fate(sends(p, .seq = (int64_t)wnd - 100, .len = 100), DELIVERED);
	assert_fate(sends(p, .seq = (int64_t)wnd + 1, .len = 100), TCP_UNACCEPTABLE_SEQ);
}

/* A window wider than 65535 is used. */
SCENARIO(more_than_65535_octets_may_be_in_flight)
{
	struct peer *p =
		peer_in(TCP_ESTABLISHED, .change = a_megabyte, .scaling = true, .scale = 4);
	struct caught c;
	unsigned acks;

	assert_int_equal(user_sends(p, 600000), 600000);
	for (acks = 0; acks < 80; acks++) {
		assert_true(catches(p, &c));
		sends(p);
	}
	assert_true(status_of(p).in_flight > 65535);
}

/* 2.4: though our unit cannot express every number, the right edge does not go back. */
SCENARIO(rounding_does_not_take_back_what_was_offered)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .change = a_megabyte, .scaling = true);
	uint32_t edge = p->got.ack + ((uint32_t)p->got.wnd << 5);
	uint16_t len;

	for (len = 1; len < 60; len++) {
		sends(p, .len = len);
		passes(p, MILLISECONDS(40));
		gets_back(p, .ack = p->seq);
		assert_true(p->got.ack + ((uint32_t)p->got.wnd << 5) >= edge);
		edge = p->got.ack + ((uint32_t)p->got.wnd << 5);
	}
}
