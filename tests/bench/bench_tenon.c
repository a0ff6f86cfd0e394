/* SPDX-License-Identifier: MIT */
/* bench_tenon.c - two stacks in one thread, joined by a pipe, through the core's own calls.
 *
 * The time is read once for each connection, round trip or chunk, as an event loop would read it
 * once in a turn, and never inside a stack.
 */
#include "rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <tenon/pipe.h>
#include <tenon/socket.h>

enum {
	PORT = 80,
	SERVER_ADDRESSES = 8,
	FRAMES = 64,
	MTU_USUAL = 1500,
	MTU_MOST = 65535,
	HUGE_PAGE = 2 << 20,
};

static struct tenon *client, *server;
static struct tenon_pipe *joint;
static struct tenon_socket *listener, *near_end, *far_end;
static char chunk[CHUNK_BYTES];

static const struct tenon_family_module *const families[] = { &tenon_ipv4, NULL };
static const struct tenon_transport *const transports[] = { &tenon_tcp, NULL };
static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };

static void must(enum tenon_result result, enum tenon_result wanted, const char *what)
{
	if (result == wanted)
		return;
	fprintf(stderr, "%s: %s\n", what, tenon_result_text(result));
	exit(1);
}

static struct tenon_config config_for(uint32_t connections)
{
	struct tenon_config config;

	tenon_config_linux(&config);
	config.families = families;
	config.transports = transports;
	config.congestions = congestions;
	config.limits.sockets = connections;
	config.limits.tcp_connections = connections;
	config.limits.page_bytes = 16384;
	config.limits.pages = 256;
	config.behavior.port_first = 1024;
	config.behavior.port_last = 65535;
	config.behavior.send_bytes = 2 * CHUNK_BYTES;
	config.behavior.receive_bytes = 4 * CHUNK_BYTES;
	return config;
}

static struct tenon *stack_for(uint32_t connections)
{
	static const uint8_t seed[16] = "benchmark";
	struct tenon_config config = config_for(connections);
	size_t size = tenon_size(&config);
	size_t rounded = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	void *memory = aligned_alloc(HUGE_PAGE, rounded);
	struct tenon *stack;

	if (memory == NULL)
		give_up("aligned_alloc");
	/* As the kernel's own memory has them; where there are none it goes on without. */
	(void)madvise(memory, rounded, MADV_HUGEPAGE);
	stack = tenon_init(memory, size, &config, seed, microseconds_now());
	if (stack == NULL)
		give_up("tenon_init");
	return stack;
}

static void join(uint32_t mtu, uint16_t offload)
{
	struct tenon_pipe_config config = { .mtu = mtu, .offload = offload, .frames = FRAMES };
	const struct tenon_ip here = tenon_ip4(10, 0, 0, 1);
	unsigned link;

	joint = tenon_pipe_new(&config);
	if (joint == NULL)
		give_up("tenon_pipe_new");
	must(tenon_pipe_attach(joint, 0, client, &link), TENON_OK, "attach");
	must(tenon_address_add(client, link, &here, 8), TENON_OK, "address");
	must(tenon_pipe_attach(joint, 1, server, &link), TENON_OK, "attach");
	for (uint8_t i = 0; i < SERVER_ADDRESSES; i++) {
		struct tenon_ip there = tenon_ip4(10, 0, 1, i);

		must(tenon_address_add(server, link, &there, 8), TENON_OK, "address");
	}
}

static void listen_everywhere(void)
{
	const struct tenon_endpoint any = { .ip = tenon_ip4(0, 0, 0, 0), .port = PORT };

	must(tenon_open(server, TENON_IP_V4, TENON_STREAM, &listener), TENON_OK, "open");
	must(tenon_bind(listener, &any), TENON_OK, "bind");
	must(tenon_listen(listener, 16), TENON_OK, "listen");
}

static void prepare(uint32_t connections, uint32_t mtu, uint16_t offload)
{
	client = stack_for(connections);
	server = stack_for(connections);
	join(mtu, offload);
	listen_everywhere();
}

static void pass_time(struct tenon *stack, uint64_t now)
{
	tenon_set_time(stack, now);
	if (tenon_next_deadline(stack) <= now)
		tenon_advance(stack);
}

static void turn(void)
{
	uint64_t now = microseconds_now();

	pass_time(client, now);
	pass_time(server, now);
}

static void carry(void)
{
	while (tenon_pipe_carry(joint, FRAMES) != 0)
		;
}

static void open_pair(uint8_t address, struct tenon_socket **near, struct tenon_socket **far)
{
	struct tenon_endpoint to = { .ip = tenon_ip4(10, 0, 1, address), .port = PORT };

	must(tenon_open(client, TENON_IP_V4, TENON_STREAM, near), TENON_OK, "open");
	must(tenon_connect(*near, &to), TENON_CONNECT_STARTED, "connect");
	carry();
	must(tenon_connect_outcome(*near), TENON_OK, "connect");
	must(tenon_accept(listener, far), TENON_OK, "accept");
}

static void connect_once(void)
{
	struct tenon_socket *near, *far;
	struct tenon_received received;
	char octet;

	turn();
	open_pair(0, &near, &far);
	must(tenon_option_set(near, TENON_OPTION_LINGER, 0), TENON_OK, "linger");
	tenon_close(near);
	carry();
	must(tenon_receive(far, &(struct tenon_room){ &octet, 1 }, 1, 0, &received),
	     TENON_PEER_RESET, "receive");
	tenon_close(far);
}

static void prepare_connections(void)
{
	prepare(1024, MTU_USUAL, 0);
}

static void drain_news(void)
{
	unsigned what;

	while (tenon_news(client, &what) != NULL)
		;
	while (tenon_news(server, &what) != NULL)
		;
}

static void prepare_idle(void)
{
	struct tenon_socket *near, *far;

	prepare(IDLE_MANY + 1024, MTU_USUAL, 0);
	for (unsigned i = 0; i < IDLE_MANY; i++) {
		turn();
		open_pair((uint8_t)(i % SERVER_ADDRESSES), &near, &far);
	}
	drain_news();
}

static double connections(double seconds)
{
	return rate_of(connect_once, seconds);
}

/* All of it, or the program ends. */
static void send_all(struct tenon_socket *from, size_t len)
{
	const struct tenon_slice slice = { chunk, len };
	size_t sent;

	must(tenon_send(from, &(struct tenon_message){ .slices = &slice, .count = 1 }, &sent),
	     TENON_OK, "send");
	if (sent != len)
		give_up("send");
}

static size_t receive_some(struct tenon_socket *at)
{
	struct tenon_received received;
	enum tenon_result result =
		tenon_receive(at, &(struct tenon_room){ chunk, sizeof chunk }, 1, 0, &received);

	if (result == TENON_WOULD_BLOCK)
		return 0;
	must(result, TENON_OK, "receive");
	return received.len;
}

static void ask_once(void)
{
	turn();
	send_all(near_end, MESSAGE_BYTES);
	carry();
	if (receive_some(far_end) != MESSAGE_BYTES)
		give_up("question");
	send_all(far_end, MESSAGE_BYTES);
	carry();
	if (receive_some(near_end) != MESSAGE_BYTES)
		give_up("answer");
}

static void prepare_pair(uint32_t mtu, uint16_t offload)
{
	prepare(1024, mtu, offload);
	open_pair(0, &near_end, &far_end);
	must(tenon_option_set(near_end, TENON_OPTION_NO_DELAY, 1), TENON_OK, "no delay");
	must(tenon_option_set(far_end, TENON_OPTION_NO_DELAY, 1), TENON_OK, "no delay");
}

static void prepare_round_trips(void)
{
	prepare_pair(MTU_USUAL, 0);
}

static double round_trips(double seconds)
{
	return rate_of(ask_once, seconds);
}

static void prepare_stream(void)
{
	prepare_pair(MTU_MOST, TENON_OFFLOAD_CHECKSUM);
}

static void prepare_stream_mss1460(void)
{
	prepare_pair(MTU_USUAL, 0);
}

static double stream(double seconds)
{
	const struct tenon_slice slice = { chunk, sizeof chunk };
	const struct tenon_message message = { .slices = &slice, .count = 1 };
	double begin = seconds_now(), now;
	uint64_t octets = 0;
	size_t n;

	do {
		turn();
		(void)!tenon_send(near_end, &message, &n);
		carry();
		while ((n = receive_some(far_end)) != 0)
			octets += n;
		now = seconds_now();
	} while (now - begin < seconds);
	return (double)octets * 8 / 1e9 / (now - begin);
}

static void prepare_nothing(void)
{
}

/* What the arena grows by with each connection that it may hold: the socket, the connection, their
 * slots in hash tables and in the heap of timers. */
static double idle_bytes(double seconds)
{
	enum { FEW = 1 << 16, MANY = 1 << 17 };
	struct tenon_config few = config_for(FEW), many = config_for(MANY);

	(void)seconds;
	return (double)(tenon_size(&many) - tenon_size(&few)) / (MANY - FEW);
}

static const struct figure figures[] = {
	{ "connections", prepare_connections, connections },
	{ "connections_100k_idle", prepare_idle, connections },
	{ "round_trips", prepare_round_trips, round_trips },
	{ "stream", prepare_stream, stream },
	{ "stream_mss1460", prepare_stream_mss1460, stream },
	{ "idle_bytes", prepare_nothing, idle_bytes },
	{ NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	return rounds_main(argc, argv, figures);
}
