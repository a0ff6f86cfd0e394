/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_output.h"

#include "tcp/tcp_congestion.h"
#include "tcp/tcp_handshake.h"
#include "tcp/tcp_rtt.h"
#include "tcp/tcp_segment.h"
#include "tcp/tcp_timeouts.h"
#include "tcp/tcp_user.h"

enum { LIMITED_TRANSMIT_ACKS = 2 /* RFC 3042 */ };

static const struct tcp_plan nothing = { .why = WHY_NOTHING };

uint32_t tcp_in_flight(const struct tcp_conn *c)
{
	return seq_sub(c->snd.nxt, c->snd.una) - seq_sub(c->again.until, c->again.from);
}

/* Octets from seq_number on that the peer's window allows. MUST-34, SHLD-15: it may have
 * shrunk below. */
static uint32_t window_from(const struct tcp_conn *c, seq32 seq_number)
{
	int32_t left = seq_diff(seq_add(c->snd.una, c->snd.wnd), seq_number);

	return left > 0 ? (uint32_t)left : 0;
}

/* Not beyond the peer's window: a probe's octet, or a window that shrank, lets SND.NXT stand where
 * the peer would not even hear an ACK of ours. */
seq32 tcp_acceptable_seq(const struct tcp_conn *c)
{
	if (tcp_is_opening(c))
		return c->snd.nxt;
	return seq_min(c->snd.nxt, seq_add(c->snd.una, c->snd.wnd));
}

static uint32_t congestion_room(const struct tcp_conn *c)
{
	uint32_t cwnd = c->window.cwnd, in_flight = tcp_in_flight(c);

	if (!(c->flags & CONN_IN_RECOVERY) && c->duplicate_acks <= LIMITED_TRANSMIT_ACKS &&
	    seq_eq(c->again.from, c->again.until)) /* for new text only */
		cwnd += (uint32_t)c->duplicate_acks * c->window.mss;
	return cwnd > in_flight ? cwnd - in_flight : 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static struct tcp_plan plan_syn(const struct tcp_conn *c)
{
	uint8_t flags = c->state == TCP_SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK;

	if (seq_eq(c->snd.nxt, c->iss) || !seq_eq(c->again.from, c->again.until))
		return (struct tcp_plan){ .why = WHY_SYN, .seq = c->iss, .flags = flags };
	return nothing;
}

static uint8_t flags_up_to(const struct tcp_conn *c, seq32 end)
{
	/* PSH when the buffer is emptied; MUST-60, MUST-61, SHLD-27. */
	return seq_eq(end, tcp_data_end(c)) ? TCP_ACK | TCP_PSH : TCP_ACK;
}

/* What was lost, whole segments of it, with what now fits behind it (RFC 9293 3.8.1). */
static struct tcp_plan plan_again(const struct tcp_conn *c)
{
	struct tcp_plan p = { .why = WHY_AGAIN, .seq = c->again.from };
	uint32_t text, window;
	bool has_fin;

	if (seq_eq(c->again.from, c->again.until))
		return nothing;
	if (seq_le(tcp_data_end(c), p.seq)) {
		p.flags = TCP_FIN | TCP_ACK;
		return p;
	}
	text = seq_sub(tcp_data_end(c), p.seq);
	window = window_from(c, p.seq);
	p.len = least(least(text, c->window.mss), window); /* SHLD-16: within the window. */
	if (p.len == 0)
		return nothing;
	if (!(c->flags & CONN_IN_RECOVERY) && tcp_in_flight(c) > 0 && congestion_room(c) < p.len)
		return nothing;
	has_fin = (c->flags & CONN_FIN_QUEUED) && p.len == text && window > text;
	p.flags = flags_up_to(c, seq_add(p.seq, p.len));
	if (has_fin)
		p.flags |= TCP_FIN;
	return p;
}

/* RFC 9293 3.8.6.2.1 (MUST-38) and 3.7.4 (SHLD-7): is this much worth a segment? */
static bool is_worth_sending(const struct tcp_conn *c, uint32_t len, uint32_t queued)
{
	bool is_idle = seq_eq(c->snd.nxt, c->snd.una);

	if (len >= c->window.mss || (c->flags & CONN_OVERRIDE))
		return len > 0;
	if (len < queued) {
		/* Less than is queued, for want of window: wait, unless the peer's window is small.
		 */
		return len > 0 && is_idle && len >= c->snd.max_wnd / 2;
	}
	if (len == 0 || (c->flags & (CONN_CORK | CONN_MORE)))
		return false;
	return is_idle || (c->flags & CONN_NO_DELAY); /* MUST-17 */
}

/* Of what is to leave at once, the segments that are full; whether the rest may follow is another
 * question. */
static uint32_t whole_segments(const struct tcp_conn *c, uint32_t len)
{
	return len <= c->window.mss ? len : len - len % c->window.mss;
}

static struct tcp_plan plan_new(const struct tcp_conn *c)
{
	struct tcp_plan p = { .why = WHY_NEW, .seq = c->snd.nxt };
	uint32_t queued, window, most;
	bool has_fin;

	if ((c->flags & CONN_FIN_ACKED) || tcp_fin_sent(c) ||
	    !seq_eq(c->again.from, c->again.until))
		return nothing;
	queued = seq_sub(tcp_data_end(c), c->snd.nxt);
	window = window_from(c, c->snd.nxt);
	most = least(least(window, congestion_room(c)), tcp_text_max(c)); /* SHLD-28 */
	p.len = whole_segments(c, least(queued, most));
	has_fin = (c->flags & CONN_FIN_QUEUED) && p.len == queued && window > queued;
	if (!has_fin && !is_worth_sending(c, p.len, queued))
		return nothing;
	p.flags = has_fin ? TCP_ACK : flags_up_to(c, seq_add(p.seq, p.len));
	if (has_fin)
		p.flags |= p.len > 0 ? TCP_FIN | TCP_PSH : TCP_FIN;
	return p;
}

/* MUST-36: one octet, or our FIN, to see whether the window is still closed. */
static struct tcp_plan plan_probe(const struct tcp_conn *c)
{
	struct tcp_plan p = { .why = WHY_PROBE, .seq = c->snd.una, .flags = TCP_ACK };

	if (!(c->flags & CONN_OVERRIDE))
		return nothing;
	if (c->out.len > 0) {
		p.len = 1;
		return p;
	}
	if (!(c->flags & CONN_FIN_QUEUED) || (c->flags & CONN_FIN_ACKED))
		return nothing;
	p.flags |= TCP_FIN;
	return p;
}

static bool may_transfer(const struct tcp_conn *c)
{
	switch ((enum tcp_state)c->state) {
	case TCP_ESTABLISHED: case TCP_CLOSE_WAIT: case TCP_FIN_WAIT_1: case TCP_CLOSING:
	case TCP_LAST_ACK:
		return true;
	case TCP_CLOSED: case TCP_SYN_SENT: case TCP_SYN_RECEIVED: case TCP_FIN_WAIT_2:
	case TCP_TIME_WAIT: case TCP_STATE_COUNT:
		break;
	}
	return false;
}

struct tcp_plan tcp_plan(const struct tcp_conn *c)
{
	struct tcp_plan p = nothing;

	if (c->state == TCP_CLOSED)
		return nothing;
	if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED)
		p = plan_syn(c);
	if (p.why == WHY_NOTHING && may_transfer(c))
		p = plan_again(c);
	if (p.why == WHY_NOTHING && may_transfer(c))
		p = plan_new(c);
	if (p.why == WHY_NOTHING && may_transfer(c))
		p = plan_probe(c);
	if (p.why == WHY_NOTHING && (c->flags & CONN_ACK_NOW) && c->state != TCP_SYN_SENT)
		p = (struct tcp_plan){ .why = WHY_ACK,
				       .seq = tcp_acceptable_seq(c),
				       .flags = TCP_ACK };
	return p;
}

static uint32_t seg_len(const struct tcp_plan *p)
{
	return p->len + (p->flags & TCP_SYN ? 1 : 0) + (p->flags & TCP_FIN ? 1 : 0);
}

static void start_timing(struct tcp_conn *c, const struct tcp_plan *p)
{
	if ((c->flags & (CONN_TIMING | CONN_TIMESTAMPS)) && c->state != TCP_SYN_SENT)
		return;
	c->flags |= CONN_TIMING;
	c->timed_seq = seq_add(p->seq, seg_len(p));
	c->timed_ms = tcp_now_ms(c->tcp);
}

static void count(struct tcp_conn *c, const struct tcp_plan *p, bool is_new)
{
	seq32 text_end = seq_add(p->seq, p->len);

	if (c->user == NULL)
		return;
	/* A segment that is sent again may have new text behind the old. */
	if (is_new && seq_gt(text_end, c->snd.nxt))
		c->user->octets_sent += least(p->len, seq_sub(text_end, c->snd.nxt));
	if (!is_new && p->why != WHY_ACK)
		c->user->segments_retransmitted++;
}

/* The segment has left: what that changes. */
static void record(struct tcp_conn *c, const struct tcp_plan *p)
{
	seq32 end = seq_add(p->seq, seg_len(p));
	bool is_new = seq_gt(end, c->snd.nxt);

	count(c, p, is_new);
	tcp_timers_ack_sent(c);
	c->flags &= ~(uint32_t)CONN_OVERRIDE;
	if (p->why == WHY_ACK)
		return;
	if (is_new) {
		start_timing(c, p);
		c->snd.nxt = end;
	}
	if (seq_gt(end, c->again.from))
		c->again.from = seq_min(end, c->again.until);
	if (p->why == WHY_SYN)
		c->again.from = c->again.until;
	c->sent_last = c->tcp->timers->now;
	if (p->why != WHY_PROBE)
		tcp_timers_data_sent(c);
}

/* RFC 5681 4.1: nothing was sent for longer than the RTO. */
static void check_idle(struct tcp_conn *c)
{
	time_us idle_since = time_add(c->sent_last, c->rto_us);

	if (seq_eq(c->snd.una, c->snd.nxt) && c->tcp->timers->now > idle_since)
		tcp_congestion_of(c)->idled(&c->window);
}

bool tcp_is_waiting(const struct tcp_conn *c)
{
	return seq_gt(tcp_data_end(c), c->snd.una) ||
	       ((c->flags & CONN_FIN_QUEUED) && !(c->flags & CONN_FIN_ACKED));
}

/* Nothing is in flight, and what waits may not leave. */
static bool is_stuck(const struct tcp_conn *c)
{
	return may_transfer(c) && c->due[DUE_RETRANSMIT] == NEVER && tcp_is_waiting(c);
}

static enum tenon_result send_planned(struct tcp_conn *c, struct tcp_plan *p)
{
	uint32_t planned = p->len;
	enum tenon_result result;

	if (p->why == WHY_NEW)
		check_idle(c);
	result = tcp_send_segment(c, p->seq, p->flags, &p->len);
	if (p->len < planned)
		p->flags &= (uint8_t) ~(TCP_FIN | TCP_PSH); /* they stayed behind with the rest */
	if (result == TENON_MESSAGE_TOO_LONG && tcp_path_shrinks(c, c->flow.path.mtu))
		return result;
	record(c, p);
	return result;
}

void tcp_output(struct tcp_conn *c)
{
	for (;;) {
		struct tcp_plan p = tcp_plan(c);
		enum tenon_result result;

		if (p.why == WHY_NOTHING)
			break;
		result = send_planned(c, &p);
		if (result == TENON_OK || result == TENON_MESSAGE_TOO_LONG)
			continue;
		/* As if the network had lost it: the timer sends it again. */
		if (c->user != NULL && result == TENON_FILTER_DROPPED)
			c->user->rule = c->tcp->trace->cause.detail.rule.number;
		else if (c->user != NULL && c->state != TCP_SYN_SENT)
			c->user->soft_error = (uint8_t)result;
		break;
	}
	if (is_stuck(c))
		tcp_timers_window_closed(c);
}
