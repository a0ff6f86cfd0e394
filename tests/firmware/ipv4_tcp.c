/* SPDX-License-Identifier: MIT */
/* ipv4_tcp.c - firmware that names IPv4, TCP and one congestion control, and no other module.
 *
 * It is linked and not run: .ci/cortex-m3 looks into the image, which must hold nothing of IPv6,
 * NDP, ICMPv6 or UDP. The four functions of memory are the only ones that the core asks for.
 */
#include <stddef.h>
#include <stdint.h>

#include <tenon/socket.h>
#include <tenon/tenon.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int octet, size_t len);
int memcmp(const void *one, const void *other, size_t len);
void reset(void);

static _Alignas(16) uint8_t memory[48 * 1024];

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	return memmove(to, from, len);
}

void *memmove(void *to, const void *from, size_t len)
{
	volatile uint8_t *out = to;
	const uint8_t *in = from;

	if ((uintptr_t)to > (uintptr_t)from) {
		while (len--)
			out[len] = in[len];
		return to;
	}
	while (len--)
		*out++ = *in++;
	return to;
}

void *memset(void *to, int octet, size_t len)
{
	volatile uint8_t *out = to;

	while (len--)
		*out++ = (uint8_t)octet;
	return to;
}

int memcmp(const void *one, const void *other, size_t len)
{
	const uint8_t *a = one, *b = other;

	for (; len--; a++, b++) {
		if (*a != *b)
			return *a - *b;
	}
	return 0;
}

static void fetch(struct tenon *stack)
{
	static const uint8_t request[] = "GET / HTTP/1.0\r\n\r\n";
	static uint8_t answer[512];
	const struct tenon_endpoint server = { .port = 80 };
	const struct tenon_slice slice = { request, sizeof request - 1 };
	const struct tenon_message out = { .slices = &slice, .count = 1 };
	const struct tenon_room in = { answer, sizeof answer };
	struct tenon_received received;
	struct tenon_socket *socket;
	size_t sent;

	if (tenon_open(stack, TENON_IP_V4, TENON_STREAM, &socket) != TENON_OK)
		return;
	if (tenon_connect(socket, &server) == TENON_OK &&
	    tenon_send(socket, &out, &sent) == TENON_OK)
		(void)tenon_receive(socket, &in, 1, 0, &received);
	tenon_close(socket);
}

void reset(void)
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, NULL };
	static const struct tenon_transport *const transports[] = { &tenon_tcp, NULL };
	static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };
	static const uint8_t seed[16];
	struct tenon_config config;
	struct tenon *stack;
	uint8_t frame[64];

	tenon_config_linux(&config);
	config.families = families;
	config.transports = transports;
	config.congestions = congestions;
	stack = tenon_init(memory, sizeof memory, &config, seed, 0);
	for (uint64_t now_us = 0; stack; now_us = tenon_next_deadline(stack)) {
		tenon_set_time(stack, now_us);
		tenon_input(stack, 1, frame, sizeof frame, 0);
		fetch(stack);
		tenon_advance(stack);
	}
}
