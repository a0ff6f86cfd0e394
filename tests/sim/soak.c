/* SPDX-License-Identifier: MIT */
/* Worlds made by chance: hosts, links, faults, behavior, applications; what must hold, holds after
 * every event. `make soak SEEDS=N` runs more of them.
 *
 * When a seed fails, what is not needed for the failure is taken out of its world, one thing after
 * the other, and one line tells how to run what is left: TENON_WITHOUT is the set of what is out.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exchange.h"
#include "faults.h"
#include "seeds.h"

#define STUCK SECONDS(3600)

enum { EXCHANGES_MAX = 4, OUTAGES = 3, PORT = 80 };

enum part {
	LOSS,
	DUPLICATES,
	DISORDER,
	FLIPS,
	RATE,
	BEHAVIOR,
	OUTAGE,
	RESTS,
	OPTIONS,
	SMALL_PAGES,
	ANY_MTU,
	ETHERNET,
	BACKWARD,
	MOST_TEXT,
	OTHER_EXCHANGES,
	LOOPBACK,
	PARTS
};

static const char *const part_names[PARTS] = {
	"loss",      "duplicates", "disorder",        "flipped bits", "rate limits", "behavior",
	"outages",   "rests",      "options",         "small pages",  "any MTU",     "Ethernet",
	"text back", "most text",  "other exchanges", "loopback"
};

/* What is known of one end, to be compared with what it says next. */
struct watch {
	uint64_t sent, received;
	uint64_t edge; /* octets of the stream that the end has ever had a window for */
};

struct soak {
	struct lan lan;
	struct exchange exchanges[EXCHANGES_MAX];
	struct watch watches[EXCHANGES_MAX][2];
	bool is_local[EXCHANGES_MAX]; /* both ends on one host */
	unsigned count;
	uint64_t random;
	uint32_t without; /* bits of enum part */
	struct tenon_wire_path paths[LAN_HOSTS_MAX];
};

static bool has(const struct soak *s, enum part part)
{
	return (s->without >> part & 1) == 0;
}

/* Everything is drawn first and taken out afterwards, so that the rest stays as it was. */
static struct tenon_wire_path any_path(struct soak *s)
{
	struct tenon_wire_path path = bad_path(&s->random);

	if (!has(s, LOSS))
		path.loss = path.burst_enter = 0;
	if (!has(s, DUPLICATES))
		path.duplicate = 0;
	if (!has(s, DISORDER))
		path.reorder = path.jitter_us = 0;
	if (!has(s, FLIPS))
		path.corrupt = 0;
	if (!has(s, RATE))
		path.bytes_per_second = path.queue_bytes = 0;
	return path;
}

static void patient_with_small_pages(struct tenon_config *config)
{
	small_pages(config);
	patient(config);
}

static void set_path(struct soak *s, unsigned host, const struct tenon_wire_path *path)
{
	struct tenon_wire_path arriving = *path;

	arriving.corrupt = 0;
	tenon_wire_set_path(s->lan.hosts[host].end, TENON_WIRE_LEAVING, path);
	tenon_wire_set_path(s->lan.hosts[host].end, TENON_WIRE_ARRIVING, &arriving);
}

static void open_network(struct soak *s, uint64_t seed)
{
	bool is_small = seeds_below(&s->random, 3) == 0 && has(s, SMALL_PAGES);
	bool is_cable = seeds_below(&s->random, 2) == 0 || !has(s, ETHERNET);
	unsigned hosts = 2 + seeds_below(&s->random, LAN_HOSTS_MAX - 1), i;
	uint32_t mtu = 1280 + small_more_often(&s->random, 8000);
	struct lan_terms terms = { .seed = seed,
				   .hosts = is_cable ? 2 : hosts,
				   .is_cable = is_cable,
				   .mtu = has(s, ANY_MTU) ? mtu : 0,
				   .change = is_small ? patient_with_small_pages : patient };

	lan_open(&s->lan, &terms);
	for (i = 0; i < LAN_HOSTS_MAX; i++) {
		s->paths[i] = any_path(s);
		if (i >= s->lan.count)
			continue;
		set_path(s, i, &s->paths[i]);
		if (has(s, BEHAVIOR))
			change_behavior(s->lan.hosts[i].stack, &s->random);
	}
}

static void cut(void *soak)
{
	static const struct tenon_wire_path nothing = { .loss = 1000000 };
	struct soak *s = soak;

	set_path(s, 0, &nothing);
}

static void mend(void *soak)
{
	struct soak *s = soak;

	set_path(s, 0, &s->paths[0]);
}

/* Shorter than a neighbor is asked for, and than any connection waits. */
static void plan_outages(struct soak *s)
{
	unsigned i;

	for (i = 0; i < OUTAGES; i++) {
		uint64_t begin = SECONDS(1 + 4 * i) + seeds_below(&s->random, 1000000);
		uint64_t span = 1 + seeds_below(&s->random, 2500000);

		if (!has(s, OUTAGE))
			continue;
		assert_true(tenon_sim_at(s->lan.sim, begin, cut, s));
		assert_true(tenon_sim_at(s->lan.sim, begin + span, mend, s));
	}
}

static void set_options(struct soak *s, struct tenon_socket *socket)
{
	uint32_t which = (uint32_t)seeds_random(&s->random), max = 88 + which % 3000;

	if (!has(s, OPTIONS))
		return;
	if (which & 1u << 31)
		(void)tenon_option_set(socket, TENON_OPTION_NO_DELAY, 1);
	if (which & 1u << 30)
		(void)tenon_option_set(socket, TENON_OPTION_QUICK_ACK, 1);
	if (which & 1u << 29)
		(void)tenon_option_set(socket, TENON_OPTION_KEEPALIVE, 1);
	if ((which >> 27 & 3) == 3)
		(void)tenon_option_set(socket, TENON_OPTION_MAX_SEGMENT, (int)max);
}

static void open_exchange(struct soak *s, uint64_t seed, unsigned i)
{
	struct exchange_terms terms = { .seed = seed + i, .port = (uint16_t)(PORT + i) };
	uint32_t rest_us = seeds_below(&s->random, 2) == 0 ? 0 : seeds_below(&s->random, 2000000);

	terms.version = seeds_below(&s->random, 2) == 0 ? TENON_IP_V4 : TENON_IP_V6;
	terms.opener = seeds_below(&s->random, s->lan.count);
	terms.listener = seeds_below(&s->random, s->lan.count);
	terms.octets[0] = small_more_often(&s->random, 40000);
	terms.octets[1] = small_more_often(&s->random, 40000);
	if (!has(s, LOOPBACK) || (terms.opener == 0 && terms.listener == 0))
		terms.listener = (terms.opener + 1) % s->lan.count;
	if (!has(s, MOST_TEXT))
		terms.octets[0] /= 16;
	if (!has(s, BACKWARD))
		terms.octets[1] = 0;
	terms.rest_us = has(s, RESTS) ? rest_us : 0;
	s->is_local[i] = terms.opener == terms.listener;
	exchange_open(&s->exchanges[i], &s->lan, &terms);
	set_options(s, s->exchanges[i].ends[0].socket);
}

/* What an end says of itself agrees with what it said before and with what its user has. */
static void check_end(const struct exchange_end *end, struct watch *watch)
{
	struct tenon_tcp_status status;
	uint64_t edge;

	if (end->socket == NULL || tenon_tcp_status(end->socket, &status) != TENON_OK)
		return;
	assert_true(status.octets_sent >= watch->sent);
	assert_true(status.octets_received >= watch->received);
	assert_int_equal(status.octets_received, end->received + tenon_waiting(end->socket));
	assert_int_equal(status.unread, tenon_waiting(end->socket));
	assert_true(status.octets_sent <= end->sent);
	assert_true(tenon_unacknowledged(end->socket) <= end->sent);
	assert_true(status.in_flight <= tenon_unacknowledged(end->socket) + 1); /* our FIN */
	assert_true(status.rto_us >= tenon_behavior(tenon_stack_of(end->socket))->rto_min_us);
	assert_true(status.rto_us <= tenon_behavior(tenon_stack_of(end->socket))->rto_max_us);
	if (strcmp(status.state, "ESTABLISHED") == 0)
		assert_true(status.send_mss > 0 && status.congestion_window >= status.send_mss);
	edge = status.octets_received + status.receive_window;
	watch->sent = status.octets_sent;
	watch->received = status.octets_received;
	watch->edge = edge > watch->edge ? edge : watch->edge;
}

/* No octet arrives that was not sent, none is sent that no window was ever open for, but a probe's.
 */
static void check_exchange(const struct soak *s, unsigned i)
{
	const struct watch *watches = s->watches[i];
	unsigned end;

	for (end = 0; end < 2; end++) {
		const struct watch *from = &watches[end], *to = &watches[1 - end];

		if (s->exchanges[i].ends[1].socket == NULL)
			return;
		if (to->received > from->sent)
			fail_msg("exchange %u, end %u: %llu octets arrived, %llu were sent", i, end,
				 (unsigned long long)to->received, (unsigned long long)from->sent);
		if (!s->is_local[i] && from->sent > to->edge + 1)
			fail_msg("exchange %u, end %u: %llu octets sent, the window ended at %llu",
				 i, end, (unsigned long long)from->sent,
				 (unsigned long long)to->edge);
	}
}

static void check_pools(const struct lan *lan)
{
	struct tenon_pool_use use;
	unsigned host, i;

	for (host = 0; host < lan->count; host++)
		for (i = 0; tenon_pool_use(lan->hosts[host].stack, i, &use); i++)
			assert_true(use.used <= use.limit && use.used <= use.high_water);
}

static bool all_done(void *soak)
{
	struct soak *s = soak;
	bool are_done = true;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		are_done &= exchange_is_done(&s->exchanges[i]);
		assert_result(s->exchanges[i].error, OK);
		check_end(&s->exchanges[i].ends[0], &s->watches[i][0]);
		check_end(&s->exchanges[i].ends[1], &s->watches[i][1]);
		check_exchange(s, i);
	}
	check_pools(&s->lan);
	return are_done;
}

static void soak_world(uint64_t seed, uint32_t without)
{
	struct soak *s = calloc(1, sizeof *s);
	unsigned i;

	assert_non_null(s);
	s->random = seed;
	s->without = without;
	open_network(s, seed);
	plan_outages(s);
	s->count = 1 + seeds_below(&s->random, EXCHANGES_MAX);
	if (!has(s, OTHER_EXCHANGES))
		s->count = 1;
	for (i = 0; i < s->count; i++)
		open_exchange(s, seed, i);
	if (!tenon_sim_run(s->lan.sim, STUCK, all_done, s))
		fail_msg("an exchange is stuck");
	for (i = 0; i < s->count; i++)
		exchange_close(&s->exchanges[i]);
	lan_settles(&s->lan);
	lan_close(&s->lan);
	free(s);
}

/* The seed that runs now; 0: none. */
static uint64_t running;
static uint32_t running_without;

static bool fails(uint64_t seed, uint32_t without)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		if (freopen("/dev/null", "w", stdout) == NULL ||
		    freopen("/dev/null", "w", stderr) == NULL)
			_exit(0);
		soak_world(seed, without);
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status != 0;
}

/* Runs at the program's end, outside of any test, where a failed assertion ends the process. */
static void shrink(void)
{
	uint64_t seed = running;
	unsigned part;

	running = 0;
	if (seed == 0 || !fails(seed, running_without))
		return;
	for (part = 0; part < PARTS; part++)
		if (fails(seed, running_without | 1u << part))
			running_without |= 1u << part;
	printf("# shrunk: TENON_SEED=%llu TENON_WITHOUT=%u", (unsigned long long)seed,
	       running_without);
	for (part = 0; part < PARTS; part++)
		if ((running_without >> part & 1) == 0)
			printf(", %s", part_names[part]);
	printf("\n");
	fflush(stdout);
}

TEST(soaked_worlds_keep_every_promise)
{
	const char *without = getenv("TENON_WITHOUT");
	struct seeds seeds;

	atexit(shrink);
	running_without = without != NULL ? (uint32_t)strtoul(without, NULL, 0) : 0;
	for (SEEDS(&seeds, 500); seeds_next(&seeds);) {
		running = seeds.now;
		soak_world(seeds.now, running_without);
		running = 0;
	}
}
