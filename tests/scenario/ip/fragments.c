/* SPDX-License-Identifier: MIT */
/* Datagrams longer than the line takes: cut by their sender, put together by their receiver. */
#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 65507, MTU = 1500, PARTS_MAX = 64, ICMP4_TIME = 11, ICMP6_TIME = 3 };

/* Two hosts, a datagram socket on each; a's is connected to b's. */
struct talk {
	struct pair *p;
	struct tenon_socket *from, *to;
	const struct family *f;
	uint8_t *octets; /* LONGEST of them */
	struct pair_frame parts[PARTS_MAX];
	unsigned count;
};

static struct talk *begin(const struct family *f, void (*change)(struct tenon_config *))
{
	struct talk *t = calloc(1, sizeof *t);
	struct tenon_endpoint here = at(f->b, 7);
	size_t i;

	assert_non_null(t);
	t->f = f;
	t->p = pair_new(&(struct pair_terms){ .takes_fragments = true, .change = change });
	t->octets = malloc(LONGEST);
	for (i = 0; i < LONGEST; i++)
		t->octets[i] = (uint8_t)(i * 31 + i / 256);
	assert_result(tenon_open(t->p->a.stack, f->version, TENON_DATAGRAM, &t->from), OK);
	assert_result(tenon_open(t->p->b.stack, f->version, TENON_DATAGRAM, &t->to), OK);
	assert_result(tenon_bind(t->to, &here), OK);
	assert_result(tenon_connect(t->from, &here), OK);
	return t;
}

static void end(struct talk *t)
{
	pair_pass(t->p, 61 * 1000000u);
	assert_int_equal(pair_pool_used(t->p->a.stack, "fragmented datagrams"), 0);
	assert_int_equal(pair_pool_used(t->p->b.stack, "fragmented datagrams"), 0);
	assert_int_equal(pair_pool_used(t->p->b.stack, "fragment pages"), 0);
	tenon_close(t->from);
	tenon_close(t->to);
	pair_end(t->p);
	free(t->octets);
	free(t);
}

static enum tenon_result sends(struct talk *t, size_t len)
{
	struct tenon_slice slices[] = { { t->octets, len / 3 },
					{ t->octets + len / 3, len - len / 3 } };
	struct tenon_message message = { .slices = slices, .count = 2 };
	size_t sent;

	return tenon_send(t->from, &message, &sent);
}

/* What a sent, kept back from b. */
static void keeps_back(struct talk *t)
{
	assert_true(t->p->a.queued <= PARTS_MAX);
	memcpy(t->parts, t->p->a.queue, t->p->a.queued * sizeof *t->parts);
	t->count = t->p->a.queued;
	t->p->a.queued = 0;
}

static void cuts(struct talk *t, size_t len)
{
	assert_result(sends(t, len), OK);
	keeps_back(t);
}

static enum tenon_fate arrives(struct talk *t, unsigned which)
{
	return pair_arrives(&t->p->b, t->parts[which].octets, t->parts[which].len);
}

static void has_arrived(struct talk *t, size_t len)
{
	uint8_t *octets = malloc(LONGEST);
	struct tenon_room room = { octets, LONGEST };
	struct tenon_received received;

	assert_result(tenon_receive(t->to, &room, 1, 0, &received), OK);
	assert_int_equal(received.len, len);
	assert_memory_equal(octets, t->octets, len);
	free(octets);
}

BOTH(a_datagram_of_any_length_arrives_whole)
{
	static const size_t lens[] = { 1452, 1472, 1473, 2048, 2960, 2961, 9000, 65487, LONGEST };
	struct talk *t = begin(f, NULL);
	size_t i;

	for (i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		t->p->a.sent = 0;
		assert_result(sends(t, lens[i]), OK);
		assert_int_equal(t->p->a.sent > 1, lens[i] + 8 + f->header_len > MTU);
		pair_run(t->p);
		has_arrived(t, lens[i]);
	}
	end(t);
}

BOTH(each_part_fits_the_line_and_all_but_the_last_are_full)
{
	struct talk *t = begin(f, NULL);
	unsigned i;

	cuts(t, 5000);
	for (i = 0; i < t->count; i++)
		assert_true(t->parts[i].len <= MTU);
	for (i = 0; i + 1 < t->count; i++)
		assert_true(t->parts[i].len > MTU - 8);
	end(t);
}

BOTH(parts_arrive_in_any_order)
{
	struct talk *t = begin(f, NULL);
	unsigned round, i;

	for (round = 0; round < 50; round++) {
		cuts(t, 20000);
		srand(round);
		for (i = 0; i < t->count; i++) {
			unsigned other = i + (unsigned)rand() % (t->count - i);
			struct pair_frame swap = t->parts[i];

			t->parts[i] = t->parts[other];
			t->parts[other] = swap;
			if (i + 1 < t->count)
				assert_fate(arrives(t, i), IP_FRAGMENT_KEPT);
			else
				assert_fate(arrives(t, i), DELIVERED);
		}
		has_arrived(t, 20000);
	}
	end(t);
}

BOTH(the_same_part_again_does_no_harm)
{
	struct talk *t = begin(f, NULL);

	cuts(t, 4000);
	assert_int_equal(t->count, 3);
	assert_fate(arrives(t, 1), IP_FRAGMENT_KEPT);
	assert_fate(arrives(t, 1), IP_FRAGMENT_DUPLICATE);
	assert_fate(arrives(t, 0), IP_FRAGMENT_KEPT);
	assert_fate(arrives(t, 0), IP_FRAGMENT_DUPLICATE);
	assert_fate(arrives(t, 2), DELIVERED);
	has_arrived(t, 4000);
	end(t);
}

static void put_checksum4(uint8_t *header)
{
	uint32_t sum = 0;
	int i;

	header[10] = header[11] = 0;
	for (i = 0; i < 20; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	header[10] = (uint8_t)(~sum >> 8);
	header[11] = (uint8_t)~sum;
}

/* Moves a part by units of eight octets, up or down. */
static void move_part(const struct talk *t, struct pair_frame *part, int units)
{
	bool is_v4 = t->f->version == TENON_IP_V4;
	uint8_t *at = part->octets + (is_v4 ? 6 : 42);
	unsigned field = (unsigned)at[0] << 8 | at[1];

	field = (unsigned)((int)field + (is_v4 ? units : units * 8));
	at[0] = (uint8_t)(field >> 8);
	at[1] = (uint8_t)field;
	if (is_v4)
		put_checksum4(part->octets);
}

/* RFC 5722 4: the datagram is lost, and so are the parts that come afterwards. */
BOTH(overlapping_parts_condemn_their_datagram)
{
	struct talk *t = begin(f, NULL);

	cuts(t, 4000);
	move_part(t, &t->parts[1], -1);
	assert_fate(arrives(t, 0), IP_FRAGMENT_KEPT);
	assert_fate(arrives(t, 1), IP_FRAGMENT_OVERLAP);
	move_part(t, &t->parts[1], 1);
	assert_fate(arrives(t, 1), IP_FRAGMENT_OVERLAP);
	assert_fate(arrives(t, 2), IP_FRAGMENT_OVERLAP);
	hears_nothing(t->to);
	cuts(t, 4000);
	assert_fate(arrives(t, 2), IP_FRAGMENT_KEPT);
	assert_fate(arrives(t, 1), IP_FRAGMENT_KEPT);
	assert_fate(arrives(t, 0), DELIVERED);
	has_arrived(t, 4000);
	end(t);
}

BOTH(a_part_behind_the_last_condemns_the_datagram)
{
	struct talk *t = begin(f, NULL);

	cuts(t, 4000);
	assert_fate(arrives(t, 2), IP_FRAGMENT_KEPT);
	move_part(t, &t->parts[1], 400);
	assert_fate(arrives(t, 1), IP_FRAGMENT_OVERLAP);
	cuts(t, 4000);
	move_part(t, &t->parts[1], 400);
	assert_fate(arrives(t, 1), IP_FRAGMENT_KEPT);
	assert_fate(arrives(t, 2), IP_FRAGMENT_OVERLAP);
	end(t);
}

/* The message of b that a was sent last: its ICMP type and code. */
static unsigned last_icmp(const struct talk *t)
{
	const uint8_t *message = t->p->b.last.octets + t->f->header_len;

	return (unsigned)message[0] << 8 | message[1];
}

/* RFC 792, RFC 4443 3.3. */
BOTH(a_datagram_that_is_not_whole_in_time_is_reported_if_its_beginning_came)
{
	unsigned time_exceeded = f->version == TENON_IP_V4 ? ICMP4_TIME : ICMP6_TIME;
	struct talk *t = begin(f, NULL);

	cuts(t, 4000);
	assert_fate(arrives(t, 0), IP_FRAGMENT_KEPT);
	assert_fate(arrives(t, 2), IP_FRAGMENT_KEPT);
	pair_run(t->p);
	t->p->b.sent = 0;
	pair_pass(t->p, 29 * 1000000u);
	assert_int_equal(t->p->b.sent, 0);
	pair_pass(t->p, 32 * 1000000u);
	assert_int_equal(t->p->b.sent, 1);
	assert_int_equal(last_icmp(t), time_exceeded << 8 | 1);
	assert_memory_equal(t->p->b.last.octets + f->header_len + 8, t->parts[0].octets, 500);
	end(t);
}

BOTH(nobody_is_told_of_a_datagram_whose_beginning_is_missing)
{
	struct talk *t = begin(f, NULL);

	cuts(t, 4000);
	assert_fate(arrives(t, 1), IP_FRAGMENT_KEPT);
	t->p->b.sent = 0;
	pair_pass(t->p, 61 * 1000000u);
	assert_int_equal(t->p->b.sent, 0);
	end(t);
}

BOTH(a_part_cut_at_an_odd_place_is_refused)
{
	struct talk *t = begin(f, NULL);
	struct pair_frame *part;

	cuts(t, 4000);
	part = &t->parts[0];
	part->len -= 1;
	if (f->version == TENON_IP_V4) {
		part->octets[3]--;
		put_checksum4(part->octets);
	} else {
		part->octets[5]--;
	}
	t->p->b.sent = 0;
	assert_fate(arrives(t, 0), IP_FRAGMENT_LENGTH);
	assert_int_equal(t->p->b.sent, f->version == TENON_IP_V6); /* RFC 8200 4.5 */
	end(t);
}

BOTH(a_part_that_would_end_beyond_the_longest_datagram_is_refused)
{
	struct talk *t = begin(f, NULL);

	cuts(t, 4000);
	move_part(t, &t->parts[1], 8191 - 200);
	assert_fate(arrives(t, 1), IP_FRAGMENT_LENGTH);
	end(t);
}

static void keep_two(struct tenon_config *config)
{
	config->limits.fragmented_datagrams = 2;
}

/* Host a has the small limits, so b is the sender here. */
static void answers_in_parts(struct talk *t)
{
	struct tenon_endpoint to;
	struct tenon_slice slice = { t->octets, 4000 };
	struct tenon_message message = { .slices = &slice, .count = 1, .to = &to };
	size_t sent;

	tenon_local(t->from, &to);
	assert_result(tenon_send(t->to, &message, &sent), OK);
	memcpy(t->parts, t->p->b.queue, t->p->b.queued * sizeof *t->parts);
	t->count = t->p->b.queued;
	t->p->b.queued = 0;
}

BOTH(the_oldest_datagram_gives_way_to_a_new_one)
{
	struct talk *t = begin(f, keep_two);
	struct pair_frame first[3];
	unsigned i;

	answers_in_parts(t);
	memcpy(first, t->parts, sizeof first);
	for (i = 0; i < 3; i++) {
		assert_fate(pair_arrives(&t->p->a, t->parts[0].octets, t->parts[0].len),
			    IP_FRAGMENT_KEPT);
		assert_true(pair_pool_used(t->p->a.stack, "fragmented datagrams") <= 2);
		answers_in_parts(t);
	}
	for (i = 1; i < 3; i++)
		assert_fate(pair_arrives(&t->p->a, first[i].octets, first[i].len),
			    IP_FRAGMENT_KEPT);
	hears_nothing(t->from);
	end(t);
}

static void keep_four_pages(struct tenon_config *config)
{
	config->limits.fragment_pages = 4;
}

BOTH(a_datagram_longer_than_all_memory_is_given_up_alone)
{
	struct talk *t = begin(f, keep_four_pages);
	unsigned i;

	for (i = 0; i < 3; i++) {
		answers_in_parts(t);
		assert_fate(pair_arrives(&t->p->a, t->parts[1].octets, t->parts[1].len),
			    IP_FRAGMENT_KEPT);
		assert_fate(pair_arrives(&t->p->a, t->parts[0].octets, t->parts[0].len),
			    IP_FRAGMENT_KEPT);
		assert_fate(pair_arrives(&t->p->a, t->parts[2].octets, t->parts[2].len), DELIVERED);
	}
	end(t);
}

BOTH(spoiled_parts_break_nothing)
{
	struct talk *t = begin(f, NULL);
	unsigned round, i;

	printf("# seeds 0 to 1999\n");
	for (round = 0; round < 2000; round++) {
		srand(round);
		cuts(t, 3000 + (size_t)rand() % 3000);
		for (i = 0; i < t->count * 2; i++) {
			struct pair_frame part = t->parts[(unsigned)rand() % t->count];

			if (rand() % 2 == 0)
				part.octets[(unsigned)rand() % 64] ^= (uint8_t)(1 << rand() % 8);
			if (rand() % 4 == 0)
				part.len = 1 + (unsigned)rand() % part.len;
			if (f->version == TENON_IP_V4 && part.len >= 20)
				put_checksum4(part.octets);
			(void)pair_arrives(&t->p->b, part.octets, part.len);
		}
		t->p->b.queued = 0;
	}
	while (tenon_waiting(t->to) != 0)
		tenon_receive(t->to, &(struct tenon_room){ t->octets, LONGEST }, 1, 0,
			      &(struct tenon_received){ .len = 0 });
	end(t);
}

BOTH(a_host_without_the_module_takes_no_parts_and_makes_none)
{
	struct talk *t = begin(f, NULL);
	struct pair *plain = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_endpoint to = at(f->b, 7);
	struct tenon_slice slice = { t->octets, 4000 };
	struct tenon_message message = { .slices = &slice, .count = 1, .to = &to };
	struct tenon_socket *socket;
	size_t sent;

	cuts(t, 4000);
	assert_fate(pair_arrives(&plain->b, t->parts[0].octets, t->parts[0].len), IP_FRAGMENT);
	assert_result(tenon_open(plain->a.stack, f->version, TENON_DATAGRAM, &socket), OK);
	assert_result(tenon_send(socket, &message, &sent), MESSAGE_TOO_LONG);
	tenon_close(socket);
	pair_end(plain);
	end(t);
}
