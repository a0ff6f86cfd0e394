/* SPDX-License-Identifier: MIT */
/* link_test.c - drivers are asked, answers are counted, the loopback queues. */
#include "../../test.h"

#include <stdlib.h>
#include <string.h>

#include "packet/link.h"

static const struct tenon_limits limits = { .links = 3,
					    .packet_bytes = 100,
					    .loopback_packets = 2 };

static struct timers timers;
static struct trace trace;
static struct links links;
static void *memory;

static void set_up(void)
{
	static const struct tenon_observer nobody;
	struct arena arena;
	size_t size = links_need(&limits);

	memory = aligned_alloc(16, (size + 15) & ~(size_t)15);
	arena_init(&arena, memory, size);
	trace_init(&trace, &nobody, &timers);
	links_init(&links, &arena, &limits, &trace);
	assert_int_equal(arena.left, 0);
}

static void tear_down(void)
{
	free(memory);
}

static enum tenon_result answer;
static char sent[100];
static uint32_t sent_len;
static int closed;

static enum tenon_result record(void *driver, const struct tenon_frame *frame)
{
	unsigned i;

	assert_ptr_equal(driver, &links);
	sent_len = 0;
	for (i = 0; i < frame->count; i++) {
		memcpy(sent + sent_len, frame->slices[i].at, frame->slices[i].len);
		sent_len += (uint32_t)frame->slices[i].len;
	}
	assert_int_equal(sent_len, frame->len);
	return answer;
}

static void note_close(void *driver)
{
	(void)driver;
	closed++;
}

static const struct tenon_link_driver recorder = { .send = record, .close = note_close };
static const struct tenon_link_facts facts = { .name = "t0", .mtu = 68 };

static struct link *attach(void)
{
	struct link *link;

	assert_int_equal(link_add(&links, &facts, &recorder, &links, &link), TENON_OK);
	return link;
}

TEST(the_loopback_is_the_first_link)
{
	set_up();
	assert_non_null(link_find(&links, LINK_LOOPBACK));
	assert_int_equal(attach()->index, 2);
	assert_null(link_find(&links, LINK_NONE));
	assert_null(link_find(&links, 3));
	assert_null(link_find(&links, 4));
	tear_down();
}

TEST(a_full_table_says_so_with_its_size)
{
	struct link *third;

	set_up();
	attach();
	attach();
	assert_int_equal(link_add(&links, &facts, &recorder, &links, &third), TENON_TABLE_FULL);
	assert_int_equal(trace.cause.kind, TENON_CAUSE_TABLE);
	assert_int_equal(trace.cause.detail.table.size, 3);
	tear_down();
}

TEST(an_mtu_below_68_is_refused)
{
	struct tenon_link_facts small = facts;
	struct link *link;

	set_up();
	small.mtu = 67;
	assert_int_equal(link_add(&links, &small, &recorder, &links, &link), TENON_BAD_VALUE);
	tear_down();
}

TEST(a_removed_link_is_closed_and_its_place_is_free)
{
	struct link *link;

	set_up();
	link = attach();
	closed = 0;
	link_remove(&links, link);
	assert_int_equal(closed, 1);
	assert_null(link_find(&links, 2));
	assert_int_equal(attach()->index, 2);
	tear_down();
}

static enum tenon_result send_text(struct link *link, const char *text)
{
	struct tenon_slice slice = { text, strlen(text) };
	struct packet p;

	packet_init(&p, &slice, 1);
	memcpy(packet_push(&p, 1), ">", 1);
	return link_send(&links, link, &p);
}

TEST(what_a_driver_answers_is_counted)
{
	struct link *link;

	set_up();
	link = attach();
	answer = TENON_OK;
	assert_int_equal(send_text(link, "hello"), TENON_OK);
	assert_memory_equal(sent, ">hello", 6);
	answer = TENON_LINK_BUSY;
	assert_int_equal(send_text(link, "hello"), TENON_LINK_BUSY);
	link->is_up = false;
	assert_int_equal(send_text(link, "hello"), TENON_LINK_DOWN);
	assert_int_equal(trace.counts[FATE_SENT], 1);
	assert_int_equal(trace.counts[FATE_LINK_BUSY], 1);
	assert_int_equal(trace.counts[FATE_LINK_DOWN], 1);
	tear_down();
}

TEST(the_loopback_gives_back_in_order_and_drops_when_full)
{
	struct link *loopback;
	char octets[100];

	set_up();
	loopback = link_find(&links, LINK_LOOPBACK);
	assert_false(loopback_waiting(&links));
	assert_int_equal(send_text(loopback, "one"), TENON_OK);
	assert_int_equal(send_text(loopback, "two"), TENON_OK);
	assert_int_equal(send_text(loopback, "three"), TENON_LINK_BUSY);
	assert_true(loopback_waiting(&links));
	assert_int_equal(loopback_take(&links, octets), 4);
	assert_memory_equal(octets, ">one", 4);
	assert_int_equal(loopback_take(&links, octets), 4);
	assert_memory_equal(octets, ">two", 4);
	assert_int_equal(loopback_take(&links, octets), 0);
	assert_int_equal(links.loopback_pool.used, 0);
	tear_down();
}
