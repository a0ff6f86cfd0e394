/* SPDX-License-Identifier: MIT */
#include "stack/stack.h"

#include "ip/address.h"

static size_t transports_need(const struct tenon_config *config)
{
	size_t need = 0, i;

	for (i = 0; config->transports[i] != NULL; i++)
		need = arena_sum(need, config->transports[i]->need(config));
	return need;
}

static uint32_t timers_limit(const struct tenon_config *config)
{
	uint32_t limit = ip_timer_limit(config);
	size_t i;

	for (i = 0; config->transports[i] != NULL; i++)
		limit += config->transports[i]->timers(config);
	return limit;
}

size_t tenon_size(const struct tenon_config *config)
{
	const struct tenon_limits *limits = &config->limits;
	size_t size;

	if (!stack_config_is_valid(config))
		return 0;
	size = arena_need(1, sizeof(struct tenon));
	size = arena_sum(size, timers_need(timers_limit(config)));
	size = arena_sum(size, links_need(limits));
	size = arena_sum(size, arena_need(1, limits->packet_bytes));
	size = arena_sum(size, ip_need(config));
	size = arena_sum(size, pages_need(limits->pages, limits->page_bytes));
	size = arena_sum(size, transports_need(config));
	size = arena_sum(size, sockets_need(limits));
	return size == SIZE_MAX ? 0 : size;
}

static void give_loopback_addresses(struct tenon *t)
{
	const struct tenon_ip v6 = { { [15] = 1 } }, v4 = tenon_ip4(127, 0, 0, 1);

	if (t->ip.v4 != NULL)
		assert_that(address_add(&t->ip, LINK_LOOPBACK, &v4, 8) == TENON_OK);
	if (t->ip.v6 != NULL)
		assert_that(address_add(&t->ip, LINK_LOOPBACK, &v6, 128) == TENON_OK);
}

static void wire_up(struct tenon *t, struct arena *arena, const uint8_t seed[16], time_us now)
{
	const struct tenon_config *config = &t->config;
	const struct tenon_limits *limits = &config->limits;
	size_t i;

	random_init(&t->random, siphash_key_of(seed));
	timers_init(&t->timers, arena, timers_limit(config), now);
	trace_init(&t->trace, &config->observer, &t->timers);
	links_init(&t->links, arena, limits, &t->trace);
	t->looped = arena_take(arena, 1, limits->packet_bytes);

	t->ip.links = &t->links;
	t->ip.timers = &t->timers;
	t->ip.trace = &t->trace;
	t->ip.random = &t->random;
	t->ip.behavior = &t->config.behavior;
	ip_init(&t->ip, arena, config);
	pages_init(&t->pages, arena, limits->pages, limits->page_bytes);

	for (i = 0; config->transports[i] != NULL; i++)
		t->transports[i] = config->transports[i]->init(arena, &t->ip, &t->pages, config);

	t->sockets.ip = &t->ip;
	t->sockets.trace = &t->trace;
	t->sockets.config = config;
	t->sockets.behavior = &t->config.behavior;
	t->sockets.transports = t->transports;
	t->sockets.stack = t;
	sockets_init(&t->sockets, arena, limits);
}

struct tenon *tenon_init(void *memory, size_t size, const struct tenon_config *config,
			 const uint8_t seed[16], uint64_t now_us)
{
	size_t need = tenon_size(config);
	struct arena arena;
	struct tenon *t;

	if (need == 0 || size < need || (uintptr_t)memory % ARENA_ALIGN != 0)
		return NULL;
	arena_init(&arena, memory, need);
	t = arena_take(&arena, 1, sizeof *t);
	memset(t, 0, sizeof *t);
	t->config = *config;
	wire_up(t, &arena, seed, now_us);
	assert_that(arena.left == 0);
	give_loopback_addresses(t);
	return t;
}

struct tenon_behavior *tenon_behavior(struct tenon *t)
{
	return &t->config.behavior;
}

uint64_t tenon_fate_count(const struct tenon *t, enum tenon_fate fate)
{
	return (unsigned)fate < TENON_FATE_COUNT ? t->trace.counts[fate] : 0;
}

static struct tenon_pool_use use_of(const char *name, const struct pool *pool)
{
	return (struct tenon_pool_use){
		.name = name,
		.used = pool->used,
		.high_water = pool->high_water,
		.limit = pool->limit,
	};
}

static bool transport_use(const struct tenon *t, unsigned index, struct tenon_pool_use *out)
{
	const struct tenon_transport *const *transports = t->config.transports;
	unsigned i, first = 0, n;
	struct tenon_pool_use use;

	for (i = 0; transports[i] != NULL; i++) {
		n = 0;
		while (transports[i]->pool_use(t->transports[i], n, &use)) {
			if (first + n == index) {
				*out = use;
				return true;
			}
			n++;
		}
		first += n;
	}
	return false;
}

static bool lower_use(const struct tenon *t, unsigned index, struct tenon_pool_use *out)
{
	unsigned n = 0;

	if (ip_pool_use(&t->ip, index, out))
		return true;
	while (ip_pool_use(&t->ip, n, out))
		n++;
	return transport_use(t, index - n, out);
}

bool tenon_pool_use(const struct tenon *t, unsigned index, struct tenon_pool_use *out)
{
	switch (index) {
	case 0:
		*out = use_of("sockets", &t->sockets.pool);
		return true;
	case 1:
		*out = use_of("causes", &t->sockets.causes);
		return true;
	case 2:
		*out = use_of("pages", &t->pages.pool);
		return true;
	case 3:
		*out = use_of("loopback packets", &t->links.loopback_pool);
		return true;
	default:
		return lower_use(t, index - 4, out);
	}
}

enum tenon_result tenon_open(struct tenon *t, enum tenon_ip_version version,
			     enum tenon_socket_kind kind, struct tenon_socket **out)
{
	return socket_open(&t->sockets, version, kind, out);
}

struct tenon_socket *tenon_news(struct tenon *t, unsigned *what)
{
	return socket_news(&t->sockets, what);
}
