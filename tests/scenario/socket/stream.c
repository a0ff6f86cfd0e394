/* SPDX-License-Identifier: MIT */
/* Streams between two stacks and within one: what the socket calls answer at each stage. */
#include "pair.h"

#include <stdlib.h>
#include <string.h>

enum { PORT = 80, SECOND = 1000000, DELAYED_ACK = 40000, BULK = 300000 };

struct call {
	struct pair *p;
	struct tenon *server_stack;
	struct tenon_socket *listener, *client, *server;
	struct tenon_endpoint to;
};

static struct tenon_socket *stream(struct tenon *t, const struct family *f)
{
	struct tenon_socket *s;

	assert_result(tenon_open(t, f->version, TENON_STREAM, &s), OK);
	return s;
}

/* Two hosts, or one that calls itself. */
static struct call begin(const struct family *f, bool is_looped)
{
	struct call c = { .p = pair_new(&(struct pair_terms){ .is_ethernet = false }) };
	struct tenon_endpoint local = at(f->any, PORT);

	c.server_stack = is_looped ? c.p->a.stack : c.p->b.stack;
	c.listener = stream(c.server_stack, f);
	c.client = stream(c.p->a.stack, f);
	c.to = at(is_looped ? f->loopback : f->b, PORT);
	assert_result(tenon_bind(c.listener, &local), OK);
	assert_result(tenon_listen(c.listener, 8), OK);
	return c;
}

static void open_call(struct call *c)
{
	assert_result(tenon_connect(c->client, &c->to), CONNECT_STARTED);
	pair_run(c->p);
	assert_result(tenon_connect_outcome(c->client), OK);
	assert_result(tenon_accept(c->listener, &c->server), OK);
}

static void end(struct call *c)
{
	tenon_close(c->client);
	if (c->server != NULL)
		tenon_close(c->server);
	tenon_close(c->listener);
	pair_pass(c->p, 200 * SECOND);
	assert_int_equal(pair_pool_used(c->p->a.stack, "tcp connections"), 0);
	assert_int_equal(pair_pool_used(c->p->b.stack, "tcp connections"), 0);
	assert_int_equal(pair_pool_used(c->p->a.stack, "tcp ports"), 0);
	assert_int_equal(pair_pool_used(c->p->b.stack, "tcp ports"), 0);
	assert_int_equal(pair_pool_used(c->p->b.stack, "tcp listeners"), 0);
	assert_int_equal(pair_pool_used(c->p->a.stack, "tcp sockets"), 0);
	pair_end(c->p);
}

static void assert_same(struct tenon_endpoint a, struct tenon_endpoint b)
{
	assert_memory_equal(&a.ip, &b.ip, sizeof a.ip);
	assert_int_equal(a.port, b.port);
}

static void check_names(struct call *c)
{
	struct tenon_endpoint local, peer;

	tenon_local(c->client, &local);
	assert_result(tenon_peer(c->server, &peer), OK);
	assert_same(local, peer);
	tenon_local(c->server, &local);
	assert_result(tenon_peer(c->client, &peer), OK);
	assert_same(local, peer);
}

static void check_opening(const struct family *f, bool is_looped)
{
	struct call c = begin(f, is_looped);
	struct tenon_socket *none;

	assert_int_equal(tenon_readiness(c.client) & (TENON_CLOSED | TENON_CONNECTING),
			 TENON_CLOSED);
	assert_int_equal(tenon_readiness(c.listener), TENON_LISTENING);
	assert_result(tenon_accept(c.listener, &none), WOULD_BLOCK);
	assert_result(tenon_connect(c.client, &c.to), CONNECT_STARTED);
	assert_result(tenon_connect(c.client, &c.to), CONNECT_PENDING);
	assert_int_equal(tenon_readiness(c.client), TENON_CONNECTING);
	pair_run(c.p);

	assert_int_equal(tenon_readiness(c.client), TENON_WRITABLE);
	assert_int_equal(tenon_readiness(c.listener), TENON_LISTENING | TENON_READABLE);
	assert_result(tenon_take_error(c.client), OK);
	assert_result(tenon_connect(c.client, &c.to), OK);
	assert_result(tenon_connect(c.client, &c.to), ALREADY_CONNECTED);
	assert_result(tenon_accept(c.listener, &c.server), OK);
	assert_result(tenon_connect(c.server, &c.to), ALREADY_CONNECTED);
	assert_result(tenon_accept(c.listener, &none), WOULD_BLOCK);
	check_names(&c);
	end(&c);
}

/* LX-04 LX-07 LX-19 LX-22 LX-29 PX-05 PX-09: the stages of an asynchronous connect(). */
BOTH(a_stream_opens_in_stages)
{
	check_opening(f, false);
	check_opening(f, true);
}

static void check_talk(const struct family *f, bool is_looped)
{
	struct call c = begin(f, is_looped);
	struct tenon_received received;
	char octet;
	struct tenon_room room = { &octet, 1 };

	open_call(&c);
	assert_result(say(c.client, NULL, "request"), OK);
	pair_run(c.p);
	assert_int_equal(tenon_waiting(c.server), 7);
	hears(c.server, "request", NULL);
	hears_nothing(c.server);
	assert_result(say(c.server, NULL, "answer"), OK);
	pair_run(c.p);
	hears(c.client, "answer", NULL);

	assert_result(tenon_shutdown(c.client, TENON_SENDING), OK);
	assert_result(say(c.client, NULL, "?"), SEND_SIDE_CLOSED);
	pair_run(c.p);
	assert_int_equal(tenon_readiness(c.server) & (TENON_READABLE | TENON_RECEIVE_CLOSED),
			 TENON_READABLE | TENON_RECEIVE_CLOSED);
	assert_result(tenon_receive(c.server, &room, 1, 0, &received), OK);
	assert_int_equal(received.len, 0);
	assert_result(say(c.server, NULL, "last words"), OK);
	pair_run(c.p);
	hears(c.client, "last words", NULL);
	end(&c);
}

/* PX-05: octets go both ways, and each way ends by itself. */
BOTH(a_stream_carries_octets_until_each_side_is_done)
{
	check_talk(f, false);
	check_talk(f, true);
}

static char octet_of(size_t i)
{
	return (char)(i * 7 + i / 251);
}

static size_t push(struct tenon_socket *s, const char *octets, size_t done)
{
	struct tenon_slice slice = { octets + done, BULK - done };
	struct tenon_message message = { .slices = &slice, .count = 1 };
	size_t sent = 0;

	if (done < BULK && tenon_send(s, &message, &sent) != TENON_OK)
		assert_int_equal(sent, 0);
	return done + sent;
}

static size_t pull(struct tenon_socket *s, size_t done, size_t most)
{
	struct tenon_received received = { .len = 0 };
	char octets[3000];
	struct tenon_room room = { octets, most < sizeof octets ? most : sizeof octets };
	size_t i;

	if (tenon_receive(s, &room, 1, 0, &received) != TENON_OK)
		return done;
	for (i = 0; i < received.len; i++)
		assert_int_equal(octets[i], octet_of(done + i));
	return done + received.len;
}

static void check_bulk(const struct family *f, bool is_looped, size_t most)
{
	struct call c = begin(f, is_looped);
	char *octets = malloc(BULK);
	size_t pushed = 0, pulled = 0, i;
	unsigned rounds = 0;

	assert_non_null(octets);
	for (i = 0; i < BULK; i++)
		octets[i] = octet_of(i);
	open_call(&c);
	while (pulled < BULK) {
		pushed = push(c.client, octets, pushed);
		pair_run(c.p);
		for (i = 0; i < 8; i++)
			pulled = pull(c.server, pulled, most);
		if (rounds % 16 == 0)
			pair_pass(c.p, 300000);
		assert_true(++rounds < 20000);
	}
	free(octets);
	end(&c);
}

/* Every octet arrives once and in order, also to a reader who is slower than the writer. */
BOTH(a_stream_carries_bulk)
{
	check_bulk(f, false, 3000);
	check_bulk(f, true, 3000);
	check_bulk(f, false, 500);
	check_bulk(f, true, 500);
}

static size_t fill(struct call *c, struct tenon_socket *s, const char *octets)
{
	struct tenon_slice slice = { octets, BULK };
	size_t filled = 0, sent;
	int i;

	for (i = 0; i < 400; i++) {
		if (tenon_send(s, &(struct tenon_message){ .slices = &slice, .count = 1 }, &sent) ==
		    TENON_OK)
			filled += sent;
		pair_pass(c->p, 50000);
	}
	return filled;
}

static size_t drain(struct call *c, struct tenon_socket *s)
{
	static char octets[BULK];
	struct tenon_room room = { octets, sizeof octets };
	struct tenon_received received;
	size_t drained = 0;
	int i;

	for (i = 0; i < 100; i++) {
		if (tenon_receive(s, &room, 1, 0, &received) == TENON_OK)
			drained += received.len;
		pair_pass(c->p, SECOND);
	}
	return drained;
}

static void check_closed_windows(const struct family *f, bool is_looped)
{
	static const char octets[BULK];
	struct call c = begin(f, is_looped);
	size_t to_server, to_client;
	uint64_t sent;

	assert_result(tenon_option_set(c.client, TENON_OPTION_RECEIVE_BYTES, 3000), OK);
	assert_result(tenon_option_set(c.listener, TENON_OPTION_RECEIVE_BYTES, 3000), OK);
	open_call(&c);
	to_server = fill(&c, c.client, octets);
	to_client = fill(&c, c.server, octets);
	sent = tenon_fate_count(c.p->a.stack, TENON_FATE_SENT);
	pair_pass(c.p, 300 * (uint64_t)SECOND);
	assert_in_range(tenon_fate_count(c.p->a.stack, TENON_FATE_SENT) - sent, 1, 100);
	assert_int_equal(drain(&c, c.server), to_server);
	assert_int_equal(drain(&c, c.client), to_client);
	end(&c);
}

/* RFC 9293 3.8.6.1: both sides full, both probing: few probes, and neither waits for the other. */
BOTH(two_closed_windows_open_again)
{
	check_closed_windows(f, false);
	check_closed_windows(f, true);
}

/* LX-15 PX-17 LX-21: a closed port refuses at once; the error is collected once; a fresh socket
 * connects. */
BOTH(a_closed_port_refuses)
{
	struct call c = begin(f, false);
	struct tenon_endpoint closed = at(f->b, 81);
	struct tenon_cause cause;

	assert_result(tenon_connect(c.client, &closed), CONNECT_STARTED);
	(void)pair_news(c.p->a.stack, c.client);
	pair_run(c.p);
	assert_int_equal(pair_news(c.p->a.stack, c.client),
			 TENON_ERROR | TENON_READABLE | TENON_WRITABLE | TENON_CLOSED);
	assert_int_equal(tenon_readiness(c.client) & (TENON_CLOSED | TENON_ERROR),
			 TENON_CLOSED | TENON_ERROR);
	assert_true(tenon_cause(c.client, &cause));
	assert_result(cause.result, PEER_REFUSED);
	assert_int_equal(cause.kind, TENON_CAUSE_SEGMENT);
	assert_int_equal(cause.peer.port, 81);
	assert_int_equal(cause.detail.segment.flags, 0x14);
	assert_result(tenon_take_error(c.client), PEER_REFUSED);
	assert_result(tenon_take_error(c.client), OK);
	assert_result(tenon_connect(c.client, &c.to), EARLIER_ATTEMPT_FAILED);

	open_call(&c);
	end(&c);
}

/* LX-16 PX-07: nobody answers: 11 SYNs, and after 131 s the attempt is over for good. */
BOTH(silence_times_out)
{
	static const uint64_t times[] = { 0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 };
	struct call c = begin(f, false);
	struct tenon_endpoint nobody = at(f->nobody, 80);
	struct tenon_cause cause;
	size_t i;

	c.p->a.sent = 0;
	c.p->a.is_cut = true;
	assert_result(tenon_connect(c.client, &nobody), CONNECT_STARTED);
	for (i = 0; i < 11; i++) {
		uint64_t next = i < 10 ? times[i + 1] : 131;

		assert_int_equal(c.p->a.sent, i + 1);
		pair_pass(c.p, (next - times[i]) * SECOND - 1);
		assert_int_equal(c.p->a.sent, i + 1);
		assert_result(tenon_connect_outcome(c.client), CONNECT_PENDING);
		pair_pass(c.p, 1);
	}
	assert_int_equal(c.p->now_us, 131 * (uint64_t)SECOND);
	assert_result(tenon_connect_outcome(c.client), OPEN_TIMED_OUT);
	assert_true(tenon_cause(c.client, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_TIMER);
	assert_int_equal(cause.detail.timer.name, TENON_TIMER_RETRANSMIT);
	assert_int_equal(cause.transmissions, 11);
	assert_int_equal(cause.at_us - cause.since_us, 131 * (uint64_t)SECOND);
	c.p->a.is_cut = false;
	pair_pass(c.p, 300 * (uint64_t)SECOND);
	assert_int_equal(c.p->a.sent, 11);
	open_call(&c);
	end(&c);
}

/* PX-33: no neighbor of that address: host unreachable, after three requests. */
BOTH(a_silent_neighbor_ends_the_attempt)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = true });
	struct tenon_endpoint nobody = at(f->nobody, 80);
	struct tenon_socket *s = stream(p->a.stack, f);
	struct tenon_cause cause;

	assert_result(tenon_connect(s, &nobody), CONNECT_STARTED);
	pair_pass(p, 10 * SECOND);
	assert_result(tenon_connect_outcome(s), NEIGHBOR_SILENT);
	assert_true(tenon_cause(s, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_NEIGHBOR);
	assert_memory_equal(&cause.detail.neighbor.next_hop, &f->nobody, sizeof f->nobody);
	assert_int_equal(cause.at_us, 3 * SECOND);
	tenon_close(s);
	pair_end(p);
}

struct error_case {
	uint8_t type, code;
	enum tenon_result result;
};

static void check_error(const struct family *f, const struct error_case *e)
{
	struct call c = begin(f, false);

	c.p->a.is_cut = true;
	assert_result(tenon_connect(c.client, &c.to), CONNECT_STARTED);
	assert_fate(pair_error(&c.p->a, f, e->type, e->code), ICMP_REPORTED);
	assert_string_equal(tenon_result_name(tenon_connect_outcome(c.client)),
			    tenon_result_name(e->result));
	c.p->a.is_cut = false;
	open_call(&c);
	end(&c);
}

/* LX-17 LX-30 PX-21 PX-33: an ICMP error about the SYN ends the attempt with its own result. */
BOTH(an_icmp_error_ends_the_attempt)
{
	static const struct error_case v4[] = {
		{ 3, 0, TENON_ICMP_NET_UNREACHABLE },      { 3, 1, TENON_ICMP_HOST_UNREACHABLE },
		{ 3, 2, TENON_ICMP_PROTOCOL_UNREACHABLE }, { 3, 3, TENON_ICMP_PORT_UNREACHABLE },
		{ 3, 5, TENON_ICMP_SOURCE_ROUTE_FAILED },  { 3, 7, TENON_ICMP_HOST_UNKNOWN },
		{ 3, 13, TENON_ICMP_ADMIN_PROHIBITED },
	};
	static const struct error_case v6[] = {
		{ 1, 0, TENON_ICMP6_NO_ROUTE },
		{ 1, 1, TENON_ICMP6_ADMIN_PROHIBITED },
		{ 1, 3, TENON_ICMP6_ADDRESS_UNREACHABLE },
		{ 1, 4, TENON_ICMP6_PORT_UNREACHABLE },
	};
	bool is_v4 = f->version == TENON_IP_V4;
	size_t count = is_v4 ? sizeof v4 / sizeof v4[0] : sizeof v6 / sizeof v6[0], i;

	for (i = 0; i < count; i++)
		check_error(f, is_v4 ? &v4[i] : &v6[i]);
}

/* LX-10: AF_UNSPEC resets the connection; both sockets can go on. */
BOTH(disconnecting_resets_the_peer)
{
	struct call c = begin(f, false);
	struct tenon_endpoint local;

	open_call(&c);
	assert_result(tenon_disconnect(c.client), OK);
	pair_run(c.p);
	assert_result(tenon_take_error(c.server), PEER_RESET);
	assert_result(tenon_take_error(c.client), ABORTED);
	local = at(f->a, 7000);
	assert_result(tenon_bind(c.client, &local), OK);
	tenon_close(c.server);
	open_call(&c);
	end(&c);
}

/* LX-10: … also an attempt that runs. */
BOTH(disconnecting_ends_an_attempt)
{
	struct call c = begin(f, false);

	c.p->a.is_cut = true;
	assert_result(tenon_connect(c.client, &c.to), CONNECT_STARTED);
	assert_result(tenon_disconnect(c.client), OK);
	assert_int_equal(tenon_readiness(c.client) & TENON_CLOSED, TENON_CLOSED);
	c.p->a.is_cut = false;
	c.p->a.sent = 0;
	pair_pass(c.p, 10 * SECOND);
	assert_int_equal(c.p->a.sent, 0);
	open_call(&c);
	end(&c);
}

/* LX-10: … and a listener, whose waiting connections are reset. */
BOTH(disconnecting_stops_a_listener)
{
	struct call c = begin(f, false);
	struct tenon_endpoint local = at(f->any, PORT);

	assert_result(tenon_connect(c.client, &c.to), CONNECT_STARTED);
	pair_run(c.p);
	assert_result(tenon_disconnect(c.listener), OK);
	pair_run(c.p);
	assert_result(tenon_take_error(c.client), PEER_RESET);
	assert_result(tenon_disconnect(c.client), OK);
	assert_result(tenon_connect(c.client, &c.to), CONNECT_STARTED);
	pair_run(c.p);
	assert_result(tenon_connect_outcome(c.client), PEER_REFUSED);
	tenon_local(c.listener, &local);
	assert_int_equal(local.port, PORT);
	assert_result(tenon_listen(c.listener, 1), OK);
	open_call(&c);
	end(&c);
}

/* RFC 9293 3.5: a socket that connects to itself is connected to itself. */
BOTH(a_stream_may_connect_to_itself)
{
	struct pair *p = pair_new(&(struct pair_terms){ .is_ethernet = false });
	struct tenon_socket *s = stream(p->a.stack, f);
	struct tenon_endpoint self = at(f->loopback, 5000);

	assert_result(tenon_bind(s, &self), OK);
	assert_result(tenon_connect(s, &self), CONNECT_STARTED);
	pair_run(p);
	assert_result(tenon_connect_outcome(s), OK);
	assert_result(say(s, NULL, "echo"), OK);
	pair_run(p);
	hears(s, "echo", NULL);
	tenon_close(s);
	pair_pass(p, 200 * SECOND);
	assert_int_equal(pair_pool_used(p->a.stack, "tcp connections"), 0);
	pair_end(p);
}

/* LX-23 PX-13: the range of ports for one destination is used up; another destination has its own.
 */
BOTH(ports_run_out_for_one_destination)
{
	struct call c = begin(f, false);
	struct tenon_behavior *behavior = tenon_behavior(c.p->a.stack);
	struct tenon_endpoint other = at(f->b, 81);
	struct tenon_socket *s[4];
	struct tenon_cause cause;
	int i;

	behavior->port_first = 40000;
	behavior->port_last = 40002;
	for (i = 0; i < 4; i++)
		s[i] = stream(c.p->a.stack, f);
	for (i = 0; i < 3; i++)
		assert_result(tenon_connect(s[i], &c.to), CONNECT_STARTED);
	assert_result(tenon_connect(s[3], &c.to), NO_PORT_LEFT);
	assert_true(tenon_cause(s[3], &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_TABLE);
	assert_int_equal(cause.detail.table.size, 3);
	assert_result(tenon_connect(s[3], &other), CONNECT_STARTED);
	for (i = 0; i < 4; i++)
		tenon_close(s[i]);
	end(&c);
}

/* LX-18 PX-31: a bound port and the same four-tuple. */
BOTH(a_tuple_is_taken_once)
{
	struct call c = begin(f, false);
	struct tenon_endpoint local = at(f->a, 5000);
	struct tenon_socket *s[2];
	int i;

	for (i = 0; i < 2; i++) {
		s[i] = stream(c.p->a.stack, f);
		assert_result(tenon_option_set(s[i], TENON_OPTION_REUSE_ADDRESS, 1), OK);
		assert_result(tenon_bind(s[i], &local), OK);
	}
	assert_result(tenon_connect(s[0], &c.to), CONNECT_STARTED);
	assert_result(tenon_connect(s[1], &c.to), TUPLE_TAKEN);
	tenon_close(s[0]);
	tenon_close(s[1]);
	end(&c);
}

static void few_connections(struct tenon_config *config)
{
	config->limits.tcp_connections = 2;
}

/* No connection is left: the call says so, and one that ends makes room. */
BOTH(connections_run_out_and_come_back)
{
	struct pair *p = pair_new(&(struct pair_terms){ .change = few_connections });
	struct tenon_endpoint to = at(f->b, 80);
	struct tenon_socket *s[3];
	int i;

	for (i = 0; i < 3; i++)
		s[i] = stream(p->a.stack, f);
	p->a.is_cut = true;
	assert_result(tenon_connect(s[0], &to), CONNECT_STARTED);
	assert_result(tenon_connect(s[1], &to), CONNECT_STARTED);
	assert_result(tenon_connect(s[2], &to), NO_CONNECTION_LEFT);
	assert_result(tenon_disconnect(s[0]), OK);
	assert_result(tenon_connect(s[2], &to), CONNECT_STARTED);
	for (i = 0; i < 3; i++)
		tenon_close(s[i]);
	pair_end(p);
}

/* A listener for :: is called over IPv4 too, unless it is V6_ONLY. */
TEST(an_ipv6_listener_is_called_over_ipv4)
{
	struct call c = begin(&pair_v6, false);
	struct tenon_socket *v4 = stream(c.p->a.stack, &pair_v4);
	struct tenon_endpoint to = at(pair_v4.b, PORT), peer;

	assert_result(tenon_connect(v4, &to), CONNECT_STARTED);
	pair_run(c.p);
	assert_result(tenon_connect_outcome(v4), OK);
	assert_result(tenon_accept(c.listener, &c.server), OK);
	assert_int_equal(tenon_version_of(c.server), TENON_IP_V6);
	assert_result(tenon_peer(c.server, &peer), OK);
	assert_memory_equal(&peer.ip, &pair_v4.a, sizeof peer.ip);
	tenon_close(v4);
	end(&c);
}

/* Data that was not read makes close() a reset: RFC 2525 2.17. */
BOTH(closing_with_unread_data_resets)
{
	struct call c = begin(f, false);

	open_call(&c);
	assert_result(say(c.client, NULL, "unread"), OK);
	pair_run(c.p);
	tenon_close(c.server);
	c.server = NULL;
	pair_run(c.p);
	assert_result(tenon_take_error(c.client), PEER_RESET);
	end(&c);
}

/* SO_LINGER 0 makes close() a reset. */
BOTH(closing_without_lingering_resets)
{
	struct call c = begin(f, false);

	open_call(&c);
	assert_result(tenon_option_set(c.server, TENON_OPTION_LINGER, 0), OK);
	tenon_close(c.server);
	c.server = NULL;
	pair_run(c.p);
	assert_result(tenon_take_error(c.client), PEER_RESET);
	end(&c);
}

/* Linux: a socket that was shut down before it was opened stays so. */
BOTH(a_fresh_stream_that_was_shut_down_sends_nothing)
{
	struct call c = begin(f, false);

	assert_result(tenon_shutdown(c.client, TENON_SENDING), NOT_CONNECTED);
	open_call(&c);
	assert_result(say(c.client, NULL, "?"), SEND_SIDE_CLOSED);
	assert_result(say(c.server, NULL, "!"), OK);
	pair_run(c.p);
	hears(c.client, "!", NULL);
	end(&c);
}

/* Each step that a waiting dialect must notice is news. */
BOTH(each_step_is_news)
{
	struct call c = begin(f, false);

	assert_result(tenon_connect(c.client, &c.to), CONNECT_STARTED);
	pair_run(c.p);
	assert_int_equal(pair_news(c.p->a.stack, c.client) & TENON_WRITABLE, TENON_WRITABLE);
	assert_int_equal(pair_news(c.p->b.stack, c.listener), TENON_READABLE);
	assert_result(tenon_accept(c.listener, &c.server), OK);
	assert_result(say(c.client, NULL, "a"), OK);
	pair_run(c.p);
	assert_int_equal(pair_news(c.p->b.stack, c.server) & TENON_READABLE, TENON_READABLE);
	assert_result(say(c.client, NULL, "b"), OK);
	pair_pass(c.p, DELAYED_ACK);
	assert_int_equal(pair_news(c.p->b.stack, c.server) & TENON_READABLE, TENON_READABLE);
	assert_result(tenon_shutdown(c.client, TENON_SENDING), OK);
	pair_run(c.p);
	assert_int_equal(pair_news(c.p->b.stack, c.server) & TENON_RECEIVE_CLOSED,
			 TENON_RECEIVE_CLOSED);
	end(&c);
}
