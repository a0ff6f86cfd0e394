/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_timeouts.h"

#include "tcp/tcp_congestion.h"
#include "tcp/tcp_listen.h"
#include "tcp/tcp_output.h"
#include "tcp/tcp_rtt.h"
#include "tcp/tcp_segment.h"
#include "tcp/tcp_user.h"

enum {
	ORPHAN_RETRIES = 8, /* what Linux does when behavior.orphan_retries is 0 */
	BACKOFF_SHIFT_MAX = 16,
};

static time_us now(const struct tcp_conn *c)
{
	return c->tcp->timers->now;
}

static void set_due(struct tcp_conn *c, enum tcp_due which, uint64_t span_us)
{
	c->due[which] = time_add(now(c), span_us);
	timer_file(c->tcp->timers, &c->timer, c->due[which]);
}

void tcp_timers_stop(struct tcp_conn *c)
{
	int i;

	for (i = 0; i < DUE_COUNT; i++)
		c->due[i] = NEVER;
	timer_cancel(c->tcp->timers, &c->timer);
}

/* RFC 5482: the user's own R2. MUST-21 */
static uint32_t user_timeout_us(const struct tcp_conn *c)
{
	uint64_t us = c->user == NULL ? 0 : c->user->set.user_timeout_ms * MILLISECOND_US;

	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

/* The RTO, but not beyond the moment at which the user wants to know (RFC 5482). */
static void file_retransmission(struct tcp_conn *c)
{
	uint64_t span = c->rto_us, limit = user_timeout_us(c);

	if (limit != 0) {
		uint64_t left = time_until(time_add(c->began, limit), now(c));

		if (left > 0 && left < span)
			span = left;
	}
	set_due(c, DUE_RETRANSMIT, span);
}

void tcp_timers_data_sent(struct tcp_conn *c)
{
	if (c->due[DUE_RETRANSMIT] != NEVER && !(c->flags & CONN_PERSISTING))
		return;
	if (c->flags & CONN_PERSISTING)
		c->retries = 0;
	if (c->retries == 0)
		c->began = now(c);
	c->flags &= ~(uint32_t)CONN_PERSISTING;
	file_retransmission(c);
}

void tcp_timers_data_acked(struct tcp_conn *c)
{
	c->retries = 0;
	c->began = now(c);
	if (c->flags & CONN_PERSISTING)
		return;
	c->due[DUE_RETRANSMIT] = NEVER;
	if (!seq_eq(c->snd.una, c->snd.nxt))
		file_retransmission(c);
}

static void file_probe(struct tcp_conn *c)
{
	unsigned shift = c->retries < BACKOFF_SHIFT_MAX ? c->retries : BACKOFF_SHIFT_MAX;
	uint64_t span = (uint64_t)c->rto_us << shift; /* SHLD-30 */
	uint32_t most = c->tcp->behavior->rto_max_us;

	set_due(c, DUE_RETRANSMIT, span < most ? span : most);
}

void tcp_timers_window_closed(struct tcp_conn *c)
{
	if (c->flags & CONN_PERSISTING)
		return;
	c->flags |= CONN_PERSISTING;
	c->retries = 0;
	c->probes = 0;
	c->began = now(c);
	file_probe(c); /* SHLD-29: the first after one RTO. */
}

void tcp_timers_window_opened(struct tcp_conn *c)
{
	c->flags &= ~(uint32_t)(CONN_PERSISTING | CONN_OVERRIDE);
	c->due[DUE_RETRANSMIT] = NEVER;
	c->retries = 0;
	/* What a probe has carried counts as lost: it goes out again with what follows it. */
	c->again.from = c->snd.una;
	c->again.until = c->snd.nxt;
}

void tcp_timers_ack_delayed(struct tcp_conn *c)
{
	if (c->flags & CONN_ACK_LATER)
		return;
	c->flags |= CONN_ACK_LATER;
	set_due(c, DUE_ACK, c->tcp->behavior->delayed_ack_us); /* MUST-40 */
}

void tcp_timers_ack_sent(struct tcp_conn *c)
{
	c->flags &= ~(uint32_t)(CONN_ACK_NOW | CONN_ACK_LATER);
	c->due[DUE_ACK] = NEVER;
}

void tcp_timers_life(struct tcp_conn *c, uint64_t span_us)
{
	set_due(c, DUE_LIFE, span_us);
}

uint64_t tcp_fin_wait_us(const struct tcp_conn *c)
{
	return c->fin_wait_s != 0 ? c->fin_wait_s * SECOND_US : c->tcp->behavior->fin_wait_2_us;
}

void tcp_timers_heard(struct tcp_conn *c)
{
	if (!(c->flags & CONN_KEEPALIVE) || c->user == NULL)
		return;
	c->user->heard = now(c);
	if (!(c->flags & CONN_PERSISTING))
		c->probes = 0;
	if (c->due[DUE_LIFE] == NEVER)
		tcp_timers_life(c, c->user->set.keep_idle_s * SECOND_US); /* MUST-27 */
}

/* How long `retries` retransmissions take from the least RTO on: Linux counts time, not segments.
 */
static uint64_t retries_span_us(const struct tenon_behavior *b, unsigned retries)
{
	uint64_t rto = b->rto_min_us, span = 0;
	unsigned i;

	for (i = 0; i <= retries; i++) {
		span += rto;
		rto = rto * 2 < b->rto_max_us ? rto * 2 : b->rto_max_us;
	}
	return span;
}

static unsigned orphan_retries(const struct tcp_conn *c)
{
	unsigned retries = c->tcp->behavior->orphan_retries;

	return retries != 0 ? retries : ORPHAN_RETRIES;
}

static unsigned syn_retries(const struct tcp_conn *c)
{
	const struct tenon_behavior *b = c->tcp->behavior;
	unsigned retries = b->syn_retries;

	if (c->user != NULL && c->user->set.syn_retries != 0)
		retries = c->user->set.syn_retries; /* MUST-21 */
	return c->state == TCP_SYN_SENT ? retries + b->syn_linear_timeouts : retries;
}

/* R2, RFC 9293 3.8.3: is it time to give up? OK: not yet. */
static enum tenon_result verdict_of_r2(const struct tcp_conn *c)
{
	const struct tenon_behavior *b = c->tcp->behavior;
	uint64_t elapsed = now(c) - c->began, limit = user_timeout_us(c);
	unsigned retries = c->user != NULL ? b->retries_hard : orphan_retries(c);

	if (limit != 0 && elapsed >= limit)
		return TENON_USER_TIMED_OUT;
	if (c->state == TCP_SYN_RECEIVED && (c->flags & CONN_PASSIVE))
		return c->retries >= b->synack_retries ? TENON_OPEN_TIMED_OUT : TENON_OK;
	if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED) /* MUST-23 */
		return c->retries >= syn_retries(c) ? TENON_OPEN_TIMED_OUT : TENON_OK;
	return elapsed >= retries_span_us(b, retries) ? TENON_TRANSFER_TIMED_OUT : TENON_OK;
}

static void give_up(struct tcp_conn *c, enum tenon_result result, enum tenon_timer_name name)
{
	struct tenon_cause *cause;

	/* Linux tells what ICMP has said meanwhile, if it has said anything. */
	if (result == TENON_TRANSFER_TIMED_OUT && c->user != NULL && c->user->soft_error != 0)
		result = (enum tenon_result)c->user->soft_error;
	cause = trace_cause(c->tcp->trace, result, TENON_CAUSE_TIMER);
	cause->detail.timer.name = name;
	cause->detail.timer.last_rto_us = c->rto_us;
	tcp_cause_about(c, cause);
	tcp_end(c, result); /* MUST-20: R2 closes the connection. */
}

/* RFC 6298 5.4 to 5.6 and RFC 5681 3.1; of a SYN as of anything else (MUST-22). */
static void retransmit(struct tcp_conn *c)
{
	const struct tenon_behavior *b = c->tcp->behavior;
	uint32_t in_flight = seq_sub(c->snd.nxt, c->snd.una);

	c->retries++;
	if (c->user != NULL)
		c->user->rule = 0;
	c->flags &= ~(uint32_t)(CONN_TIMING | CONN_IN_RECOVERY); /* MUST-18 */
	c->duplicate_acks = 0;
	c->recover = c->snd.nxt; /* RFC 6582 4 */
	if (c->state != TCP_SYN_SENT || c->retries > b->syn_linear_timeouts)
		tcp_rtt_back_off(c);
	if (!tcp_is_opening(c) && c->retries == 1)
		tcp_congestion_of(c)->timed_out(&c->window, in_flight);
	if (c->retries == b->retries_soft)
		c->flow.path.generation--; /* MUST-20: R1 asks IP for another way. */
	c->again.from = c->snd.una;
	c->again.until = c->snd.nxt;
	file_retransmission(c);
	tcp_output(c);
}

static void retransmission_timeout(struct tcp_conn *c)
{
	enum tenon_result verdict;

	if (!tcp_is_opening(c) && c->snd.wnd == 0) {
		/* MUST-35, SHLD-17: a window that closed over what was sent is probed. */
		tcp_timers_window_closed(c);
		return;
	}
	verdict = verdict_of_r2(c);
	if (verdict != TENON_OK)
		give_up(c, verdict, TENON_TIMER_RETRANSMIT);
	else
		retransmit(c);
}

/* RFC 9293 3.8.6.1. The peer may keep its window closed as long as it answers; MUST-37. */
static void persist_timeout(struct tcp_conn *c)
{
	unsigned most = c->user != NULL ? c->tcp->behavior->retries_hard : orphan_retries(c);
	uint32_t limit = user_timeout_us(c);

	if (!tcp_is_waiting(c)) {
		c->flags &= ~(uint32_t)CONN_PERSISTING;
		return;
	}
	if (limit != 0 && c->probes > 0 && now(c) - c->began >= limit) {
		give_up(c, TENON_USER_TIMED_OUT, TENON_TIMER_PERSIST);
		return;
	}
	if (c->probes >= most) {
		give_up(c, TENON_TRANSFER_TIMED_OUT, TENON_TIMER_PERSIST);
		return;
	}
	c->probes++;
	if (c->retries < BACKOFF_SHIFT_MAX)
		c->retries++;
	c->flags |= CONN_OVERRIDE;
	file_probe(c);
	tcp_output(c);
}

/* RFC 9293 3.8.4. */
static void keepalive_timeout(struct tcp_conn *c)
{
	const struct tcp_settings *set = &c->user->set;
	time_us idle_until = time_add(c->user->heard, set->keep_idle_s * SECOND_US);

	if (now(c) < idle_until || !seq_eq(c->snd.una, c->snd.nxt)) { /* MUST-26 */
		uint64_t left = time_until(idle_until, now(c));

		tcp_timers_life(c, left != 0 ? left : set->keep_idle_s * SECOND_US);
		return;
	}
	if (c->probes >= set->keep_count) { /* MUST-29: never after one probe alone. */
		tcp_send_abort(c);
		give_up(c, TENON_KEEPALIVE_TIMED_OUT, TENON_TIMER_KEEPALIVE);
		return;
	}
	c->probes++;
	tcp_send_keepalive(c);
	tcp_timers_life(c, set->keep_interval_s * SECOND_US);
}

static void life_timeout(struct tcp_conn *c)
{
	if (c->state == TCP_TIME_WAIT || c->user == NULL)
		tcp_end(c, TENON_OK);
	else if (c->flags & CONN_KEEPALIVE)
		keepalive_timeout(c);
}

static bool take_due(struct tcp_conn *c, enum tcp_due which)
{
	if (c->due[which] > now(c))
		return false;
	c->due[which] = NEVER;
	return true;
}

void tcp_expired(struct tcp *tcp, struct timer *timer)
{
	struct tcp_conn *c = container_of(timer, struct tcp_conn, timer);
	time_us next = NEVER;
	int i;

	if (take_due(c, DUE_ACK)) {
		c->flags = (c->flags & ~(uint32_t)CONN_ACK_LATER) | CONN_ACK_NOW;
		tcp_output(c);
	}
	if (take_due(c, DUE_RETRANSMIT)) {
		if (c->flags & CONN_PERSISTING)
			persist_timeout(c);
		else
			retransmission_timeout(c);
	}
	if (c->state != TCP_CLOSED && take_due(c, DUE_LIFE))
		life_timeout(c);
	if (c->state == TCP_CLOSED)
		return;
	for (i = 0; i < DUE_COUNT; i++)
		next = time_min(next, c->due[i]);
	timer_file(tcp->timers, &c->timer, next);
}
