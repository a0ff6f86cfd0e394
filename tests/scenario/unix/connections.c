/* SPDX-License-Identifier: MIT */
/* connect(), listen(), accept() and what ends a connection. */
#include "files.h"

enum { CLOSED_NOW = TENON_READABLE | TENON_WRITABLE | TENON_RECEIVE_CLOSED | TENON_SEND_CLOSED };

static struct tenon_socket *accepts(struct tenon_socket *s)
{
	struct tenon_socket *fresh;

	assert_result(tenon_accept(s, &fresh), OK);
	return fresh;
}

/* LX-04, LX-05: the connection is there before it is accepted, and both ends know their names. */
static void connects_at_once(enum tenon_socket_kind kind)
{
	struct files f = files_new();
	struct tenon_socket *s = listener(&f, kind, "/x"), *c = opened(&f, kind), *a;
	struct tenon_unix_name name;

	assert_int_equal(tenon_readiness(c), TENON_WRITABLE | TENON_CLOSED);
	assert_result(connects(c, "/x"), OK);
	assert_result(say(c, NULL, "early"), OK);
	assert_int_equal(tenon_readiness(s), TENON_LISTENING | TENON_READABLE);
	a = accepts(s);
	assert_int_equal(tenon_readiness(s), TENON_LISTENING);
	hears(a, "early", NULL);
	assert_result(tenon_unix_peer(c, &name), OK);
	assert_int_equal(name.len, 2);
	assert_memory_equal(name.octets, "/x", 2);
	assert_result(tenon_unix_peer(a, &name), OK);
	assert_int_equal(name.len, 0);
	assert_result(connects(c, "/x"), ALREADY_CONNECTED);
	assert_result(connects(c, "/none"), NAME_NOT_FOUND);
	assert_result(connects(s, "/x"), IS_LISTENING);
	tenon_close(c);
	tenon_close(a);
	tenon_close(s);
	files_end(&f);
}

TEST(streams_and_seqpackets_are_connected_before_they_are_accepted)
{
	connects_at_once(TENON_UNIX_STREAM);
	connects_at_once(TENON_UNIX_SEQPACKET);
}

/* One more than the backlog waits; the next is told to wait, and told the truth afterwards. */
TEST(a_full_backlog_lets_nobody_in_until_one_is_accepted_or_the_listener_is_gone)
{
	struct files f = files_new();
	struct tenon_socket *s = bound(&f, TENON_UNIX_STREAM, "/x"), *c[4], *a;
	int i;

	assert_result(tenon_listen(s, 1), OK);
	for (i = 0; i < 4; i++)
		c[i] = opened(&f, TENON_UNIX_STREAM);
	assert_result(connects(c[0], "/x"), OK);
	assert_result(connects(c[1], "/x"), OK);
	assert_result(connects(c[2], "/x"), WOULD_BLOCK);
	a = accepts(s);
	assert_result(connects(c[2], "/x"), OK);
	assert_result(connects(c[3], "/x"), WOULD_BLOCK);
	tenon_close(s);
	assert_result(connects(c[3], "/x"), NOBODY_BOUND);
	for (i = 0; i < 4; i++)
		tenon_close(c[i]);
	tenon_close(a);
	files_end(&f);
}

/* PX-32: who was connected and never accepted. */
TEST(connections_that_were_never_accepted_are_reset_with_their_listener)
{
	struct files f = files_new();
	struct tenon_socket *s = listener(&f, TENON_UNIX_STREAM, "/x");
	struct tenon_socket *c = opened(&f, TENON_UNIX_STREAM);
	struct tenon_cause cause;

	assert_result(connects(c, "/x"), OK);
	tenon_close(s);
	assert_int_equal(tenon_readiness(c), CLOSED_NOW | TENON_ERROR);
	assert_true(tenon_cause(c, &cause));
	assert_int_equal(cause.result, TENON_PEER_RESET);
	assert_result(say(c, NULL, "x"), SEND_SIDE_CLOSED);
	assert_result(tenon_take_error(c), PEER_RESET);
	tenon_close(c);
	files_end(&f);
}

/* By what it left unread: an end, or a reset; what has arrived is read before either. */
TEST(closing_ends_the_peer_and_resets_it_if_something_was_unread)
{
	struct files f = files_new();
	struct tenon_socket *a = opened(&f, TENON_UNIX_STREAM), *b = opened(&f, TENON_UNIX_STREAM);
	struct tenon_received got;
	char octet;
	const struct tenon_room room = { &octet, 1 };

	assert_result(tenon_unix_pair(a, b), OK);
	assert_result(say(a, NULL, "ab"), OK);
	assert_result(say(b, NULL, "c"), OK);
	tenon_close(a);
	assert_int_equal(tenon_readiness(b), CLOSED_NOW | TENON_ERROR);
	assert_result(tenon_receive(b, &room, 1, 0, &got), OK);
	assert_result(tenon_receive(b, &room, 1, 0, &got), OK);
	assert_int_equal(octet, 'b');
	assert_result(tenon_receive(b, &room, 1, 0, &got), PEER_RESET);
	assert_result(tenon_receive(b, &room, 1, 0, &got), OK);
	assert_int_equal(got.len, 0);
	tenon_close(b);
	files_end(&f);
}

TEST(shutdown_is_felt_at_both_ends)
{
	struct files f = files_new();
	struct tenon_socket *a = opened(&f, TENON_UNIX_SEQPACKET);
	struct tenon_socket *b = opened(&f, TENON_UNIX_SEQPACKET);

	assert_result(tenon_unix_pair(a, b), OK);
	assert_result(tenon_shutdown(a, TENON_SENDING), OK);
	assert_int_equal(tenon_readiness(a), TENON_WRITABLE | TENON_SEND_CLOSED);
	assert_int_equal(tenon_readiness(b),
			 TENON_WRITABLE | TENON_READABLE | TENON_RECEIVE_CLOSED);
	assert_result(say(a, NULL, "x"), SEND_SIDE_CLOSED);
	assert_result(say(b, NULL, "still"), OK);
	hears(a, "still", NULL);
	hears(b, "", NULL);
	tenon_close(a);
	assert_int_equal(tenon_readiness(b), CLOSED_NOW);
	tenon_close(b);
	files_end(&f);
}

/* LX-30: AF_UNSPEC on a stream; what has no name cannot listen. */
TEST(what_a_stream_cannot_do_is_refused)
{
	const struct tenon_endpoint loopback = at(tenon_ip4(127, 0, 0, 1), 80);
	struct files f = files_new();
	struct tenon_socket *s = opened(&f, TENON_UNIX_STREAM);
	struct tenon_socket *d = bound(&f, TENON_UNIX_DATAGRAM, "/d"), *fresh;

	assert_result(tenon_disconnect(s), BAD_VALUE);
	assert_result(tenon_listen(s, 1), NOT_BOUND);
	assert_result(tenon_accept(s, &fresh), NOT_LISTENING);
	assert_result(tenon_connect(s, &loopback), FAMILY_MISMATCH);
	assert_result(tenon_bind(s, &loopback), FAMILY_MISMATCH);
	assert_result(says_to(s, "/d", "x"), UNSUPPORTED);
	assert_result(say(s, NULL, "x"), NOT_CONNECTED);
	assert_result(tenon_listen(d, 1), UNSUPPORTED);
	assert_result(tenon_accept(d, &fresh), UNSUPPORTED);
	tenon_close(s);
	tenon_close(d);
	files_end(&f);
}

/* A listener that stops receiving lets nobody in and gives out whom it has. */
TEST(a_listener_that_was_shut_down_refuses)
{
	struct files f = files_new();
	struct tenon_socket *s = listener(&f, TENON_UNIX_STREAM, "/x"), *fresh;
	struct tenon_socket *c = opened(&f, TENON_UNIX_STREAM);
	struct tenon_socket *late = opened(&f, TENON_UNIX_STREAM);

	assert_result(connects(c, "/x"), OK);
	assert_result(tenon_shutdown(s, TENON_RECEIVING), OK);
	assert_result(connects(late, "/x"), NOT_ACCEPTING);
	tenon_close(accepts(s));
	assert_result(tenon_accept(s, &fresh), NOT_LISTENING);
	tenon_close(s);
	tenon_close(c);
	tenon_close(late);
	files_end(&f);
}

static void few_sockets(struct tenon_config *config)
{
	config->limits.unix_sockets = 2;
}

TEST(no_room_for_a_connection_refuses_it)
{
	struct files f = files_with(NULL, few_sockets);
	struct tenon_socket *s = listener(&f, TENON_UNIX_STREAM, "/x"), *third;
	struct tenon_socket *c = opened(&f, TENON_UNIX_STREAM);

	assert_result(tenon_unix_open(f.stack, TENON_UNIX_STREAM, &third), NO_SOCKET_LEFT);
	assert_result(connects(c, "/x"), NO_CONNECTION_LEFT);
	tenon_close(s);
	tenon_close(c);
	files_end(&f);
}
