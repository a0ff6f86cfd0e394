/* SPDX-License-Identifier: MIT */
#include "lan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

static const struct tenon_family_module *const families[] = { &tenon_ipv4, &tenon_ipv6, NULL };
static const struct tenon_transport *const transports[] = { &tenon_tcp, &tenon_udp, NULL };
static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };

static void keep_capture(void *context, const void *octets, size_t len)
{
	struct lan *lan = context;

	while (lan->capture_len + len > lan->capture_room) {
		lan->capture_room = lan->capture_room != 0 ? 2 * lan->capture_room : 65536;
		lan->capture = realloc(lan->capture, lan->capture_room);
		assert_non_null(lan->capture);
	}
	memcpy(lan->capture + lan->capture_len, octets, len);
	lan->capture_len += len;
	if (lan->copy != NULL)
		fwrite(octets, 1, len, lan->copy);
}

struct tenon_ip lan_ip(enum tenon_ip_version version, unsigned host)
{
	if (version == TENON_IP_V4)
		return tenon_ip4(10, 1, 0, (uint8_t)(host + 1));
	return (struct tenon_ip){ { 0xfd, [15] = (uint8_t)(host + 1) } };
}

struct tenon_endpoint lan_end(enum tenon_ip_version version, unsigned host, uint16_t port)
{
	return (struct tenon_endpoint){ lan_ip(version, host), port, 0 };
}

static void configure(struct tenon_config *config, const struct lan_terms *terms)
{
	tenon_config_linux(config);
	config->families = families;
	config->transports = transports;
	config->congestions = congestions;
	config->limits.sockets = 64;
	config->limits.tcp_connections = 64;
	config->limits.tcp_listeners = 32;
	config->limits.tcp_port_bindings = 64;
	config->limits.pages = 1024;
	config->limits.datagrams = 64;
	config->limits.neighbors = 32;
	config->limits.parked_packets = 32;
	config->limits.loopback_packets = 64;
	if (terms->change != NULL)
		terms->change(config);
}

void lan_add_host(struct lan *lan, const struct lan_terms *terms)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	struct lan_host *host = &lan->hosts[lan->count];
	struct tenon_wire_path arriving = terms->path;
	struct tenon_config config;
	struct tenon_ip ip4 = lan_ip(TENON_IP_V4, lan->count),
			ip6 = lan_ip(TENON_IP_V6, lan->count);
	struct tenon_pool_use use;
	unsigned link, i;

	configure(&config, terms);
	tenon_pcapng_host(&host->capture, &lan->file, names[lan->count]);
	config.observer = (struct tenon_observer){ tenon_pcapng_event, &host->capture };
	host->stack = tenon_sim_stack(lan->sim, &config);
	assert_non_null(host->stack);
	assert_result(tenon_wire_attach(lan->wire, host->stack, "eth0", NULL, &host->end), OK);
	link = tenon_wire_link(host->end);
	tenon_pcapng_link(&host->capture, link, tenon_wire_facts(host->end));
	tenon_wire_set_path(host->end, TENON_WIRE_LEAVING, &terms->path);
	arriving.corrupt = 0;
	tenon_wire_set_path(host->end, TENON_WIRE_ARRIVING, &arriving);
	assert_result(tenon_address_add(host->stack, link, &ip4, 24), OK);
	assert_result(tenon_address_add(host->stack, link, &ip6, 64), OK);
	for (i = 0; i < LAN_POOLS_MAX && tenon_pool_use(host->stack, i, &use); i++)
		host->pools_at_start[i] = use.used;
	lan->count++;
}

void lan_open(struct lan *lan, const struct lan_terms *terms)
{
	uint32_t segment_max = terms->offload & TENON_OFFLOAD_SEGMENTATION ? UINT16_MAX : 0;
	const char *path = getenv("TENON_PCAP");
	unsigned i;

	memset(lan, 0, sizeof *lan);
	lan->hosts = calloc(LAN_HOSTS_MAX, sizeof *lan->hosts);
	assert_non_null(lan->hosts);
	lan->copy = path != NULL ? fopen(path, "w") : NULL;
	tenon_pcapng_begin(&lan->file, keep_capture, lan, 0);
	lan->sim = tenon_sim_new(terms->seed);
	assert_non_null(lan->sim);
	lan->wire = tenon_sim_wire(lan->sim,
				   &(struct tenon_wire_config){ .is_ethernet = !terms->is_cable,
								.mtu = terms->mtu,
								.offload = terms->offload,
								.segment_max = segment_max });
	assert_non_null(lan->wire);
	for (i = 0; i < terms->hosts; i++)
		lan_add_host(lan, terms);
}

void lan_close(struct lan *lan)
{
	unsigned i;

	for (i = 0; i < lan->count; i++)
		tenon_pcapng_end(&lan->hosts[i].capture);
	if (lan->copy != NULL)
		fclose(lan->copy);
	tenon_sim_free(lan->sim);
	free(lan->capture);
	free(lan->hosts);
}

struct tenon_socket *lan_socket(struct lan *lan, unsigned host, enum tenon_ip_version version)
{
	struct tenon_socket *socket;

	tenon_sim_enter(lan->sim, lan->hosts[host].stack);
	assert_result(tenon_open(lan->hosts[host].stack, version, TENON_STREAM, &socket), OK);
	return socket;
}

struct tenon_socket *lan_listener(struct lan *lan, unsigned host, enum tenon_ip_version version,
				  uint16_t port, unsigned backlog)
{
	struct tenon_socket *socket = lan_socket(lan, host, version);
	struct tenon_endpoint end = lan_end(version, host, port);

	assert_result(tenon_bind(socket, &end), OK);
	assert_result(tenon_listen(socket, backlog), OK);
	return socket;
}

void lan_pass(struct lan *lan, uint64_t span_us)
{
	tenon_sim_run(lan->sim, tenon_sim_now(lan->sim) + span_us, NULL, NULL);
}

void lan_settles(struct lan *lan)
{
	struct tenon_pool_use use;
	unsigned host, i;

	lan_pass(lan, SECONDS(1000));
	for (host = 0; host < lan->count; host++) {
		for (i = 0; i < LAN_POOLS_MAX && tenon_pool_use(lan->hosts[host].stack, i, &use);
		     i++) {
			if (strcmp(use.name, "neighbors") == 0 ||
			    strcmp(use.name, "path MTUs") == 0 ||
			    use.used == lan->hosts[host].pools_at_start[i])
				continue;
			fail_msg("host %u: %u of the pool '%s' in use, %u at the start", host,
				 use.used, use.name, lan->hosts[host].pools_at_start[i]);
		}
	}
}
