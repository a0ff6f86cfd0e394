/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <stdlib.h>
#include <string.h>

enum {
	MTU = 1500,
	STACKS = 16,
	SOCKETS = 64,
	CONNECTIONS = 128,
	PAGES = 1024,
	AFTERWARDS_S = 3600, /* by then every connection nobody owns has ended */
	DEADLINES_MAX = 100000,
};

static const struct family *family_now;
static struct peer *made[STACKS];
static unsigned made_count;

static enum tenon_result link_sends(void *driver, const struct tenon_frame *frame)
{
	struct peer *p = driver;
	struct peer_frame *to = &p->caught[(p->first + p->count) % PEER_CAUGHT];
	unsigned i;

	assert_true(p->count < PEER_CAUGHT);
	p->count++;
	*to = (struct peer_frame){ .at_us = p->now_us };
	for (i = 0; i < frame->count; i++) {
		assert_true(to->len + frame->slices[i].len <= PEER_PACKET);
		if (frame->slices[i].len != 0)
			memcpy(to->octets + to->len, frame->slices[i].at, frame->slices[i].len);
		to->len += frame->slices[i].len;
	}
	return TENON_OK;
}

static const struct tenon_link_driver driver = { .send = link_sends };

static void observe(void *context, const struct tenon_event *event)
{
	struct peer *p = context;

	if (event->kind == TENON_EVENT_FAILURE)
		p->cause = *event->cause;
	if (event->kind != TENON_EVENT_STATE || event->peer->port != p->peer_port)
		return;
	strcpy(p->state, event->new_state);
	p->entered_us = event->at_us;
}

static void configure(struct peer *p, struct tenon_config *config)
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, &tenon_ipv6,
								      NULL };
	static const struct tenon_transport *const transports[] = { &tenon_tcp, NULL };
	static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };

	tenon_config_linux(config);
	config->families = families;
	config->transports = transports;
	config->congestions = congestions;
	config->limits.sockets = SOCKETS;
	config->limits.tcp_connections = CONNECTIONS;
	config->limits.pages = PAGES;
	config->observer = (struct tenon_observer){ observe, p };
	if (p->terms.change != NULL)
		p->terms.change(config);
}

struct peer *peer_new(const struct peer_terms *terms)
{
	const uint8_t seed[16] = { 1, terms->seed };
	struct tenon_link_facts facts = { .name = "line", .mtu = MTU };
	struct peer *p = calloc(1, sizeof *p);
	struct tenon_config config;
	size_t size;

	assert_non_null(p);
	assert_true(made_count < STACKS);
	made[made_count++] = p;
	p->terms = *terms;
	p->f = family_now;
	p->wnd = terms->wnd != 0 ? terms->wnd : PEER_WND;
	p->peer_isn = 0U - 500;
	p->ts_clock = 0U - 700;
	p->now_us = SECONDS(1);
	peer_turns_to(p, PEER_PORT);
	configure(p, &config);
	size = tenon_size(&config);
	p->memory = aligned_alloc(16, (size + 15) & ~(size_t)15);
	assert_non_null(p->memory);
	p->stack = tenon_init(p->memory, size, &config, seed, p->now_us);
	assert_non_null(p->stack);
	if (terms->mtu != 0)
		facts.mtu = terms->mtu;
	assert_result(tenon_link_add(p->stack, &facts, &driver, p, &p->link), OK);
	assert_result(tenon_address_add(p->stack, p->link, &p->f->a,
					p->f->version == TENON_IP_V4 ? 24 : 64),
		      OK);
	return p;
}

void peer_turns_to(struct peer *p, uint16_t port)
{
	p->peer_port = port;
	p->stack_port = STACK_PORT;
	p->stack_isn = 0;
	p->seq = 0;
	p->ack = 0;
	p->ts_echo = 0;
	strcpy(p->state, "CLOSED");
}

void scenario_begin(const struct family *f)
{
	family_now = f;
}

static void assert_given_back(const struct peer *p)
{
	static const char *const names[] = { "sockets",         "causes",      "pages",
					     "tcp connections", "tcp sockets", "tcp listeners",
					     "tcp ports" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (pair_pool_used(p->stack, names[i]) != 0)
			fail_msg("%u of the %s were not given back",
				 pair_pool_used(p->stack, names[i]), names[i]);
}

static void end(struct peer *p)
{
	size_t i;

	for (i = 0; i < PEER_SOCKETS; i++)
		if (p->sockets[i] != NULL)
			closes(p, p->sockets[i]);
	for (i = 0; i < AFTERWARDS_S; i += 10) {
		passes(p, SECONDS(10));
		(void)ignores(p);
	}
	assert_given_back(p);
	free(p->memory);
	free(p);
}

void scenario_end(void)
{
	while (made_count > 0)
		end(made[--made_count]);
}

void peer_runs(struct peer *p)
{
	unsigned rounds = 0;

	while (tenon_next_deadline(p->stack) <= p->now_us) {
		tenon_advance(p->stack);
		assert_true(++rounds < DEADLINES_MAX);
	}
}

uint32_t ts_now(const struct peer *p)
{
	return p->ts_clock + (uint32_t)(p->now_us / 1000);
}

static size_t put_options(struct peer *p, const struct segment *s, uint8_t *to)
{
	struct tcp_options o = { 0 };
	bool is_syn = (s->flags & SYN) != 0;

	if (s->raw_options.at != NULL) {
		memcpy(to, s->raw_options.at, s->raw_options.len);
		return s->raw_options.len;
	}
	if (s->has_mss || (is_syn && !p->terms.no_mss)) {
		o.present |= TCP_HAS_MSS;
		o.mss = p->terms.mss != 0 ? p->terms.mss : PEER_MSS;
		o.mss = s->has_mss ? s->mss : o.mss;
	}
	if (s->has_scale || (is_syn && p->terms.scaling)) {
		o.present |= TCP_HAS_WINDOW_SCALE;
		o.window_scale = s->has_scale ? s->scale : p->terms.scale;
	}
	if (s->has_ts || (p->terms.timestamps && !s->no_ts)) {
		o.present |= TCP_HAS_TIMESTAMPS;
		o.ts_value = s->ts_value != AUTO ? (uint32_t)s->ts_value : ts_now(p);
		o.ts_echo = s->ts_echo != AUTO ? (uint32_t)s->ts_echo : p->ts_echo;
	}
	return tcp_options_emit(to, &o);
}

static uint32_t octets_of(const struct segment *s)
{
	return s->len + (s->flags & SYN ? 1U : 0U) + (s->flags & FIN ? 1U : 0U);
}

static enum tenon_fate arrives(struct peer *p, const uint8_t *packet, size_t len)
{
	uint8_t *copy = malloc(len);
	enum tenon_fate fate;

	assert_non_null(copy);
	memcpy(copy, packet, len);
	tenon_set_time(p->stack, p->now_us);
	fate = tenon_input(p->stack, p->link, copy, len, 0);
	free(copy);
	peer_runs(p);
	return fate;
}

enum tenon_fate peer_sends(struct peer *p, const struct segment *s)
{
	uint8_t packet[PEER_PACKET], options[TCP_OPTIONS_MAX], text[PEER_PACKET];
	int64_t number = s->seq != AUTO ? s->seq : p->seq;
	int64_t first = number + (s->flags & SYN ? 1 : 0);
	struct pseudo_header addresses = {
		.source = s->from != NULL ? *s->from : p->f->b,
		.destination = s->to != NULL ? *s->to : p->f->a,
	};
	struct tcp_header header = {
		.src_port = s->from_port != 0 ? s->from_port : p->peer_port,
		.dst_port = s->to_port != 0 ? s->to_port : p->stack_port,
		.seq = seq(p->peer_isn + (uint32_t)number),
		.window = s->wnd != AUTO ? (uint16_t)s->wnd : p->wnd,
		.urgent = s->urgent,
		.flags = s->flags,
		.options = { options, put_options(p, s, options) },
	};
	size_t i, len;

	if (s->flags & ACK || s->ack != AUTO)
		header.ack = seq(p->stack_isn + (uint32_t)(s->ack != AUTO ? s->ack : p->ack));
	for (i = 0; i < s->len; i++)
		text[i] = pattern((uint32_t)(first + (int64_t)i));
	len = peer_emit_tcp(packet, &addresses, &header, (struct bytes){ text, s->len });
	if (s->corrupt)
		packet[len - 1] ^= 1;
	if (s->seq == AUTO && !(s->flags & RST))
		p->seq += octets_of(s);
	return arrives(p, packet, len);
}

/* What every segment of ours keeps to, whatever the scenario is about. */
static void assert_sound(const struct caught *c)
{
	uint32_t number = c->seq + (c->flags & SYN ? 1 : 0);
	size_t i;

	for (i = 0; i < c->len; i++)
		assert_int_equal(c->text[i], pattern(number + (uint32_t)i));
	if (!(c->flags & SYN))
		assert_false(c->options.present & (TCP_HAS_MSS | TCP_HAS_WINDOW_SCALE));
}

static void take_in(struct peer *p, const struct caught *c)
{
	uint32_t octets = c->len + (c->flags & SYN ? 1U : 0U) + (c->flags & FIN ? 1U : 0U);

	if (c->options.present & TCP_HAS_TIMESTAMPS)
		p->ts_echo = c->options.ts_value;
	if (!(c->flags & RST) && c->seq == (uint32_t)p->ack)
		p->ack += octets;
}

bool catches(struct peer *p, struct caught *c)
{
	const struct peer_frame *frame = &p->caught[p->first];

	if (p->count == 0)
		return false;
	p->first = (p->first + 1) % PEER_CAUGHT;
	p->count--;
	p->last = *frame;
	peer_parse_tcp(c, (struct bytes){ frame->octets, frame->len });
	c->at_us = frame->at_us;
	if (c->flags & SYN) {
		p->stack_isn = c->seq;
		p->stack_port = c->src_port;
	}
	c->seq -= p->stack_isn;
	c->ack -= c->flags & ACK ? p->peer_isn : 0;
	assert_sound(c);
	take_in(p, c);
	return true;
}

static bool agrees(int64_t wanted, uint32_t found)
{
	return wanted == AUTO || (uint32_t)wanted == found;
}

void peer_gets(struct peer *p, const struct segment *wanted)
{
	uint8_t all = wanted->flags & PSH ? 0xff : (uint8_t)~PSH;
	struct caught *c = &p->got;
	bool has_ts;

	if (!catches(p, c))
		fail_msg("nothing came back");
	has_ts = (c->options.present & TCP_HAS_TIMESTAMPS) != 0;
	if ((c->flags & all) == wanted->flags && agrees(wanted->seq, c->seq) &&
	    agrees(wanted->ack, c->ack) && agrees(wanted->wnd, c->wnd) && c->len == wanted->len &&
	    agrees(wanted->ts_value, c->options.ts_value) &&
	    agrees(wanted->ts_echo, c->options.ts_echo) && (has_ts || !wanted->has_ts))
		return;
	fail_msg("came back: flags %#x seq %u ack %u wnd %u len %u ts %u %u\n"
		 "   expected: flags %#x seq %d ack %d wnd %d len %u ts %d %d",
		 c->flags, c->seq, c->ack, c->wnd, c->len, c->options.ts_value, c->options.ts_echo,
		 wanted->flags, (int)wanted->seq, (int)wanted->ack, (int)wanted->wnd, wanted->len,
		 (int)wanted->ts_value, (int)wanted->ts_echo);
}

void gets_nothing(struct peer *p)
{
	struct caught c;

	if (catches(p, &c))
		fail_msg("came back: flags %#x seq %u ack %u len %u", c.flags, c.seq, c.ack, c.len);
}

unsigned ignores(struct peer *p)
{
	struct caught c;
	unsigned n = 0;

	while (catches(p, &c))
		n++;
	return n;
}

void passes(struct peer *p, uint64_t span_us)
{
	uint64_t until = p->now_us + span_us;
	unsigned rounds = 0;

	while (tenon_next_deadline(p->stack) <= until) {
		if (tenon_next_deadline(p->stack) > p->now_us)
			p->now_us = tenon_next_deadline(p->stack);
		tenon_set_time(p->stack, p->now_us);
		tenon_advance(p->stack);
		assert_true(++rounds < DEADLINES_MAX);
	}
	p->now_us = until;
	tenon_set_time(p->stack, p->now_us);
}

struct tenon_tcp_status status_of(struct peer *p)
{
	struct tenon_tcp_status status;

	assert_result(tenon_tcp_status(p->socket, &status), OK);
	return status;
}

void peer_still_in(struct peer *p, enum tcp_state state)
{
	struct tenon_tcp_status status;

	assert_string_equal(p->state, tcp_state_name(state));
	if (p->socket != NULL && tenon_tcp_status(p->socket, &status) == TENON_OK)
		assert_string_equal(status.state, tcp_state_name(state));
}

enum tenon_fate peer_reports(struct peer *p, const struct quoting *e)
{
	bool is_v4 = p->f->version == TENON_IP_V4;
	uint8_t packet[PEER_PACKET];
	struct bytes quote = { p->last.octets, p->last.len };
	struct peer_icmp error = {
		.from = p->f->b,
		.to = p->f->a,
		.type = is_v4 ? e->type4 : e->type6,
		.code = is_v4 ? e->code4 : e->code6,
		.rest = e->mtu,
	};

	assert_true(quote.len > 0);
	if (e->seq != AUTO)
		put32(p->last.octets + (is_v4 ? 20 : 40) + 4, p->stack_isn + (uint32_t)e->seq);
	return arrives(p, packet, peer_emit_icmp(packet, &error, quote));
}
