/* SPDX-License-Identifier: MIT */
#include "ip_neighbors.h"

#include <string.h>

static bool knows(const struct tenon_ip *ip)
{
	uint8_t mac[6];

	return neighbor_mac(&host.ip, LINK_LOOPBACK + 1, ip, mac);
}

BOTH(a_packet_waits_until_its_next_hop_has_answered)
{
	make_host_on(s);
	assert_int_equal(send_datagram(&s->peer, 7), TENON_OK);
	solicitation_left(&s->peer, NULL);
	nothing_left();
	assert_int_equal(host.trace.counts[FATE_NEIGHBOR_WAITS], 1);
	assert_int_not_equal(hears_claim(s, &s->peer, &peer_mac, true), FATE_PASS);
	datagram_left(&peer_mac, 7);
	assert_true(knows(&s->peer));
	assert_int_equal(send_datagram(&s->peer, 8), TENON_OK);
	datagram_left(&peer_mac, 8);
	nothing_left();
}

BOTH(what_waits_leaves_in_its_order)
{
	make_host_on(s);
	for (uint8_t tag = 1; tag <= 3; tag++)
		assert_int_equal(send_datagram(&s->peer, tag), TENON_OK);
	solicitation_left(&s->peer, NULL);
	nothing_left();
	(void)hears_claim(s, &s->peer, &peer_mac, true);
	for (uint8_t tag = 1; tag <= 3; tag++)
		datagram_left(&peer_mac, tag);
	nothing_left();
}

BOTH(a_fourth_packet_makes_the_oldest_give_way)
{
	make_host_on(s);
	for (uint8_t tag = 1; tag <= 4; tag++)
		assert_int_equal(send_datagram(&s->peer, tag), TENON_OK);
	assert_int_equal(host.trace.counts[FATE_NEIGHBOR_QUEUE_FULL], 1);
	solicitation_left(&s->peer, NULL);
	(void)hears_claim(s, &s->peer, &peer_mac, true);
	for (uint8_t tag = 2; tag <= 4; tag++)
		datagram_left(&peer_mac, tag);
	nothing_left();
}

BOTH(without_a_place_to_wait_the_neighbors_own_oldest_gives_way)
{
	make_host_on(s);
	for (uint8_t tag = 1; tag <= 3; tag++)
		assert_int_equal(send_datagram(&s->peer, tag), TENON_OK);
	for (uint8_t tag = 4; tag <= 6; tag++)
		assert_int_equal(send_datagram(&s->other, tag), TENON_OK);
	assert_int_equal(host.trace.counts[FATE_NEIGHBOR_QUEUE_FULL], 1);
	solicitation_left(&s->peer, NULL);
	solicitation_left(&s->other, NULL);
	(void)hears_claim(s, &s->other, &peer_mac, true);
	datagram_left(&peer_mac, 5);
	datagram_left(&peer_mac, 6);
	(void)hears_claim(s, &s->peer, &peer_mac, true);
	for (uint8_t tag = 1; tag <= 3; tag++)
		datagram_left(&peer_mac, tag);
	assert_int_equal(neighbor_pool_use(&host.ip, 1).used, 0);
}

BOTH(a_silent_neighbor_is_asked_three_times_and_reported)
{
	struct icmp_report report;
	struct tenon_cause *cause;

	make_host_on(s);
	assert_int_equal(send_datagram(&s->far, 9), TENON_OK);
	wait_us(2999999);
	assert_false(ip_take_silence(&host.ip, &report));
	wait_us(1);
	for (int i = 0; i < 3; i++)
		solicitation_left(&s->gateway, NULL);
	nothing_left();
	assert_true(ip_take_silence(&host.ip, &report));
	assert_int_equal(report.result, TENON_NEIGHBOR_SILENT);
	assert_true(tenon_ip_equal(&report.local, &s->us));
	assert_true(tenon_ip_equal(&report.peer, &s->far));
	assert_int_equal(report.protocol, IP_PROTOCOL_UDP);
	assert_int_equal(report.quoted.at[0], 9);
	cause = icmp_report_cause(&report, &host.trace);
	assert_int_equal(cause->kind, TENON_CAUSE_NEIGHBOR);
	assert_true(tenon_ip_equal(&cause->detail.neighbor.next_hop, &s->gateway));
	assert_int_equal(cause->detail.neighbor.probes, 3);
	assert_false(ip_take_silence(&host.ip, &report));
	assert_int_equal(host.trace.counts[FATE_NEIGHBOR_SILENT], 1);
	assert_int_equal(neighbor_pool_use(&host.ip, 0).used, 0);
	assert_int_equal(neighbor_pool_use(&host.ip, 1).used, 0);
}

BOTH(each_packet_that_waited_in_vain_is_reported)
{
	struct icmp_report report;

	make_host_on(s);
	for (uint8_t tag = 1; tag <= 3; tag++)
		assert_int_equal(send_datagram(&s->peer, tag), TENON_OK);
	wait_us(3000000);
	for (uint8_t tag = 1; tag <= 3; tag++) {
		assert_true(ip_take_silence(&host.ip, &report));
		assert_int_equal(report.quoted.at[0], tag);
	}
	assert_false(ip_take_silence(&host.ip, &report));
}

BOTH(after_a_silence_the_next_packet_asks_anew)
{
	make_host_on(s);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	wait_us(3000000);
	for (int i = 0; i < 3; i++)
		solicitation_left(&s->peer, NULL);
	assert_int_equal(send_datagram(&s->peer, 2), TENON_OK);
	solicitation_left(&s->peer, NULL);
	(void)hears_claim(s, &s->peer, &peer_mac, true);
	datagram_left(&peer_mac, 2);
	nothing_left();
}

/* RFC 4861 7.3.3: STALE, used: DELAY; five seconds later PROBE, to the one who had it. */
BOTH(a_stale_neighbor_in_use_is_checked_after_five_seconds)
{
	make_host_on(s);
	know_peer(s);
	wait_us(46000000);
	nothing_left();
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	datagram_left(&peer_mac, 1);
	wait_us(4999999);
	nothing_left();
	wait_us(1);
	solicitation_left(&s->peer, &peer_mac);
	(void)hears_claim(s, &s->peer, &peer_mac, true);
	wait_us(10000000);
	nothing_left();
	assert_true(knows(&s->peer));
}

BOTH(a_neighbor_that_answers_no_probe_is_forgotten)
{
	make_host_on(s);
	know_peer(s);
	wait_us(46000000);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	datagram_left(&peer_mac, 1);
	wait_us(8000000);
	for (int i = 0; i < 3; i++)
		solicitation_left(&s->peer, &peer_mac);
	assert_false(knows(&s->peer));
	assert_int_equal(send_datagram(&s->peer, 2), TENON_OK);
	solicitation_left(&s->peer, NULL);
}

BOTH(a_neighbor_in_use_and_reachable_is_not_asked_again)
{
	make_host_on(s);
	know_peer(s);
	wait_us(14000000);
	assert_int_equal(send_datagram(&s->peer, 1), TENON_OK);
	datagram_left(&peer_mac, 1);
	wait_us(60000000);
	nothing_left();
}

BOTH(who_asks_for_us_is_known_at_once)
{
	make_host_on(s);
	(void)hears_question(&s->us, &s->peer, &peer_mac);
	(void)take_frame();
	assert_int_equal(send_datagram(&s->peer, 4), TENON_OK);
	datagram_left(&peer_mac, 4);
}

BOTH(a_neighbor_that_moved_is_reached_at_its_new_mac)
{
	make_host_on(s);
	know_peer(s);
	(void)hears_claim(s, &s->peer, &new_mac, false);
	assert_int_equal(send_datagram(&s->peer, 5), TENON_OK);
	datagram_left(&new_mac, 5);
	wait_us(5000000);
	solicitation_left(&s->peer, &new_mac);
}

BOTH(the_least_recently_used_neighbor_gives_way)
{
	struct tenon_ip ip = s->peer;

	make_host_on(s);
	for (uint8_t i = 10; i < 14; i++) {
		ip.octets[15] = i;
		(void)hears_question(&s->us, &ip, &peer_mac);
		(void)take_frame();
	}
	ip.octets[15] = 10;
	assert_int_equal(send_datagram(&ip, 1), TENON_OK);
	datagram_left(&peer_mac, 1);
	ip.octets[15] = 14;
	(void)hears_question(&s->us, &ip, &peer_mac);
	assert_true(knows(&ip));
	ip.octets[15] = 10;
	assert_true(knows(&ip));
	ip.octets[15] = 11;
	assert_false(knows(&ip));
}

BOTH(a_scan_of_the_subnet_leaves_half_of_the_table_alone)
{
	struct tenon_ip ip = s->peer;

	make_host_on(s);
	know_peer(s);
	for (uint8_t i = 20; i < 60; i++) {
		ip.octets[15] = i;
		(void)send_datagram(&ip, i);
	}
	assert_true(knows(&s->peer));
	assert_int_equal(send_datagram(&ip, 1), TENON_NO_MEMORY);
	assert_true(host.trace.counts[FATE_NEIGHBOR_TABLE_FULL] >= 37);
}

BOTH(a_link_that_goes_down_forgets_its_neighbors)
{
	struct link *link = make_host_on(s);

	know_peer(s);
	assert_int_equal(send_datagram(&s->other, 1), TENON_OK);
	link->is_up = false;
	ip_link_changed(&host.ip, link);
	assert_false(knows(&s->peer));
	assert_int_equal(host.trace.counts[FATE_LINK_DOWN], 1);
	assert_int_equal(neighbor_pool_use(&host.ip, 0).used, 0);
	assert_int_equal(neighbor_pool_use(&host.ip, 1).used, 0);
	assert_true(timers_next(&host.timers) == NEVER);
}

BOTH(a_parked_packet_leaves_with_a_whole_checksum)
{
	struct ip_flow flow = { .destination = s->peer, .protocol = IP_PROTOCOL_UDP };
	struct link *link = make_host_on(s);
	struct packet p;
	struct sent sent;

	link->facts.offload = TENON_OFFLOAD_CHECKSUM;
	assert_int_equal(ip_route(&host.ip, &flow), TENON_OK);
	packet_init(&p, NULL, 0);
	memset(packet_push(&p, UDP_LEN), 3, UDP_LEN);
	p.offload = TENON_OFFLOAD_CHECKSUM;
	p.transport = p.head;
	p.checksum_offset = 6;
	put16(p.headroom + p.head + 6, (uint16_t)~checksum_finish(ip_pseudo_sum(&flow, UDP_LEN)));
	assert_int_equal(ip_send(&host.ip, &flow, &p), TENON_OK);
	solicitation_left(&s->peer, NULL);
	(void)hears_claim(s, &s->peer, &peer_mac, true);
	sent = take_sent();
	assert_int_equal(checksum_finish(checksum_add(ip_pseudo_sum(&flow, UDP_LEN),
						      sent.payload.at, sent.payload.len)),
			 0);
}
