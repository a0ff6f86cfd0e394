/* SPDX-License-Identifier: MIT */
/* A frame's way in: whom it is for, and that no octets whatever break the stack. */
#include "pair.h"

#include <string.h>

#include "base/random.h"

enum { MUTANTS = 20000, NOISE = 20000, KEPT = 64 };

struct fixture {
	struct pair *p;
	struct tenon_socket *client, *datagram;
	struct tenon_endpoint to;
};

static struct fixture begin(const struct family *f, bool is_ethernet)
{
	struct fixture x = { .p = pair_new(&(struct pair_terms){ .is_ethernet = is_ethernet }) };
	struct tenon_endpoint local = at(f->any, 53);

	x.to = at(f->b, 53);
	assert_result(tenon_open(x.p->a.stack, f->version, TENON_DATAGRAM, &x.client), OK);
	assert_result(tenon_open(x.p->b.stack, f->version, TENON_DATAGRAM, &x.datagram), OK);
	assert_result(tenon_bind(x.datagram, &local), OK);
	return x;
}

static void end(struct fixture *x)
{
	tenon_close(x->client);
	tenon_close(x->datagram);
	pair_end(x->p);
}

static enum tenon_fate arrives(struct fixture *x, const struct pair_frame *frame)
{
	return pair_arrives(&x->p->b, frame->octets, frame->len);
}

/* RFC 1122 2.3.3: a frame for another station, of another kind, or too short is nobody's. */
BOTH(a_frame_is_judged_by_its_ethernet_header)
{
	struct fixture x = begin(f, true);
	struct pair_frame frame;

	assert_result(say(x.client, &x.to, "first"), OK);
	pair_run(x.p);
	hears(x.datagram, "first", NULL);
	x.p->a.is_cut = true;
	assert_result(say(x.client, &x.to, "second"), OK);

	frame = x.p->a.last;
	frame.octets[5] ^= 1;
	assert_fate(arrives(&x, &frame), LINK_OTHER_HOST);
	frame.octets[5] ^= 1;
	frame.octets[13] ^= 0x77;
	assert_fate(arrives(&x, &frame), ETHERTYPE_UNKNOWN);
	frame.octets[13] ^= 0x77;
	assert_fate(arrives(&x, &frame), DELIVERED);
	hears(x.datagram, "second", NULL);
	frame.len = 13;
	assert_fate(arrives(&x, &frame), ETHERNET_TRUNCATED);
	end(&x);
}

/* RFC 894: what stands behind the datagram to fill the frame is not part of it. */
BOTH(padding_is_cut_off)
{
	struct fixture x = begin(f, true);
	struct pair_frame frame;

	assert_result(say(x.client, &x.to, "a"), OK);
	pair_run(x.p);
	hears(x.datagram, "a", NULL);
	x.p->a.is_cut = true;
	assert_result(say(x.client, &x.to, "b"), OK);
	frame = x.p->a.last;
	memset(frame.octets + frame.len, 0xee, 18);
	frame.len += 18;
	assert_fate(arrives(&x, &frame), DELIVERED);
	hears(x.datagram, "b", NULL);
	end(&x);
}

/* A link that is down, or is not there, receives nothing. */
BOTH(a_link_that_is_down_receives_nothing)
{
	struct fixture x = begin(f, false);
	struct pair_host *b = &x.p->b;

	assert_result(tenon_link_set_up(b->stack, b->link, false), OK);
	assert_result(say(x.client, &x.to, "?"), OK);
	pair_run(x.p);
	hears_nothing(x.datagram);
	assert_int_equal(tenon_fate_count(b->stack, TENON_FATE_LINK_DOWN), 1);
	assert_fate(tenon_input(b->stack, 7, "", 0, 0), LINK_DOWN);
	assert_result(tenon_link_set_up(b->stack, b->link, true), OK);
	assert_result(say(x.client, &x.to, "!"), OK);
	pair_run(x.p);
	hears(x.datagram, "!", NULL);
	assert_result(tenon_link_set_up(b->stack, 7, true), NOT_FOUND);
	end(&x);
}

static void make_protocol(struct pair_frame *frame, const struct family *f, uint8_t protocol)
{
	uint8_t *o = frame->octets;
	uint32_t sum = 0;
	int i;

	if (f->version == TENON_IP_V6) {
		o[6] = protocol;
		return;
	}
	o[9] = protocol;
	o[10] = o[11] = 0;
	for (i = 0; i < 20; i += 2)
		sum += (uint32_t)o[i] << 8 | o[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	o[10] = (uint8_t)(~sum >> 8);
	o[11] = (uint8_t)~sum;
}

/* RFC 1122 3.2.2.1 and RFC 8200 4: a protocol that nobody speaks is answered. LX-30: ENOPROTOOPT.
 */
BOTH(an_unknown_protocol_is_answered)
{
	struct fixture x = begin(f, false);
	const uint8_t *answer = x.p->b.last.octets + f->header_len;
	struct pair_frame frame;
	bool v4 = f->version == TENON_IP_V4;

	x.p->a.is_cut = true;
	assert_result(say(x.client, &x.to, "?"), OK);
	frame = x.p->a.last;
	make_protocol(&frame, f, 253);
	assert_fate(arrives(&x, &frame), IP_PROTOCOL_UNKNOWN);
	assert_int_equal(x.p->b.sent, 1);
	assert_int_equal(answer[0], v4 ? 3 : 4);
	assert_int_equal(answer[1], v4 ? 2 : 1);
	if (!v4)
		assert_int_equal(answer[7], 6);
	end(&x);
}

/* The frames of an exchange in which everything occurs, to be spoiled. */
struct corpus {
	struct pair_frame frame[KEPT];
	unsigned count;
};

static void keep(struct corpus *corpus, const struct pair_host *host)
{
	unsigned i;

	for (i = 0; i < host->queued && corpus->count < KEPT; i++)
		corpus->frame[corpus->count++] = host->queue[i];
}

static void step(struct pair *p, struct corpus *corpus)
{
	struct pair_host *hosts[2] = { &p->a, &p->b };
	int i;

	for (i = 0; i < 2; i++) {
		keep(corpus, hosts[i]);
		while (hosts[i]->queued != 0) {
			struct pair_frame first = hosts[i]->queue[0];

			hosts[i]->queued--;
			memmove(hosts[i]->queue, hosts[i]->queue + 1,
				hosts[i]->queued * sizeof first);
			(void)pair_arrives(hosts[i]->other, first.octets, first.len);
		}
		tenon_advance(hosts[i]->stack);
	}
}

static void spoil(struct pair *p, const struct corpus *corpus, struct random *random)
{
	struct pair_frame frame = corpus->frame[random_below(random, corpus->count)];
	struct pair_host *host = random_below(random, 2) == 0 ? &p->a : &p->b;
	uint32_t changes = random_below(random, 4), at_octet;

	for (; changes != 0; changes--) {
		at_octet = random_below(random, (uint32_t)frame.len);
		frame.octets[at_octet] ^= (uint8_t)(1u << random_below(random, 8));
	}
	if (random_below(random, 8) == 0)
		frame.len = random_below(random, (uint32_t)frame.len + 1);
	/* As a driver that has verified the checksums, so that damage behind them gets through. */
	(void)tenon_input(host->stack, host->link, frame.octets, frame.len,
			  random_below(random, 2) == 0 ? TENON_OFFLOAD_CHECKSUM : 0);
	host->queued = 0;
}

static void run_spoiled(const struct family *f, bool is_ethernet)
{
	struct fixture x = begin(f, is_ethernet);
	struct corpus *corpus = test_calloc(1, sizeof *corpus);
	struct tenon_socket *listener, *stream, *served = NULL;
	struct tenon_endpoint closed = at(f->b, 99), to = at(f->b, 80), local = at(f->any, 80);
	struct random random;
	int i;

	random_init(&random, (struct siphash_key){ f->version, is_ethernet });
	assert_result(tenon_open(x.p->b.stack, f->version, TENON_STREAM, &listener), OK);
	assert_result(tenon_bind(listener, &local), OK);
	assert_result(tenon_listen(listener, 4), OK);
	assert_result(tenon_open(x.p->a.stack, f->version, TENON_STREAM, &stream), OK);
	assert_result(tenon_connect(stream, &to), CONNECT_STARTED);
	for (i = 0; i < 12; i++) {
		(void)say(x.client, i % 2 == 0 ? &x.to : &closed, "datagram");
		(void)say(stream, NULL, "octets of a stream");
		step(x.p, corpus);
	}
	for (i = 0; i < MUTANTS; i++)
		spoil(x.p, corpus, &random);
	(void)tenon_accept(listener, &served);
	if (served != NULL)
		tenon_close(served);
	tenon_close(listener);
	tenon_close(stream);
	pair_pass(x.p, 3000ull * 1000000);
	assert_int_equal(pair_pool_used(x.p->a.stack, "tcp connections"), 0);
	assert_int_equal(pair_pool_used(x.p->b.stack, "tcp connections"), 0);
	test_free(corpus);
	end(&x);
}

BOTH(spoiled_frames_break_nothing)
{
	run_spoiled(f, false);
	run_spoiled(f, true);
}

TEST(noise_breaks_nothing)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct random random;
	uint8_t octets[128];
	int i;
	size_t j, len;

	random_init(&random, (struct siphash_key){ 1, 2 });
	for (i = 0; i < NOISE; i++) {
		len = random_below(&random, sizeof octets);
		for (j = 0; j < len; j++)
			octets[j] = (uint8_t)random_u32(&random);
		if (len != 0)
			octets[0] = (uint8_t)(i % 2 == 0 ? 0x45 : 0x60);
		(void)pair_arrives(&p->b, octets, len);
		p->b.queued = 0;
	}
	pair_end(p);
}
