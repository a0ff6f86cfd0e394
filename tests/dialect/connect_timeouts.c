/* SPDX-License-Identifier: MIT */
/* Streams that nobody answers: silence, and a server too busy to accept. */
#include <netinet/tcp.h>

#include <tenon/sim.h>

#include "outcome.h"
#include "test.h"

static void limit_syns(struct outcome *o, int fd)
{
	int one = 1;

	if (o->world->api->setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &one, sizeof one) != 0)
		saw_result(o, "TCP_SYNCNT", -1);
}

static void timed_out_blocking(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM);

	limit_syns(o, fd);
	peer_answers(o, PEER_SILENT, 0);
	connects(o, fd, name_of_peer(o->world, 82));
	saw_ready(o, "after", fd);
	saw_wire(o);
	world_lock(o->world);
	peer_send_syn_ack(o->world->peer);
	world_unlock(o->world);
	saw_wire(o);
	o->world->api->close(fd);
	saw_fresh_connect(o);
}

/* LX-16 PX-07 PX-24: silence; afterwards no SYN leaves and a late SYN,ACK gets a RST. */
TEST(an_unanswered_connect_times_out_and_is_aborted)
{
	both_see(timed_out_blocking, "connect: ETIMEDOUT\n"
				     "after: 1 OUT|HUP\n"
				     "wire: SYN SYN\n"
				     "wire: RST\n"
				     "fresh: 0\n");
}

static void timed_out_non_blocking(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);

	limit_syns(o, fd);
	peer_answers(o, PEER_SILENT, 0);
	connects(o, fd, name_of_peer(o->world, 82));
	waits_writable(o, fd, 100);
	connects(o, fd, name_of_peer(o->world, 82));
	waits_writable(o, fd, 5000);
	saw_ready(o, "after", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_error(o, "SO_ERROR", fd);
	saw_wire(o);
	o->world->api->close(fd);
	saw_fresh_connect(o);
}

/* LX-16 LX-21 LX-22 PX-10 PX-24 */
TEST(an_unanswered_non_blocking_connect_times_out)
{
	both_see(timed_out_non_blocking, "connect: EINPROGRESS\n"
					 "poll: 0\n"
					 "connect: EALREADY\n"
					 "poll: 1\n"
					 "after: 1 IN|OUT|ERR|HUP|RDHUP\n"
					 "SO_ERROR: ETIMEDOUT\n"
					 "SO_ERROR: 0\n"
					 "wire: SYN SYN\n"
					 "fresh: 0\n");
}

static void timed_out_by_default(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM);

	tenon_behavior(o->world->stack)->syn_linear_timeouts = 4;
	peer_answers(o, PEER_SILENT, 0);
	connects(o, fd, name_of_peer(o->world, 82));
	saw(o, "seconds: %u", (unsigned)(tenon_sim_now(o->world->sim) / 1000000));
	saw_wire(o);
	o->world->api->close(fd);
}

/* LX-16: eleven SYNs and 131 seconds (tcp_syn_retries 6, tcp_syn_linear_timeouts 4). */
TEST(an_unanswered_connect_takes_131_seconds_by_default)
{
	tenon_sees(timed_out_by_default, "connect: ETIMEDOUT\n"
					 "seconds: 131\n"
					 "wire: SYN SYN SYN SYN SYN SYN SYN SYN SYN SYN SYN\n");
}

static void full_queue(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name at = name_of_loopback(o->world, 8081);
	int listener = makes_socket(o, SOCK_STREAM), second = makes_socket(o, SOCK_STREAM);
	int first = makes_socket(o, SOCK_STREAM), fresh = makes_socket(o, SOCK_STREAM);
	int accepted;

	saw_result(o, "bind", api->bind(listener, (struct sockaddr *)&at.at, at.len));
	saw_result(o, "listen", api->listen(listener, 0));
	connects(o, first, at);
	limit_syns(o, second);
	connects(o, second, at);
	accepted = api->accept(listener, NULL, NULL);
	saw(o, "accept: %s", accepted >= 0 ? "0" : "failed");
	connects(o, fresh, at);
	api->close(accepted);
	api->close(fresh);
	api->close(second);
	api->close(first);
	api->close(listener);
}

/* LX-16: the server is too busy to accept; its SYNs are dropped until it is not. */
TEST(a_full_accept_queue_lets_connect_time_out)
{
	both_see(full_queue, "bind: 0\n"
			     "listen: 0\n"
			     "connect: 0\n"
			     "connect: ETIMEDOUT\n"
			     "accept: 0\n"
			     "connect: 0\n");
}
