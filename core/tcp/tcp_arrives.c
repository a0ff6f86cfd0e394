/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_arrives.h"

#include "tcp/tcp_handshake.h"
#include "tcp/tcp_listen.h"
#include "tcp/tcp_output.h"
#include "tcp/tcp_rtt.h"
#include "tcp/tcp_segment.h"
#include "tcp/tcp_timeouts.h"
#include "tcp/tcp_user.h"

enum { PAWS_IDLE_MS = 24 * 24 * 3600 * 1000U }; /* RFC 7323 5.5: 24 days */

static void reset_by_segment(struct tcp_conn *c, const struct tcp_segment *seg,
			     enum tenon_result result)
{
	struct tenon_cause *cause = trace_cause(c->tcp->trace, result, TENON_CAUSE_SEGMENT);

	cause->link = seg->arrival->link;
	cause->detail.segment.seq = seg->seq.n;
	cause->detail.segment.ack = seg->ack.n;
	cause->detail.segment.flags = seg->flags;
	tcp_cause_about(c, cause);
	tcp_end(c, result); /* MUST-12 */
}

/* RFC 9293 3.10.7.1: there is no connection. */
static enum fate arrives_at_closed(struct tcp *tcp, const struct tcp_segment *seg)
{
	if (seg->flags & TCP_RST)
		return FATE_TCP_RST_TO_CLOSED;
	tcp_send_rst(tcp, seg);
	return FATE_TCP_CLOSED_PORT;
}

/* RFC 9293 3.10.7.2. */
static enum fate arrives_in_listen(struct tcp_listener *l, const struct tcp_segment *seg,
				   const seq32 *not_before)
{
	if (seg->flags & TCP_RST)
		return FATE_TCP_LISTEN_RST;
	if (seg->flags & TCP_ACK) {
		tcp_send_rst(l->user->tcp, seg);
		return FATE_TCP_LISTEN_ACK;
	}
	if (seg->flags & TCP_SYN)
		return tcp_listen_syn(l, seg, not_before);
	return FATE_TCP_LISTEN_OTHER;
}

/* Sixth, check the URG bit. MUST-30, MUST-31 */
static void sixth_check_urg(struct tcp_conn *c, const struct tcp_segment *seg)
{
	seq32 up = seq_add(seg->seq, seg->up); /* MUST-62: the first octet that is not urgent. */

	switch ((enum tcp_state)c->state) {
	case TCP_ESTABLISHED: case TCP_FIN_WAIT_1: case TCP_FIN_WAIT_2:
		break;
	case TCP_CLOSE_WAIT: case TCP_CLOSING: case TCP_LAST_ACK: case TCP_TIME_WAIT:
	case TCP_CLOSED: case TCP_SYN_SENT: case TCP_SYN_RECEIVED: case TCP_STATE_COUNT:
		return;
	}
	if (!(seg->flags & TCP_URG) || seq_le(up, c->rcv.up) || seq_le(up, c->rcv.nxt))
		return;
	c->rcv.up = up;
	if (c->user != NULL)
		tcp_mark(c->user, TENON_URGENT); /* MUST-32: each time that it advances. */
	c->flags |= CONN_URGENT;
}

/* RFC 9293 3.6.1: the user is gone, so what arrives is lost, and the peer is told; SHLD-3. */
static enum fate text_for_nobody(struct tcp_conn *c, const struct tcp_segment *seg)
{
	tcp_send_rst(c->tcp, seg);
	tcp_end(c, TENON_OK);
	return FATE_TCP_DATA_AFTER_CLOSE;
}

/* Seventh, process the segment text. */
static enum fate seventh_process_text(struct tcp_conn *c, struct tcp_segment *seg)
{
	if (seg->beyond_window)
		return FATE_TCP_WINDOW_FULL;
	switch ((enum tcp_state)c->state) {
	case TCP_ESTABLISHED: case TCP_FIN_WAIT_1: case TCP_FIN_WAIT_2:
		if ((c->flags & CONN_ABANDONED) && seg->text.len > 0)
			return text_for_nobody(c, seg);
		return tcp_process_text(c, seg);
	case TCP_CLOSE_WAIT: case TCP_CLOSING: case TCP_LAST_ACK: case TCP_TIME_WAIT:
		return FATE_PASS;
	case TCP_CLOSED: case TCP_SYN_SENT: case TCP_SYN_RECEIVED: case TCP_STATE_COUNT:
		break;
	}
	assert_unreachable();
}

static void process_fin(struct tcp_conn *c)
{
	c->rcv.nxt = seq_add(c->rcv.nxt, 1);
	c->rcv.wnd -= c->rcv.wnd > 0 ? 1 : 0;
	c->flags |= CONN_ACK_NOW;
	tcp_forget_early(c);
	if (c->user != NULL)
		tcp_mark(c->user, TENON_READABLE | TENON_RECEIVE_CLOSED);
	switch ((enum tcp_state)c->state) {
	case TCP_SYN_RECEIVED: case TCP_ESTABLISHED:
		tcp_enter(c, TCP_CLOSE_WAIT);
		return;
	case TCP_FIN_WAIT_1:
		tcp_enter(c, c->flags & CONN_FIN_ACKED ? TCP_TIME_WAIT : TCP_CLOSING);
		return;
	case TCP_FIN_WAIT_2:
		tcp_enter(c, TCP_TIME_WAIT);
		return;
	case TCP_CLOSE_WAIT: case TCP_CLOSING: case TCP_LAST_ACK: case TCP_TIME_WAIT:
	case TCP_CLOSED: case TCP_SYN_SENT: case TCP_STATE_COUNT:
		break;
	}
	assert_unreachable();
}

static bool had_fin(const struct tcp_conn *c)
{
	return c->state == TCP_CLOSE_WAIT || c->state == TCP_CLOSING || c->state == TCP_LAST_ACK ||
	       c->state == TCP_TIME_WAIT;
}

/* Eighth, check the FIN bit. A FIN ahead of missing text is remembered. */
static enum fate eighth_check_fin(struct tcp_conn *c, const struct tcp_segment *seg)
{
	if (had_fin(c)) {
		if (c->state == TCP_TIME_WAIT && (seg->flags & TCP_FIN))
			tcp_timers_life(c, c->tcp->behavior->time_wait_us);
		return FATE_DELIVERED;
	}
	if (seg->flags & TCP_FIN) {
		c->fin_at = seq_add(seg->seq, (uint32_t)seg->text.len);
		c->flags |= CONN_FIN_WAITS;
	}
	if ((c->flags & CONN_FIN_WAITS) && seq_eq(c->fin_at, c->rcv.nxt))
		process_fin(c);
	else if (seg->flags & TCP_FIN)
		c->flags |= CONN_ACK_NOW;
	return FATE_DELIVERED;
}

/* RFC 9293 3.10.7.3, fourth: the SYN is good. */
static enum fate syn_in_syn_sent(struct tcp_conn *c, struct tcp_segment *seg)
{
	enum fate fate = FATE_PASS;

	c->rcv.nxt = seq_add(seg->seq, 1);
	c->rcv.up = c->rcv.nxt;
	c->irs = seg->seq;
	tcp_handshake_agree(c, &seg->options);
	if (!(seg->flags & TCP_ACK)) {
		/* MUST-10: both sides have opened at once. Our SYN goes again, now with an ACK. */
		tcp_enter(c, TCP_SYN_RECEIVED);
		c->again.from = c->iss;
		c->again.until = c->snd.nxt;
		tcp_update_send_window(c, seg);
		return FATE_DELIVERED;
	}
	if (c->flags & CONN_TIMING)
		tcp_rtt_sample(c, (tcp_now_ms(c->tcp) - c->timed_ms) * 1000U); /* MUST-18 */
	c->flags &= ~(uint32_t)CONN_TIMING;
	c->snd.una = seg->ack;
	c->again.from = c->again.until = c->snd.una;
	tcp_enter(c, TCP_ESTABLISHED);
	tcp_update_send_window(c, seg);
	c->flags |= CONN_ACK_NOW;
	seg->flags &= (uint8_t)~TCP_SYN;
	seg->seq = c->rcv.nxt;
	sixth_check_urg(c, seg);
	if (seg->text.len > 0)
		fate = seventh_process_text(c, seg);
	return fate == FATE_PASS ? eighth_check_fin(c, seg) : fate;
}

/* RFC 9293 3.10.7.3. */
static enum fate arrives_in_syn_sent(struct tcp_conn *c, struct tcp_segment *seg)
{
	bool has_ack = (seg->flags & TCP_ACK) != 0;

	if (has_ack && (seq_le(seg->ack, c->iss) || seq_gt(seg->ack, c->snd.nxt))) {
		tcp_send_rst(c->tcp, seg);
		return FATE_TCP_UNACCEPTABLE_ACK;
	}
	if (seg->flags & TCP_RST) {
		if (!has_ack)
			return FATE_TCP_NO_ACK;
		reset_by_segment(c, seg, TENON_PEER_REFUSED);
		return FATE_TCP_RESET;
	}
	/* Third, security: there are no compartments (RFC 9293 A.1). */
	if (seg->flags & TCP_SYN)
		return syn_in_syn_sent(c, seg);
	return FATE_TCP_STATE_IGNORES;
}

/* RFC 9293 3.10.7.4, table 6. */
static bool is_acceptable(const struct tcp_conn *c, const struct tcp_segment *seg)
{
	seq32 last = seq_add(seg->seq, seg->len - 1);

	if (seg->len == 0 && c->rcv.wnd == 0)
		return seq_eq(seg->seq, c->rcv.nxt);
	if (seg->len == 0)
		return seq_in(seg->seq, c->rcv.nxt, c->rcv.wnd);
	return seq_in(seg->seq, c->rcv.nxt, c->rcv.wnd) || seq_in(last, c->rcv.nxt, c->rcv.wnd);
}

/* RFC 7323 5.3 R1. */
static bool fails_paws(const struct tcp_conn *c, const struct tcp_segment *seg)
{
	uint32_t age_ms = tcp_now_ms(c->tcp) - c->ts_recent_ms;

	return (int32_t)(seg->options.ts_value - c->ts_recent) < 0 && age_ms < PAWS_IDLE_MS;
}

static enum fate check_timestamp(struct tcp_conn *c, const struct tcp_segment *seg)
{
	if (!(c->flags & CONN_TIMESTAMPS) || (seg->flags & TCP_RST))
		return FATE_PASS;
	if (!(seg->options.present & TCP_HAS_TIMESTAMPS))
		return FATE_TCP_NO_TIMESTAMP; /* RFC 7323 3.2 */
	if (!fails_paws(c, seg))
		return FATE_PASS;
	c->flags |= CONN_ACK_NOW;
	return FATE_TCP_PAWS;
}

/* RFC 7323 4.3 (2). */
static void learn_timestamp(struct tcp_conn *c, const struct tcp_segment *seg)
{
	if (!(c->flags & CONN_TIMESTAMPS) || !(seg->options.present & TCP_HAS_TIMESTAMPS))
		return;
	if (seq_gt(seg->seq, c->ack_sent))
		return;
	c->ts_recent = seg->options.ts_value;
	c->ts_recent_ms = tcp_now_ms(c->tcp);
}

static enum fate not_acceptable(struct tcp_conn *c, const struct tcp_segment *seg)
{
	bool is_old = seg->len > 0 && seq_le(seq_add(seg->seq, seg->len), c->rcv.nxt);

	if (seg->flags & TCP_RST)
		return FATE_TCP_UNACCEPTABLE_SEQ;
	if (c->state == TCP_TIME_WAIT && (seg->flags & TCP_FIN))
		tcp_timers_life(c, c->tcp->behavior->time_wait_us);
	/* Empty segments answered by empty segments could go on for ever: they are limited. */
	if (seg->len == 0)
		return tcp_challenge(c, FATE_TCP_UNACCEPTABLE_SEQ);
	c->flags |= CONN_ACK_NOW;
	if (c->state == TCP_TIME_WAIT)
		return FATE_TCP_TIME_WAIT;
	return is_old ? FATE_TCP_DUPLICATE : FATE_TCP_UNACCEPTABLE_SEQ;
}

/* The SYN of a passive opening comes again: our SYN,ACK was lost. */
static bool is_repeated_syn(const struct tcp_conn *c, const struct tcp_segment *seg)
{
	return c->state == TCP_SYN_RECEIVED && (c->flags & CONN_PASSIVE) &&
	       (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN && seq_eq(seg->seq, c->irs);
}

/* Both windows are closed: the peer's ACKs stand behind the octet of its probe, which was refused.
 * Were they refused too, each would be answered by another for ever, and no window heard of again.
 */
static bool is_behind_probe(const struct tcp_conn *c, const struct tcp_segment *seg)
{
	return c->rcv.wnd == 0 && seg->len == 0 && seq_eq(seg->seq, seq_add(c->rcv.nxt, 1)) &&
	       (seg->flags & (TCP_RST | TCP_ACK)) == TCP_ACK;
}

/* First, check sequence number. */
static enum fate first_check_sequence(struct tcp_conn *c, struct tcp_segment *seg)
{
	enum fate fate = check_timestamp(c, seg);

	if (fate != FATE_PASS)
		return fate;
	if (is_repeated_syn(c, seg)) {
		c->again.from = c->iss;
		c->again.until = c->snd.nxt;
		return FATE_TCP_DUPLICATE;
	}
	if (is_behind_probe(c, seg))
		seg->seq = c->rcv.nxt;
	if (c->rcv.wnd == 0 && seg->len > 0 && seq_eq(seg->seq, c->rcv.nxt)) {
		/* MUST-66: RST, URG and ACK count even so; the probe gets its answer. */
		seg->beyond_window = true;
		c->flags |= CONN_ACK_NOW;
	} else if (!is_acceptable(c, seg)) {
		return not_acceptable(c, seg);
	}
	learn_timestamp(c, seg);
	return FATE_PASS;
}

/* Second, check the RST bit. RFC 5961 3.2: only an exact one resets; SHLD-2: with
 * text or without. */
static enum fate second_check_rst(struct tcp_conn *c, const struct tcp_segment *seg)
{
	if (!(seg->flags & TCP_RST))
		return FATE_PASS;
	if (!seq_eq(seg->seq, c->rcv.nxt))
		return tcp_challenge(c, FATE_TCP_RST_CHALLENGED);
	switch ((enum tcp_state)c->state) {
	case TCP_SYN_RECEIVED:
		/* Passive: back to LISTEN, nobody is told. Else both had opened; PX-32. */
		if (c->flags & CONN_PASSIVE) /* MUST-11 */
			tcp_end(c, TENON_OK);
		else
			reset_by_segment(c, seg, TENON_PEER_RESET_OPENING);
		break;
	case TCP_ESTABLISHED: case TCP_FIN_WAIT_1: case TCP_FIN_WAIT_2: case TCP_CLOSE_WAIT:
		reset_by_segment(c, seg, TENON_PEER_RESET);
		break;
	case TCP_CLOSING: case TCP_LAST_ACK: case TCP_TIME_WAIT:
		tcp_end(c, TENON_OK);
		break;
	case TCP_CLOSED: case TCP_SYN_SENT: case TCP_STATE_COUNT:
		assert_unreachable();
	}
	return FATE_TCP_RESET;
}

/* Fourth, check the SYN bit. RFC 5961 4.2 in the synchronized states. */
static enum fate fourth_check_syn(struct tcp_conn *c, const struct tcp_segment *seg)
{
	if (!(seg->flags & TCP_SYN))
		return FATE_PASS;
	if (c->state == TCP_SYN_RECEIVED && (c->flags & CONN_PASSIVE)) {
		tcp_end(c, TENON_OK);
		return FATE_TCP_STATE_IGNORES;
	}
	return tcp_challenge(c, FATE_TCP_SYN_CHALLENGED);
}

/* RFC 9293 3.10.7.4: a segment for a connection in any state but LISTEN and SYN-SENT. */
static enum fate arrives_otherwise(struct tcp_conn *c, struct tcp_segment *seg)
{
	enum fate fate = first_check_sequence(c, seg);

	if (fate == FATE_PASS) fate = second_check_rst(c, seg);
	/* Third, security: there are no compartments (RFC 9293 A.1). */
	if (fate == FATE_PASS) fate = fourth_check_syn(c, seg);
	if (fate == FATE_PASS) fate = tcp_check_ack(c, seg);
	if (fate == FATE_PASS) sixth_check_urg(c, seg);
	if (fate == FATE_PASS) fate = seventh_process_text(c, seg);
	if (fate == FATE_PASS) fate = eighth_check_fin(c, seg);
	return fate;
}

/* RFC 6191 2 and RFC 1122 4.2.2.13 (MAY-2): a SYN that is newer than all the old connection was. */
static bool gives_way(const struct tcp_conn *c, const struct tcp_segment *seg)
{
	bool has_timestamps =
		(c->flags & CONN_TIMESTAMPS) && (seg->options.present & TCP_HAS_TIMESTAMPS);

	if (c->state != TCP_TIME_WAIT || (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN)
		return false;
	if (has_timestamps && seg->options.ts_value != c->ts_recent) /* SHLD-4 */
		return (int32_t)(seg->options.ts_value - c->ts_recent) > 0;
	return seq_gt(seg->seq, c->rcv.nxt);
}

static enum fate arrives_without_conn(struct tcp *tcp, const struct tcp_segment *seg)
{
	struct tcp_listener *l = tcp_listener_find(tcp, seg);

	return l != NULL ? arrives_in_listen(l, seg, NULL) : arrives_at_closed(tcp, seg);
}

static enum fate arrives_for_conn(struct tcp_conn *c, struct tcp_segment *seg)
{
	enum fate fate;

	if (gives_way(c, seg)) {
		struct tcp_listener *l = tcp_listener_find(c->tcp, seg);
		seq32 not_before = seq_add(c->snd.nxt, UINT16_MAX + 2);

		if (l != NULL) {
			tcp_end(c, TENON_OK);
			return arrives_in_listen(l, seg, &not_before);
		}
	}
	if (c->user != NULL)
		c->user->segments_received++;
	tcp_timers_heard(c);
	fate = c->state == TCP_SYN_SENT ? arrives_in_syn_sent(c, seg) : arrives_otherwise(c, seg);
	tcp_output(c); /* MUST-58, MUST-59: one answer to all that the segment has brought. */
	return fate;
}

static enum fate parse(const struct ip_arrival *arrival, struct tcp_segment *seg)
{
	struct tcp_header header;
	struct pseudo_header pseudo = {
		.source = arrival->source,
		.destination = arrival->destination,
		.protocol = IP_PROTOCOL_TCP,
		.length = (uint32_t)arrival->payload.len,
	};
	enum fate fate = FATE_PASS;

	*seg = (struct tcp_segment){ .arrival = arrival, .text = arrival->payload };
	if (!arrival->checksum_verified)
		fate = tcp_verify(&pseudo, seg->text); /* MUST-3 */
	if (fate == FATE_PASS) fate = tcp_parse(&header, &seg->text);
	if (fate != FATE_PASS)
		return fate;
	if (header.src_port == 0 || header.dst_port == 0)
		return FATE_TCP_PORT_ZERO;
	seg->seq = header.seq;
	seg->ack = header.ack;
	seg->wnd = header.window;
	seg->up = header.urgent;
	seg->local_port = header.dst_port;
	seg->peer_port = header.src_port;
	seg->flags = header.flags;
	seg->len = (uint32_t)seg->text.len + (header.flags & TCP_SYN ? 1 : 0) +
		   (header.flags & TCP_FIN ? 1 : 0);
	tcp_options_parse(&seg->options, header.options); /* MUST-5 */
	return FATE_PASS;
}

enum fate tcp_arrives(struct tcp *tcp, const struct ip_arrival *arrival)
{
	struct tcp_segment seg;
	struct tcp_conn *c;
	enum fate fate;

	if (arrival->is_broadcast || arrival->is_multicast || arrival->was_link_broadcast ||
	    tenon_ip_is_multicast(&arrival->source))
		return FATE_TCP_NOT_UNICAST; /* MUST-57 */
	fate = parse(arrival, &seg);
	if (fate != FATE_PASS)
		return fate;
	c = tcp_conn_find(tcp, &(struct tcp_tuple){
				       .local = arrival->destination,
				       .peer = arrival->source,
				       .local_port = seg.local_port,
				       .peer_port = seg.peer_port,
			       });
	return c != NULL ? arrives_for_conn(c, &seg) : arrives_without_conn(tcp, &seg);
}
