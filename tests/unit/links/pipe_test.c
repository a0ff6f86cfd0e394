/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <tenon/pipe.h>
#include <tenon/socket.h>

enum { MTU = 1500, SEGMENT_MAX = 65535, FRAMES = 4 };

static const struct tenon_family_module *const families[] = { &tenon_ipv4, NULL };
static const struct tenon_transport *const transports[] = { &tenon_udp, &tenon_tcp, NULL };
static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };

struct side {
	void *memory;
	struct tenon *stack;
	unsigned link;
};

static struct tenon_pipe *pipe_between(struct side sides[2], uint16_t offload)
{
	struct tenon_pipe_config config = {
		.mtu = MTU, .offload = offload, .segment_max = SEGMENT_MAX, .frames = FRAMES
	};
	struct tenon_pipe *pipe = tenon_pipe_new(&config);

	for (unsigned i = 0; i < 2; i++) {
		const uint8_t seed[16] = { (uint8_t)i };
		const struct tenon_ip address = tenon_ip4(10, 0, 0, (uint8_t)(i + 1));
		struct tenon_config stack;

		tenon_config_linux(&stack);
		stack.families = families;
		stack.transports = transports;
		stack.congestions = congestions;
		sides[i].memory = malloc(tenon_size(&stack));
		sides[i].stack = tenon_init(sides[i].memory, tenon_size(&stack), &stack, seed, 0);
		assert_int_equal(tenon_pipe_attach(pipe, i, sides[i].stack, &sides[i].link),
				 TENON_OK);
		assert_int_equal(tenon_address_add(sides[i].stack, sides[i].link, &address, 24),
				 TENON_OK);
	}
	return pipe;
}

static void end(struct tenon_pipe *pipe, struct side sides[2])
{
	tenon_pipe_free(pipe);
	free(sides[0].memory);
	free(sides[1].memory);
}

static struct tenon_socket *datagram_socket(struct side *side, uint16_t port)
{
	const struct tenon_endpoint at = { .ip = tenon_ip4(0, 0, 0, 0), .port = port };
	struct tenon_socket *s;

	assert_int_equal(tenon_open(side->stack, TENON_IP_V4, TENON_DATAGRAM, &s), TENON_OK);
	assert_int_equal(tenon_bind(s, &at), TENON_OK);
	return s;
}

static enum tenon_result send_to_far_end(struct tenon_socket *s, char what)
{
	const struct tenon_endpoint to = { .ip = tenon_ip4(10, 0, 0, 2), .port = 7 };
	const struct tenon_slice slice = { &what, 1 };
	size_t sent;

	return tenon_send(s, &(struct tenon_message){ .slices = &slice, .count = 1, .to = &to },
			  &sent);
}

static char next_at(struct tenon_socket *s)
{
	struct tenon_received received;
	char octet;

	assert_int_equal(tenon_receive(s, &(struct tenon_room){ &octet, 1 }, 1, 0, &received),
			 TENON_OK);
	return octet;
}

TEST(frames_come_out_in_order_and_no_sooner_than_they_are_carried)
{
	struct side sides[2];
	struct tenon_pipe *pipe = pipe_between(sides, 0);
	struct tenon_socket *near = datagram_socket(&sides[0], 0);
	struct tenon_socket *far = datagram_socket(&sides[1], 7);

	for (char c = 'a'; c < 'a' + FRAMES; c++)
		assert_int_equal(send_to_far_end(near, c), TENON_OK);
	assert_int_equal(tenon_waiting(far), 0);
	assert_int_equal(tenon_pipe_carry(pipe, 3), 3);
	assert_int_equal(tenon_pipe_carry(pipe, 3), 1);
	assert_int_equal(tenon_pipe_carry(pipe, 3), 0);
	for (char c = 'a'; c < 'a' + FRAMES; c++)
		assert_int_equal(next_at(far), c);
	end(pipe, sides);
}

TEST(a_pipe_that_is_full_is_busy_until_it_was_carried)
{
	struct side sides[2];
	struct tenon_pipe *pipe = pipe_between(sides, 0);
	struct tenon_socket *near = datagram_socket(&sides[0], 0);

	for (unsigned i = 0; i < FRAMES; i++)
		(void)!send_to_far_end(near, 'x');
	(void)!send_to_far_end(near, 'y');
	assert_int_equal(tenon_fate_count(sides[0].stack, TENON_FATE_LINK_BUSY), 1);
	(void)!tenon_pipe_carry(pipe, FRAMES);
	(void)!send_to_far_end(near, 'z');
	assert_int_equal(tenon_fate_count(sides[0].stack, TENON_FATE_LINK_BUSY), 1);
	end(pipe, sides);
}

struct joint {
	struct tenon_socket *listener, *near, *far;
};

static struct joint connected(struct tenon_pipe *pipe, struct side sides[2])
{
	const struct tenon_endpoint to = { .ip = tenon_ip4(10, 0, 0, 2), .port = 7 };
	struct joint j;

	assert_int_equal(tenon_open(sides[1].stack, TENON_IP_V4, TENON_STREAM, &j.listener),
			 TENON_OK);
	assert_int_equal(tenon_bind(j.listener, &to), TENON_OK);
	assert_int_equal(tenon_listen(j.listener, 1), TENON_OK);
	assert_int_equal(tenon_open(sides[0].stack, TENON_IP_V4, TENON_STREAM, &j.near), TENON_OK);
	assert_int_equal(tenon_connect(j.near, &to), TENON_CONNECT_STARTED);
	assert_int_equal(tenon_pipe_carry(pipe, 100), 3);
	assert_int_equal(tenon_accept(j.listener, &j.far), TENON_OK);
	return j;
}

static size_t send_octets(struct tenon_socket *s, const void *at, size_t len)
{
	const struct tenon_slice slice = { at, len };
	size_t sent;

	assert_int_equal(tenon_send(s, &(struct tenon_message){ .slices = &slice, .count = 1 },
				    &sent),
			 TENON_OK);
	return sent;
}

TEST(a_stream_passes_with_and_without_checksums)
{
	const uint16_t offloads[] = { 0, TENON_OFFLOAD_CHECKSUM };

	for (unsigned i = 0; i < 2; i++) {
		struct side sides[2];
		struct tenon_pipe *pipe = pipe_between(sides, offloads[i]);
		struct joint j = connected(pipe, sides);

		assert_int_equal(send_octets(j.near, "word", 4), 4);
		assert_int_equal(tenon_pipe_carry(pipe, 100), 1);
		assert_int_equal(tenon_waiting(j.far), 4);
		assert_int_equal(next_at(j.far), 'w');
		end(pipe, sides);
	}
}

TEST(segments_travel_as_one_where_the_link_would_cut_them)
{
	enum { LEN = 10000 };
	const uint16_t offloads[] = { TENON_OFFLOAD_CHECKSUM,
				      TENON_OFFLOAD_CHECKSUM | TENON_OFFLOAD_SEGMENTATION };
	const unsigned frames[] = { FRAMES, 1 };
	static uint8_t sent[LEN], got[LEN];

	for (unsigned i = 0; i < LEN; i++)
		sent[i] = (uint8_t)(i * i >> 3);
	for (unsigned i = 0; i < 2; i++) {
		struct side sides[2];
		struct tenon_pipe *pipe = pipe_between(sides, offloads[i]);
		struct joint j = connected(pipe, sides);
		struct tenon_received received;

		assert_int_equal(send_octets(j.near, sent, LEN), LEN);
		assert_int_equal(tenon_pipe_carry(pipe, frames[i]), frames[i]);
		if (offloads[i] & TENON_OFFLOAD_SEGMENTATION)
			assert_in_range(tenon_waiting(j.far), LEN - MTU, LEN);
		while (tenon_pipe_carry(pipe, 100) != 0)
			;
		for (uint64_t now = 1; tenon_waiting(j.far) < LEN && now < 100; now++) {
			tenon_set_time(sides[0].stack, now * 100000);
			tenon_set_time(sides[1].stack, now * 100000);
			tenon_advance(sides[0].stack);
			tenon_advance(sides[1].stack);
			(void)!tenon_pipe_carry(pipe, 100);
		}
		assert_int_equal(tenon_receive(j.far, &(struct tenon_room){ got, LEN }, 1, 0,
					       &received),
				 TENON_OK);
		assert_int_equal(received.len, LEN);
		assert_memory_equal(got, sent, LEN);
		end(pipe, sides);
	}
}

TEST(an_end_is_for_one_stack_until_its_link_is_removed)
{
	struct side sides[2];
	struct tenon_pipe *pipe = pipe_between(sides, 0);
	unsigned link;

	assert_int_equal(tenon_pipe_attach(pipe, 1, sides[0].stack, &link), TENON_BAD_VALUE);
	assert_int_equal(tenon_pipe_attach(pipe, 2, sides[0].stack, &link), TENON_BAD_VALUE);
	assert_int_equal(tenon_link_remove(sides[1].stack, sides[1].link), TENON_OK);
	(void)!send_to_far_end(datagram_socket(&sides[0], 0), 'x');
	assert_int_equal(tenon_pipe_carry(pipe, 1), 1);
	assert_int_equal(tenon_pipe_attach(pipe, 1, sides[1].stack, &link), TENON_OK);
	end(pipe, sides);
}
