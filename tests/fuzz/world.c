/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/tcp.h"

/* More rounds at one moment than that are a stack that spins. */
enum { ROUNDS_AT_ONCE = 2000 };

static void check_tcp(struct world *w, const struct pseudo_header *pseudo, struct bytes segment)
{
	struct tcp_header header;

	assert_that(tcp_verify(pseudo, segment) == FATE_PASS);
	assert_that(tcp_parse(&header, &segment) == FATE_PASS);
	assert_that(header.src_port != 0); /* port 0 may be asked for, as on Linux */
	w->last_tcp = w->last;
}

static void check_ipv4(struct world *w, struct bytes packet)
{
	struct ipv4_header h;
	struct pseudo_header pseudo;

	assert_that(ipv4_parse(&h, &packet) == FATE_PASS);
	pseudo =
		(struct pseudo_header){ h.source, h.destination, h.protocol, (uint32_t)packet.len };
	if (h.protocol == IP_PROTOCOL_TCP && h.fragment_offset == 0 && !h.more_fragments)
		check_tcp(w, &pseudo, packet);
}

static void check_ipv6(struct world *w, struct bytes packet)
{
	struct ipv6_header h;
	struct pseudo_header pseudo;

	assert_that(ipv6_parse(&h, &packet) == FATE_PASS);
	pseudo = (struct pseudo_header){ h.source, h.destination, h.next_header,
					 (uint32_t)packet.len };
	if (h.next_header == IP_PROTOCOL_TCP)
		check_tcp(w, &pseudo, packet);
}

static enum tenon_result leaves_bare(void *world, const struct tenon_frame *frame)
{
	struct world *w = world;
	struct bytes packet;
	unsigned i;

	w->last.len = 0;
	for (i = 0; i < frame->count; i++) {
		assert_that(frame->slices[i].len <= WORLD_FRAME_MAX - w->last.len);
		if (frame->slices[i].len != 0)
			memcpy(w->last.octets + w->last.len, frame->slices[i].at,
			       frame->slices[i].len);
		w->last.len += frame->slices[i].len;
	}
	assert_that(w->last.len == frame->len && frame->len != 0);
	packet = (struct bytes){ w->last.octets, w->last.len };
	if (packet.at[0] >> 4 == 4)
		check_ipv4(w, packet);
	else
		check_ipv6(w, packet);
	return TENON_OK;
}

static enum tenon_result leaves_ethernet(void *world, const struct tenon_frame *frame)
{
	(void)world;
	assert_that(frame->len >= 14 && frame->len <= 14 + 1500);
	return TENON_OK;
}

static void configure(struct tenon_config *config)
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, &tenon_ipv6,
								      NULL };
	static const struct tenon_transport *const transports[] = { &tenon_tcp, &tenon_udp, NULL };
	static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };

	tenon_config_linux(config);
	config->families = families;
	config->transports = transports;
	config->congestions = congestions;
	config->fragments = &tenon_fragments;
	config->limits.sockets = WORLD_SOCKETS;
	config->limits.tcp_connections = 10;
	config->limits.tcp_listeners = 2;
	config->limits.tcp_port_bindings = 6;
	config->limits.pages = 24;
	config->limits.page_bytes = 512;
	config->limits.datagrams = 4;
	config->limits.causes = 3;
	config->limits.loopback_packets = 4;
	config->limits.neighbors = 3;
	config->limits.parked_packets = 3;
	config->limits.fragmented_datagrams = 3;
	config->limits.fragment_pages = 6;
	config->limits.path_mtus = 3;
	config->behavior.port_first = 100;
	config->behavior.port_last = 104;
	config->behavior.receive_bytes = 3000;
	config->behavior.send_bytes = 3000;
}

static unsigned add_link(struct world *w, bool is_ethernet)
{
	static const struct tenon_link_driver bare = { .send = leaves_bare },
					      ethernet = { .send = leaves_ethernet };
	struct tenon_link_facts facts = {
		.name = "wire", .mac = { 2, 0, 0, 0, 0, 1 }, .is_ethernet = is_ethernet, .mtu = 1500
	};
	uint8_t net = is_ethernet ? 2 : 1;
	struct tenon_ip ip4 = tenon_ip4(10, net, 0, 1), ip6 = { { 0xfd, net, [15] = 1 } };
	unsigned link;

	assert_that(tenon_link_add(w->stack, &facts, is_ethernet ? &ethernet : &bare, w, &link) ==
		    TENON_OK);
	assert_that(tenon_address_add(w->stack, link, &ip4, 24) == TENON_OK);
	assert_that(tenon_address_add(w->stack, link, &ip6, 64) == TENON_OK);
	return link;
}

void world_begin(struct world *w)
{
	static const uint8_t seed[16] = { 1 };
	struct tenon_config config;
	struct tenon_pool_use use;
	unsigned i;
	size_t size;

	memset(w, 0, sizeof *w);
	configure(&config);
	size = tenon_size(&config);
	w->memory = malloc(size);
	assert_that(size != 0 && w->memory != NULL);
	w->stack = tenon_init(w->memory, size, &config, seed, 0);
	assert_that(w->stack != NULL);
	w->bare = add_link(w, false);
	w->ethernet = add_link(w, true);
	for (i = 0; i < WORLD_POOLS_MAX && tenon_pool_use(w->stack, i, &use); i++)
		w->used_at_start[i] = use.used;
}

void world_pass(struct world *w, uint64_t span_us)
{
	uint64_t end = w->now_us + span_us, next;
	unsigned rounds = 0;

	tenon_set_time(w->stack, w->now_us);
	while ((next = tenon_next_deadline(w->stack)) <= end) {
		rounds = next > w->now_us ? 0 : rounds + 1;
		assert_that(rounds < ROUNDS_AT_ONCE);
		w->now_us = next > w->now_us ? next : w->now_us;
		tenon_set_time(w->stack, w->now_us);
		tenon_advance(w->stack);
	}
	w->now_us = end;
	tenon_set_time(w->stack, w->now_us);
}

/* A cache keeps what it learnt; everything else was taken for something that is over. */
static bool is_cache(const char *pool)
{
	return strcmp(pool, "neighbors") == 0 || strcmp(pool, "path MTUs") == 0;
}

void world_end(struct world *w)
{
	struct tenon_pool_use use;
	unsigned i;

	for (i = 0; i < WORLD_SOCKETS; i++)
		if (w->sockets[i] != NULL)
			tenon_close(w->sockets[i]);
	world_pass(w, UINT64_C(4000000000));
	for (i = 0; i < WORLD_POOLS_MAX && tenon_pool_use(w->stack, i, &use); i++)
		assert_that(is_cache(use.name) || use.used == w->used_at_start[i]);
	free(w->memory);
}
