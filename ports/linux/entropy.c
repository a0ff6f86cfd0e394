/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "ports/linux/port.h"

/* A predictable seed would make sequence numbers guessable (RFC 6528), so there is no other way. */
void linux_entropy(uint8_t *octets, size_t len)
{
	ssize_t got;

	while (len > 0) {
		got = getrandom(octets, len, 0);
		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			octets += got;
			len -= (size_t)got;
		}
	}
}
