/* SPDX-License-Identifier: MIT */
/* explain_test.c - the sentence of each kind of cause: what it must say, and that it is cut, not
 * overrun. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/explain.h"
#include "test.h"

static const struct tenon_ip peer6 = { { 0xfd, [15] = 9 } };

/* A cause of this kind about a connection to 10.1.0.9:443 that took 131 seconds. */
static struct tenon_cause cause_of(enum tenon_result result, enum tenon_cause_kind kind)
{
	return (struct tenon_cause){
		.result = result,
		.kind = kind,
		.since_us = 1000000,
		.at_us = 132100000,
		.peer = { .ip = tenon_ip4(10, 1, 0, 9), .port = 443 },
	};
}

static void says(const struct tenon_cause *cause, int error, const char *wanted)
{
	char sentence[512];

	explain_sentence(sentence, sizeof sentence, cause, error, "lab0");
	assert_string_equal(sentence, wanted);
}

TEST(a_reset_says_who_and_which_port)
{
	struct tenon_cause cause = cause_of(TENON_PEER_REFUSED, TENON_CAUSE_SEGMENT);

	cause.at_us = cause.since_us + 340;
	says(&cause, ECONNREFUSED,
	     "connect 10.1.0.9:443: ECONNREFUSED after 0.3 ms: 10.1.0.9 answered the SYN with "
	     "RST, so nothing listens on port 443 there");
}

TEST(a_timer_says_how_many_syns_and_where_to)
{
	struct tenon_cause cause = cause_of(TENON_OPEN_TIMED_OUT, TENON_CAUSE_TIMER);

	cause.transmissions = 11;
	says(&cause, ETIMEDOUT,
	     "connect 10.1.0.9:443: ETIMEDOUT after 131.1 s: 11 SYNs sent through lab0, none "
	     "answered (and no ICMP)");
	cause.transmissions = 1;
	cause.next_hop_known = 1;
	memcpy(cause.next_hop_mac, "\x02T\x00\x01\x02\xff", 6);
	says(&cause, ETIMEDOUT,
	     "connect 10.1.0.9:443: ETIMEDOUT after 131.1 s: 1 SYN sent through lab0, none "
	     "answered (and no ICMP); the next hop was resolved to 02:54:00:01:02:ff");
}

TEST(a_silent_neighbor_says_what_was_asked)
{
	struct tenon_cause cause = cause_of(TENON_NEIGHBOR_SILENT, TENON_CAUSE_NEIGHBOR);

	cause.detail.neighbor.next_hop = cause.peer.ip;
	cause.detail.neighbor.probes = 3;
	cause.since_us = 0;
	says(&cause, EHOSTUNREACH,
	     "connect 10.1.0.9:443: EHOSTUNREACH: nobody on lab0 answered ARP for 10.1.0.9 "
	     "(3 requests)");
	cause.peer.ip = peer6;
	cause.detail.neighbor.next_hop = peer6;
	cause.detail.neighbor.next_hop.octets[15] = 1;
	says(&cause, EHOSTUNREACH,
	     "connect [fd00::9]:443: EHOSTUNREACH: nobody on lab0 answered neighbor solicitation "
	     "for fd00::1 (3 requests), the gateway on the way there");
}

TEST(an_icmp_error_says_who_sent_it_and_its_numbers)
{
	struct tenon_cause cause = cause_of(TENON_ICMP_HOST_UNREACHABLE, TENON_CAUSE_ICMP);

	cause.detail.icmp.from = tenon_ip4(10, 1, 0, 1);
	cause.detail.icmp.type = 3;
	cause.detail.icmp.code = 1;
	says(&cause, EHOSTUNREACH,
	     "connect 10.1.0.9:443: EHOSTUNREACH after 131.1 s: 10.1.0.1 answered with ICMP \"host "
	     "unreachable\" (type 3, code 1)");
}

TEST(a_route_says_that_there_is_none_or_which_rejects)
{
	struct tenon_cause cause = cause_of(TENON_NO_ROUTE, TENON_CAUSE_ROUTE);

	cause.since_us = 0;
	says(&cause, ENETUNREACH,
	     "connect 10.1.0.9:443: ENETUNREACH: no route covers 10.1.0.9, nothing was sent");
	cause.result = TENON_ROUTE_PROHIBITED;
	cause.detail.route.found = 1;
	cause.detail.route.prefix = tenon_ip4(10, 0, 0, 0);
	cause.detail.route.prefix_len = 8;
	says(&cause, EACCES,
	     "connect 10.1.0.9:443: EACCES: a prohibit route covers the destination: the route to "
	     "10.0.0.0/8");
}

TEST(a_table_says_its_name_and_size)
{
	struct tenon_cause cause = cause_of(TENON_NO_PORT_LEFT, TENON_CAUSE_TABLE);

	cause.since_us = 0;
	cause.detail.table.name = "tcp ports";
	cause.detail.table.size = 28232;
	says(&cause, EADDRNOTAVAIL,
	     "connect 10.1.0.9:443: EADDRNOTAVAIL: every port of the local range is in use (tcp "
	     "ports: all 28232 in use)");
}

TEST(links_rules_and_calls_have_their_clause)
{
	struct tenon_cause cause = cause_of(TENON_LINK_DOWN, TENON_CAUSE_LINK);

	cause.since_us = 0;
	says(&cause, ENETUNREACH, "connect 10.1.0.9:443: ENETUNREACH: the link lab0 is down");
	cause.result = TENON_FILTER_DROPPED;
	cause.kind = TENON_CAUSE_RULE;
	cause.detail.rule.number = 4;
	says(&cause, EPERM,
	     "connect 10.1.0.9:443: EPERM: filter rule 4: an outgoing filter rule dropped "
	     "the packet");
	cause.result = TENON_BROADCAST_CONNECTION;
	cause.kind = TENON_CAUSE_NONE;
	says(&cause, ENETUNREACH,
	     "connect 10.1.0.9:443: ENETUNREACH: a connection cannot go to a broadcast address");
}

TEST(a_sentence_is_cut_where_its_room_ends)
{
	struct tenon_cause cause = cause_of(TENON_PEER_REFUSED, TENON_CAUSE_SEGMENT);
	char sentence[512], whole[512];
	size_t size;

	explain_sentence(whole, sizeof whole, &cause, ECONNREFUSED, "lab0");
	for (size = 1; size <= strlen(whole) + 1; size++) {
		memset(sentence, '#', sizeof sentence);
		explain_sentence(sentence, size, &cause, ECONNREFUSED, "lab0");
		assert_int_equal(strlen(sentence), size - 1);
		assert_memory_equal(sentence, whole, size - 1);
		assert_int_equal(sentence[size], '#');
	}
}
