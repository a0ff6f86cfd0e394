/* SPDX-License-Identifier: MIT */
#include "ip_neighbors.h"

static const struct side *s = &sides[1];
static const struct tenon_ip our_group = { { 0xff, 2, [11] = 1, [12] = 0xff, [15] = 1 } };
static const struct tenon_ip all_nodes = { { 0xff, 2, [15] = 1 } };

static bool knows(const struct tenon_ip *ip)
{
	uint8_t mac[6];

	return neighbor_mac(&host.ip, LINK_LOOPBACK + 1, ip, mac);
}

static enum fate hears(const struct ndp_message *message, const struct tenon_ip *from,
		       const struct tenon_ip *to)
{
	struct frame frame = ndp_frame(message, from, to, 255);

	return receives_frame(&frame);
}

static struct ndp_message question(void)
{
	return (struct ndp_message){ .type = NDP_NEIGHBOR_SOLICITATION,
				     .target = s->us,
				     .options = { .has_source_mac = true,
						  .source_mac = peer_mac } };
}

static struct ndp_message claim(const struct mac *mac, bool solicited, bool override)
{
	return (struct ndp_message){ .type = NDP_NEIGHBOR_ADVERTISEMENT,
				     .target = s->peer,
				     .solicited = solicited,
				     .override = override,
				     .options = { .has_target_mac = true, .target_mac = *mac } };
}

TEST(a_solicitation_for_us_is_answered_to_who_asked)
{
	struct ndp_message asked = question(), answer;
	struct sent sent;

	make_host_on(s);
	assert_int_equal(hears(&asked, &s->peer, &our_group), FATE_NDP_SOLICITATION);
	sent = take_sent();
	answer = ndp_of(&sent);
	assert_true(mac_equal(sent.ethernet.destination, peer_mac));
	assert_true(tenon_ip_equal(&sent.source, &s->us));
	assert_true(tenon_ip_equal(&sent.destination, &s->peer));
	assert_int_equal(answer.type, NDP_NEIGHBOR_ADVERTISEMENT);
	assert_true(answer.solicited && answer.override && !answer.is_router);
	assert_true(mac_equal(answer.options.target_mac, our_mac));
	assert_true(knows(&s->peer));
	nothing_left();
}

/* RFC 4861 7.2.4: who has no address is answered through the group of all, unsolicited. */
TEST(a_solicitation_without_sender_is_answered_to_all)
{
	struct ndp_message asked = question(), answer;
	struct sent sent;

	make_host_on(s);
	asked.options.has_source_mac = false;
	assert_int_equal(hears(&asked, &s->any, &our_group), FATE_NDP_SOLICITATION);
	sent = take_sent();
	answer = ndp_of(&sent);
	assert_true(tenon_ip_equal(&sent.destination, &all_nodes));
	assert_false(answer.solicited);
	assert_int_equal(neighbor_pool_use(&host.ip, 0).used, 0);
}

/* RFC 4861 7.1.1. */
TEST(a_solicitation_that_fails_the_validity_checks_is_discarded)
{
	struct ndp_message asked = question();
	struct frame far_off;

	make_host_on(s);
	assert_int_equal(hears(&asked, &s->any, &our_group), FATE_NDP_INVALID);
	asked.options.has_source_mac = false;
	assert_int_equal(hears(&asked, &s->any, &s->us), FATE_NDP_INVALID);
	asked = question();
	far_off = ndp_frame(&asked, &s->peer, &our_group, 254);
	assert_int_equal(receives_frame(&far_off), FATE_NDP_INVALID);
	nothing_left();
	assert_int_equal(neighbor_pool_use(&host.ip, 0).used, 0);
}

TEST(a_solicitation_for_another_host_is_not_answered)
{
	struct ndp_message asked = question();
	struct tenon_ip twin = s->us;

	make_host_on(s);
	twin.octets[7] = 44;
	asked.target = twin;
	assert_int_equal(hears(&asked, &s->peer, &our_group), FATE_NDP_NOT_FOR_US);
	nothing_left();
}

/* RFC 4861 7.2.5: without the override bit a known MAC stays, and is doubted. */
TEST(an_advertisement_without_override_does_not_move_a_neighbor)
{
	struct ndp_message other = claim(&new_mac, true, false);

	make_host_on(s);
	know_peer(s);
	assert_int_equal(hears(&other, &s->peer, &s->us), FATE_NDP_ADVERTISEMENT);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	datagram_left(&peer_mac, 1);
	wait_us(5000000);
	solicitation_left(&s->peer, &peer_mac);
}

TEST(a_solicited_override_moves_a_neighbor_and_vouches_for_it)
{
	struct ndp_message other = claim(&new_mac, true, true);

	make_host_on(s);
	know_peer(s);
	assert_int_equal(hears(&other, &s->peer, &s->us), FATE_NDP_ADVERTISEMENT);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	datagram_left(&new_mac, 1);
	wait_us(14000000);
	nothing_left();
}

TEST(an_advertisement_without_mac_leaves_the_question_open)
{
	struct ndp_message nameless = claim(&peer_mac, true, true);

	make_host_on(s);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	solicitation_left(&s->peer, NULL);
	nameless.options.has_target_mac = false;
	assert_int_equal(hears(&nameless, &s->peer, &s->us), FATE_NDP_ADVERTISEMENT);
	nothing_left();
	assert_false(knows(&s->peer));
}

/* RFC 4861 7.1.2. */
TEST(an_advertisement_to_all_cannot_be_solicited)
{
	struct ndp_message answer = claim(&peer_mac, true, true);

	make_host_on(s);
	assert_int_equal(hears(&answer, &s->peer, &all_nodes), FATE_NDP_INVALID);
}

TEST(an_advertisement_of_a_groups_mac_is_discarded)
{
	const struct mac group = { { 0x33, 0x33, 0, 0, 0, 1 } };
	struct ndp_message answer = claim(&group, true, true);

	make_host_on(s);
	assert_int_equal(hears(&answer, &s->peer, &s->us), FATE_NDP_INVALID);
}

TEST(an_advertisement_that_nobody_asked_for_makes_no_entry)
{
	struct ndp_message answer = claim(&peer_mac, true, true);

	make_host_on(s);
	assert_int_equal(hears(&answer, &s->peer, &s->us), FATE_NDP_IGNORED);
	assert_false(knows(&s->peer));
}

TEST(routers_and_redirects_do_not_change_our_routes)
{
	static const uint8_t types[] = { NDP_ROUTER_ADVERTISEMENT, NDP_REDIRECT };
	struct tenon_ip router = { { 0xfe, 0x80, [15] = 0xfe } };
	uint32_t generation;
	unsigned i;

	make_host_on(s);
	generation = host.ip.generation;
	for (i = 0; i < 2; i++) {
		struct ndp_message message = { .type = types[i],
					       .target = router,
					       .destination = s->far,
					       .router = { .lifetime_s = 1800 } };

		assert_int_equal(hears(&message, &router, i == 0 ? &all_nodes : &s->us),
				 FATE_NDP_IGNORED);
	}
	assert_int_equal(host.ip.generation, generation);
}

TEST(a_solicitation_goes_to_the_targets_group)
{
	struct tenon_ip group = { { 0xff, 2, [11] = 1, [12] = 0xff, [15] = 2 } };
	struct mac mac = { { 0x33, 0x33, 0xff, 0, 0, 2 } };
	struct sent sent;

	make_host_on(s);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	sent = take_sent();
	assert_true(tenon_ip_equal(&sent.destination, &group));
	assert_true(mac_equal(sent.ethernet.destination, mac));
	assert_true(tenon_ip_equal(&sent.source, &s->us));
}
