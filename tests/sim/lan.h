/* SPDX-License-Identifier: MIT */
/* lan.h - hosts on one simulated wire, each with an IPv4 and an IPv6 address.
 *
 * Host 0 is 10.1.0.1 and fd00::1, host 1 is 10.1.0.2 and fd00::2, and so on. All of them write one
 * capture, in memory; it ends with the lan.
 */
#ifndef TENON_TESTS_LAN_H
#define TENON_TESTS_LAN_H

#include <stdio.h>

#include <tenon/pcapng.h>
#include <tenon/sim.h>
#include <tenon/socket.h>

enum { LAN_HOSTS_MAX = 4, LAN_POOLS_MAX = 32 };

#define SECONDS(n) ((n)*UINT64_C(1000000))

struct lan_host {
	struct tenon *stack;
	struct tenon_wire_end *end;
	struct tenon_pcapng_host capture;
	uint32_t pools_at_start[LAN_POOLS_MAX];
};

struct lan {
	struct tenon_sim *sim;
	struct tenon_wire *wire;
	struct lan_host *hosts;
	unsigned count;
	struct tenon_pcapng file;
	uint8_t *capture;
	size_t capture_len, capture_room;
	FILE *copy; /* TENON_PCAP; whole even if the test fails */
};

struct lan_terms {
	uint64_t seed;
	unsigned hosts;
	bool is_cable;               /* bare IP, two hosts */
	uint32_t mtu;                /* 0: 1500 */
	uint16_t offload;            /* enum tenon_offload bits that the wire takes over */
	struct tenon_wire_path path; /* from and to each host */
	void (*change)(struct tenon_config *); /* may be NULL */
};

void lan_open(struct lan *, const struct lan_terms *);
void lan_close(struct lan *);

/* One more host, numbered lan->count, as lan_open() makes them. */
void lan_add_host(struct lan *, const struct lan_terms *);

struct tenon_ip lan_ip(enum tenon_ip_version, unsigned host);
struct tenon_endpoint lan_end(enum tenon_ip_version, unsigned host, uint16_t port);

/* A socket of host 0, 1 ... */
struct tenon_socket *lan_socket(struct lan *, unsigned host, enum tenon_ip_version);
struct tenon_socket *lan_listener(struct lan *, unsigned host, enum tenon_ip_version, uint16_t port,
				  unsigned backlog);

/* Time passes, whatever happens. */
void lan_pass(struct lan *, uint64_t span_us);

/* Passes time until nothing of the connections is left, and asserts that every pool is used as at
 * the start; neighbors may be known. */
void lan_settles(struct lan *);

#define assert_result(call, result) assert_string_equal(tenon_result_name(call), #result)

#endif
