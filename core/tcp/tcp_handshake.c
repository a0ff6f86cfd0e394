/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_handshake.h"

#include "tcp/tcp_congestion.h"
#include "tcp/tcp_rtt.h"
#include "tcp/tcp_table.h"

enum {
	HEADERS_V4 = 40,
	HEADERS_V6 = 60,
	MSS_DEFAULT_V4 = 536,
	MSS_DEFAULT_V6 = 1220,
	MSS_FLOOR = 48,      /* what is left for text beside all options, RFC 9293 3.7.1 */
	TIMESTAMPS_LEN = 12, /* RFC 7323 appendix A */
	MTU_UNTOLD = 576,    /* for routers of before RFC 1191 */
	WINDOW_UNSCALED_MAX = 65535,
};

static bool is_v4(const struct tcp_conn *c)
{
	return tenon_ip_is_v4(&c->flow.destination);
}

static uint16_t text_in(const struct tcp_conn *c, uint32_t mtu)
{
	uint32_t headers = is_v4(c) ? HEADERS_V4 : HEADERS_V6;
	uint32_t room = mtu > headers + MSS_FLOOR ? mtu - headers : MSS_FLOOR;

	return (uint16_t)(room > UINT16_MAX ? UINT16_MAX : room);
}

static uint16_t least(uint16_t a, uint16_t b)
{
	return a < b ? a : b;
}

/* MMS_R is what the link takes: packets longer than it would have to be reassembled. MUST-67 */
uint16_t tcp_receive_mss(const struct tcp_conn *c)
{
	return least(text_in(c, c->flow.path.link->facts.mtu), c->user_mss);
}

void tcp_update_mss(struct tcp_conn *c)
{
	uint16_t mss = least(least(c->peer_mss, c->path_mss), c->user_mss); /* MUST-16 */

	mss = least(mss, text_in(c, c->flow.path.mtu)); /* SHLD-6 */
	if (c->flags & CONN_TIMESTAMPS)
		mss = (uint16_t)(mss > TIMESTAMPS_LEN + 8 ? mss - TIMESTAMPS_LEN : 8);
	c->window.mss = mss;
}

uint32_t tcp_text_max(const struct tcp_conn *c)
{
	const uint32_t needed = TENON_OFFLOAD_CHECKSUM | TENON_OFFLOAD_SEGMENTATION;
	const struct link *link = c->flow.path.link;
	uint32_t most;

	if (link == NULL || (link->facts.offload & needed) != needed)
		return c->window.mss;
	most = text_in(c, link->facts.segment_max) - TIMESTAMPS_LEN;
	return most <= c->window.mss ? c->window.mss : most - most % c->window.mss;
}

bool tcp_path_shrinks(struct tcp_conn *c, uint32_t mtu)
{
	uint16_t before = c->window.mss;
	uint16_t fits = text_in(c, mtu == 0 ? MTU_UNTOLD : mtu);

	if (fits < c->path_mss)
		c->path_mss = fits;
	tcp_update_mss(c);
	return c->window.mss < before;
}

/* The smallest shift with which the whole buffer can be advertised. */
static uint8_t scale_for(uint32_t bytes)
{
	uint8_t scale = 0;

	while (scale < TCP_WINDOW_SCALE_MAX && bytes >> scale > WINDOW_UNSCALED_MAX)
		scale++;
	return scale;
}

void tcp_handshake_init(struct tcp_conn *c, const seq32 *not_before)
{
	const struct tenon_behavior *b = c->tcp->behavior;
	struct tcp_tuple tuple = tcp_tuple_of(c);

	c->iss = tcp_isn(c->tcp, &tuple); /* MUST-8 */
	if (not_before != NULL && seq_lt(c->iss, *not_before))
		c->iss = *not_before;
	c->snd.una = c->iss;
	c->snd.nxt = c->iss;
	c->again.from = c->iss;
	c->again.until = c->iss;
	c->recover = c->iss;
	c->ts_offset = tcp_timestamp_offset(c->tcp, &tuple);
	c->peer_mss = is_v4(c) ? MSS_DEFAULT_V4 : MSS_DEFAULT_V6; /* MUST-15 */
	c->path_mss = UINT16_MAX;
	if (c->user_mss == 0)
		c->user_mss = UINT16_MAX;
	if (b->window_scaling) {
		c->flags |= CONN_SCALING;
		c->rcv_scale = scale_for(c->receive_bytes);
	}
	if (b->timestamps)
		c->flags |= CONN_TIMESTAMPS;
	tcp_rtt_init(c);
	tcp_update_mss(c);
}

void tcp_handshake_offer(const struct tcp_conn *c, struct tcp_options *offer)
{
	offer->present |= TCP_HAS_MSS; /* MUST-14, SHLD-5, MAY-3 */
	offer->mss = tcp_receive_mss(c);
	if (c->flags & CONN_SCALING) {
		offer->present |= TCP_HAS_WINDOW_SCALE;
		offer->window_scale = c->rcv_scale;
	}
}

void tcp_handshake_agree(struct tcp_conn *c, const struct tcp_options *peer)
{
	if (peer->present & TCP_HAS_MSS) /* MUST-14 */
		c->peer_mss = peer->mss < MSS_FLOOR ? MSS_FLOOR : peer->mss;
	if (!(peer->present & TCP_HAS_WINDOW_SCALE) || !(c->flags & CONN_SCALING)) {
		c->flags &= ~(uint32_t)CONN_SCALING;
		c->rcv_scale = 0;
	} else {
		c->snd_scale = peer->window_scale;
	}
	if (!(peer->present & TCP_HAS_TIMESTAMPS)) {
		c->flags &= ~(uint32_t)CONN_TIMESTAMPS;
	} else if (c->flags & CONN_TIMESTAMPS) {
		c->ts_recent = peer->ts_value;
		c->ts_recent_ms = tcp_now_ms(c->tcp);
	}
	tcp_update_mss(c);
}

void tcp_handshake_done(struct tcp_conn *c)
{
	tcp_congestion_of(c)->opened(&c->window);
	if (c->retries > 0) {
		/* RFC 5681 3.1: a lost SYN means an initial window of one segment. */
		c->window.cwnd = c->window.mss;
		tcp_rtt_syn_was_lost(c);
	}
	c->retries = 0;
	c->sent_last = c->tcp->timers->now;
}

/* Free room, but no more than the pages that are left could hold. */
static uint32_t room_for(const struct tcp_conn *c)
{
	const struct pool *pool = &c->tcp->pages->pool;
	uint64_t memory = (uint64_t)(pool->limit - pool->used) * c->tcp->pages->page_bytes;
	uint32_t room = c->receive_bytes > c->in.len ? c->receive_bytes - c->in.len : 0;

	return memory < room ? (uint32_t)memory : room;
}

static uint32_t grown_window(const struct tcp_conn *c)
{
	uint32_t room = room_for(c);
	uint32_t unit = UINT32_C(1) << c->rcv_scale;
	uint32_t most = (uint32_t)WINDOW_UNSCALED_MAX << c->rcv_scale;
	uint32_t step = tcp_receive_mss(c);

	if (step > c->receive_bytes / 2)
		step = c->receive_bytes / 2;
	if (room > most)
		room = most;
	room -= room % unit;
	/* RFC 9293 3.8.6.2.2: no small steps. MUST-39 */
	return room >= c->rcv.wnd + step ? room : c->rcv.wnd;
}

uint16_t tcp_advertise_syn_window(struct tcp_conn *c)
{
	uint32_t room = room_for(c);

	c->rcv.wnd = room < WINDOW_UNSCALED_MAX ? room : WINDOW_UNSCALED_MAX;
	return (uint16_t)c->rcv.wnd;
}

uint16_t tcp_advertise_window(struct tcp_conn *c)
{
	uint32_t unit = UINT32_C(1) << c->rcv_scale;
	uint32_t most = (uint32_t)WINDOW_UNSCALED_MAX << c->rcv_scale;
	uint32_t wnd = grown_window(c);

	/* SHLD-14: the right edge stays, even if the unit cannot express it (RFC 7323 2.4). */
	wnd = (wnd + unit - 1) / unit * unit;
	c->rcv.wnd = wnd < most ? wnd : most;
	return (uint16_t)(c->rcv.wnd >> c->rcv_scale);
}

/* As Linux: ACKs tell the window anyway, so one is sent for it alone only where the peer may be
 * waiting, when most of what it knows of is used up. Else each read would cost a segment. */
bool tcp_window_grows(const struct tcp_conn *c)
{
	uint32_t wnd = grown_window(c);

	return wnd > c->rcv.wnd && c->rcv.wnd <= c->receive_bytes / 2 && wnd / 2 >= c->rcv.wnd;
}
