/* SPDX-License-Identifier: MIT */
/* The ways of RFC 9293 figure 5, walked by real segments. */
#include "peer.h"

const enum tcp_state peer_states[PEER_STATES] = {
	TCP_SYN_RECEIVED, TCP_ESTABLISHED, TCP_FIN_WAIT_1, TCP_FIN_WAIT_2,
	TCP_CLOSE_WAIT,   TCP_CLOSING,     TCP_LAST_ACK,   TCP_TIME_WAIT,
};

struct peer *peer_listened_to(const struct peer_terms *terms)
{
	struct peer *p = peer_new(terms);
	struct tenon_endpoint local = at(p->f->any, STACK_PORT);

	p->listener = opens(p);
	if (terms->prepare != NULL)
		terms->prepare(p->listener);
	assert_result(tenon_bind(p->listener, &local), OK);
	assert_result(tenon_listen(p->listener, terms->backlog != 0 ? terms->backlog : 8), OK);
	return p;
}

static struct peer *open_passively(enum tcp_state state, const struct peer_terms *terms)
{
	struct peer *p = peer_listened_to(terms);

	sends(p, .flags = SYN);
	gets_back(p, .flags = SYN | ACK, .ack = 1);
	if (state == TCP_SYN_RECEIVED)
		return p;
	sends(p);
	p->socket = accepts(p);
	return p;
}

static struct peer *open_simultaneously(enum tcp_state state, const struct peer_terms *terms)
{
	struct peer *p = peer_new(terms);

	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN, .seq = 0);
	sends(p, .flags = SYN);
	gets_back(p, .flags = SYN | ACK, .seq = 0, .ack = 1);
	if (state == TCP_SYN_RECEIVED)
		return p;
	sends(p, .flags = SYN | ACK, .seq = 0);
	gets_back(p, .seq = 1, .ack = 1);
	sends(p);
	return p;
}

static struct peer *open_actively(enum tcp_state state, const struct peer_terms *terms)
{
	struct peer *p = peer_new(terms);

	if (state == TCP_CLOSED)
		return p;
	assert_result(connects(p), CONNECT_STARTED);
	gets_back(p, .flags = SYN, .seq = 0);
	if (state == TCP_SYN_SENT)
		return p;
	sends(p, .flags = SYN | ACK);
	gets_back(p, .seq = 1, .ack = 1);
	return p;
}

static struct peer *open_as(enum tcp_state state, const struct peer_terms *terms)
{
	if (terms->simultaneous)
		return open_simultaneously(state, terms);
	if (terms->passive || state == TCP_SYN_RECEIVED)
		return open_passively(state, terms);
	return open_actively(state, terms);
}

/* From ESTABLISHED on, where the peer closes first. */
static void close_second(struct peer *p, enum tcp_state state)
{
	sends(p, .flags = FIN | ACK);
	gets_back(p, .seq = 1, .ack = 2);
	if (state == TCP_CLOSE_WAIT)
		return;
	shuts_down(p);
	gets_back(p, .flags = FIN | ACK, .seq = 1, .ack = 2);
}

/* From ESTABLISHED on, where we close first. */
static void close_first(struct peer *p, enum tcp_state state)
{
	shuts_down(p);
	gets_back(p, .flags = FIN | ACK, .seq = 1, .ack = 1);
	if (state == TCP_FIN_WAIT_1)
		return;
	if (state == TCP_CLOSING) {
		sends(p, .flags = FIN | ACK, .ack = 1);
		gets_back(p, .seq = 2, .ack = 2);
		return;
	}
	sends(p);
	if (state == TCP_FIN_WAIT_2)
		return;
	sends(p, .flags = FIN | ACK);
	gets_back(p, .seq = 2, .ack = 2);
}

struct peer *peer_reach(enum tcp_state state, const struct peer_terms *terms)
{
	struct peer *p = open_as(state, terms);

	switch (state) {
	case TCP_CLOSED:
	case TCP_SYN_SENT:
	case TCP_SYN_RECEIVED:
	case TCP_ESTABLISHED:
	case TCP_STATE_COUNT:
		break;
	case TCP_FIN_WAIT_1:
	case TCP_FIN_WAIT_2:
	case TCP_CLOSING:
	case TCP_TIME_WAIT:
		close_first(p, state);
		break;
	case TCP_CLOSE_WAIT:
	case TCP_LAST_ACK:
		close_second(p, state);
		break;
	}
	gets_nothing(p);
	now_in(p, state);
	return p;
}
