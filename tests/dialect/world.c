/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tenon/sim.h>

#include "test.h"

enum { SETTLE_US = 20000 };

/* A packet under way; they live as long as the world. */
struct delayed {
	struct delayed *next;
	struct tenon_wire_end *end;
	size_t len;
	uint8_t packet[PEER_PACKET_MAX];
};

struct tenon_world {
	struct peer peer;
	struct tenon_sim *sim;
	struct tenon_wire_end *end;
	struct delayed *packets;
};

static struct tenon_world tenon_world;

static void sim_send_now(void *context)
{
	struct delayed *delayed = context;

	tenon_wire_send(delayed->end, delayed->packet, delayed->len);
}

static void sim_send(void *context, const uint8_t *packet, size_t len, uint32_t delay_us)
{
	struct tenon_world *tw = context;
	struct delayed *delayed = malloc(sizeof *delayed);

	assert_non_null(delayed);
	delayed->next = tw->packets;
	tw->packets = delayed;
	delayed->end = tw->end;
	delayed->len = len;
	memcpy(delayed->packet, packet, len);
	tenon_sim_at(tw->sim, tenon_sim_now(tw->sim) + delay_us, sim_send_now, delayed);
}

static void sim_receive(void *context, const void *frame, size_t len)
{
	peer_receive(context, frame, len);
}

static struct tenon *make_stack(struct tenon_sim *sim)
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, &tenon_ipv6,
								      NULL };
	static const struct tenon_transport *const transports[] = { &tenon_tcp, &tenon_udp,
								    &tenon_raw, &tenon_ping, NULL };
	static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };
	struct tenon_config config;
	struct tenon *stack;

	tenon_config_linux(&config);
	config.families = families;
	config.transports = transports;
	config.congestions = congestions;
	config.filter = &tenon_filter;
	stack = tenon_sim_stack(sim, &config);
	assert_non_null(stack);
	return stack;
}

static struct tenon_ip ip6_of(const char *text)
{
	struct tenon_ip ip;

	assert_int_equal(inet_pton(AF_INET6, text, ip.octets), 1);
	return ip;
}

static void add_rejecting_routes(struct tenon *stack)
{
	struct tenon_route v6 = { .prefix = ip6_of("2001:db8:1::"), .prefix_len = 128 };
	struct tenon_route v4 = { .prefix_len = 32 };
	uint8_t which;

	for (which = 1; which <= 3; which++) {
		v4.prefix = tenon_ip4(198, 51, 100, which);
		v6.prefix.octets[15] = which;
		v4.reject = v6.reject = which == 1   ? TENON_REJECT_UNREACHABLE
					: which == 2 ? TENON_REJECT_PROHIBIT
						     : TENON_REJECT_BLACKHOLE;
		assert_int_equal(tenon_route_add(stack, &v4), TENON_OK);
		assert_int_equal(tenon_route_add(stack, &v6), TENON_OK);
	}
}

void world_begin_tenon(struct world *w, int family)
{
	const struct tenon_wire_config cable = { .is_ethernet = false };
	struct tenon_ip us4 = tenon_ip4(10, 9, 0, 1), us6 = ip6_of("fd09::1");
	struct tenon_wire_end *ours;
	struct tenon_wire *wire;
	unsigned link;

	*w = (struct world){ .api = &api_tenon, .family = family, .peer = &tenon_world.peer };
	w->sim = tenon_world.sim = tenon_sim_new(1);
	assert_non_null(w->sim);
	w->stack = make_stack(w->sim);
	wire = tenon_sim_wire(w->sim, &cable);
	assert_non_null(wire);
	assert_int_equal(tenon_wire_attach(wire, w->stack, "peer0", NULL, &ours), TENON_OK);
	link = tenon_wire_link(ours);
	assert_int_equal(tenon_address_add(w->stack, link, &us4, 24), TENON_OK);
	assert_int_equal(tenon_address_add(w->stack, link, &us6, 64), TENON_OK);
	add_rejecting_routes(w->stack);
	tenon_behavior(w->stack)->syn_linear_timeouts = 0;
	tenon_world.end = tenon_wire_peer(wire, sim_receive, &tenon_world.peer);
	assert_non_null(tenon_world.end);
	tenon_world.peer.send = sim_send;
	tenon_world.peer.context = &tenon_world;
	peer_reset(w->peer);
	w->host = tenon_posix_host_new(w->stack, tenon_sim_port(w->sim), TENON_POSIX_LINUX);
	assert_non_null(w->host);
	tenon_posix_use(w->host);
}

const char *world_begin_kernel(struct world *w, int family)
{
	const char *why;

	*w = (struct world){ .api = &api_kernel, .family = family };
	why = kernel_world_open(&w->peer);
	if (why)
		return why;
	world_calm(w);
	world_lock(w);
	peer_reset(w->peer);
	world_unlock(w);
	return NULL;
}

void world_end(struct world *w)
{
	struct delayed *packet;

	if (!w->sim)
		return;
	tenon_posix_host_free(w->host);
	tenon_sim_free(w->sim);
	while ((packet = tenon_world.packets) != NULL) {
		tenon_world.packets = packet->next;
		free(packet);
	}
}

void world_sleep(struct world *w, uint32_t us)
{
	struct timespec time = { (time_t)(us / 1000000), (long)(us % 1000000 * 1000) };

	if (w->sim)
		tenon_sim_run(w->sim, tenon_sim_now(w->sim) + us, NULL, NULL);
	else
		nanosleep(&time, NULL);
}

void world_calm(struct world *w)
{
	world_sleep(w, SETTLE_US + w->peer->delay_us);
	if (!w->sim)
		kernel_world_settle();
}

void world_at(struct world *w, uint32_t us, void (*call)(void *context), void *context)
{
	if (w->sim)
		assert_true(tenon_sim_at(w->sim, tenon_sim_now(w->sim) + us, call, context));
	else
		kernel_world_at(us, call, context);
}

void world_lock(struct world *w)
{
	if (!w->sim)
		kernel_world_lock();
}

void world_unlock(struct world *w)
{
	if (!w->sim)
		kernel_world_unlock();
}

struct name name_of(const struct world *w, const char *v4, const char *v6, uint16_t port)
{
	struct name name = { .len = 0 };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (w->family == AF_INET) {
		inet_pton(AF_INET, v4, &in.sin_addr);
		memcpy(&name.at, &in, sizeof in);
		name.len = sizeof in;
	} else {
		inet_pton(AF_INET6, v6, &in6.sin6_addr);
		memcpy(&name.at, &in6, sizeof in6);
		name.len = sizeof in6;
	}
	return name;
}

struct name name_of_us(const struct world *w, uint16_t port)
{
	return name_of(w, "10.9.0.1", "fd09::1", port);
}

struct name name_of_peer(const struct world *w, uint16_t port)
{
	return name_of(w, "10.9.0.2", "fd09::2", port);
}

struct name name_of_other(const struct world *w, uint16_t port)
{
	return name_of(w, "10.9.0.3", "fd09::3", port);
}

struct name name_of_loopback(const struct world *w, uint16_t port)
{
	return name_of(w, "127.0.0.1", "::1", port);
}

struct name name_without_route(const struct world *w, uint16_t port)
{
	return name_of(w, "192.0.2.1", "2001:db8::1", port);
}

struct name name_rejected(const struct world *w, unsigned which)
{
	static const char *const v4[] = { "198.51.100.1", "198.51.100.2", "198.51.100.3" };
	static const char *const v6[] = { "2001:db8:1::1", "2001:db8:1::2", "2001:db8:1::3" };

	return name_of(w, v4[which - 1], v6[which - 1], 80);
}

struct name name_unspecified(void)
{
	struct name name = { .len = sizeof(struct sockaddr_in) };

	name.at.ss_family = AF_UNSPEC;
	return name;
}
