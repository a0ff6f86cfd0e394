/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_recovery.h"

#include "tcp/tcp_congestion.h"

enum { DUPLICATES = 3 };

static void send_first_again(struct tcp_conn *c)
{
	seq32 end = seq_add(c->snd.una, c->window.mss);

	c->flags &= ~(uint32_t)CONN_TIMING; /* MUST-18 */
	c->again.from = c->snd.una;
	c->again.until = seq_min(end, c->snd.nxt);
}

void tcp_recovery_duplicate_ack(struct tcp_conn *c)
{
	uint32_t in_flight = seq_sub(c->snd.nxt, c->snd.una);

	if (c->flags & CONN_IN_RECOVERY) {
		c->window.cwnd += c->window.mss; /* RFC 5681 3.2 step 4 */
		return;
	}
	if (c->duplicate_acks < UINT8_MAX)
		c->duplicate_acks++;
	/* RFC 6582 3.2 step 1: not for what an earlier recovery or timeout has already sent again.
	 */
	if (c->duplicate_acks != DUPLICATES || seq_lt(c->snd.una, c->recover))
		return;
	/* RFC 5681 3.2, step 2: what limited transmit has added beyond cwnd does not count. */
	if (in_flight > c->window.cwnd)
		in_flight = c->window.cwnd;
	c->recover = c->snd.nxt;
	tcp_congestion_of(c)->lost(&c->window, in_flight);
	c->flags |= CONN_IN_RECOVERY;
	send_first_again(c);
}

/* RFC 6582 3.2 step 3. */
static void full_ack(struct tcp_conn *c)
{
	uint32_t in_flight = seq_sub(c->snd.nxt, c->snd.una) + c->window.mss;

	c->flags &= ~(uint32_t)CONN_IN_RECOVERY;
	c->window.cwnd = c->window.ssthresh < in_flight ? c->window.ssthresh : in_flight;
	if (c->window.cwnd < 2U * c->window.mss)
		c->window.cwnd = 2U * c->window.mss;
}

static void partial_ack(struct tcp_conn *c, uint32_t octets)
{
	uint32_t mss = c->window.mss;

	send_first_again(c);
	c->window.cwnd -= octets < c->window.cwnd ? octets : c->window.cwnd;
	if (octets >= mss || c->window.cwnd < mss)
		c->window.cwnd += mss;
}

void tcp_recovery_new_ack(struct tcp_conn *c, uint32_t octets)
{
	c->duplicate_acks = 0;
	if (!(c->flags & CONN_IN_RECOVERY))
		tcp_congestion_of(c)->acked(&c->window, octets);
	else if (seq_ge(c->snd.una, c->recover))
		full_ack(c);
	else
		partial_ack(c, octets);
}
