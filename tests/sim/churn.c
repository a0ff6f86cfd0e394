/* SPDX-License-Identifier: MIT */
/* Three hosts do anything to one another over a bad wire; afterwards nothing is left of it. */
#include "test.h"

#include <string.h>

#include "lan.h"
#include "seeds.h"

enum { HOSTS = 3, SOCKETS = 12, PORTS = 2, FIRST_PORT = 80, ACTS = 1500 };

struct churn {
	struct lan lan;
	uint64_t random;
	struct tenon_socket *sockets[HOSTS][SOCKETS];
	unsigned acts;
};

static struct tenon_endpoint random_end(struct churn *churn, enum tenon_ip_version version)
{
	return lan_end(version, seeds_below(&churn->random, HOSTS),
		       (uint16_t)(FIRST_PORT + seeds_below(&churn->random, PORTS)));
}

static void opens(struct churn *churn, unsigned host, struct tenon_socket **slot)
{
	enum tenon_ip_version version =
		seeds_below(&churn->random, 2) == 0 ? TENON_IP_V4 : TENON_IP_V6;
	struct tenon_endpoint own =
		lan_end(version, host, (uint16_t)(FIRST_PORT + seeds_below(&churn->random, PORTS)));

	if (*slot != NULL ||
	    tenon_open(churn->lan.hosts[host].stack, version, TENON_STREAM, slot) != TENON_OK)
		return;
	if (seeds_below(&churn->random, 3) == 0)
		return;
	tenon_option_set(*slot, TENON_OPTION_REUSE_ADDRESS, (int)seeds_below(&churn->random, 2));
	tenon_bind(*slot, &own);
	if (seeds_below(&churn->random, 4) != 0)
		tenon_listen(*slot, seeds_below(&churn->random, 4));
}

static void connects(struct churn *churn, struct tenon_socket *socket)
{
	struct tenon_endpoint to = random_end(churn, tenon_version_of(socket));

	tenon_connect(socket, &to);
}

static void accepts(struct churn *churn, unsigned host, struct tenon_socket *socket)
{
	bool is_ready = tenon_readiness(socket) & TENON_READABLE;
	struct tenon_socket *accepted;
	enum tenon_result result;
	unsigned i;

	if (!(tenon_readiness(socket) & TENON_LISTENING))
		return;
	result = tenon_accept(socket, &accepted);
	assert_int_equal(result == TENON_WOULD_BLOCK, !is_ready);
	if (result != TENON_OK)
		return;
	for (i = 0; i < SOCKETS; i++)
		if (churn->sockets[host][i] == NULL) {
			churn->sockets[host][i] = accepted;
			return;
		}
	tenon_close(accepted);
}

static void sends(struct churn *churn, struct tenon_socket *socket)
{
	static const uint8_t octets[20000];
	struct tenon_slice slice = { octets, 1 + seeds_below(&churn->random, sizeof octets - 1) };
	bool is_ready = tenon_readiness(socket) & TENON_WRITABLE;
	size_t sent = 0;
	enum tenon_result result =
		tenon_send(socket, &(struct tenon_message){ .slices = &slice, .count = 1 }, &sent);

	if (is_ready)
		assert_true(result != TENON_WOULD_BLOCK);
	if (result == TENON_OK)
		assert_in_range(sent, 1, slice.len);
}

static void receives(struct churn *churn, struct tenon_socket *socket)
{
	uint8_t octets[5000];
	struct tenon_room room = { octets, 1 + seeds_below(&churn->random, sizeof octets - 1) };
	unsigned readiness = tenon_readiness(socket);
	struct tenon_received got;
	enum tenon_result result = tenon_receive(socket, &room, 1, 0, &got);

	if (readiness & TENON_READABLE && !(readiness & TENON_LISTENING))
		assert_true(result != TENON_WOULD_BLOCK);
	if (result == TENON_OK)
		assert_in_range(got.len, 0, room.len);
}

static void closes(struct churn *churn, struct tenon_socket **slot)
{
	if (seeds_below(&churn->random, 4) == 0)
		tenon_option_set(*slot, TENON_OPTION_LINGER, 0);
	tenon_close(*slot);
	*slot = NULL;
}

static void do_anything(struct churn *churn, unsigned host, struct tenon_socket **slot)
{
	uint32_t what = seeds_below(&churn->random, 100);

	if (*slot == NULL)
		opens(churn, host, slot);
	else if (what < 20)
		connects(churn, *slot);
	else if (what < 45)
		accepts(churn, host, *slot);
	else if (what < 70)
		sends(churn, *slot);
	else if (what < 91)
		receives(churn, *slot);
	else if (what < 94)
		tenon_shutdown(*slot, 1 + seeds_below(&churn->random, 3));
	else if (what < 95)
		tenon_disconnect(*slot);
	else
		closes(churn, slot);
}

static void act(void *context)
{
	struct churn *churn = context;
	unsigned host = seeds_below(&churn->random, HOSTS), what;
	struct tenon *stack = churn->lan.hosts[host].stack;
	unsigned link = tenon_wire_link(churn->lan.hosts[host].end);

	tenon_sim_enter(churn->lan.sim, stack);
	if (seeds_below(&churn->random, 100) == 0)
		assert_result(tenon_link_set_up(stack, link, seeds_below(&churn->random, 3) != 0),
			      OK);
	do_anything(churn, host, &churn->sockets[host][seeds_below(&churn->random, SOCKETS)]);
	while (seeds_below(&churn->random, 4) != 0 && tenon_news(stack, &what) != NULL)
		;
	if (++churn->acts < ACTS)
		assert_true(tenon_sim_at(churn->lan.sim,
					 tenon_sim_now(churn->lan.sim) +
						 seeds_below(&churn->random, 100000),
					 act, churn));
}

static bool has_acted(void *churn)
{
	return ((struct churn *)churn)->acts == ACTS;
}

static void close_all(struct churn *churn)
{
	unsigned host, i;

	for (host = 0; host < HOSTS; host++) {
		assert_result(tenon_link_set_up(churn->lan.hosts[host].stack,
						tenon_wire_link(churn->lan.hosts[host].end), true),
			      OK);
		for (i = 0; i < SOCKETS; i++)
			if (churn->sockets[host][i] != NULL)
				closes(churn, &churn->sockets[host][i]);
	}
}

TEST(whatever_hosts_do_nothing_is_left_of_it)
{
	struct seeds seeds;

	for (SEEDS(&seeds, 150); seeds_next(&seeds);) {
		struct churn churn = { .random = seeds.now };

		lan_open(&churn.lan,
			 &(struct lan_terms){
				 .seed = seeds.now,
				 .hosts = HOSTS,
				 .path = { .delay_us = seeds_below(&churn.random, 20000),
					   .loss = seeds_below(&churn.random, 100000),
					   .duplicate = 10000,
					   .reorder = 50000,
					   .reorder_us = 5000,
					   .corrupt = 5000 } });
		act(&churn);
		assert_true(tenon_sim_run(churn.lan.sim, SECONDS(10000), has_acted, &churn));
		close_all(&churn);
		lan_settles(&churn.lan);
		lan_close(&churn.lan);
	}
}
