/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>

#include "filter/track.h"
#include "wire/tcp.h"

enum { LIMIT = 4 };

struct world {
	struct track track;
	struct timers timers;
	struct random random;
	void *memory;
};

static void begin(struct world *w)
{
	size_t size = arena_sum(track_need(LIMIT), timers_need(1));
	struct arena arena;

	*w = (struct world){ .memory = aligned_alloc(16, size) };
	assert_non_null(w->memory);
	arena_init(&arena, w->memory, size);
	random_init(&w->random, (struct siphash_key){ 1, 2 });
	timers_init(&w->timers, &arena, 1, 0);
	w->track.timers = &w->timers;
	track_init(&w->track, &arena, LIMIT, &w->random);
	assert_int_equal(arena.left, 0);
}

static void end(struct world *w)
{
	free(w->memory);
}

static struct filter_subject packet(uint8_t protocol, uint16_t port, bool is_ours)
{
	struct tenon_ip us = tenon_ip4(10, 0, 0, 1), them = tenon_ip4(10, 0, 0, 2);

	return (struct filter_subject){ .source = is_ours ? us : them,
					.destination = is_ours ? them : us,
					.source_port = is_ours ? port : 80,
					.destination_port = is_ours ? 80 : port,
					.protocol = protocol };
}

/* The packet's state; it passes. */
static unsigned passes(struct world *w, struct filter_subject s)
{
	struct conversation *c = track_find(&w->track, &s, NULL);

	track_note(&w->track, c, &s);
	return s.state;
}

static unsigned tcp(struct world *w, uint16_t port, bool is_ours, uint8_t flags)
{
	struct filter_subject s = packet(6, port, is_ours);

	s.tcp_flags = flags;
	return passes(w, s);
}

static unsigned udp(struct world *w, uint16_t port, bool is_ours)
{
	return passes(w, packet(17, port, is_ours));
}

TEST(a_packet_that_does_not_pass_is_not_remembered)
{
	struct world w;
	struct filter_subject s = packet(17, 1, true);

	begin(&w);
	assert_null(track_find(&w.track, &s, NULL));
	assert_int_equal(s.state, TENON_FILTER_NEW);
	assert_int_equal(w.track.pool.used, 0);
	assert_int_equal(udp(&w, 1, true), TENON_FILTER_NEW);
	assert_int_equal(w.track.pool.used, 1);
	end(&w);
}

TEST(a_conversation_is_established_by_its_answer)
{
	struct world w;

	begin(&w);
	assert_int_equal(tcp(&w, 1, true, TCP_SYN), TENON_FILTER_NEW);
	assert_int_equal(tcp(&w, 1, true, TCP_SYN), TENON_FILTER_NEW);
	assert_int_equal(tcp(&w, 1, false, TCP_SYN | TCP_ACK), TENON_FILTER_ESTABLISHED);
	assert_int_equal(tcp(&w, 1, true, TCP_ACK), TENON_FILTER_ESTABLISHED);
	assert_int_equal(tcp(&w, 2, true, TCP_ACK), TENON_FILTER_INVALID);
	assert_int_equal(tcp(&w, 2, false, TCP_SYN | TCP_ACK), TENON_FILTER_INVALID);
	assert_int_equal(tcp(&w, 2, true, TCP_RST), TENON_FILTER_INVALID);
	assert_int_equal(w.track.pool.used, 1);
	end(&w);
}

/* Days while it is open, two minutes after FIN, ten seconds after RST; then it is unknown. */
TEST(what_is_over_is_forgotten)
{
	struct world w;

	begin(&w);
	tcp(&w, 1, true, TCP_SYN);
	tcp(&w, 1, false, TCP_SYN | TCP_ACK);
	tcp(&w, 1, true, TCP_ACK);
	w.timers.now += 431999 * SECOND_US;
	assert_int_equal(tcp(&w, 1, false, TCP_ACK), TENON_FILTER_ESTABLISHED);
	assert_int_equal(tcp(&w, 1, false, TCP_FIN | TCP_ACK), TENON_FILTER_ESTABLISHED);
	assert_int_equal(tcp(&w, 1, true, TCP_ACK), TENON_FILTER_ESTABLISHED);
	w.timers.now += 119 * SECOND_US;
	assert_int_equal(tcp(&w, 1, true, TCP_RST), TENON_FILTER_ESTABLISHED);
	w.timers.now += 10 * SECOND_US;
	assert_int_equal(tcp(&w, 1, false, TCP_ACK), TENON_FILTER_INVALID);
	assert_int_equal(w.track.pool.used, 0);
	end(&w);
}

TEST(ports_can_be_used_anew_after_the_end)
{
	struct world w;

	begin(&w);
	tcp(&w, 1, true, TCP_SYN);
	tcp(&w, 1, false, TCP_RST | TCP_ACK);
	assert_int_equal(tcp(&w, 1, true, TCP_SYN), TENON_FILTER_NEW);
	assert_int_equal(tcp(&w, 1, false, TCP_SYN | TCP_ACK), TENON_FILTER_ESTABLISHED);
	end(&w);
}

/* Openings that are answered by us but never acknowledged do not push out what is open. */
TEST(a_flood_of_openings_leaves_what_is_open)
{
	struct world w;
	uint16_t port;

	begin(&w);
	tcp(&w, 1, true, TCP_SYN);
	tcp(&w, 1, false, TCP_SYN | TCP_ACK);
	tcp(&w, 1, true, TCP_ACK);
	for (port = 2; port < 50; port++) {
		assert_int_equal(tcp(&w, port, false, TCP_SYN), TENON_FILTER_NEW);
		assert_int_equal(tcp(&w, port, true, TCP_SYN | TCP_ACK), TENON_FILTER_ESTABLISHED);
	}
	assert_int_equal(w.track.pool.used, LIMIT);
	assert_int_equal(tcp(&w, 1, false, TCP_ACK), TENON_FILTER_ESTABLISHED);
	assert_int_equal(tcp(&w, 2, true, TCP_ACK), TENON_FILTER_INVALID);
	end(&w);
}

TEST(when_all_are_answered_no_more_are_remembered)
{
	struct world w;
	uint16_t port;

	begin(&w);
	for (port = 1; port <= LIMIT; port++) {
		udp(&w, port, true);
		udp(&w, port, false);
	}
	assert_int_equal(udp(&w, 9, true), TENON_FILTER_NEW);
	assert_int_equal(udp(&w, 9, false), TENON_FILTER_NEW);
	w.timers.now += 120 * SECOND_US;
	assert_int_equal(udp(&w, 9, true), TENON_FILTER_NEW);
	assert_int_equal(udp(&w, 9, false), TENON_FILTER_ESTABLISHED);
	end(&w);
}

TEST(only_an_echo_request_begins_an_exchange_of_icmp)
{
	struct world w;
	struct filter_subject request = packet(1, 80, true), reply = packet(1, 80, false);

	begin(&w);
	request.icmp_type = 8;
	assert_int_equal(passes(&w, reply), TENON_FILTER_INVALID);
	assert_int_equal(passes(&w, request), TENON_FILTER_NEW);
	assert_int_equal(passes(&w, reply), TENON_FILTER_ESTABLISHED);
	reply.source_port = reply.destination_port = 81;
	assert_int_equal(passes(&w, reply), TENON_FILTER_INVALID);
	end(&w);
}

TEST(an_error_is_related_to_what_it_quotes)
{
	struct world w;
	struct filter_subject error = packet(1, 0, false), quoted = packet(17, 1, true);

	begin(&w);
	error.is_icmp_error = true;
	(void)track_find(&w.track, &error, &quoted);
	assert_int_equal(error.state, TENON_FILTER_INVALID);
	udp(&w, 1, true);
	(void)track_find(&w.track, &error, &quoted);
	assert_int_equal(error.state, TENON_FILTER_RELATED);
	(void)track_find(&w.track, &error, NULL);
	assert_int_equal(error.state, TENON_FILTER_INVALID);
	end(&w);
}

TEST(neighbors_talk_is_untracked)
{
	static const uint8_t types[] = { 130, 133, 135, 137, 143 };
	struct world w;
	size_t i;

	begin(&w);
	for (i = 0; i < sizeof types; i++) {
		struct filter_subject s = packet(58, 0, true);

		s.icmp_type = types[i];
		assert_int_equal(passes(&w, s), TENON_FILTER_UNTRACKED);
	}
	assert_int_equal(w.track.pool.used, 0);
	end(&w);
}
