/* SPDX-License-Identifier: MIT */
/* stack_advance.c - time passes: what is due is done, what was looped back comes in.
 *
 * Neighbors that gave up are told to the transports as soon as they have. A packet that comes over
 * the loopback may send another, so one call takes a bounded number of them; while some are left
 * the next deadline is at once.
 */
#include "stack/stack.h"

enum { LOOPED_PER_CALL = 4096 };

void tenon_set_time(struct tenon *t, uint64_t now_us)
{
	assert_that(now_us >= t->timers.now);
	t->timers.now = now_us;
}

static void tell_silences(struct tenon *t)
{
	struct icmp_report report;

	while (ip_take_silence(&t->ip, &report)) {
		(void)stack_report(t, &report);
		sockets_settle(&t->sockets);
	}
}

static void expire(struct tenon *t, struct timer *timer)
{
	unsigned transport = (unsigned)timer->owner - TIMER_TRANSPORT;

	if (timer->owner < TIMER_TRANSPORT) {
		ip_expired(&t->ip, timer);
		tell_silences(t);
		return;
	}
	t->config.transports[transport]->expired(t->transports[transport], timer);
	sockets_settle(&t->sockets);
}

static bool take_looped(struct tenon *t)
{
	size_t len = loopback_take(&t->links, t->looped);

	if (len == 0)
		return false;
	(void)tenon_input(t, LINK_LOOPBACK, t->looped, len, TENON_OFFLOAD_CHECKSUM);
	return true;
}

void tenon_advance(struct tenon *t)
{
	unsigned left = LOOPED_PER_CALL;
	struct timer *timer;

	while ((timer = timers_take_due(&t->timers)) != NULL)
		expire(t, timer);
	while (left != 0 && take_looped(t))
		left--;
}

uint64_t tenon_next_deadline(const struct tenon *t)
{
	return loopback_waiting(&t->links) ? t->timers.now : timers_next(&t->timers);
}
