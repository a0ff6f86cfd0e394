/* SPDX-License-Identifier: MIT */
#include "pair.h"

#include <stdlib.h>
#include <string.h>

enum { MTU = 1500, NEXT_HOP_MTU = 1280, ROUNDS = 10000 };

const struct family pair_v4 = {
	.version = TENON_IP_V4,
	.a = { { [10] = 0xff, 0xff, 10, 1, 0, 1 } },
	.b = { { [10] = 0xff, 0xff, 10, 1, 0, 2 } },
	.nobody = { { [10] = 0xff, 0xff, 10, 1, 0, 99 } },
	.far = { { [10] = 0xff, 0xff, 192, 0, 2, 1 } },
	.loopback = { { [10] = 0xff, 0xff, 127, 0, 0, 1 } },
	.any = { { [10] = 0xff, 0xff } },
	.header_len = 20,
};

const struct family pair_v6 = {
	.version = TENON_IP_V6,
	.a = { { 0xfd, 1, [15] = 1 } },
	.b = { { 0xfd, 1, [15] = 2 } },
	.nobody = { { 0xfd, 1, [15] = 99 } },
	.far = { { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
	.loopback = { { [15] = 1 } },
	.any = { { 0 } },
	.header_len = 40,
};

static enum tenon_result host_sends(void *self, const struct tenon_frame *frame)
{
	struct pair_host *host = self;
	struct pair_frame *last = &host->last;
	unsigned i;

	last->len = 0;
	for (i = 0; i < frame->count; i++) {
		assert_true(last->len + frame->slices[i].len <= PAIR_FRAME);
		if (frame->slices[i].len != 0)
			memcpy(last->octets + last->len, frame->slices[i].at, frame->slices[i].len);
		last->len += frame->slices[i].len;
	}
	assert_int_equal(last->len, frame->len);
	host->sent++;
	if (host->is_cut)
		return TENON_OK;
	assert_true(host->queued < PAIR_QUEUE);
	host->queue[host->queued++] = *last;
	return TENON_OK;
}

static const struct tenon_link_driver driver = { .send = host_sends };

static void open_host(struct pair_host *host, const struct tenon_config *config, bool is_ethernet,
		      uint8_t number)
{
	const uint8_t seed[16] = { number };
	struct tenon_link_facts facts = { .name = "line",
					  .mac = { 2, 0, 0, 0, 0, number },
					  .is_ethernet = is_ethernet,
					  .mtu = MTU };
	size_t size = tenon_size(config);

	host->number = number;
	host->memory = aligned_alloc(16, size);
	assert_non_null(host->memory);
	memset(host->memory, 0x5a, size);
	host->stack = tenon_init(host->memory, size, config, seed, 0);
	assert_non_null(host->stack);
	assert_result(tenon_link_add(host->stack, &facts, &driver, host, &host->link), OK);
	assert_result(tenon_address_add(host->stack, host->link,
					number == 1 ? &pair_v4.a : &pair_v4.b, 24),
		      OK);
	assert_result(tenon_address_add(host->stack, host->link,
					number == 1 ? &pair_v6.a : &pair_v6.b, 64),
		      OK);
}

struct pair *pair_new(const struct pair_terms *terms)
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, &tenon_ipv6,
								      NULL };
	static const struct tenon_transport *const transports[] = { &tenon_tcp, &tenon_udp, NULL };
	static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };
	struct pair *p = calloc(1, sizeof *p);
	struct tenon_config config;

	assert_non_null(p);
	p->a.other = &p->b;
	p->b.other = &p->a;
	tenon_config_linux(&config);
	config.families = families;
	config.transports = transports;
	config.congestions = congestions;
	config.limits.pages = 1024;
	if (terms->takes_fragments)
		config.fragments = &tenon_fragments;
	open_host(&p->b, &config, terms->is_ethernet, 2);
	if (terms->change != NULL)
		terms->change(&config);
	open_host(&p->a, &config, terms->is_ethernet, 1);
	pair_run(p);
	return p;
}

uint32_t pair_pool_used(const struct tenon *t, const char *name)
{
	struct tenon_pool_use use;
	unsigned i;

	for (i = 0; tenon_pool_use(t, i, &use); i++)
		if (strcmp(use.name, name) == 0)
			return use.used;
	fail_msg("no pool is called %s", name);
	return 0;
}

static void assert_all_given_back(const struct tenon *t)
{
	static const char *const names[] = { "sockets",          "causes",        "pages",
					     "loopback packets", "udp endpoints", "udp datagrams" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (pair_pool_used(t, names[i]) != 0)
			fail_msg("%u of the %s were not given back", pair_pool_used(t, names[i]),
				 names[i]);
}

void pair_end(struct pair *p)
{
	pair_run(p);
	assert_all_given_back(p->a.stack);
	assert_all_given_back(p->b.stack);
	free(p->a.memory);
	free(p->b.memory);
	free(p);
}

static bool host_runs(struct pair_host *host, uint64_t now_us)
{
	struct pair_frame *frame = malloc(sizeof *frame);
	bool did = host->other->queued != 0;

	assert_non_null(frame);
	tenon_set_time(host->stack, now_us);
	while (host->other->queued != 0) {
		*frame = host->other->queue[0];
		host->other->queued--;
		memmove(host->other->queue, host->other->queue + 1,
			host->other->queued * sizeof *frame);
		(void)tenon_input(host->stack, host->link, frame->octets, frame->len, 0);
	}
	free(frame);
	if (tenon_next_deadline(host->stack) <= now_us) {
		tenon_advance(host->stack);
		did = true;
	}
	return did;
}

static bool both_run(struct pair *p)
{
	bool did = host_runs(&p->a, p->now_us);

	return host_runs(&p->b, p->now_us) || did;
}

void pair_run(struct pair *p)
{
	unsigned rounds = 0;

	while (both_run(p))
		assert_true(++rounds < ROUNDS);
}

void pair_pass(struct pair *p, uint64_t span_us)
{
	uint64_t end = p->now_us + span_us;

	for (;;) {
		uint64_t a = tenon_next_deadline(p->a.stack), b = tenon_next_deadline(p->b.stack);
		uint64_t next = a < b ? a : b;

		if (next > end)
			break;
		if (next > p->now_us)
			p->now_us = next;
		pair_run(p);
	}
	p->now_us = end;
	pair_run(p);
}

enum tenon_fate pair_arrives(struct pair_host *host, const void *frame, size_t len)
{
	void *copy = malloc(len);
	enum tenon_fate fate;

	assert_non_null(copy);
	memcpy(copy, frame, len);
	fate = tenon_input(host->stack, host->link, copy, len, 0);
	free(copy);
	return fate;
}

static uint32_t add(uint32_t sum, const uint8_t *octets, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
	return sum;
}

static void put_checksum(uint8_t *to, uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	to[0] = (uint8_t)(~sum >> 8);
	to[1] = (uint8_t)~sum;
}

/* An IP header from the other host to this one around an ICMP message. */
static void put_header(uint8_t *to, const struct family *f, struct pair_host *host, size_t len)
{
	struct tenon_ip us = host->number == 1 ? f->a : f->b;
	struct tenon_ip from = host->number == 1 ? f->b : f->a;

	memset(to, 0, f->header_len);
	if (f->version == TENON_IP_V4) {
		to[0] = 0x45;
		to[2] = (uint8_t)((len + 20) >> 8);
		to[3] = (uint8_t)(len + 20);
		to[8] = 64;
		to[9] = 1;
		memcpy(to + 12, from.octets + 12, 4);
		memcpy(to + 16, us.octets + 12, 4);
		put_checksum(to + 10, add(0, to, 20));
		return;
	}
	to[0] = 0x60;
	to[4] = (uint8_t)(len >> 8);
	to[5] = (uint8_t)len;
	to[6] = 58;
	to[7] = 64;
	memcpy(to + 8, from.octets, 16);
	memcpy(to + 24, us.octets, 16);
}

enum tenon_fate pair_error(struct pair_host *host, const struct family *f, uint8_t type,
			   uint8_t code)
{
	uint8_t packet[40 + 8 + 256] = { 0 };
	uint8_t *message = packet + f->header_len;
	size_t quote = host->last.len < 256 ? host->last.len : 256, len = 8 + quote;
	uint32_t sum = 0;

	message[0] = type;
	message[1] = code;
	message[6] = NEXT_HOP_MTU >> 8; /* read only where a packet was too big */
	message[7] = NEXT_HOP_MTU & 0xff;
	memcpy(message + 8, host->last.octets, quote);
	put_header(packet, f, host, len);
	if (f->version == TENON_IP_V6)
		sum = add((uint32_t)len + 58, packet + 8, 32);
	put_checksum(message + 2, add(sum, message, len));
	return pair_arrives(host, packet, f->header_len + len);
}

struct tenon_endpoint at(struct tenon_ip ip, uint16_t port)
{
	return (struct tenon_endpoint){ .ip = ip, .port = port };
}

unsigned pair_news(struct tenon *t, const struct tenon_socket *of)
{
	struct tenon_socket *s;
	unsigned what, found = 0;

	while ((s = tenon_news(t, &what)) != NULL)
		if (s == of)
			found |= what;
	return found;
}

enum tenon_result say(struct tenon_socket *s, const struct tenon_endpoint *to, const char *text)
{
	struct tenon_slice slice = { text, strlen(text) };
	size_t sent;
	enum tenon_result result =
		tenon_send(s, &(struct tenon_message){ .slices = &slice, .count = 1, .to = to },
			   &sent);

	assert_int_equal(sent, result == TENON_OK ? slice.len : 0);
	return result;
}

void hears(struct tenon_socket *s, const char *text, struct tenon_endpoint *from)
{
	char octets[2048];
	struct tenon_room room = { octets, sizeof octets - 1 };
	struct tenon_received received;

	assert_result(tenon_receive(s, &room, 1, 0, &received), OK);
	octets[received.len] = 0;
	assert_string_equal(octets, text);
	if (from != NULL)
		*from = received.from;
}

void hears_nothing(struct tenon_socket *s)
{
	char octets[16];
	struct tenon_room room = { octets, sizeof octets };
	struct tenon_received received;

	assert_result(tenon_receive(s, &room, 1, 0, &received), WOULD_BLOCK);
}
