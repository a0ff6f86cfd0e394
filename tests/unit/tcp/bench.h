/* SPDX-License-Identifier: MIT */
/* bench.h - a struct tcp without a stack around it, and connections to put on it. */
#ifndef TENON_TESTS_UNIT_TCP_BENCH_H
#define TENON_TESTS_UNIT_TCP_BENCH_H

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "ip/transport.h"
#include "tcp/tcp_congestion.h"
#include "tcp/tcp_table.h"

struct bench {
	struct tcp *tcp;
	struct ip ip;
	struct timers timers;
	struct trace trace;
	struct random random;
	struct pages pages;
	struct tenon_behavior behavior;
	struct link link;
	void *memory;
};

enum { BENCH_BYTES = 1 << 22 };

static struct bench *bench_new(uint32_t conns, uint32_t pages, uint32_t page_bytes)
{
	static const struct tenon_transport only_tcp = { .protocol = IP_PROTOCOL_TCP };
	static const struct tenon_transport *const transports[] = { &only_tcp, NULL };
	static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };
	struct bench *b = calloc(1, sizeof *b);
	struct tenon_config config = {
		.transports = transports,
		.congestions = congestions,
		.limits = { .sockets = 8,
			    .tcp_connections = conns,
			    .tcp_listeners = 4,
			    .tcp_port_bindings = conns },
	};
	struct arena arena;

	assert_non_null(b);
	b->memory = aligned_alloc(16, BENCH_BYTES);
	assert_non_null(b->memory);
	arena_init(&arena, b->memory, BENCH_BYTES);
	timers_init(&b->timers, &arena, conns, SECOND_US);
	trace_init(&b->trace, &config.observer, &b->timers);
	random_init(&b->random, (struct siphash_key){ 1, 2 });
	pages_init(&b->pages, &arena, pages, page_bytes);
	b->behavior = (struct tenon_behavior){
		.port_first = 50000,
		.port_last = 50015,
		.rto_initial_us = SECOND_US,
		.rto_min_us = 200 * MILLISECOND_US,
		.rto_max_us = 120 * SECOND_US,
		.delayed_ack_us = 40 * MILLISECOND_US,
		.time_wait_us = 60 * SECOND_US,
	};
	b->link.facts.mtu = 1500;
	b->ip = (struct ip){ .timers = &b->timers,
			     .trace = &b->trace,
			     .random = &b->random,
			     .behavior = &b->behavior };
	b->tcp = tcp_init(&arena, &b->ip, &b->pages, &config);
	return b;
}

static void bench_end(struct bench *b)
{
	free(b->memory);
	free(b);
}

/* In ESTABLISHED: both sides' next number is 1000, the windows are 10000, nothing is in flight. */
static struct tcp_conn *bench_conn(struct bench *b)
{
	struct tcp_conn *c = tcp_conn_take(b->tcp);

	assert_non_null(c);
	c->state = TCP_ESTABLISHED;
	c->snd.una = c->snd.nxt = c->again.from = c->again.until = c->recover = seq(1000);
	c->rcv.nxt = c->rcv.up = c->ack_sent = seq(1000);
	c->snd.wnd = c->snd.max_wnd = c->rcv.wnd = 10000;
	c->receive_bytes = c->send_bytes = 10000;
	c->peer_mss = c->path_mss = c->user_mss = 1000;
	c->window = (struct tcp_window){ .cwnd = 10000, .ssthresh = 10000, .mss = 1000 };
	c->flow.path.link = &b->link;
	c->flow.path.mtu = 1500;
	c->flow.source = tenon_ip4(10, 0, 0, 1);
	c->flow.destination = tenon_ip4(10, 0, 0, 2);
	return c;
}

#endif
