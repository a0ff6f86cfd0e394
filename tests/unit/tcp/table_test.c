/* SPDX-License-Identifier: MIT */
/* Ports and four-tuples, beside a search through all who hold them. */
#include "bench.h"

enum { HOLDERS = 16, QUESTIONS = 4000 };

static const struct tenon_ip any6 = { { 0 } };

static struct tenon_ip any4(void)
{
	return tenon_ip4(0, 0, 0, 0);
}

static struct tenon_ip own(unsigned n)
{
	return tenon_ip4(10, 0, 0, (uint8_t)n);
}

static struct tcp_claim claim(struct tenon_ip ip, uint16_t number, unsigned hold)
{
	return (struct tcp_claim){ .ip = ip, .number = number, .hold = (uint8_t)hold };
}

static bool conflicts(struct bench *b, struct tenon_ip ip, uint16_t number, unsigned hold)
{
	struct tcp_claim wanted = claim(ip, number, hold);

	return tcp_port_conflicts(b->tcp, &wanted);
}

static struct tcp_port *hold(struct bench *b, struct tenon_ip ip, uint16_t number, unsigned how)
{
	struct tcp_claim wanted = claim(ip, number, how);

	return tcp_port_hold(b->tcp, &wanted);
}

TEST(a_held_port_conflicts_where_addresses_overlap)
{
	struct bench *b = bench_new(16, 4, 256);
	struct tcp_port *p = hold(b, own(1), 80, HOLD_BOUND);

	assert_true(conflicts(b, own(1), 80, 0));
	assert_true(conflicts(b, any4(), 80, 0));
	assert_true(conflicts(b, any6, 80, 0));
	assert_false(conflicts(b, own(2), 80, 0));
	assert_false(conflicts(b, own(1), 81, 0));
	tcp_port_release(b->tcp, p, HOLD_BOUND);
	assert_false(conflicts(b, own(1), 80, 0));
	assert_int_equal(b->tcp->ports.used, 0);
	bench_end(b);
}

TEST(v6_only_keeps_ipv4_apart)
{
	struct bench *b = bench_new(16, 4, 256);
	struct tcp_claim only = claim(any6, 80, 0);

	only.v6_only = true;
	(void)hold(b, any4(), 80, HOLD_BOUND);
	assert_true(conflicts(b, any6, 80, 0));
	assert_false(tcp_port_conflicts(b->tcp, &only));
	assert_non_null(tcp_port_hold(b->tcp, &only));
	assert_true(conflicts(b, (struct tenon_ip){ { 0xfd, [15] = 1 } }, 80, 0));
	bench_end(b);
}

/* Linux: SO_REUSEADDR on both, and none listens. */
TEST(reuse_address_shares_with_all_but_listeners)
{
	struct bench *b = bench_new(16, 4, 256);
	struct tcp_port *p = hold(b, own(1), 80, HOLD_REUSE);

	assert_true(conflicts(b, own(1), 80, 0));
	assert_false(conflicts(b, own(1), 80, HOLD_REUSE));
	(void)hold(b, own(1), 80, HOLD_REUSE | HOLD_LISTENING);
	assert_true(conflicts(b, own(1), 80, HOLD_REUSE));
	tcp_port_release(b->tcp, p, HOLD_REUSE | HOLD_LISTENING);
	assert_false(conflicts(b, own(1), 80, HOLD_REUSE));
	(void)hold(b, own(1), 80, 0);
	assert_true(conflicts(b, own(1), 80, HOLD_REUSE));
	bench_end(b);
}

TEST(reuse_port_shares_with_its_like_even_listeners)
{
	struct bench *b = bench_new(16, 4, 256);

	(void)hold(b, own(1), 80, HOLD_REUSE_PORT | HOLD_LISTENING);
	assert_false(conflicts(b, own(1), 80, HOLD_REUSE_PORT));
	assert_true(conflicts(b, own(1), 80, HOLD_REUSE));
	assert_true(conflicts(b, own(1), 80, 0));
	bench_end(b);
}

static bool overlap(struct tenon_ip a, struct tenon_ip b)
{
	bool a_any = tenon_ip_is_any(&a), b_any = tenon_ip_is_any(&b);

	if (a_any && b_any)
		return true;
	if (a_any)
		return !tenon_ip_is_v4(&a) || tenon_ip_is_v4(&b);
	if (b_any)
		return !tenon_ip_is_v4(&b) || tenon_ip_is_v4(&a);
	return tenon_ip_equal(&a, &b);
}

static bool expects_conflict(const struct tcp_claim *held, size_t n, const struct tcp_claim *wanted)
{
	size_t i;

	for (i = 0; i < n; i++) {
		bool both_reuse = (held[i].hold & wanted->hold & HOLD_REUSE) != 0;
		bool both_port = (held[i].hold & wanted->hold & HOLD_REUSE_PORT) != 0;

		if (held[i].number != wanted->number || !overlap(held[i].ip, wanted->ip))
			continue;
		if (!both_port && !(both_reuse && !(held[i].hold & HOLD_LISTENING)))
			return true;
	}
	return false;
}

static struct tcp_claim any_claim(struct random *r)
{
	const struct tenon_ip ips[] = {
		any4(), any6, own(1), own(2), { { 0xfd, [15] = 1 } }, { { 0xfd, [15] = 2 } }
	};
	/* One way of sharing at a time: what holders that differ allow one another is judged
	 * together. */
	static const uint8_t holds[] = { 0, HOLD_REUSE, HOLD_REUSE_PORT,
					 HOLD_REUSE | HOLD_LISTENING };

	return claim(ips[random_below(r, 6)], (uint16_t)(80 + random_below(r, 3)),
		     holds[random_below(r, 4)]);
}

TEST(conflicts_are_those_that_a_search_finds)
{
	struct bench *b = bench_new(64, 4, 256);
	struct tcp_claim held[HOLDERS];
	struct tcp_port *ports[HOLDERS];
	size_t n = 0, i;
	unsigned found = 0;

	for (i = 0; i < QUESTIONS; i++) {
		struct tcp_claim wanted = any_claim(&b->random);
		bool is_conflict = tcp_port_conflicts(b->tcp, &wanted);

		assert_int_equal(is_conflict, expects_conflict(held, n, &wanted));
		found += is_conflict;
		if (!is_conflict && n < HOLDERS) {
			ports[n] = tcp_port_hold(b->tcp, &wanted);
			assert_non_null(ports[n]);
			held[n++] = wanted;
		} else if (n > 0) {
			size_t gone = random_below(&b->random, (uint32_t)n);

			tcp_port_release(b->tcp, ports[gone], held[gone].hold);
			ports[gone] = ports[--n];
			held[gone] = held[n];
		}
	}
	assert_in_range(found, QUESTIONS / 10, QUESTIONS * 9 / 10);
	bench_end(b);
}

static struct tcp_tuple tuple_to(uint8_t peer)
{
	return (struct tcp_tuple){
		.local = own(1),
		.peer = tenon_ip4(10, 0, 1, peer),
		.peer_port = 80,
	};
}

/* A connection on that tuple. */
static struct tcp_conn *put(struct bench *b, const struct tcp_tuple *t)
{
	struct tcp_conn *c = bench_conn(b);
	struct tcp_claim wanted = claim(t->local, t->local_port, 0);

	c->flow.source = t->local;
	c->flow.destination = t->peer;
	c->local_port = t->local_port;
	c->peer_port = t->peer_port;
	c->port = tcp_port_hold(b->tcp, &wanted);
	assert_non_null(c->port);
	tcp_table_insert(c);
	return c;
}

/* RFC 6056: all of the range is used, each port once, and not in order. */
TEST(every_port_of_the_range_is_given_once_to_a_destination)
{
	struct bench *b = bench_new(64, 4, 256);
	bool given[16] = { false }, in_order = true;
	uint16_t last = 0;
	unsigned i;

	for (i = 0; i < 16; i++) {
		struct tcp_tuple t = tuple_to(1);

		assert_int_equal(tcp_port_for_connect(b->tcp, &t), TENON_OK);
		assert_in_range(t.local_port, 50000, 50015);
		assert_false(given[t.local_port - 50000]);
		given[t.local_port - 50000] = true;
		in_order = in_order && (i == 0 || t.local_port == last + 1);
		last = t.local_port;
		(void)put(b, &t);
	}
	assert_false(in_order);
	assert_int_equal(tcp_port_for_connect(b->tcp, &(struct tcp_tuple){ .local = own(1),
									   .peer = tuple_to(1).peer,
									   .peer_port = 80 }),
			 TENON_NO_PORT_LEFT);
	bench_end(b);
}

/* Linux: a port may serve several destinations, but not one that bind() has. */
TEST(a_port_is_shared_among_destinations_unless_it_is_bound)
{
	struct bench *b = bench_new(64, 4, 256);
	struct tcp_tuple t;
	unsigned i;

	(void)hold(b, own(9), 50003, HOLD_BOUND);
	for (i = 0; i < 15; i++) {
		t = tuple_to(1);
		assert_int_equal(tcp_port_for_connect(b->tcp, &t), TENON_OK);
		assert_int_not_equal(t.local_port, 50003);
		(void)put(b, &t);
	}
	t = tuple_to(1);
	assert_int_equal(tcp_port_for_connect(b->tcp, &t), TENON_NO_PORT_LEFT);
	for (i = 0; i < 15; i++) {
		t = tuple_to(2);
		assert_int_equal(tcp_port_for_connect(b->tcp, &t), TENON_OK);
		(void)put(b, &t);
	}
	t = tuple_to(2);
	assert_int_equal(tcp_port_for_connect(b->tcp, &t), TENON_NO_PORT_LEFT);
	bench_end(b);
}

/* RFC 6191: timestamps make a tuple in TIME-WAIT usable after a second. */
TEST(time_wait_gives_way_when_timestamps_have_moved)
{
	struct bench *b = bench_new(64, 4, 256);
	struct tcp_tuple t = tuple_to(1);
	struct tcp_conn *c;

	t.local_port = 50001;
	c = put(b, &t);
	c->state = TCP_TIME_WAIT;
	c->ts_recent_ms = (uint32_t)(b->timers.now / 1000);
	b->timers.now += 2 * SECOND_US;
	assert_false(tcp_tuple_is_free(b->tcp, &t));
	c->flags |= CONN_TIMESTAMPS;
	assert_true(tcp_tuple_is_free(b->tcp, &t));
	b->timers.now -= 1500 * MILLISECOND_US;
	assert_false(tcp_tuple_is_free(b->tcp, &t));
	bench_end(b);
}

TEST(bind_gets_a_free_port_or_one_that_can_be_shared)
{
	struct bench *b = bench_new(64, 4, 256);
	struct tcp_claim wanted;
	unsigned i;

	for (i = 0; i < 16; i++) {
		wanted = claim(own(1), 0, HOLD_BOUND);
		assert_int_equal(tcp_port_for_bind(b->tcp, &wanted), TENON_OK);
		assert_non_null(tcp_port_hold(b->tcp, &wanted));
	}
	wanted = claim(own(1), 0, HOLD_BOUND);
	assert_int_equal(tcp_port_for_bind(b->tcp, &wanted), TENON_NO_PORT_LEFT);
	wanted = claim(own(2), 0, HOLD_BOUND);
	assert_int_equal(tcp_port_for_bind(b->tcp, &wanted), TENON_OK);
	bench_end(b);
}

/* MUST-8, MUST-9, SHLD-1 (RFC 6528): 250,000 a second, and nothing known of other tuples. */
TEST(initial_sequence_numbers_follow_the_clock_and_the_tuple)
{
	struct bench *b = bench_new(16, 4, 256);
	struct tcp_tuple t = tuple_to(1), other = tuple_to(2);
	seq32 first = tcp_isn(b->tcp, &t);

	b->timers.now += SECOND_US;
	assert_int_equal(seq_sub(tcp_isn(b->tcp, &t), first), 250000);
	b->timers.now -= SECOND_US;
	assert_int_equal(seq_sub(tcp_isn(b->tcp, &t), first), 0);
	assert_true(seq_diff(tcp_isn(b->tcp, &other), first) > 1000000 ||
		    seq_diff(tcp_isn(b->tcp, &other), first) < -1000000);
	bench_end(b);
}
