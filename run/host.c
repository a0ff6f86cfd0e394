/* SPDX-License-Identifier: MIT */
#include "host.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>

#include "supervisor.h"

enum { STREAM_BYTES = 262144 };

static const struct tenon_family_module *const families[] = { &tenon_ipv4, &tenon_ipv6, NULL };
static const struct tenon_transport *const transports[] = { &tenon_tcp, &tenon_udp, NULL };
static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };

const char *host_link_name(unsigned link)
{
	static const char *const names[] = { NULL, "lo", "lab0" };

	return link < sizeof names / sizeof names[0] ? names[link] : NULL;
}

unsigned host_links(const struct host *h)
{
	return h->plan->lab == NULL ? HOST_LINK_LOOPBACK : HOST_LINK_LAB;
}

const struct host_address *host_first_ip4(const struct host *h, unsigned link)
{
	static const struct host_address loopback = {
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1 } }, 8
	};
	unsigned i;

	if (link == HOST_LINK_LOOPBACK)
		return &loopback;
	for (i = 0; i < h->plan->addresses_count; i++)
		if (tenon_ip_is_v4(&h->plan->addresses[i].ip))
			return &h->plan->addresses[i];
	return NULL;
}

/* States in which the stack alone looks after the last octets of a program that may be gone. */
static bool is_closing(const char *state)
{
	return strcmp(state, "FIN-WAIT-1") == 0 || strcmp(state, "CLOSING") == 0 ||
	       strcmp(state, "LAST-ACK") == 0;
}

/* One more in the new state's count, one less in the old one's. */
static void count(unsigned *number, bool is_new, bool is_old)
{
	*number += is_new;
	if (is_old && *number > 0)
		--*number;
}

static void observe(void *context, const struct tenon_event *event)
{
	struct host *h = context;

	if (event->kind == TENON_EVENT_STATE) {
		count(&h->closing, is_closing(event->new_state), is_closing(event->old_state));
		count(&h->half_closed, strcmp(event->new_state, "FIN-WAIT-2") == 0,
		      strcmp(event->old_state, "FIN-WAIT-2") == 0);
	}
	capture_event(&h->capture, event, h->lab.is_receiving);
}

static uint64_t wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static bool open_capture(struct host *h, const char *path)
{
	const struct tenon_link_facts loopback = { .name = "lo", .mtu = HOST_MTU_LOOPBACK };

	if (path == NULL)
		return true;
	if (!capture_open(&h->capture, path, wall_us() - supervisor_now()))
		return false;
	h->capture.loopback = HOST_LINK_LOOPBACK;
	capture_link(&h->capture, HOST_LINK_LOOPBACK, &loopback);
	return true;
}

/* The stack's secret, and the MAC's: from the kernel, or from --seed so that a run can be repeated.
 */
static bool make_seed(const struct host_plan *plan, uint8_t seed[16])
{
	int i;

	memset(seed, 0, 16);
	for (i = 0; i < 8; i++)
		seed[i] = (uint8_t)(plan->seed >> (8 * i));
	return plan->has_seed || getrandom(seed, 16, 0) == 16;
}

/* A host for programs that open thousands of connections; memory is reserved, and used as needed.
 */
static void raise_limits(struct tenon_limits *limits)
{
	limits->sockets = 16384;
	limits->tcp_connections = 32768;
	limits->tcp_listeners = 1024;
	limits->tcp_port_bindings = 32768;
	limits->pages = 65536;
	limits->datagrams = 16384;
	limits->packet_bytes = HOST_MTU_LOOPBACK;
	limits->causes = 1024;
}

static bool make_stack(struct host *h, const uint8_t seed[16])
{
	struct tenon_config config;

	tenon_config_linux(&config);
	raise_limits(&config.limits);
	/* Several of the loopback's segments must fit: with fewer than two, each would wait for a
	 * delayed ACK. */
	config.behavior.send_bytes = config.behavior.receive_bytes = STREAM_BYTES;
	config.families = families;
	config.transports = transports;
	config.congestions = congestions;
	config.fragments = &tenon_fragments;
	config.observer = (struct tenon_observer){ observe, h };
	h->size = tenon_size(&config);
	h->memory = mmap(NULL, h->size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (h->memory == MAP_FAILED) {
		h->memory = NULL;
		fprintf(stderr, "tenon: no memory for a stack of %zu octets\n", h->size);
		return false;
	}
	h->stack = tenon_init(h->memory, h->size, &config, seed, supervisor_now());
	if (h->stack == NULL)
		fprintf(stderr, "tenon: the stack's configuration is out of range\n");
	return h->stack != NULL;
}

/* Locally administered, and not of a range that tools know by a maker's name; with --seed, hosts of
 * one lab differ by their first address. */
static void make_mac(const struct host_plan *plan, const uint8_t seed[16], uint8_t mac[6])
{
	uint64_t hash = 14695981039346656037u;
	size_t i;

	for (i = 0; i < 16; i++)
		hash = (hash ^ seed[i]) * 1099511628211u;
	for (i = 0; i < 16 && plan->addresses_count > 0; i++)
		hash = (hash ^ plan->addresses[0].ip.octets[i]) * 1099511628211u;
	mac[0] = 0x02;
	mac[1] = 'T';
	for (i = 2; i < 6; i++)
		mac[i] = (uint8_t)(hash >> (8 * i));
}

static bool join_lab(struct host *h, const struct host_plan *plan, const uint8_t seed[16])
{
	struct tenon_link_facts facts = { .is_ethernet = true, .mtu = HOST_MTU_LAB };
	struct lab_hello hello = { .version = LAB_VERSION };
	unsigned i;

	if (plan->lab == NULL)
		return true;
	make_mac(plan, seed, facts.mac);
	memcpy(h->mac, facts.mac, sizeof h->mac);
	strcpy(facts.name, host_link_name(HOST_LINK_LAB));
	memcpy(hello.mac, facts.mac, sizeof hello.mac);
	hello.addresses_count = (uint8_t)plan->addresses_count;
	for (i = 0; i < plan->addresses_count; i++)
		hello.addresses[i] = plan->addresses[i].ip;
	if (!lab_link_join(&h->lab, plan->lab, &hello))
		return false;
	h->lab.stack = h->stack;
	capture_link(&h->capture, HOST_LINK_LAB, &facts);
	if (tenon_link_add(h->stack, &facts, &lab_link_driver, &h->lab, &h->lab.index) == TENON_OK)
		return true;
	fprintf(stderr, "tenon: the stack takes no further link\n");
	return false;
}

static bool add_addresses(struct host *h, const struct host_plan *plan)
{
	unsigned link = plan->lab == NULL ? HOST_LINK_LOOPBACK : h->lab.index, i;
	const struct host_address *address;
	char text[INET6_ADDRSTRLEN];
	enum tenon_result result;
	bool is_v4;

	for (i = 0; i < plan->addresses_count; i++) {
		address = &plan->addresses[i];
		result = tenon_address_add(h->stack, link, &address->ip, address->prefix_len);
		if (result == TENON_OK)
			continue;
		is_v4 = tenon_ip_is_v4(&address->ip);
		inet_ntop(is_v4 ? AF_INET : AF_INET6, address->ip.octets + (is_v4 ? 12 : 0), text,
			  sizeof text);
		fprintf(stderr, "tenon: --address %s/%u: %s\n", text, address->prefix_len,
			tenon_result_text(result));
		return false;
	}
	return true;
}

bool host_open(struct host *h, const struct host_plan *plan)
{
	uint8_t seed[16];

	memset(h, 0, sizeof *h);
	h->plan = plan;
	h->lab.fd = -1;
	if (!make_seed(plan, seed)) {
		perror("tenon: getrandom");
		return false;
	}
	if (open_capture(h, plan->pcap) && make_stack(h, seed) && join_lab(h, plan, seed) &&
	    add_addresses(h, plan))
		return true;
	host_close(h);
	return false;
}

void host_close(struct host *h)
{
	capture_close(&h->capture);
	lab_link_driver.close(&h->lab);
	if (h->memory != NULL)
		munmap(h->memory, h->size);
	h->memory = NULL;
}
