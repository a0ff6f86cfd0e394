/* SPDX-License-Identifier: MIT */
/* Octets, records and datagrams; who may send to whom; full queues. */
#include "files.h"

static size_t sends_octets(struct tenon_socket *s, size_t len)
{
	char *octets = malloc(len);
	const struct tenon_slice slice = { octets, len };
	const struct tenon_message message = { .slices = &slice, .count = 1 };
	size_t sent;

	memset(octets, 'x', len);
	if (tenon_send(s, &message, &sent) != TENON_OK)
		sent = 0;
	free(octets);
	return sent;
}

static void receives_octets(struct tenon_socket *s, size_t len)
{
	char *octets = malloc(len);
	const struct tenon_room room = { octets, len };
	struct tenon_received got;

	assert_result(tenon_receive(s, &room, 1, 0, &got), OK);
	assert_int_equal(got.len, len);
	free(octets);
}

/* LX-05: records keep their boundaries, streams have none. */
TEST(records_are_kept_apart_and_octets_are_not)
{
	struct files f = files_new();
	struct tenon_socket *a = opened(&f, TENON_UNIX_SEQPACKET);
	struct tenon_socket *b = opened(&f, TENON_UNIX_SEQPACKET);
	struct tenon_socket *c = opened(&f, TENON_UNIX_STREAM);
	struct tenon_socket *d = opened(&f, TENON_UNIX_STREAM);

	assert_result(tenon_unix_pair(a, b), OK);
	assert_result(tenon_unix_pair(c, d), OK);
	assert_result(say(a, NULL, "one"), OK);
	assert_result(say(a, NULL, "two"), OK);
	assert_result(say(c, NULL, "one"), OK);
	assert_result(say(c, NULL, "two"), OK);
	assert_int_equal(tenon_waiting(b), 3);
	hears(b, "one", NULL);
	hears(b, "two", NULL);
	hears_nothing(b);
	hears(d, "onetwo", NULL);
	tenon_close(a);
	tenon_close(b);
	tenon_close(c);
	tenon_close(d);
	files_end(&f);
}

TEST(a_record_longer_than_the_room_is_cut)
{
	struct files f = files_new();
	struct tenon_socket *a = opened(&f, TENON_UNIX_DATAGRAM);
	struct tenon_socket *b = opened(&f, TENON_UNIX_DATAGRAM);
	struct tenon_received got;
	char text[3];
	const struct tenon_room room = { text, sizeof text };

	assert_result(tenon_unix_pair(a, b), OK);
	assert_result(say(a, NULL, "longer"), OK);
	assert_result(tenon_receive(b, &room, 1, TENON_PEEK, &got), OK);
	assert_result(tenon_receive(b, &room, 1, 0, &got), OK);
	assert_int_equal(got.len, 3);
	assert_int_equal(got.whole_len, 6);
	assert_int_equal(got.flags, TENON_TRUNCATED);
	hears_nothing(b);
	tenon_close(a);
	tenon_close(b);
	files_end(&f);
}

/* The limit is the sender's; poll() calls it writable while a quarter of it at most is taken. */
TEST(a_full_stream_takes_what_fits_and_tells_when_there_is_room)
{
	struct files f = files_new();
	struct tenon_socket *a = opened(&f, TENON_UNIX_STREAM), *b = opened(&f, TENON_UNIX_STREAM);

	assert_result(tenon_option_set(a, TENON_OPTION_SEND_BYTES, 8000), OK);
	assert_result(tenon_unix_pair(a, b), OK);
	assert_int_equal(sends_octets(a, 2000), 2000);
	assert_int_equal(tenon_readiness(a), TENON_WRITABLE);
	assert_int_equal(sends_octets(a, 10000), 6000);
	assert_result(say(a, NULL, "x"), WOULD_BLOCK);
	assert_int_equal(tenon_readiness(a), 0);
	(void)pair_news(f.stack, a);
	receives_octets(b, 5999);
	assert_int_equal(pair_news(f.stack, a), 0);
	receives_octets(b, 1);
	assert_int_equal(pair_news(f.stack, a), TENON_WRITABLE);
	tenon_close(a);
	tenon_close(b);
	files_end(&f);
}

/* A connected datagram socket hears its peer alone. */
TEST(a_datagrams_connection_limits_who_may_send_to_it)
{
	struct files f = files_new();
	struct tenon_socket *a = bound(&f, TENON_UNIX_DATAGRAM, "/a");
	struct tenon_socket *b = bound(&f, TENON_UNIX_DATAGRAM, "/b");
	struct tenon_socket *c = opened(&f, TENON_UNIX_DATAGRAM);
	struct tenon_unix_name from;

	assert_result(says_to(c, "/a", "before"), OK);
	assert_result(connects(a, "/b"), OK);
	assert_result(says_to(c, "/a", "x"), PEER_IS_ANOTHERS);
	assert_result(connects(c, "/a"), PEER_IS_ANOTHERS);
	assert_result(says_to(b, "/a", "peer"), OK);
	hears(a, "before", NULL);
	tenon_unix_sender(a, &from);
	assert_int_equal(from.len, 0);
	hears(a, "peer", NULL);
	tenon_unix_sender(a, &from);
	assert_int_equal(from.len, 2);
	assert_memory_equal(from.octets, "/b", 2);
	assert_result(tenon_disconnect(a), OK);
	assert_result(says_to(c, "/a", "after"), OK);
	hears(a, "after", NULL);
	tenon_close(a);
	tenon_close(b);
	tenon_close(c);
	files_end(&f);
}

TEST(a_closed_peer_is_told_once)
{
	struct files f = files_new();
	struct tenon_socket *a = bound(&f, TENON_UNIX_DATAGRAM, "/a");
	struct tenon_socket *c = opened(&f, TENON_UNIX_DATAGRAM);

	assert_result(say(c, NULL, "x"), NOT_CONNECTED);
	assert_result(connects(c, "/a"), OK);
	assert_result(say(c, NULL, "x"), OK);
	tenon_close(a);
	assert_result(say(c, NULL, "x"), PEER_GONE);
	assert_result(say(c, NULL, "x"), NOT_CONNECTED);
	tenon_close(c);
	files_end(&f);
}

/* Eleven wait (net.unix.max_dgram_qlen); the sender hears of room when the first is read. */
TEST(a_full_queue_of_datagrams_refuses_the_next)
{
	struct files f = files_new();
	struct tenon_socket *a = bound(&f, TENON_UNIX_DATAGRAM, "/a");
	struct tenon_socket *c = opened(&f, TENON_UNIX_DATAGRAM);
	int i;

	assert_result(connects(c, "/a"), OK);
	for (i = 0; i < 11; i++)
		assert_result(say(c, NULL, "x"), OK);
	assert_result(say(c, NULL, "x"), WOULD_BLOCK);
	assert_int_equal(tenon_readiness(c), 0);
	(void)pair_news(f.stack, c);
	hears(a, "x", NULL);
	assert_int_equal(pair_news(f.stack, c), TENON_WRITABLE);
	assert_result(say(c, NULL, "x"), OK);
	tenon_close(a);
	tenon_close(c);
	files_end(&f);
}

static void few_pages(struct tenon_config *config)
{
	config->limits.pages = 1;
	config->limits.unix_messages = 2;
}

TEST(what_pages_and_messages_cannot_hold_is_refused)
{
	struct files f = files_with(NULL, few_pages);
	struct tenon_socket *a = opened(&f, TENON_UNIX_DATAGRAM);
	struct tenon_socket *b = opened(&f, TENON_UNIX_DATAGRAM);

	assert_result(tenon_unix_pair(a, b), OK);
	assert_int_equal(sends_octets(a, 3000), 0);
	assert_result(say(a, NULL, ""), OK);
	assert_result(say(a, NULL, "x"), OK);
	assert_result(say(a, NULL, ""), NO_MEMORY);
	hears(b, "", NULL);
	assert_result(say(a, NULL, "y"), NO_MEMORY);
	hears(b, "x", NULL);
	tenon_close(a);
	tenon_close(b);
	files_end(&f);
}
