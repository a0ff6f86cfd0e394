/* SPDX-License-Identifier: MIT */
/* Any calls in any order: no invariant breaks, and in the end everything was given back.
 *
 * Each seed is one run over two small stacks whose line loses frames now and then, whose pools run
 * out and whose addresses and links come and go. A failing run names its seed.
 */
#include "pair.h"

#include <stdio.h>

#include "base/random.h"

enum { SEEDS = 40, STEPS = 1500, SOCKETS = 8, PORTS = 3, WEIGHTS = 60 };

struct run {
	struct pair *p;
	struct random random;
	struct tenon_socket *s[2][SOCKETS]; /* of host a, of host b */
	uint64_t seed;
};

static void small(struct tenon_config *config)
{
	config->limits.sockets = SOCKETS;
	config->limits.tcp_connections = 6;
	config->limits.tcp_listeners = 2;
	config->limits.tcp_port_bindings = 4;
	config->limits.pages = 24;
	config->limits.page_bytes = 512;
	config->limits.datagrams = 4;
	config->limits.causes = 3;
	config->limits.loopback_packets = 4;
	config->limits.neighbors = 2;
	config->limits.parked_packets = 3;
	config->behavior.port_first = 100;
	config->behavior.port_last = 104;
	config->behavior.receive_bytes = 3000;
	config->behavior.send_bytes = 3000;
}

static uint32_t below(struct run *r, uint32_t n)
{
	return random_below(&r->random, n);
}

static struct tenon_endpoint any_endpoint(struct run *r)
{
	const struct family *f = below(r, 2) == 0 ? &pair_v4 : &pair_v6;
	struct tenon_ip broadcast = tenon_ip4(10, 1, 0, 255), group = { { 0xff, 2, [15] = 1 } };
	struct tenon_ip all[] = { f->a,      f->b,   f->loopback, f->any,
				  f->nobody, f->far, broadcast,   group };
	struct tenon_endpoint to = at(all[below(r, 8)], (uint16_t)(100 + below(r, PORTS)));

	if (below(r, 3) != 0)
		to.ip = below(r, 2) == 0 ? f->a : f->b;
	if (below(r, 20) == 0)
		to.port = 0;
	if (below(r, 20) == 0)
		to.link = (uint16_t)below(r, 4);
	return to;
}

static struct tenon_socket **any_slot(struct run *r)
{
	return &r->s[below(r, 2)][below(r, SOCKETS)];
}

static struct tenon *stack_of(struct run *r, struct tenon_socket **slot)
{
	return slot < r->s[1] ? r->p->a.stack : r->p->b.stack;
}

static void open_any(struct run *r, struct tenon_socket **slot)
{
	if (tenon_open(stack_of(r, slot), below(r, 2) == 0 ? TENON_IP_V4 : TENON_IP_V6,
		       below(r, 3) == 0 ? TENON_DATAGRAM : TENON_STREAM, slot) != TENON_OK)
		*slot = NULL;
}

static void accept_any(struct run *r, struct tenon_socket *s)
{
	struct tenon_socket **slot = any_slot(r), *fresh;

	if (*slot != NULL || stack_of(r, slot) != tenon_stack_of(s))
		return;
	if (tenon_accept(s, &fresh) == TENON_OK)
		*slot = fresh;
}

static void transfer_any(struct run *r, struct tenon_socket *s)
{
	static const char text[1200];
	char octets[700];
	struct tenon_slice slices[2] = { { text, below(r, 600) }, { text, below(r, 600) } };
	struct tenon_room room = { octets, below(r, sizeof octets) };
	struct tenon_endpoint to = any_endpoint(r);
	struct tenon_message message = { .slices = slices,
					 .count = below(r, 3),
					 .flags = below(r, 3) == 0 ? TENON_MORE : 0,
					 .to = below(r, 2) == 0 ? &to : NULL };
	struct tenon_received received;
	size_t sent;

	if (below(r, 2) == 0)
		(void)tenon_send(s, &message, &sent);
	else
		(void)tenon_receive(s, &room, 1, below(r, 4) == 0 ? TENON_PEEK : 0, &received);
}

static void set_any(struct run *r, struct tenon_socket *s)
{
	enum tenon_option option = (enum tenon_option)below(r, TENON_OPTION_COUNT + 1);
	int value = (int)below(r, 4) - 1;

	if (option == TENON_OPTION_SEND_BYTES || option == TENON_OPTION_RECEIVE_BYTES ||
	    option == TENON_OPTION_MAX_SEGMENT)
		value = (int)below(r, 5000);
	(void)tenon_option_set(s, option, value);
	(void)tenon_option_get(s, option, &value);
}

static void ask_all(struct tenon_socket *s)
{
	struct tenon_endpoint endpoint;
	struct tenon_tcp_status status;
	struct tenon_cause cause;
	unsigned waiting, backlog;

	(void)tenon_readiness(s);
	(void)tenon_waiting(s);
	(void)tenon_unacknowledged(s);
	(void)tenon_send_room(s);
	tenon_local(s, &endpoint);
	(void)tenon_peer(s, &endpoint);
	(void)tenon_cause(s, &cause);
	(void)tenon_tcp_status(s, &status);
	(void)tenon_listen_queue(s, &waiting, &backlog);
}

/* Most calls are those of a program that means well, for otherwise no connection would live long.
 */
static void rare_call(struct run *r, struct tenon_socket **slot)
{
	switch (below(r, 6)) {
	case 0:
		(void)tenon_disconnect(*slot);
		return;
	case 1:
		(void)tenon_shutdown(*slot, below(r, 4));
		return;
	case 2:
		(void)tenon_take_error(*slot);
		return;
	case 3:
		set_any(r, *slot);
		return;
	default:
		tenon_close(*slot);
		*slot = NULL;
	}
}

static void call_any(struct run *r, struct tenon_socket **slot)
{
	struct tenon_endpoint endpoint = any_endpoint(r);
	struct tenon_socket *s = *slot;
	uint32_t which = below(r, WEIGHTS);

	if (which < 2)
		rare_call(r, slot);
	else if (which < 6)
		(void)tenon_bind(s, &endpoint);
	else if (which < 10)
		(void)tenon_listen(s, below(r, 3));
	else if (which < 20)
		accept_any(r, s);
	else if (which < 28)
		(void)tenon_connect(s, &endpoint);
	else if (which < 32)
		(void)tenon_connect_outcome(s);
	else
		transfer_any(r, s);
	if (*slot != NULL)
		ask_all(*slot);
}

static void change_network(struct run *r)
{
	struct pair_host *host = below(r, 2) == 0 ? &r->p->a : &r->p->b;
	bool is_a = host == &r->p->a;
	const struct family *f = below(r, 2) == 0 ? &pair_v4 : &pair_v6;
	const struct tenon_ip *own = is_a ? &f->a : &f->b;

	switch (below(r, 6)) {
	case 0:
		(void)tenon_link_set_up(host->stack, host->link, below(r, 3) != 0);
		break;
	case 2:
		(void)tenon_link_set_up(host->stack, host->link, true);
		break;
	case 1:
		(void)tenon_address_remove(host->stack, host->link, own);
		break;
	default:
		(void)tenon_address_add(host->stack, host->link, own,
					f->version == TENON_IP_V4 ? 24 : 64);
	}
}

static void step(struct run *r)
{
	struct tenon_socket **slot = any_slot(r);

	r->p->a.is_cut = below(r, 12) == 0;
	r->p->b.is_cut = below(r, 12) == 0;
	if (*slot == NULL)
		open_any(r, slot);
	else
		call_any(r, slot);
	if (below(r, 60) == 0)
		change_network(r);
	if (below(r, 3) != 0)
		pair_run(r->p);
	if (below(r, 10) == 0)
		pair_pass(r->p, 1ull << below(r, 27));
	(void)pair_news(r->p->a.stack, NULL);
}

static void run(uint64_t seed, bool is_ethernet)
{
	const struct pair_terms terms = { .is_ethernet = is_ethernet, .change = small };
	struct run r = { .p = pair_new(&terms), .seed = seed };
	size_t i;

	random_init(&r.random, (struct siphash_key){ seed, is_ethernet });
	for (i = 0; i < STEPS; i++)
		step(&r);
	for (i = 0; i < 2 * SOCKETS; i++)
		if (r.s[i / SOCKETS][i % SOCKETS] != NULL)
			tenon_close(r.s[i / SOCKETS][i % SOCKETS]);
	r.p->a.is_cut = r.p->b.is_cut = false;
	pair_pass(r.p, 3000ull * 1000000);
	if (pair_pool_used(r.p->a.stack, "tcp connections") +
		    pair_pool_used(r.p->b.stack, "tcp connections") +
		    pair_pool_used(r.p->a.stack, "tcp ports") +
		    pair_pool_used(r.p->b.stack, "tcp ports") +
		    pair_pool_used(r.p->a.stack, "pages") !=
	    0)
		fail_msg("seed %d%s: something was not given back", (int)seed,
			 is_ethernet ? ", Ethernet" : "");
	pair_end(r.p);
}

TEST(any_calls_in_any_order_break_nothing)
{
	uint64_t seed;

	for (seed = 0; seed < SEEDS; seed++)
		run(seed, false);
}

TEST(any_calls_over_ethernet_break_nothing)
{
	uint64_t seed;

	for (seed = 0; seed < SEEDS; seed++)
		run(seed, true);
}
