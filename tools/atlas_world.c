/* SPDX-License-Identifier: MIT */
#include "tools/atlas_world.h"

#include <arpa/inet.h>
#include <string.h>

enum { SOCKETS = 32, PAGES = 256 };

static void write_capture(void *context, const void *octets, size_t len)
{
	fwrite(octets, 1, len, context);
}

static struct tenon *make_stack(struct atlas_world *w, bool is_captured)
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, &tenon_ipv6,
								      NULL };
	static const struct tenon_transport *const transports[] = { &tenon_tcp, &tenon_udp, NULL };
	static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };
	struct tenon_config config;

	tenon_config_linux(&config);
	config.families = families;
	config.transports = transports;
	config.congestions = congestions;
	config.filter = &tenon_filter;
	config.limits.sockets = SOCKETS;
	config.limits.tcp_connections = ATLAS_CONNECTIONS;
	config.limits.pages = PAGES;
	if (is_captured)
		config.observer = (struct tenon_observer){ tenon_pcapng_event, &w->captured };
	return tenon_sim_stack(w->sim, &config);
}

struct tenon_ip atlas_ip(const char *text)
{
	struct tenon_ip ip = { { 0 } };
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1)
		return tenon_ip4(v4[0], v4[1], v4[2], v4[3]);
	inet_pton(AF_INET6, text, ip.octets);
	return ip;
}

static bool settle(struct atlas_world *w, struct atlas_host *host, struct tenon_wire *wire,
		   uint8_t last)
{
	struct tenon_ip v4 = tenon_ip4(10, 0, 0, last), v6 = atlas_ip("fd00::");

	if (!host->stack ||
	    tenon_wire_attach(wire, host->stack, "wire0", NULL, &host->end) != TENON_OK)
		return false;
	v6.octets[15] = last;
	host->link = tenon_wire_link(host->end);
	if (host == &w->here && w->file)
		tenon_pcapng_link(&w->captured, host->link, tenon_wire_facts(host->end));
	return tenon_address_add(host->stack, host->link, &v4, 24) == TENON_OK &&
	       tenon_address_add(host->stack, host->link, &v6, 64) == TENON_OK;
}

bool atlas_world_begin(struct atlas_world *w, enum tenon_posix_dialect dialect, int family,
		       FILE *capture)
{
	const struct tenon_wire_config ethernet = { .is_ethernet = true };
	struct tenon_wire *wire;

	*w = (struct atlas_world){ .sim = tenon_sim_new(1), .family = family, .file = capture };
	wire = w->sim ? tenon_sim_wire(w->sim, &ethernet) : NULL;
	if (!wire)
		return false;
	if (capture) {
		tenon_pcapng_begin(&w->capture, write_capture, capture, 0);
		tenon_pcapng_host(&w->captured, &w->capture, "here");
	}
	w->here.stack = make_stack(w, capture != NULL);
	w->there.stack = make_stack(w, false);
	if (!settle(w, &w->here, wire, 1) || !settle(w, &w->there, wire, 2))
		return false;
	w->here.posix = tenon_posix_host_new(w->here.stack, tenon_sim_port(w->sim), dialect);
	w->there.posix =
		tenon_posix_host_new(w->there.stack, tenon_sim_port(w->sim), TENON_POSIX_LINUX);
	tenon_posix_use(w->here.posix);
	return w->here.posix && w->there.posix;
}

void atlas_world_end(struct atlas_world *w)
{
	tenon_posix_use(NULL);
	if (w->here.posix)
		tenon_posix_host_free(w->here.posix);
	if (w->there.posix)
		tenon_posix_host_free(w->there.posix);
	if (w->file)
		tenon_pcapng_end(&w->captured);
	if (w->sim)
		tenon_sim_free(w->sim);
}

void atlas_pass(struct atlas_world *w, uint32_t us)
{
	tenon_sim_run(w->sim, tenon_sim_now(w->sim) + us, NULL, NULL);
}

int atlas_there(struct atlas_world *w, int type)
{
	int fd;

	tenon_posix_use(w->there.posix);
	fd = tenon_posix_socket(w->family, type, 0);
	tenon_posix_use(w->here.posix);
	return fd;
}

void atlas_slow_wire(struct atlas_world *w, uint32_t us)
{
	const struct tenon_wire_path path = { .delay_us = us };

	tenon_wire_set_path(w->here.end, TENON_WIRE_LEAVING, &path);
	tenon_wire_set_path(w->here.end, TENON_WIRE_ARRIVING, &path);
}

bool atlas_rule(struct atlas_host *host, const struct tenon_filter_rule *rule)
{
	uint32_t number;

	return tenon_filter_add(host->stack, rule, &number) == TENON_OK;
}

bool atlas_reject(struct atlas_world *w, const char *destination, enum tenon_route_reject how)
{
	struct tenon_route route = { .prefix = atlas_ip(destination), .reject = (uint8_t)how };

	route.prefix_len = tenon_ip_is_v4(&route.prefix) ? 32 : 128;
	return tenon_route_add(w->here.stack, &route) == TENON_OK;
}

struct atlas_name atlas_name(const struct atlas_world *w, const char *v4, const char *v6,
			     uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct atlas_name name = { .len = 0 };

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

struct atlas_name atlas_name_here(const struct atlas_world *w, uint16_t port)
{
	return atlas_name(w, "10.0.0.1", "fd00::1", port);
}

struct atlas_name atlas_name_there(const struct atlas_world *w, uint16_t port)
{
	return atlas_name(w, "10.0.0.2", "fd00::2", port);
}

int atlas_connect(int fd, const struct atlas_name *to)
{
	return tenon_posix_connect(fd, (const struct sockaddr *)&to->at, to->len);
}

int atlas_bind(int fd, const struct atlas_name *at)
{
	return tenon_posix_bind(fd, (const struct sockaddr *)&at->at, at->len);
}
