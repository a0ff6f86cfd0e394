/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_rtt.h"

enum {
	GRANULARITY_US = 1000,
	SYN_LOST_RTO_US = 3000000, /* RFC 6298 5.7 */
};

uint32_t tcp_now_ms(const struct tcp *tcp)
{
	return (uint32_t)(tcp->timers->now / MILLISECOND_US);
}

static void set_rto(struct tcp_conn *c, uint64_t rto_us)
{
	const struct tenon_behavior *b = c->tcp->behavior;

	if (rto_us < b->rto_min_us)
		rto_us = b->rto_min_us;
	if (rto_us > b->rto_max_us)
		rto_us = b->rto_max_us;
	c->rto_us = (uint32_t)rto_us;
}

void tcp_rtt_init(struct tcp_conn *c)
{
	c->srtt_us = 0;
	c->rttvar_us = 0;
	set_rto(c, c->tcp->behavior->rto_initial_us);
}

/* RFC 6298 2.2 and 2.3; alpha is 1/8, beta 1/4. */
void tcp_rtt_sample(struct tcp_conn *c, uint32_t rtt_us)
{
	uint64_t spread;

	if (rtt_us == 0)
		rtt_us = 1;
	if (c->srtt_us == 0) {
		c->srtt_us = rtt_us;
		c->rttvar_us = rtt_us / 2;
	} else {
		uint32_t off = c->srtt_us > rtt_us ? c->srtt_us - rtt_us : rtt_us - c->srtt_us;

		c->rttvar_us = (uint32_t)(((uint64_t)c->rttvar_us * 3 + off) / 4);
		c->srtt_us = (uint32_t)(((uint64_t)c->srtt_us * 7 + rtt_us) / 8);
	}
	spread = (uint64_t)c->rttvar_us * 4;
	set_rto(c, c->srtt_us + (spread > GRANULARITY_US ? spread : GRANULARITY_US));
}

void tcp_rtt_back_off(struct tcp_conn *c)
{
	set_rto(c, (uint64_t)c->rto_us * 2); /* MUST-19 */
}

void tcp_rtt_syn_was_lost(struct tcp_conn *c)
{
	if (c->srtt_us == 0)
		set_rto(c, SYN_LOST_RTO_US);
}
