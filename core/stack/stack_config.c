/* SPDX-License-Identifier: MIT */
/* stack_config.c - Linux's defaults, and the range of every limit. */
#include "stack/stack.h"

enum {
	PAGE_BYTES_MIN = 256,
	PAGE_BYTES_MAX = 65536,
	PACKET_BYTES_MIN = 1280, /* RFC 8200 5: what every link carries */
	PACKET_BYTES_MAX = 65535,
	LINKS_MAX = UINT16_MAX - 1,
	COUNT_MAX = 1 << 30, /* of anything: twice as many buckets can still be counted */
};

static const struct tenon_limits linux_limits = {
	.sockets = 1024,
	.tcp_connections = 2048,
	.tcp_listeners = 256,
	.tcp_port_bindings = 2048,
	.pages = 16384,
	.page_bytes = 2048,
	.datagrams = 4096,
	.links = 8,
	.addresses = 64,
	.routes = 256,
	.neighbors = 512,
	.parked_packets = 256,
	.packet_bytes = 2048,
	.loopback_packets = 512,
	.path_mtus = 256,
	.fragmented_datagrams = 64,
	.fragment_pages = 1024,
	.causes = 256,
	.filter_rules = 256,
	.filter_conversations = 4096,
	.raw_sockets = 64,
	.raw_datagrams = 256,
	.unix_sockets = 1024,
	.unix_messages = 2048,
	.unix_names = 1024,
};

static const struct tenon_behavior linux_behavior = {
	.port_first = 32768,
	.port_last = 60999,
	.syn_retries = 6,
	.syn_linear_timeouts = 4,
	.synack_retries = 5,
	.retries_soft = 3,
	.retries_hard = 15,
	.orphan_retries = 8,
	.neighbor_probes = 3,
	.neighbor_retransmit_us = SECOND_US,
	.neighbor_reachable_us = 30 * SECOND_US,
	.path_mtu_min = 552,
	.reassembly_v4_us = 30 * SECOND_US,
	.reassembly_v6_us = 60 * SECOND_US,
	.rto_initial_us = SECOND_US,
	.rto_min_us = 200 * MILLISECOND_US,
	.rto_max_us = 120 * SECOND_US,
	.delayed_ack_us = 40 * MILLISECOND_US,
	.time_wait_us = 60 * SECOND_US,
	.fin_wait_2_us = 60 * SECOND_US,
	.receive_bytes = 131072,
	.send_bytes = 87380,
	.datagram_receive_bytes = 212992,
	.backlog_max = 4096,
	.challenge_acks_per_second = 1000,
	.icmp_errors_per_second = 1000,
	.window_scaling = true,
	.timestamps = true,
	.success_is_collected = true,
	.failure_is_collected = true,
	.any_means_loopback = true,
	.datagram_tuple_may_repeat = true,
};

void tenon_config_linux(struct tenon_config *config)
{
	*config = (struct tenon_config){ .limits = linux_limits, .behavior = linux_behavior };
}

static bool in(uint32_t value, uint32_t least, uint32_t most)
{
	return value >= least && value <= most;
}

static bool counts_are_valid(const struct tenon_limits *l)
{
	const uint32_t any[] = { l->tcp_connections,
				 l->tcp_listeners,
				 l->tcp_port_bindings,
				 l->pages,
				 l->datagrams,
				 l->addresses,
				 l->routes,
				 l->neighbors,
				 l->parked_packets,
				 l->causes,
				 l->fragmented_datagrams,
				 l->fragment_pages,
				 l->path_mtus,
				 l->filter_rules,
				 l->filter_conversations,
				 l->raw_sockets,
				 l->raw_datagrams,
				 l->unix_sockets,
				 l->unix_messages,
				 l->unix_names };
	size_t i;

	for (i = 0; i < sizeof any / sizeof any[0]; i++)
		if (any[i] > COUNT_MAX)
			return false;
	return in(l->sockets, 1, COUNT_MAX) && in(l->links, 1, LINKS_MAX) &&
	       in(l->loopback_packets, 1, COUNT_MAX);
}

static bool modules_are_valid(const struct tenon_config *config)
{
	size_t n = 0;

	if (config->families == NULL || config->families[0] == NULL || config->transports == NULL)
		return false;
	while (config->transports[n] != NULL)
		n++;
	return n <= STACK_TRANSPORTS_MAX;
}

bool stack_config_is_valid(const struct tenon_config *config)
{
	const struct tenon_limits *l = &config->limits;
	const struct tenon_behavior *b = &config->behavior;

	return modules_are_valid(config) && counts_are_valid(l) &&
	       in(l->page_bytes, PAGE_BYTES_MIN, PAGE_BYTES_MAX) &&
	       in(l->packet_bytes, PACKET_BYTES_MIN, PACKET_BYTES_MAX) && b->port_first != 0 &&
	       b->port_first <= b->port_last;
}
