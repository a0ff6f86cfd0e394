/* SPDX-License-Identifier: MIT */
#include "tools/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

const char *text_ip(char to[TEXT_MAX], const struct tenon_ip *ip)
{
	bool is_v4 = tenon_ip_is_v4(ip);

	inet_ntop(is_v4 ? AF_INET : AF_INET6, ip->octets + (is_v4 ? 12 : 0), to, TEXT_MAX);
	return to;
}

const char *text_end(char to[TEXT_MAX], const struct tenon_endpoint *end)
{
	char ip[TEXT_MAX];
	bool is_v4 = tenon_ip_is_v4(&end->ip);

	text_ip(ip, &end->ip);
	snprintf(to, TEXT_MAX, is_v4 ? "%.45s:%u" : "[%.45s]:%u", ip, end->port);
	return to;
}

const char *text_duration(char to[TEXT_MAX], uint64_t us)
{
	if (us < 1000)
		snprintf(to, TEXT_MAX, "%u us", (unsigned)us);
	else if (us < 1000000)
		snprintf(to, TEXT_MAX, "%.1f ms", (double)us / 1e3);
	else
		snprintf(to, TEXT_MAX, "%.1f s", (double)us / 1e6);
	return to;
}

const char *text_count(char to[TEXT_MAX], uint64_t n, const char *noun)
{
	char digits[TEXT_MAX];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), i,
	       at = 0;

	for (i = 0; i < len; i++) {
		if (i != 0 && (len - i) % 3 == 0)
			to[at++] = ',';
		to[at++] = digits[i];
	}
	snprintf(to + at, TEXT_MAX - at, " %.30s%s", noun, n != 1 ? "s" : "");
	return to;
}

void text_put(FILE *to, const char *words, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		fputc(words[i] >= ' ' && words[i] <= '~' ? words[i] : '?', to);
}
