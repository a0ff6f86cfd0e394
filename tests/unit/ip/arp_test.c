/* SPDX-License-Identifier: MIT */
#include "ip_neighbors.h"

static const struct side *s = &sides[0];

static bool knows(const struct tenon_ip *ip)
{
	uint8_t mac[6];

	return neighbor_mac(&host.ip, LINK_LOOPBACK + 1, ip, mac);
}

static enum fate hears(struct arp_packet arp)
{
	struct frame frame = arp_frame(&arp);

	return receives_frame(&frame);
}

TEST(a_request_for_us_is_answered_to_who_asked)
{
	struct arp_packet reply;
	struct sent sent;

	make_host_on(s);
	assert_int_equal(hears_question(&s->us, &s->peer, &peer_mac), FATE_ARP_REQUEST);
	sent = take_sent();
	assert_true(mac_equal(sent.ethernet.destination, peer_mac));
	assert_true(mac_equal(sent.ethernet.source, our_mac));
	assert_int_equal(arp_parse(&reply, sent.packet), FATE_PASS);
	assert_int_equal(reply.operation, ARP_REPLY);
	assert_true(mac_equal(reply.sender_mac, our_mac) && mac_equal(reply.target_mac, peer_mac));
	assert_true(tenon_ip_equal(&reply.sender_ip, &s->us));
	assert_true(tenon_ip_equal(&reply.target_ip, &s->peer));
	nothing_left();
}

TEST(a_request_for_another_host_is_not_answered_and_teaches_nothing_new)
{
	make_host_on(s);
	assert_int_equal(hears_question(&s->other, &s->peer, &peer_mac), FATE_ARP_NOT_FOR_US);
	assert_false(knows(&s->peer));
	nothing_left();
}

/* RFC 826: Merge_flag. */
TEST(a_request_for_another_host_brings_a_known_sender_up_to_date)
{
	make_host_on(s);
	know_peer(s);
	assert_int_equal(hears_question(&s->other, &s->peer, &new_mac), FATE_ARP_NOT_FOR_US);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	datagram_left(&new_mac, 1);
}

TEST(the_loopback_is_nobody_elses_to_ask_for)
{
	make_host_on(s);
	assert_int_equal(hears_question(&s->loopback, &s->peer, &peer_mac), FATE_ARP_NOT_FOR_US);
	nothing_left();
}

TEST(a_reply_that_nobody_asked_for_makes_no_entry)
{
	make_host_on(s);
	assert_int_equal(hears_claim(s, &s->peer, &peer_mac, true), FATE_ARP_NOT_FOR_US);
	assert_false(knows(&s->peer));
}

/* RFC 5227 2.1.1: a probe has no sender address; whoever has the address says so. */
TEST(a_probe_for_our_address_is_answered_and_not_learnt)
{
	make_host_on(s);
	assert_int_equal(hears_question(&s->us, &s->any, &peer_mac), FATE_ARP_REQUEST);
	assert_int_equal(take_sent().ethernet.type, ETHERTYPE_ARP);
	assert_int_equal(neighbor_pool_use(&host.ip, 0).used, 0);
}

TEST(an_impossible_sender_is_not_believed)
{
	struct arp_packet arp = { ARP_REQUEST, peer_mac, { { 0 } }, s->peer, s->us }, bad;
	struct tenon_ip senders[] = { s->us, V4(224, 0, 0, 9), V4(255, 255, 255, 255),
				      V4(10, 0, 0, 255), V4(127, 0, 0, 5) };
	unsigned i;

	make_host_on(s);
	for (i = 0; i < 5; i++) {
		bad = arp;
		bad.sender_ip = senders[i];
		assert_int_equal(hears(bad), FATE_ARP_BAD_SENDER);
	}
	bad = arp;
	bad.sender_mac = mac_broadcast();
	assert_int_equal(hears(bad), FATE_ARP_BAD_SENDER);
	bad = arp;
	bad.operation = ARP_REPLY;
	bad.sender_ip = s->any;
	assert_int_equal(hears(bad), FATE_ARP_NOT_FOR_US);
	assert_int_equal(neighbor_pool_use(&host.ip, 0).used, 0);
	nothing_left();
}

TEST(an_unknown_operation_is_of_no_kind_we_know)
{
	make_host_on(s);
	assert_int_equal(hears((struct arp_packet){ 3, peer_mac, our_mac, s->peer, s->us }),
			 FATE_ARP_KIND);
}

TEST(a_gratuitous_reply_moves_a_neighbor_but_does_not_vouch_for_it)
{
	make_host_on(s);
	know_peer(s);
	assert_int_equal(hears_claim(s, &s->peer, &new_mac, false), FATE_ARP_REPLY);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	datagram_left(&new_mac, 1);
	wait_us(5000000);
	solicitation_left(&s->peer, &new_mac);
}
