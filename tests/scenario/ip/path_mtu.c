/* SPDX-License-Identifier: MIT */
/* A router says that a packet was too big for the way: who believes it, how much, how long. */
#include "pair.h"

#include <string.h>

enum {
	ICMP4_UNREACHABLE = 3,
	ICMP4_TOO_BIG = 4,
	ICMP6_TOO_BIG = 2,
	TOLD = 1280, /* by pair_error */
	TEN_MINUTES_US = 600 * 1000000,
};

struct talk {
	struct pair *p;
	struct tenon_socket *from;
	const struct family *f;
};

static struct talk begin(const struct family *f, void (*change)(struct tenon_config *))
{
	struct tenon_endpoint to = at(f->b, 7);
	struct talk t = { .f = f };

	t.p = pair_new(&(struct pair_terms){ .takes_fragments = true, .change = change });
	assert_result(tenon_open(t.p->a.stack, f->version, TENON_DATAGRAM, &t.from), OK);
	assert_result(tenon_connect(t.from, &to), OK);
	return t;
}

static void end(struct talk *t)
{
	tenon_close(t->from);
	pair_end(t->p);
}

/* Sends 1,400 octets; how many frames did that take? They are lost. */
static unsigned frames_for_1400(struct talk *t)
{
	static const uint8_t octets[1400];
	struct tenon_slice slice = { octets, sizeof octets };
	struct tenon_message message = { .slices = &slice, .count = 1 };
	unsigned count;
	size_t sent;

	assert_result(tenon_send(t->from, &message, &sent), OK);
	count = t->p->a.queued;
	t->p->a.queued = 0;
	return count;
}

/* A connected socket hears of it as well. */
static enum tenon_fate is_told(struct talk *t)
{
	bool is_v4 = t->f->version == TENON_IP_V4;
	enum tenon_fate fate = is_v4 ? pair_error(&t->p->a, t->f, ICMP4_UNREACHABLE, ICMP4_TOO_BIG)
				     : pair_error(&t->p->a, t->f, ICMP6_TOO_BIG, 0);

	if (fate != TENON_FATE_ICMP_REPORTED)
		assert_result(tenon_take_error(t->from), OK);
	else if (is_v4)
		assert_result(tenon_take_error(t->from), ICMP_FRAGMENTATION_NEEDED);
	else
		assert_result(tenon_take_error(t->from), ICMP6_PACKET_TOO_BIG);
	return fate;
}

BOTH(a_report_about_our_packet_makes_the_next_ones_fit)
{
	struct talk t = begin(f, NULL);

	assert_int_equal(frames_for_1400(&t), 1);
	assert_fate(is_told(&t), ICMP_REPORTED);
	assert_int_equal(frames_for_1400(&t), 2);
	assert_true(t.p->a.last.len <= TOLD);
	assert_int_equal(pair_pool_used(t.p->a.stack, "path MTUs"), 1);
	end(&t);
}

/* RFC 5927 and RFC 8201 4: nothing of ours was too big. */
BOTH(a_report_about_no_conversation_of_ours_is_not_believed)
{
	struct talk t = begin(f, NULL);

	assert_int_equal(frames_for_1400(&t), 1);
	t.p->a.last.octets[f->header_len + 1] ^= 1; /* another port of ours */
	assert_fate(is_told(&t), ICMP_NOBODY);
	assert_int_equal(frames_for_1400(&t), 1);
	assert_int_equal(pair_pool_used(t.p->a.stack, "path MTUs"), 0);
	end(&t);
}

BOTH(what_was_told_is_forgotten_after_ten_minutes)
{
	struct talk t = begin(f, NULL);
	struct tenon_endpoint to = at(f->b, 7);

	frames_for_1400(&t);
	is_told(&t);
	pair_pass(t.p, TEN_MINUTES_US - 1);
	assert_result(tenon_connect(t.from, &to), OK);
	assert_int_equal(frames_for_1400(&t), 2);
	pair_pass(t.p, 1);
	assert_result(tenon_connect(t.from, &to), OK);
	assert_int_equal(frames_for_1400(&t), 1);
	end(&t);
}

static void believe_1400(struct tenon_config *config)
{
	config->behavior.path_mtu_min = 1400;
}

TEST(below_the_least_the_least_is_kept_and_routers_may_cut)
{
	struct talk t = begin(&pair_v4, believe_1400);

	frames_for_1400(&t);
	assert_true((t.p->a.last.octets[6] & 0x40) != 0); /* DF */
	is_told(&t);
	assert_int_equal(frames_for_1400(&t), 2);
	assert_int_equal(t.p->a.last.octets[6] & 0x40, 0);
	assert_in_range(t.p->a.queue[0].len, TOLD + 1, 1400);
	end(&t);
}

static void know_one_path(struct tenon_config *config)
{
	config->limits.path_mtus = 1;
}

BOTH(what_was_learnt_first_gives_way)
{
	struct talk t = begin(f, know_one_path);
	struct tenon_endpoint other = at(f->nobody, 7), first = at(f->b, 7);

	frames_for_1400(&t);
	is_told(&t);
	assert_result(tenon_connect(t.from, &other), OK);
	frames_for_1400(&t);
	is_told(&t);
	assert_int_equal(frames_for_1400(&t), 2);
	assert_result(tenon_connect(t.from, &first), OK);
	assert_int_equal(frames_for_1400(&t), 1);
	end(&t);
}
