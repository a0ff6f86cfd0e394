/* SPDX-License-Identifier: MIT */
/* A router in the middle of the path has a smaller MTU than both ends and says so. */
#include "test.h"

#include <string.h>

#include "exchange.h"

enum { PATH_MTU = 1300, ETHERNET = 14 };

/* What stands between host 0 and the rest: packets that are too long for the path are lost, and
 * their sender is told by ICMP, which a scripted end of the wire sends. */
struct router {
	struct lan lan;
	struct tenon_wire_end *end;
	unsigned told;
};

static void put_u16(uint8_t *at, unsigned n)
{
	at[0] = (uint8_t)(n >> 8);
	at[1] = (uint8_t)n;
}

static uint32_t sum(const uint8_t *at, size_t len)
{
	uint32_t total = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		total += (uint32_t)at[i] << 8 | at[i + 1];
	return total;
}

static unsigned folded(uint32_t total)
{
	while (total >> 16 != 0)
		total = (total & 0xffff) + (total >> 16);
	return ~total & 0xffff;
}

/* RFC 1191 4: type 3 code 4, the next hop's MTU in the header's last two octets. */
static size_t frag_needed(uint8_t *to, const uint8_t *packet)
{
	enum { QUOTE = 28, LEN = 20 + 8 + QUOTE };
	uint8_t *icmp = to + 20;

	memset(to, 0, LEN);
	to[0] = 0x45;
	put_u16(to + 2, LEN);
	to[8] = 64;
	to[9] = 1;
	memcpy(to + 12, packet + 16, 4);
	memcpy(to + 16, packet + 12, 4);
	put_u16(to + 10, folded(sum(to, 20)));
	icmp[0] = 3;
	icmp[1] = 4;
	put_u16(icmp + 6, PATH_MTU);
	memcpy(icmp + 8, packet, QUOTE);
	put_u16(icmp + 2, folded(sum(icmp, 8 + QUOTE)));
	return LEN;
}

/* RFC 4443 3.2: type 2, the MTU in four octets. */
static size_t too_big(uint8_t *to, const uint8_t *packet)
{
	enum { QUOTE = 80, LEN = 40 + 8 + QUOTE };
	uint8_t *icmp = to + 40;

	memset(to, 0, LEN);
	to[0] = 0x60;
	put_u16(to + 4, 8 + QUOTE);
	to[6] = 58;
	to[7] = 64;
	memcpy(to + 8, packet + 24, 16);
	memcpy(to + 24, packet + 8, 16);
	icmp[0] = 2;
	put_u16(icmp + 6, PATH_MTU);
	memcpy(icmp + 8, packet, QUOTE);
	put_u16(icmp + 2, folded(sum(to + 8, 32) + 8 + QUOTE + 58 + sum(icmp, 8 + QUOTE)));
	return LEN;
}

static bool routes(void *context, const struct tenon_wire_sight *sight)
{
	struct router *router = context;
	const uint8_t *frame = sight->frame;
	uint8_t answer[256];
	size_t len;

	if (sight->direction != TENON_WIRE_LEAVING || sight->len <= ETHERNET + PATH_MTU)
		return false;
	router->told++;
	memcpy(answer, frame + 6, 6);
	memcpy(answer + 6, frame, 6);
	memcpy(answer + 12, frame + 12, 2);
	len = frame[ETHERNET] >> 4 == 4 ? frag_needed(answer + ETHERNET, frame + ETHERNET)
					: too_big(answer + ETHERNET, frame + ETHERNET);
	assert_result(tenon_wire_send(router->end, answer, ETHERNET + len), OK);
	return true;
}

static void hears_nothing(void *context, const void *frame, size_t len)
{
	(void)context;
	(void)frame;
	(void)len;
}

static void setup(struct router *router)
{
	memset(router, 0, sizeof *router);
	lan_open(&router->lan,
		 &(struct lan_terms){ .seed = 1, .hosts = 2, .path = { .delay_us = 1000 } });
	router->end = tenon_wire_peer(router->lan.wire, hears_nothing, NULL);
	assert_non_null(router->end);
	tenon_wire_set_hook(router->lan.hosts[0].end,
			    &(struct tenon_wire_hook){ routes, NULL, router });
}

static void transfer(struct router *router, enum tenon_ip_version version)
{
	struct exchange exchange;
	struct tenon_tcp_status status;

	exchange_open(&exchange, &router->lan,
		      &(struct exchange_terms){
			      .seed = 1, .version = version, .octets = { 300000, 0 }, .port = 80 });
	assert_true(tenon_sim_run(router->lan.sim, tenon_sim_now(router->lan.sim) + SECONDS(60),
				  exchange_is_done, &exchange));
	assert_result(tenon_tcp_status(exchange.ends[0].socket, &status), OK);
	assert_in_range(status.send_mss, PATH_MTU - 80, PATH_MTU - 40);
	exchange_close(&exchange);
	lan_settles(&router->lan);
}

/* RFC 1191, RFC 8201: one window at most is lost before the sender knows; the next connection knows
 * from the start, or learns it as quickly. */
TEST(a_sender_that_is_told_of_a_smaller_mtu_sends_smaller_segments)
{
	struct router router;
	unsigned told;

	setup(&router);
	transfer(&router, TENON_IP_V4);
	assert_in_range(router.told, 1, 12);
	told = router.told;
	transfer(&router, TENON_IP_V4);
	assert_in_range(router.told - told, 0, 12);
	told = router.told;
	transfer(&router, TENON_IP_V6);
	assert_in_range(router.told - told, 1, 12);
	lan_close(&router.lan);
}
