/* SPDX-License-Identifier: MIT */
/* Whatever arrives, in whatever state: no invariant of the stack breaks, no answer multiplies, the
 * user reads the peer's octets and no others, and in the end everything is given back. */
#include "peer.h"

#include "base/random.h"

enum { ROUNDS = 12, ACTS = 150, BURST = 120, ANSWERS_PER_SECOND = 1500 };

struct noise {
	struct peer *p;
	struct random random;
	int64_t seq, ack; /* what the stack expects next and has sent, as it last said */
	bool isn_is_open; /* the first SYN decides where the pattern begins */
};

static uint32_t below(struct noise *n, uint32_t limit)
{
	return random_below(&n->random, limit);
}

/* Takes what the stack has sent; how many segments. */
static unsigned listen_to(struct noise *n)
{
	struct caught c;
	unsigned count = 0;

	for (; catches(n->p, &c); count++) {
		if (c.flags & RST)
			continue;
		n->ack = (int64_t)c.seq + c.len + ((c.flags & SYN) != 0) + ((c.flags & FIN) != 0);
		if (c.flags & ACK)
			n->seq = c.ack;
	}
	return count;
}

static int64_t near(struct noise *n, int64_t number)
{
	static const int16_t offsets[] = { 0, 0, 0, 0, 0, 1, -1, 500, -500, 1460, 20000, -20000 };

	return number + offsets[below(n, sizeof offsets / sizeof offsets[0])];
}

static uint8_t some_flags(struct noise *n)
{
	static const uint8_t usual[] = { ACK, ACK,       ACK,       ACK | PSH, ACK | PSH, ACK | URG,
					 SYN, SYN | ACK, FIN | ACK, FIN,       0,         RST };
	uint8_t flags = usual[below(n, sizeof usual)];

	/* Few connections would live long if each RST were believed. */
	return flags == RST && below(n, 6) != 0 ? ACK : flags;
}

static void segment_arrives(struct noise *n)
{
	static const uint16_t windows[] = { 0, 0, 1, 900, 8000, 65535, 65535, 65535 };
	struct segment s = {
		.flags = some_flags(n),
		.seq = near(n, n->seq),
		.ack = near(n, n->ack),
		.wnd = windows[below(n, 8)],
		.len = (uint16_t)(below(n, 2) == 0 ? 0 : below(n, 1400)),
		.urgent = (uint16_t)below(n, 2000),
		.has_mss = below(n, 4) == 0,
		.mss = (uint16_t)below(n, 2000),
		.no_ts = below(n, 8) == 0,
		.ts_value = below(n, 4) == 0 ? (int64_t)random_u32(&n->random) : AUTO,
		.ts_echo = AUTO,
	};

	if ((s.flags & SYN) && n->isn_is_open)
		s.seq = 0;
	(void)peer_sends(n->p, &s);
}

static void user_acts(struct noise *n)
{
	struct tenon_socket *s = n->p->socket;

	if (s == NULL)
		return;
	switch (below(n, 8)) {
	case 0:
	case 1:
		if (tenon_send_room(s) > 0)
			(void)user_sends(n->p, 1 + below(n, 3000));
		break;
	case 2:
	case 3:
		if (tenon_waiting(s) > 0)
			(void)user_receives(n->p, 1 + below(n, 3000));
		break;
	case 4:
		(void)tenon_shutdown(s, 1 + below(n, 3));
		break;
	case 5:
		(void)tenon_option_set(s, TENON_OPTION_RECEIVE_BYTES, (int)below(n, 9000));
		break;
	case 6:
		(void)tenon_option_set(s, TENON_OPTION_KEEPALIVE, (int)below(n, 2));
		break;
	default:
		if (below(n, 8) == 0)
			closes(n->p, s);
	}
}

static void time_passes(struct noise *n)
{
	unsigned seconds = below(n, 20);

	passes(n->p, SECONDS(seconds));
	assert_in_range(listen_to(n), 0, (seconds + 1) * ANSWERS_PER_SECOND);
	passes(n->p, below(n, 300000));
}

static void make_noise(enum tcp_state state, uint64_t number, bool timestamps)
{
	struct noise n = {
		.p = peer_in(state, .timestamps = timestamps, .scaling = timestamps, .scale = 2),
		.seq = 1,
		.ack = 1,
		.isn_is_open = state == TCP_SYN_SENT,
	};
	unsigned i;

	random_init(&n.random, (struct siphash_key){ number, (uint64_t)state });
	for (i = 0; i < ACTS; i++) {
		uint32_t what = below(&n, 10);

		if (what < 6)
			segment_arrives(&n);
		else if (what < 9)
			user_acts(&n);
		else
			time_passes(&n);
		assert_in_range(listen_to(&n), 0, BURST);
	}
}

SCENARIO(any_segments_in_any_state)
{
	uint64_t number;
	int i;

	for (number = 0; number < ROUNDS; number++)
		for (i = 0; i < PEER_STATES; i++) {
			make_noise(peer_states[i], number, number % 2 != 0);
			scenario_end();
		}
}

SCENARIO(any_segments_in_syn_sent)
{
	uint64_t number;

	for (number = 0; number < ROUNDS; number++) {
		make_noise(TCP_SYN_SENT, number, number % 2 != 0);
		scenario_end();
	}
}
