/* SPDX-License-Identifier: MIT */
/* What a user can ask about its connection: readiness, room, and RFC 9293 3.10.6, STATUS. */
#include "tcp/tcp_user.h"

#include "tcp/tcp_listen.h"

static const unsigned ENDED =
	TENON_READABLE | TENON_WRITABLE | TENON_CLOSED | TENON_RECEIVE_CLOSED | TENON_SEND_CLOSED;

bool tcp_is_opening(const struct tcp_conn *c)
{
	return c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;
}

bool tcp_may_send(const struct tcp_conn *c)
{
	return (c->state == TCP_ESTABLISHED || c->state == TCP_CLOSE_WAIT) &&
	       !(c->flags & CONN_FIN_QUEUED);
}

bool tcp_is_at_end(const struct tcp_conn *c)
{
	switch ((enum tcp_state)c->state) {
	case TCP_SYN_SENT: case TCP_SYN_RECEIVED: case TCP_ESTABLISHED: case TCP_FIN_WAIT_1:
	case TCP_FIN_WAIT_2:
		return (c->flags & CONN_SHUT_RECEIVE) != 0;
	case TCP_CLOSED: case TCP_CLOSE_WAIT: case TCP_CLOSING: case TCP_LAST_ACK:
	case TCP_TIME_WAIT: case TCP_STATE_COUNT:
		break;
	}
	return true;
}

/* A quarter of the pages is left to what arrives: if on both hosts all of them held what waits to
 * be sent, no octet could move any more. */
static size_t memory_for_sending(const struct pages *pages)
{
	uint32_t left = pages->pool.limit - pages->pool.used, kept = pages->pool.limit / 4;

	return left > kept ? (size_t)(left - kept) * pages->page_bytes : 0;
}

uint32_t tcp_send_room(const struct tcp_user *u)
{
	const struct tcp_conn *c = u->conn;
	uint32_t room;
	size_t memory;

	if (c == NULL || !tcp_may_send(c) || c->out.len >= c->send_bytes)
		return 0;
	room = c->send_bytes - c->out.len;
	memory = memory_for_sending(u->tcp->pages);
	return memory < room ? (uint32_t)memory : room;
}

/* Linux's third: who was told "full" is told "writable" when it is worth it. Without memory, but
 * with text whose ACK will bring some, it is not. */
static bool is_writable(const struct tcp_user *u, const struct tcp_conn *c)
{
	if (c->out.len > c->send_bytes - c->send_bytes / 3)
		return false;
	return c->out.len == 0 || tcp_send_room(u) > 0;
}

static unsigned readiness_of_conn(const struct tcp_user *u, const struct tcp_conn *c)
{
	uint32_t low = u->set.receive_low;
	unsigned bits = 0;

	if (c->state == TCP_CLOSED || c->state == TCP_TIME_WAIT)
		return ENDED;
	if (tcp_is_opening(c))
		return TENON_CONNECTING;
	if (tcp_is_at_end(c) || (c->in.len > 0 && c->in.len >= low))
		bits |= TENON_READABLE;
	if (tcp_is_at_end(c))
		bits |= TENON_RECEIVE_CLOSED;
	if (!tcp_may_send(c))
		bits |= TENON_WRITABLE | TENON_SEND_CLOSED;
	else if (is_writable(u, c))
		bits |= TENON_WRITABLE;
	if (c->flags & CONN_URGENT) /* MUST-33 */
		bits |= TENON_URGENT;
	return bits;
}

unsigned tcp_readiness(const struct tcp_user *u)
{
	if (u->listener != NULL)
		return TENON_LISTENING |
		       (list_empty(&u->listener->waiting) ? 0U : (unsigned)TENON_READABLE);
	if (u->conn == NULL)
		return u->has_failed ? ENDED : (unsigned)TENON_CLOSED;
	return readiness_of_conn(u, u->conn);
}

bool tcp_status(const struct tcp_user *u, struct tenon_tcp_status *status)
{
	const struct tcp_conn *c = u->conn;
	const char *name;
	size_t i;

	if (c == NULL)
		return false;
	*status = (struct tenon_tcp_status){
		.retransmissions = c->retries,
		.send_scale = c->snd_scale,
		.receive_scale = c->rcv_scale,
		.timestamps = (c->flags & CONN_TIMESTAMPS) != 0,
		.window_scaling = (c->flags & CONN_SCALING) != 0,
		.rto_us = c->rto_us,
		.srtt_us = c->srtt_us,
		.rttvar_us = c->rttvar_us,
		.send_mss = c->window.mss,
		.receive_mss = c->rcv_mss_seen,
		.congestion_window = c->window.cwnd,
		.slow_start_threshold = c->window.ssthresh,
		.send_window = c->snd.wnd,
		.receive_window = c->rcv.wnd,
		.in_flight = seq_sub(c->snd.nxt, c->snd.una),
		.unread = c->in.len,
		.octets_sent = u->octets_sent,
		.octets_received = u->octets_received,
		.segments_sent = u->segments_sent,
		.segments_received = u->segments_received,
		.segments_retransmitted = u->segments_retransmitted,
	};
	name = tcp_state_name((enum tcp_state)c->state);
	for (i = 0; name[i] != '\0' && i < sizeof status->state - 1; i++)
		status->state[i] = name[i];
	return true;
}
