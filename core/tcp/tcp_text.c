/* SPDX-License-Identifier: MIT */
/* The seventh step of RFC 9293 3.10.7.4: trim, reassemble, deliver.
 *
 * Text in order goes to c->in. Text that is early waits in pages of its own, in order of its
 * numbers and without overlap, each page beginning with what it holds:
 *
 *	c->early -> [seq, len | octets ...] -> [seq, len | octets ...] -> NULL
 *
 * What follows an early page's octets joins it while there is room, so that small segments do not
 * use a page each. The window bounds the octets, and a count of twice the window's pages bounds
 * what scattered segments can take.
 */
#include "tcp/tcp_arrives.h"
#include "tcp/tcp_handshake.h"
#include "tcp/tcp_timeouts.h"
#include "tcp/tcp_user.h"

enum { EARLY_PAGES_MIN = 8 };

/* Stands at the beginning of an early page's octets. */
struct early {
	seq32 seq;
	uint32_t len;
};

static struct early early_of(const struct page *p)
{
	struct early e;

	memcpy(&e, p->octets, sizeof e);
	return e;
}

static void early_set(struct page *p, struct early e)
{
	memcpy(p->octets, &e, sizeof e);
}

static uint32_t page_room(const struct tcp_conn *c)
{
	return c->tcp->pages->page_bytes - (uint32_t)sizeof(struct early);
}

static void drop_first_early(struct tcp_conn *c)
{
	struct page *first = c->early;

	c->early = first->next;
	c->early_pages--;
	pool_give(&c->tcp->pages->pool, first);
}

void tcp_forget_early(struct tcp_conn *c)
{
	while (c->early != NULL)
		drop_first_early(c);
	c->flags &= ~(uint32_t)CONN_FIN_WAITS;
}

/* The last pages are left to what is in order: that alone can be read and so give pages back. */
static struct page *early_take(struct tcp_conn *c)
{
	struct pool *pool = &c->tcp->pages->pool;
	uint32_t most = 2 * (c->receive_bytes / c->tcp->pages->page_bytes) + EARLY_PAGES_MIN;

	if (c->early_pages >= most || pool->limit - pool->used <= pool->limit / 8)
		return NULL;
	return pool_take(pool);
}

/* Octets from `text` on that lie before the page behind `at`; they fill a gap there. */
static uint32_t gap_before(const struct page *next, seq32 begin, uint32_t len)
{
	uint32_t gap;

	if (next == NULL || seq_le(seq_add(begin, len), early_of(next).seq))
		return len;
	gap = seq_sub(early_of(next).seq, begin);
	return gap < len ? gap : len;
}

/* Puts up to len octets behind the page *at, joining it or in a page of their own, and returns how
 * many; 0: no page. *at is then the page they are in. */
static uint32_t put_behind(struct tcp_conn *c, struct page **at, seq32 begin, struct bytes text)
{
	struct page *page = *at;
	struct early e = { begin, 0 };

	if (page != NULL)
		e = early_of(page);
	if (page == NULL || !seq_eq(seq_add(e.seq, e.len), begin) || e.len == page_room(c)) {
		page = early_take(c);
		if (page == NULL)
			return 0;
		page->next = *at == NULL ? c->early : (*at)->next;
		if (*at == NULL)
			c->early = page;
		else
			(*at)->next = page;
		*at = page;
		c->early_pages++;
		e = (struct early){ begin, 0 };
	}
	if (text.len > page_room(c) - e.len)
		text.len = page_room(c) - e.len;
	memcpy(page->octets + sizeof e + e.len, text.at, text.len);
	e.len += (uint32_t)text.len;
	early_set(page, e);
	return (uint32_t)text.len;
}

/* SHLD-31: what is early waits. False if a part found no page. */
static bool keep_early(struct tcp_conn *c, seq32 begin, struct bytes text)
{
	struct page *at = NULL, *next = c->early;

	while (text.len > 0) {
		uint32_t part, skip = 0;

		while (next != NULL && seq_le(early_of(next).seq, begin)) {
			at = next;
			next = next->next;
		}
		if (at != NULL && seq_in(begin, early_of(at).seq, early_of(at).len)) {
			skip = seq_sub(seq_add(early_of(at).seq, early_of(at).len), begin);
			part = skip < text.len ? skip : (uint32_t)text.len;
		} else {
			part = gap_before(next, begin, (uint32_t)text.len);
			part = put_behind(c, &at, begin, (struct bytes){ text.at, part });
			next = at == NULL ? c->early : at->next;
		}
		if (part == 0)
			return false;
		begin = seq_add(begin, part);
		text = (struct bytes){ text.at + part, text.len - part };
	}
	return true;
}

/* Octets at RCV.NXT join the stream; returns how many found a page. */
static uint32_t deliver(struct tcp_conn *c, const uint8_t *octets, size_t len)
{
	uint32_t n = (uint32_t)stream_append(&c->in, c->tcp->pages, octets, len);

	c->rcv.nxt = seq_add(c->rcv.nxt, n);
	c->rcv.wnd -= n < c->rcv.wnd ? n : c->rcv.wnd;
	if (c->user != NULL)
		c->user->octets_received += n;
	return n;
}

/* Early pages that RCV.NXT has reached. */
static void deliver_early(struct tcp_conn *c)
{
	while (c->early != NULL && seq_le(early_of(c->early).seq, c->rcv.nxt)) {
		struct early e = early_of(c->early);
		uint32_t old = seq_sub(c->rcv.nxt, e.seq);

		if (old < e.len) {
			const uint8_t *octets = c->early->octets + sizeof e;

			if (deliver(c, octets + old, e.len - old) < e.len - old)
				return;
		}
		drop_first_early(c);
	}
}

/* What lies outside the window goes, with the FIN behind it. False if nothing is left. */
static bool trim(struct tcp_conn *c, struct tcp_segment *seg)
{
	seq32 edge = seq_add(c->rcv.nxt, c->rcv.wnd);
	seq32 begin = seg->flags & TCP_SYN ? seq_add(seg->seq, 1) : seg->seq;

	if (seq_lt(begin, c->rcv.nxt)) {
		uint32_t old = seq_sub(c->rcv.nxt, begin);

		if (old > seg->text.len)
			old = (uint32_t)seg->text.len;
		seg->text = (struct bytes){ seg->text.at + old, seg->text.len - old };
		begin = seq_add(begin, old);
	}
	if (seq_gt(seq_add(begin, (uint32_t)seg->text.len), edge)) {
		seg->text.len = seq_lt(begin, edge) ? seq_sub(edge, begin) : 0;
		seg->flags &= (uint8_t)~TCP_FIN;
	}
	seg->seq = begin;
	seg->flags &= (uint8_t)~TCP_SYN;
	return seg->text.len > 0;
}

/* RFC 5681 4.2 and RFC 9293 3.8.6.3: at once for every second full segment (SHLD-19) and for
 * whatever leaves or fills a gap, else soon (SHLD-18). */
static void owe_ack(struct tcp_conn *c, bool is_gap)
{
	uint32_t unacknowledged = seq_sub(c->rcv.nxt, c->ack_sent);

	if (is_gap || (c->flags & CONN_QUICK_ACK) || unacknowledged >= 2U * c->rcv_mss_seen)
		c->flags |= CONN_ACK_NOW; /* MAY-13 */
	else
		tcp_timers_ack_delayed(c);
}

static enum fate in_order(struct tcp_conn *c, const struct tcp_segment *seg)
{
	bool had_gap = c->early != NULL;
	uint32_t n = deliver(c, seg->text.at, seg->text.len);

	deliver_early(c);
	owe_ack(c, had_gap || n < seg->text.len);
	if (n > 0 && c->user != NULL)
		tcp_mark(c->user, TENON_READABLE);
	return n < seg->text.len ? FATE_TCP_NO_MEMORY : FATE_PASS;
}

enum fate tcp_process_text(struct tcp_conn *c, struct tcp_segment *seg)
{
	bool had_text = seg->text.len > 0;

	if (seg->text.len > c->rcv_mss_seen) {
		uint16_t most = tcp_receive_mss(c); /* longer ones were joined on their way */

		c->rcv_mss_seen = seg->text.len < most ? (uint16_t)seg->text.len : most;
	}
	if (!trim(c, seg)) {
		if (had_text)
			c->flags |= CONN_ACK_NOW;
		return FATE_PASS;
	}
	if (seq_eq(seg->seq, c->rcv.nxt))
		return in_order(c, seg);
	c->flags |= CONN_ACK_NOW;
	return keep_early(c, seg->seq, seg->text) ? FATE_PASS : FATE_TCP_NO_MEMORY;
}
