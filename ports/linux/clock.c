/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "ports/linux/port.h"

uint64_t linux_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
