/* SPDX-License-Identifier: MIT */
/* bench_lwip.c - the same on lwIP's raw API: two interfaces of one lwIP, joined by a queue.
 *
 * lwIP has one stack per process, so two interfaces stand for two hosts. A packet that leaves by
 * one is copied into a buffer of the pool, as a driver does, and waits for carry().
 */
#include "rounds.h"

#include <stddef.h>
#include <string.h>

#include <lwip/init.h>
#include <lwip/ip.h>
#include <lwip/memp.h>
#include <lwip/netif.h>
#include <lwip/priv/memp_priv.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>

enum { PORT = 80, FRAMES = 256, MTU = BENCH_MSS + 40 };

static struct netif ends[2];
static ip4_addr_t addresses[2];
static struct {
	struct pbuf *frames[FRAMES];
	struct netif *to[FRAMES];
	unsigned first, count;
} queue;

static struct tcp_pcb *near_end, *far_end;
static bool near_is_open, far_was_reset;
static size_t near_has, far_has;
static uint64_t far_total;
static char chunk[CHUNK_BYTES];
static u32_t now_ms;

u32_t sys_now(void)
{
	return now_ms;
}

struct netif *bench_route(const void *source, const void *destination)
{
	const ip4_addr_t *from = source;

	(void)destination;
	if (from != NULL && ip4_addr_cmp(from, &addresses[1]))
		return &ends[1];
	return &ends[0];
}

static err_t send_frame(struct netif *from, struct pbuf *p, const ip4_addr_t *next_hop)
{
	unsigned last = (queue.first + queue.count) % FRAMES;
	struct pbuf *copy;

	(void)next_hop;
	if (queue.count == FRAMES)
		return ERR_MEM;
	copy = pbuf_alloc(PBUF_RAW, p->tot_len, PBUF_POOL);
	if (copy == NULL || pbuf_copy(copy, p) != ERR_OK)
		return ERR_MEM;
	queue.frames[last] = copy;
	queue.to[last] = from == &ends[0] ? &ends[1] : &ends[0];
	queue.count++;
	return ERR_OK;
}

static void carry(void)
{
	while (queue.count > 0) {
		struct pbuf *p = queue.frames[queue.first];
		struct netif *to = queue.to[queue.first];

		queue.first = (queue.first + 1) % FRAMES;
		queue.count--;
		ip_input(p, to);
	}
}

static void turn(void)
{
	now_ms = (u32_t)(microseconds_now() / 1000);
	sys_check_timeouts();
}

static err_t init_end(struct netif *end)
{
	end->mtu = MTU;
	end->output = send_frame;
	end->flags = NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

static err_t far_receives(void *context, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	(void)context;
	(void)error;
	if (p == NULL)
		return ERR_OK;
	far_has += pbuf_copy_partial(p, chunk, p->tot_len, 0);
	far_total += p->tot_len;
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t near_receives(void *context, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	(void)context;
	(void)error;
	if (p == NULL)
		return ERR_OK;
	near_has += pbuf_copy_partial(p, chunk, p->tot_len, 0);
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static void far_fails(void *context, err_t error)
{
	(void)context;
	far_was_reset = error == ERR_RST;
	far_end = NULL;
}

static err_t accepted(void *context, struct tcp_pcb *pcb, err_t error)
{
	(void)context;
	if (error != ERR_OK)
		return error;
	far_end = pcb;
	tcp_recv(pcb, far_receives);
	tcp_err(pcb, far_fails);
	return ERR_OK;
}

static err_t connected(void *context, struct tcp_pcb *pcb, err_t error)
{
	(void)context;
	(void)pcb;
	near_is_open = error == ERR_OK;
	return ERR_OK;
}

static void prepare(void)
{
	struct tcp_pcb *pcb;
	ip4_addr_t mask;

	lwip_init();
	IP4_ADDR(&mask, 255, 0, 0, 0);
	for (u8_t i = 0; i < 2; i++) {
		IP4_ADDR(&addresses[i], 10, 0, i, 1);
		netif_add(&ends[i], &addresses[i], &mask, NULL, NULL, init_end, ip_input);
		netif_set_up(&ends[i]);
	}
	pcb = tcp_new();
	if (pcb == NULL || tcp_bind(pcb, &addresses[1], PORT) != ERR_OK)
		give_up("bind");
	pcb = tcp_listen(pcb);
	if (pcb == NULL)
		give_up("listen");
	tcp_accept(pcb, accepted);
	turn();
}

static void open_pair(void)
{
	near_is_open = false;
	far_end = NULL;
	near_end = tcp_new();
	if (near_end == NULL || tcp_bind(near_end, &addresses[0], 0) != ERR_OK)
		give_up("open");
	tcp_recv(near_end, near_receives);
	if (tcp_connect(near_end, &addresses[1], PORT, connected) != ERR_OK)
		give_up("connect");
	carry();
	if (!near_is_open || far_end == NULL)
		give_up("handshake");
}

static void connect_once(void)
{
	turn();
	open_pair();
	far_was_reset = false;
	tcp_abort(near_end);
	carry();
	if (!far_was_reset)
		give_up("reset");
}

static double connections(double seconds)
{
	return rate_of(connect_once, seconds);
}

static void prepare_pair(void)
{
	prepare();
	open_pair();
	tcp_nagle_disable(near_end);
	tcp_nagle_disable(far_end);
}

static void pass(struct tcp_pcb *from, size_t *arrived)
{
	*arrived = 0;
	if (tcp_write(from, chunk, MESSAGE_BYTES, TCP_WRITE_FLAG_COPY) != ERR_OK ||
	    tcp_output(from) != ERR_OK)
		give_up("send");
	carry();
	if (*arrived != MESSAGE_BYTES)
		give_up("round trip");
}

static void ask_once(void)
{
	turn();
	pass(near_end, &far_has);
	pass(far_end, &near_has);
}

static double round_trips(double seconds)
{
	return rate_of(ask_once, seconds);
}

static double stream(double seconds)
{
	double begin = seconds_now(), now;
	uint64_t before = far_total;

	do {
		size_t room = tcp_sndbuf(near_end), len = room < sizeof chunk ? room : 32768;

		if (len > 32768)
			len = 32768;
		turn();
		if (len > 0 &&
		    tcp_write(near_end, chunk, (u16_t)len, TCP_WRITE_FLAG_COPY) == ERR_OK)
			tcp_output(near_end);
		carry();
		now = seconds_now();
	} while (now - begin < seconds);
	return (double)(far_total - before) * 8 / 1e9 / (now - begin);
}

/* A connection without buffers is its control block; lists and timers have no slots beside it. */
static double idle_bytes(double seconds)
{
	(void)seconds;
	return memp_pools[MEMP_TCP_PCB]->size;
}

static const struct figure figures[] = {
	{ "connections", prepare, connections }, { "round_trips", prepare_pair, round_trips },
	{ "stream", prepare_pair, stream },      { "stream_mss1460", prepare_pair, stream },
	{ "idle_bytes", prepare, idle_bytes },   { NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	return rounds_main(argc, argv, figures);
}
