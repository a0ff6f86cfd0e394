/* SPDX-License-Identifier: MIT */
/* ip_host.h - a host that is its IP layer and nothing else, with links whose driver keeps frames.
 *
 * Frames that leave are kept in order and taken by the test; frames that the test makes go in by
 * `receives_frame` (ip_frames.h), which takes them as far as the IP layer goes: an arrival, a
 * report, a fate.
 */
#ifndef TENON_TESTS_IP_HOST_H
#define TENON_TESTS_IP_HOST_H

#include "base/arena.h"
#include "ip/address.h"
#include "ip/host.h"
#include "ip/neighbor.h"
#include "ip/route.h"
#include "ip_sides.h"

enum { FRAMES_MAX = 64, FRAME_LEN_MAX = 2048, JOINS_MAX = 32, UDP_LEN = 8 };

struct frame {
	uint8_t octets[FRAME_LEN_MAX];
	size_t len;
	uint16_t link;
};

struct join {
	struct mac mac;
	bool join;
};

struct host {
	struct ip ip;
	struct links links;
	struct timers timers;
	struct trace trace;
	struct random random;
	struct tenon_behavior behavior;
	struct tenon_config config;
	struct frame out[FRAMES_MAX];
	unsigned taken, sent;
	struct join joins[JOINS_MAX];
	unsigned join_count;
	struct frame in; /* the last frame that came in; what follows points into it */
	struct ip_arrival arrival;
	struct icmp_report report;
	size_t arena_left; /* after ip_init was given ip_need's octets */
	_Alignas(16) uint8_t memory[1 << 20];
};

static struct host host;

static inline enum tenon_result keep_frame(void *self, const struct tenon_frame *frame)
{
	struct frame *kept = &host.out[host.sent++ % FRAMES_MAX];
	unsigned i;

	assert_true(frame->len <= FRAME_LEN_MAX && host.sent - host.taken <= FRAMES_MAX);
	kept->link = (uint16_t)(uintptr_t)self;
	kept->len = 0;
	for (i = 0; i < frame->count; i++) {
		memcpy(kept->octets + kept->len, frame->slices[i].at, frame->slices[i].len);
		kept->len += frame->slices[i].len;
	}
	return TENON_OK;
}

static inline void keep_join(void *self, const uint8_t mac[6], bool join)
{
	(void)self;
	assert_true(host.join_count < JOINS_MAX);
	host.joins[host.join_count++] = (struct join){ mac_get(mac), join };
}

static const struct tenon_link_driver keeping_driver = { .send = keep_frame,
							 .set_multicast = keep_join };

static inline struct link *add_link(bool is_ethernet, uint32_t mtu)
{
	struct tenon_link_facts facts = { .is_ethernet = is_ethernet, .mtu = mtu };
	uintptr_t index = 1;
	struct link *link;

	while (link_find(&host.links, (unsigned)index) != NULL)
		index++;
	mac_put(facts.mac, our_mac);
	assert_int_equal(link_add(&host.links, &facts, &keeping_driver, (void *)index, &link),
			 TENON_OK);
	ip_link_changed(&host.ip, link);
	return link;
}

static const struct tenon_family_module *const both_families[] = { &tenon_ipv4, &tenon_ipv6, NULL };

/* A host with its loopback addresses and nothing else; the limits are small, so as to be reached.
 */
static inline void make_host(void)
{
	static const struct tenon_observer nobody = { 0 };
	struct tenon_limits limits = { .links = 4,
				       .addresses = 6,
				       .routes = 6,
				       .neighbors = 4,
				       .parked_packets = 5,
				       .packet_bytes = 1500,
				       .loopback_packets = 8 };
	struct arena arena, exact;
	size_t i;

	memset(&host, 0, sizeof host);
	host.config = (struct tenon_config){ .families = both_families, .limits = limits };
	host.behavior = (struct tenon_behavior){ .neighbor_probes = 3,
						 .neighbor_retransmit_us = 1000000,
						 .neighbor_reachable_us = 30000000,
						 .icmp_errors_per_second = 5,
						 .any_means_loopback = true };
	arena_init(&arena, host.memory, sizeof host.memory);
	timers_init(&host.timers, &arena, ip_timer_limit(&host.config), 0);
	trace_init(&host.trace, &nobody, &host.timers);
	random_init(&host.random, (struct siphash_key){ 1, 2 });
	links_init(&host.links, &arena, &limits, &host.trace);
	host.ip = (struct ip){ .links = &host.links,
			       .timers = &host.timers,
			       .trace = &host.trace,
			       .random = &host.random,
			       .behavior = &host.behavior };
	arena_init(&exact, arena_take(&arena, 1, ip_need(&host.config)), ip_need(&host.config));
	ip_init(&host.ip, &exact, &host.config);
	host.arena_left = exact.left;
	for (i = 0; i < 2; i++)
		assert_int_equal(address_add(&host.ip, LINK_LOOPBACK, &sides[i].loopback,
					     i == 0 ? 8 : 128),
				 TENON_OK);
}

/* A host on one Ethernet link, with the side's address and a default route. Nothing has left it. */
static inline struct link *make_host_on(const struct side *s)
{
	struct tenon_route out = { .prefix = s->any, .has_gateway = true, .gateway = s->gateway };
	struct link *link;

	make_host();
	link = add_link(true, 1500);
	out.link = link->index;
	assert_int_equal(address_add(&host.ip, link->index, &s->us, s->prefix_len), TENON_OK);
	assert_int_equal(route_add(&host.ip, &out), TENON_OK);
	assert_int_equal(host.sent, 0);
	return link;
}

/* Time passes in small steps, and what is due is done. */
static inline void wait_us(uint64_t span)
{
	time_us end = host.timers.now + span;
	struct timer *timer;

	while (timers_next(&host.timers) <= end) {
		host.timers.now = time_max(timers_next(&host.timers), host.timers.now);
		while ((timer = timers_take_due(&host.timers)) != NULL)
			ip_expired(&host.ip, timer);
	}
	host.timers.now = end;
}

#endif
