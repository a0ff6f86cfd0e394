/* SPDX-License-Identifier: MIT */
/* Whom a listener takes, how many may wait, and what no stream is opened to. */
#include "pair.h"

enum { PORT = 80 };

static struct tenon_socket *stream(struct pair_host *host, enum tenon_ip_version version)
{
	struct tenon_socket *socket;

	assert_result(tenon_open(host->stack, version, TENON_STREAM, &socket), OK);
	return socket;
}

static struct tenon_socket *listener(struct pair_host *host, enum tenon_option option, int value)
{
	struct tenon_socket *socket = stream(host, TENON_IP_V6);
	struct tenon_endpoint anywhere = { .port = PORT };

	assert_result(tenon_option_set(socket, option, value), OK);
	assert_result(tenon_bind(socket, &anywhere), OK);
	assert_result(tenon_listen(socket, 5), OK);
	return socket;
}

/* How an attempt to connect from there to host a ends. */
static enum tenon_result attempt(struct pair *p, struct pair_host *from, const struct family *f)
{
	struct tenon_socket *socket = stream(from, f->version);
	struct tenon_endpoint to = at(f->a, PORT);
	enum tenon_result result;

	assert_result(tenon_connect(socket, &to), CONNECT_STARTED);
	pair_run(p);
	result = tenon_connect_outcome(socket);
	tenon_close(socket);
	return result;
}

TEST(v6_only_listener_takes_no_ipv4)
{
	struct pair *p = pair_new(&(struct pair_terms){ 0 });
	struct tenon_socket *both = listener(&p->a, TENON_OPTION_V6_ONLY, 0), *v6;

	assert_result(attempt(p, &p->b, &pair_v4), OK);
	tenon_close(both);
	v6 = listener(&p->a, TENON_OPTION_V6_ONLY, 1);
	assert_result(attempt(p, &p->b, &pair_v4), PEER_REFUSED);
	assert_result(attempt(p, &p->b, &pair_v6), OK);
	tenon_close(v6);
	pair_end(p);
}

BOTH(listener_of_a_link_takes_what_comes_by_it)
{
	struct pair *p = pair_new(&(struct pair_terms){ 0 });
	struct tenon_socket *socket = listener(&p->a, TENON_OPTION_LINK, (int)p->a.link);

	assert_result(attempt(p, &p->b, f), OK);
	assert_result(attempt(p, &p->a, f), PEER_REFUSED); /* by loopback */
	tenon_close(socket);
	pair_end(p);
}

TEST(somaxconn_bounds_the_backlog)
{
	struct pair *p = pair_new(&(struct pair_terms){ 0 });
	struct tenon_socket *socket = listener(&p->a, TENON_OPTION_V6_ONLY, 0);
	unsigned waiting, backlog;

	tenon_behavior(p->a.stack)->backlog_max = 3;
	assert_result(tenon_listen(socket, 5), OK);
	assert_result(tenon_listen_queue(socket, &waiting, &backlog), OK);
	assert_int_equal(backlog, 3);
	assert_int_equal(waiting, 0);
	tenon_close(socket);
	pair_end(p);
}

/* MUST-46 */
TEST(stream_is_not_opened_to_many)
{
	struct pair *p = pair_new(&(struct pair_terms){ 0 });
	struct tenon_endpoint broadcast = at(tenon_ip4(10, 1, 0, 255), PORT);
	struct tenon_endpoint group = at(tenon_ip4(224, 0, 0, 5), PORT);
	struct tenon_socket *socket = stream(&p->a, TENON_IP_V4);

	p->a.sent = 0;
	assert_result(tenon_connect(socket, &broadcast), BROADCAST_CONNECTION);
	group.link = (uint16_t)p->a.link;
	assert_result(tenon_connect(socket, &group), MULTICAST_CONNECTION);
	pair_run(p);
	assert_int_equal(p->a.sent, 0);
	tenon_close(socket);
	pair_end(p);
}
