/* SPDX-License-Identifier: MIT */
/* cc.h - what lwIP asks of a compiler: nothing beyond its defaults but a way to end. */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

#include <stdio.h>
#include <stdlib.h>

#define LWIP_PLATFORM_ASSERT(what)                                                                 \
	do {                                                                                       \
		fprintf(stderr, "lwip: %s\n", what);                                               \
		abort();                                                                           \
	} while (0)
#define LWIP_RAND() ((u32_t)rand())

#endif
