/* SPDX-License-Identifier: MIT */
/* time.h - moments and spans, in microseconds.
 *
 * Time is an argument: the port says what time it is, and nobody here asks. The
 * zero is the port's own. NEVER is later than every moment, and adding to it
 * changes nothing, so a deadline that does not exist needs no flag.
 *
 * Called by: everybody who waits.
 */
#ifndef TENON_BASE_TIME_H
#define TENON_BASE_TIME_H

#include <stdint.h>

typedef uint64_t time_us;

#define NEVER UINT64_MAX
#define MILLISECOND_US UINT64_C(1000)
#define SECOND_US UINT64_C(1000000)

/* The moment span_us after t; NEVER if that is beyond counting. */
static inline time_us time_add(time_us t, uint64_t span_us)
{
	return span_us > NEVER - t ? NEVER : t + span_us;
}

/* How long it is from `from` until `until`: 0 if that is past. */
static inline uint64_t time_until(time_us until, time_us from)
{
	return until > from ? until - from : 0;
}

static inline time_us time_min(time_us a, time_us b)
{
	return a < b ? a : b;
}

static inline time_us time_max(time_us a, time_us b)
{
	return a > b ? a : b;
}

#endif
