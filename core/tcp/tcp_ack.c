/* SPDX-License-Identifier: MIT */
/* The fifth step of RFC 9293 3.10.7.4: SND.UNA, the send window, our FIN acknowledged. */
#include "tcp/tcp_listen.h"
#include "tcp/tcp_recovery.h"
#include "tcp/tcp_rtt.h"
#include "tcp/tcp_segment.h"
#include "tcp/tcp_timeouts.h"
#include "tcp/tcp_user.h"

static bool is_duplicate(const struct tcp_conn *c, const struct tcp_segment *seg, uint32_t wnd)
{
	return seq_eq(seg->ack, c->snd.una) && seg->len == 0 && wnd == c->snd.wnd &&
	       !seq_eq(c->snd.una, c->snd.nxt) && !(c->flags & CONN_PERSISTING);
}

static uint32_t scaled_window(const struct tcp_conn *c, const struct tcp_segment *seg)
{
	uint32_t wnd = seg->wnd; /* MUST-1 */

	return seg->flags & TCP_SYN ? wnd : wnd << c->snd_scale;
}

void tcp_update_send_window(struct tcp_conn *c, const struct tcp_segment *seg)
{
	uint32_t before = c->snd.wnd;

	c->snd.wnd = scaled_window(c, seg);
	c->snd.wl1 = seg->seq;
	c->snd.wl2 = seg->ack;
	if (c->snd.wnd > c->snd.max_wnd)
		c->snd.max_wnd = c->snd.wnd;
	if ((c->flags & CONN_PERSISTING) && c->snd.wnd > before)
		tcp_timers_window_opened(c);
}

/* RFC 7323 4.1 and RFC 6298 3. Only an ACK that moves SND.UNA gives a sample. MUST-18: none is
 * taken of what was sent again, unless its timestamp says that the last sending is what arrived;
 * the doubled RTO stays until there is one. */
static void take_sample(struct tcp_conn *c, const struct tcp_segment *seg)
{
	uint32_t now_ms = tcp_now_ms(c->tcp), age_ms;

	if ((c->flags & CONN_TIMESTAMPS) && (seg->options.present & TCP_HAS_TIMESTAMPS)) {
		age_ms = now_ms - (seg->options.ts_echo - c->ts_offset);
		if (c->retries > 0 && age_ms > now_ms - (uint32_t)(c->sent_last / MILLISECOND_US))
			return;
	} else if ((c->flags & CONN_TIMING) && seq_ge(seg->ack, c->timed_seq)) {
		age_ms = now_ms - c->timed_ms;
		c->flags &= ~(uint32_t)CONN_TIMING;
	} else {
		return;
	}
	if (age_ms <= UINT32_MAX / 1000 / 4)
		tcp_rtt_sample(c, age_ms * 1000);
}

/* Drops what is acknowledged from the send stream; returns how many octets of it that were. */
static uint32_t drop_acknowledged(struct tcp_conn *c, seq32 ack)
{
	uint32_t octets = seq_sub(ack, tcp_data_begin(c));
	uint32_t before = c->out.len;

	if (octets > before)
		octets = before; /* the rest is our FIN */
	stream_drop(&c->out, c->tcp->pages, octets);
	return octets;
}

static void new_ack(struct tcp_conn *c, const struct tcp_segment *seg)
{
	bool fin_acked = tcp_fin_sent(c) && seq_eq(seg->ack, c->snd.nxt);
	uint32_t octets = drop_acknowledged(c, seg->ack);

	take_sample(c, seg);
	c->snd.una = seg->ack;
	c->again.from = seq_max(c->again.from, c->snd.una);
	c->again.until = seq_max(c->again.until, c->again.from);
	if (fin_acked)
		c->flags |= CONN_FIN_ACKED;
	tcp_timers_data_acked(c);
	tcp_recovery_new_ack(c, octets);
	if (c->user != NULL) {
		c->user->soft_error = 0;
		c->user->rule = 0;
		if (octets > 0)
			tcp_mark(c->user, TENON_WRITABLE);
	}
}

/* What RFC 9293 says for ESTABLISHED, and every other state "in addition to". */
static void acknowledge(struct tcp_conn *c, const struct tcp_segment *seg)
{
	uint32_t wnd = scaled_window(c, seg);
	bool is_new = seq_lt(c->snd.una, seg->ack);

	c->probes = 0; /* MUST-37: whoever answers is alive. */
	if (seq_lt(seg->ack, c->snd.una))
		return; /* An old one "can be ignored", its window too. */
	if (is_duplicate(c, seg, wnd))
		tcp_recovery_duplicate_ack(c);
	else if (is_new)
		new_ack(c, seg);
	/* As Linux: what acknowledges more was sent later, even where it carries old text. Were its
	 * window not taken, the older one would reach further than the peer has ever allowed. */
	if (is_new || seq_lt(c->snd.wl1, seg->seq) ||
	    (seq_eq(c->snd.wl1, seg->seq) && seq_le(c->snd.wl2, seg->ack)))
		tcp_update_send_window(c, seg);
}

/* The handshake of a passive opening may be completed only while its listener has room. */
static enum fate check_accept_queue(struct tcp_conn *c, const struct tcp_segment *seg)
{
	if (c->listener == NULL || tcp_listener_has_room(c->listener))
		return FATE_PASS;
	if (c->tcp->behavior->abort_on_overflow) {
		tcp_send_rst(c->tcp, seg);
		tcp_end(c, TENON_OK);
	}
	return FATE_TCP_BACKLOG_FULL;
}

static enum fate ack_in_syn_received(struct tcp_conn *c, const struct tcp_segment *seg)
{
	enum fate fate;

	if (!seq_lt(c->snd.una, seg->ack) || !seq_le(seg->ack, c->snd.nxt)) {
		tcp_send_rst(c->tcp, seg);
		return FATE_TCP_UNACCEPTABLE_ACK;
	}
	fate = check_accept_queue(c, seg);
	if (fate != FATE_PASS)
		return fate;
	take_sample(c, seg);
	c->snd.una = seg->ack;
	c->again.from = c->again.until = c->snd.una;
	tcp_enter(c, TCP_ESTABLISHED);
	tcp_update_send_window(c, seg);
	if (c->flags & CONN_FIN_QUEUED)
		tcp_enter(c, TCP_FIN_WAIT_1);
	return FATE_PASS;
}

/* RFC 5961 5: SND.UNA - MAX.SND.WND =< SEG.ACK =< SND.NXT; MAY-12. */
static enum fate check_range(struct tcp_conn *c, const struct tcp_segment *seg)
{
	if (seq_lt(seg->ack, seq_add(c->snd.una, 0U - c->snd.max_wnd)))
		return tcp_challenge(c, FATE_TCP_OLD_ACK_CHALLENGED);
	if (seq_gt(seg->ack, c->snd.nxt))
		return tcp_challenge(c, FATE_TCP_UNACCEPTABLE_ACK);
	return FATE_PASS;
}

static enum fate ack_in_closing_states(struct tcp_conn *c)
{
	bool fin_acked = (c->flags & CONN_FIN_ACKED) != 0;

	switch ((enum tcp_state)c->state) {
	case TCP_FIN_WAIT_1:
		if (fin_acked)
			tcp_enter(c, TCP_FIN_WAIT_2);
		return FATE_PASS;
	case TCP_CLOSING:
		if (fin_acked)
			tcp_enter(c, TCP_TIME_WAIT);
		return FATE_PASS;
	case TCP_LAST_ACK:
		if (fin_acked)
			tcp_end(c, TENON_OK);
		return fin_acked ? FATE_DELIVERED : FATE_PASS;
	case TCP_ESTABLISHED: case TCP_FIN_WAIT_2: case TCP_CLOSE_WAIT: case TCP_TIME_WAIT:
		return FATE_PASS;
	case TCP_CLOSED: case TCP_SYN_SENT: case TCP_SYN_RECEIVED: case TCP_STATE_COUNT:
		break;
	}
	assert_unreachable();
}

enum fate tcp_check_ack(struct tcp_conn *c, const struct tcp_segment *seg)
{
	enum fate fate;

	if (!(seg->flags & TCP_ACK))
		return FATE_TCP_NO_ACK;
	if (c->state == TCP_SYN_RECEIVED)
		return ack_in_syn_received(c, seg);
	fate = check_range(c, seg);
	if (fate != FATE_PASS)
		return fate;
	acknowledge(c, seg);
	return ack_in_closing_states(c);
}
