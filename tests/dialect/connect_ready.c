/* SPDX-License-Identifier: MIT */
/* How completion is learnt: poll, ppoll, select, pselect, epoll by level and by edge. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "outcome.h"
#include "test.h"

enum { ANSWER_AFTER_US = 30000 };

static int begins_connect(struct outcome *o, enum peer_answer answer)
{
	int fd = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);

	peer_answers(o, answer, ANSWER_AFTER_US);
	connects(o, fd, name_of_peer(o->world, 80));
	return fd;
}

static void saw_select(struct outcome *o, int fd, bool waits)
{
	struct timeval zero = { 0, 0 }, limit = { 2, 0 };
	fd_set in, out, err;
	int ready;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&err);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	FD_SET(fd, &err);
	ready = o->world->api->select(fd + 1, &in, &out, &err, waits ? &limit : &zero);
	saw(o, "select: %d in %d out %d err %d", ready, FD_ISSET(fd, &in) != 0,
	    FD_ISSET(fd, &out) != 0, FD_ISSET(fd, &err) != 0);
	if (waits)
		saw(o, "time left: %d", limit.tv_sec == 1 && limit.tv_usec > 0);
}

static void by_select(struct outcome *o)
{
	int fd = begins_connect(o, PEER_ACCEPTS);

	saw_select(o, fd, false);
	saw_select(o, fd, true);
	saw_error(o, "SO_ERROR", fd);
	o->world->api->close(fd);
	fd = begins_connect(o, PEER_REFUSES);
	saw_select(o, fd, true);
	saw_error(o, "SO_ERROR", fd);
	o->world->api->close(fd);
}

/* LX-20 PX-11: writable on success; on failure readable too. */
TEST(select_tells_that_a_connect_is_complete)
{
	both_see(by_select, "connect: EINPROGRESS\n"
			    "select: 0 in 0 out 0 err 0\n"
			    "select: 1 in 0 out 1 err 0\n"
			    "time left: 1\n"
			    "SO_ERROR: 0\n"
			    "connect: EINPROGRESS\n"
			    "select: 2 in 1 out 1 err 0\n"
			    "time left: 1\n"
			    "SO_ERROR: ECONNREFUSED\n");
}

static void by_others(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct timespec limit = { 2, 0 };
	struct pollfd poll = { .events = POLLOUT };
	fd_set out;
	int fd = begins_connect(o, PEER_ACCEPTS);

	poll.fd = fd;
	saw_result(o, "ppoll", api->ppoll(&poll, 1, &limit, NULL));
	saw(o, "revents: %d", poll.revents);
	api->close(fd);
	fd = begins_connect(o, PEER_ACCEPTS);
	FD_ZERO(&out);
	FD_SET(fd, &out);
	saw_result(o, "pselect", api->pselect(fd + 1, NULL, &out, NULL, &limit, NULL));
	saw(o, "limit left alone: %d", limit.tv_sec == 2);
	api->close(fd);
	poll.fd = fd;
	saw_result(o, "poll", api->poll(&poll, 1, -1));
	saw(o, "revents: %d", poll.revents == POLLNVAL);
	FD_ZERO(&out);
	FD_SET(fd, &out);
	saw_result(o, "select", api->select(fd + 1, NULL, &out, NULL, NULL));
	poll.fd = -1;
	saw_result(o, "poll", api->poll(&poll, 1, 1));
}

/* LX-20 PX-11 */
TEST(ppoll_and_pselect_tell_that_a_connect_is_complete)
{
	both_see(by_others, "connect: EINPROGRESS\n"
			    "ppoll: 1\n"
			    "revents: 4\n"
			    "connect: EINPROGRESS\n"
			    "pselect: 1\n"
			    "limit left alone: 1\n"
			    "poll: 1\n"
			    "revents: 1\n"
			    "select: EBADF\n"
			    "poll: 0\n");
}

static void adds(struct outcome *o, int epoll, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = 7 };

	saw_result(o, "add", o->world->api->epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

static void saw_events(struct outcome *o, int epoll, int timeout_ms)
{
	struct epoll_event events[4];
	int n = o->world->api->epoll_wait(epoll, events, 4, timeout_ms);

	if (n < 1)
		saw_result(o, "epoll", n);
	else
		saw(o, "epoll: %d, %x of %d", n, events[0].events, events[0].data.fd);
}

static void by_epoll(struct outcome *o)
{
	const uint32_t all = EPOLLIN | EPOLLOUT | EPOLLRDHUP;
	const struct api *api = o->world->api;
	int level = api->epoll_create1(0), edge = api->epoll_create1(EPOLL_CLOEXEC);
	int fd = begins_connect(o, PEER_ACCEPTS);

	adds(o, level, fd, all);
	adds(o, edge, fd, all | EPOLLET);
	saw_events(o, level, 0);
	saw_events(o, edge, 0);
	saw_events(o, level, 2000);
	saw_events(o, level, 0);
	saw_events(o, edge, 0);
	saw_events(o, edge, 0);
	world_lock(o->world);
	peer_send_data(o->world->peer, "data", 4);
	world_unlock(o->world);
	saw_events(o, edge, 2000);
	saw_events(o, edge, 0);
	saw_events(o, level, 0);
	world_lock(o->world);
	peer_send_data(o->world->peer, "more", 4);
	world_unlock(o->world);
	saw_events(o, edge, 2000);
	saw_result(o, "recv", api->recv(fd, (char[16]){ 0 }, 16, 0));
	saw_events(o, level, 0);
	world_lock(o->world);
	peer_send_fin(o->world->peer);
	world_unlock(o->world);
	saw_events(o, edge, 2000);
	saw_events(o, level, 0);
	saw_result(o, "close", api->close(fd));
	saw_events(o, level, 0);
	api->close(level);
	api->close(edge);
}

/* LX-20 PX-11: by edge each change is told once, by level as long as it lasts. */
TEST(epoll_tells_that_a_connect_is_complete_by_level_and_by_edge)
{
	both_see(by_epoll, "connect: EINPROGRESS\n"
			   "add: 0\n"
			   "add: 0\n"
			   "epoll: 0\n"
			   "epoll: 0\n"
			   "epoll: 1, 4 of 7\n"
			   "epoll: 1, 4 of 7\n"
			   "epoll: 1, 4 of 7\n"
			   "epoll: 0\n"
			   "epoll: 1, 5 of 7\n"
			   "epoll: 0\n"
			   "epoll: 1, 5 of 7\n"
			   "epoll: 1, 5 of 7\n"
			   "recv: 8\n"
			   "epoll: 1, 4 of 7\n"
			   "epoll: 1, 2005 of 7\n"
			   "epoll: 1, 2005 of 7\n"
			   "close: 0\n"
			   "epoll: 0\n");
}

/* Which news wakes whom. */
static void by_kind_of_news(struct outcome *o)
{
	const struct api *api = o->world->api;
	int writes = api->epoll_create1(0), once = api->epoll_create1(0);
	int fd = begins_connect(o, PEER_ACCEPTS);
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.fd = 8 };

	adds(o, writes, fd, EPOLLOUT | EPOLLET);
	adds(o, once, fd, EPOLLIN | EPOLLONESHOT);
	saw_events(o, writes, 2000);
	world_lock(o->world);
	peer_send_data(o->world->peer, "data", 4);
	world_unlock(o->world);
	saw_events(o, once, 2000);
	saw_events(o, writes, 0);
	world_lock(o->world);
	peer_send_data(o->world->peer, "more", 4);
	world_unlock(o->world);
	world_calm(o->world);
	saw_events(o, once, 0);
	saw_result(o, "mod", api->epoll_ctl(once, EPOLL_CTL_MOD, fd, &event));
	saw_events(o, once, 0);
	saw_events(o, writes, 0);
	world_lock(o->world);
	peer_send_fin(o->world->peer);
	world_unlock(o->world);
	world_calm(o->world);
	saw_events(o, writes, 0);
	saw_events(o, once, 0);
	api->close(fd);
	api->close(writes);
	api->close(once);
}

/* LX-20: data is no news to who waits to write, the end of the stream is to all; EPOLLONESHOT
 * hears no more until EPOLL_CTL_MOD. */
TEST(epoll_wakes_those_who_asked_for_the_news)
{
	both_see(by_kind_of_news, "connect: EINPROGRESS\n"
				  "add: 0\n"
				  "add: 0\n"
				  "epoll: 1, 4 of 7\n"
				  "epoll: 1, 1 of 7\n"
				  "epoll: 0\n"
				  "epoll: 0\n"
				  "mod: 0\n"
				  "epoll: 1, 1 of 8\n"
				  "epoll: 0\n"
				  "epoll: 1, 4 of 7\n"
				  "epoll: 0\n");
}

static void by_epoll_failing(struct outcome *o)
{
	const struct api *api = o->world->api;
	int edge = api->epoll_create1(0), once = api->epoll_create1(0);
	int fd = begins_connect(o, PEER_REFUSES);
	struct epoll_event event = { .events = EPOLLOUT, .data.fd = 9 };

	adds(o, edge, fd, EPOLLOUT | EPOLLET);
	adds(o, once, fd, EPOLLOUT | EPOLLONESHOT);
	saw_events(o, edge, 2000);
	saw_events(o, edge, 0);
	saw_events(o, once, 0);
	saw_events(o, once, 0);
	saw_result(o, "mod", api->epoll_ctl(once, EPOLL_CTL_MOD, fd, &event));
	saw_events(o, once, 0);
	saw_error(o, "SO_ERROR", fd);
	saw_events(o, once, 0);
	saw_result(o, "del", api->epoll_ctl(once, EPOLL_CTL_DEL, fd, NULL));
	saw_events(o, once, 0);
	api->close(fd);
	api->close(edge);
	api->close(once);
}

/* LX-20 LX-21: errors are told unasked; EPOLLONESHOT until EPOLL_CTL_MOD. */
TEST(epoll_tells_that_a_connect_has_failed)
{
	both_see(by_epoll_failing, "connect: EINPROGRESS\n"
				   "add: 0\n"
				   "add: 0\n"
				   "epoll: 1, 1c of 7\n"
				   "epoll: 0\n"
				   "epoll: 1, 1c of 7\n"
				   "epoll: 0\n"
				   "mod: 0\n"
				   "epoll: 1, 1c of 9\n"
				   "SO_ERROR: ECONNREFUSED\n"
				   "epoll: 1, 14 of 9\n"
				   "del: 0\n"
				   "epoll: 0\n");
}

static void epoll_faults(struct outcome *o)
{
	const struct api *api = o->world->api;
	int epoll = api->epoll_create1(0), inner = api->epoll_create1(0);
	int fd = makes_socket(o, SOCK_STREAM), file = open("/proc/self/status", O_RDONLY), closed;
	struct epoll_event event = { .events = EPOLLIN };

	closed = api->dup(fd);
	api->close(closed);
	adds(o, epoll, fd, EPOLLIN);
	adds(o, epoll, fd, EPOLLIN);
	saw_result(o, "mod", api->epoll_ctl(epoll, EPOLL_CTL_MOD, inner, &event));
	saw_result(o, "del", api->epoll_ctl(epoll, EPOLL_CTL_DEL, inner, NULL));
	saw_result(o, "op 9", api->epoll_ctl(epoll, 9, fd, &event));
	adds(o, epoll, closed, EPOLLIN);
	adds(o, closed, fd, EPOLLIN);
	adds(o, fd, fd, EPOLLIN);
	adds(o, fd, epoll, EPOLLIN);
	adds(o, epoll, file, EPOLLIN);
	adds(o, epoll, epoll, EPOLLIN);
	adds(o, epoll, inner, EPOLLIN);
	adds(o, inner, epoll, EPOLLIN);
	adds(o, epoll, inner, EPOLLIN | EPOLLEXCLUSIVE);
	saw_result(o, "null", api->epoll_ctl(epoll, EPOLL_CTL_ADD, fd, NULL));
	saw_result(o, "wait", api->epoll_wait(fd, &event, 1, 0));
	saw_result(o, "wait", api->epoll_wait(closed, &event, 1, 0));
	saw_result(o, "wait", api->epoll_wait(epoll, &event, 0, 0));
	saw_result(o, "create", api->epoll_create1(1));
	close(file);
	api->close(fd);
	api->close(inner);
	api->close(epoll);
}

TEST(epoll_refuses_what_linux_refuses)
{
	both_see(epoll_faults, "add: 0\n"
			       "add: EEXIST\n"
			       "mod: ENOENT\n"
			       "del: ENOENT\n"
			       "op 9: EINVAL\n"
			       "add: EBADF\n"
			       "add: EBADF\n"
			       "add: EINVAL\n"
			       "add: EINVAL\n"
			       "add: EPERM\n"
			       "add: EINVAL\n"
			       "add: 0\n"
			       "add: ELOOP\n"
			       "add: EINVAL\n"
			       "null: EFAULT\n"
			       "wait: EINVAL\n"
			       "wait: EBADF\n"
			       "wait: EINVAL\n"
			       "create: EINVAL\n");
}

static void exclusively(struct outcome *o)
{
	const struct api *api = o->world->api;
	int first = api->epoll_create1(0), second = api->epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN };
	int fd = begins_connect(o, PEER_ACCEPTS);

	adds(o, first, fd, EPOLLOUT | EPOLLEXCLUSIVE);
	adds(o, second, fd, EPOLLOUT | EPOLLEXCLUSIVE | EPOLLET);
	adds(o, second, fd, EPOLLOUT | EPOLLEXCLUSIVE | EPOLLONESHOT);
	saw_result(o, "mod", api->epoll_ctl(first, EPOLL_CTL_MOD, fd, &event));
	saw_events(o, first, 2000);
	saw_result(o, "del", api->epoll_ctl(first, EPOLL_CTL_DEL, fd, NULL));
	saw_events(o, first, 0);
	api->close(fd);
	api->close(first);
	api->close(second);
}

TEST(epoll_may_watch_exclusively)
{
	both_see(exclusively, "connect: EINPROGRESS\n"
			      "add: 0\n"
			      "add: 0\n"
			      "add: EINVAL\n"
			      "mod: EINVAL\n"
			      "epoll: 1, 4 of 7\n"
			      "del: 0\n"
			      "epoll: 0\n");
}

/* A pipe of the kernel's and a nested instance, in either API. */
static void mixed(struct outcome *o)
{
	const struct api *api = o->world->api;
	int outer = api->epoll_create1(0), inner = api->epoll_create1(0), pipes[2];
	int fd = begins_connect(o, PEER_ACCEPTS);
	struct pollfd polls[3] = { { .events = POLLIN },
				   { .events = POLLIN },
				   { .events = POLLOUT } };

	assert_int_equal(pipe2(pipes, O_CLOEXEC | O_NONBLOCK), 0);
	polls[0].fd = pipes[0];
	polls[1].fd = outer;
	polls[2].fd = fd;
	adds(o, inner, fd, EPOLLOUT);
	adds(o, inner, pipes[0], EPOLLIN | EPOLLET);
	adds(o, outer, inner, EPOLLIN);
	saw_events(o, outer, 0);
	saw_result(o, "poll", api->poll(polls, 3, 0));
	saw_result(o, "write", api->write(pipes[1], "x", 1));
	saw_events(o, outer, 1000);
	saw_result(o, "poll", api->poll(polls, 3, 1000));
	saw(o, "pipe %d outer %d socket %d", polls[0].revents, polls[1].revents, polls[2].revents);
	saw_events(o, inner, 0);
	saw_events(o, inner, 0);
	saw_events(o, outer, 0);
	saw_events(o, outer, 2000);
	saw_events(o, inner, 0);
	saw_result(o, "poll", api->poll(polls, 3, 1000));
	saw(o, "pipe %d outer %d socket %d", polls[0].revents, polls[1].revents, polls[2].revents);
	api->close(fd);
	saw_events(o, outer, 0);
	api->close(pipes[0]);
	api->close(pipes[1]);
	api->close(inner);
	api->close(outer);
}

TEST(kernel_descriptors_and_nested_instances_mix_with_sockets)
{
	both_see(mixed, "connect: EINPROGRESS\n"
			"add: 0\n"
			"add: 0\n"
			"add: 0\n"
			"epoll: 0\n"
			"poll: 0\n"
			"write: 1\n"
			"epoll: 1, 1 of 7\n"
			"poll: 2\n"
			"pipe 1 outer 1 socket 0\n"
			"epoll: 1, 1 of 7\n"
			"epoll: 0\n"
			"epoll: 0\n"
			"epoll: 1, 1 of 7\n"
			"epoll: 1, 4 of 7\n"
			"poll: 3\n"
			"pipe 1 outer 1 socket 4\n"
			"epoll: 0\n");
}

static void duplicates(struct outcome *o)
{
	const struct api *api = o->world->api;
	int epoll = api->epoll_create1(0), fd = makes_socket(o, SOCK_STREAM), copy, third;
	struct epoll_event event = { .events = EPOLLOUT, .data.fd = 7 };
	int waiting = -1, on = 1;

	copy = api->dup(fd);
	saw_result(o, "dup2", api->dup2(fd, copy) == copy);
	third = api->fcntl(fd, F_DUPFD, 300);
	saw(o, "above: %d", third >= 300);
	saw_result(o, "dup2", api->dup2(third, third) == third);
	adds(o, epoll, fd, EPOLLOUT);
	adds(o, epoll, copy, EPOLLOUT);
	saw_result(o, "FIONBIO", api->ioctl(copy, FIONBIO, &on));
	saw_result(o, "flags", api->fcntl(fd, F_GETFL));
	saw_result(o, "cloexec", api->fcntl(fd, F_SETFD, FD_CLOEXEC));
	saw_result(o, "cloexec", api->fcntl(fd, F_GETFD));
	saw_result(o, "cloexec", api->fcntl(copy, F_GETFD));
	saw_result(o, "close", api->close(fd));
	saw_events(o, epoll, 0);
	saw_result(o, "mod", api->epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event));
	saw_result(o, "close", api->close(copy));
	connects(o, third, name_of_peer(o->world, 80));
	waits_writable(o, third, 1000);
	saw_names(o, "third", third);
	saw_result(o, "FIONREAD", api->ioctl(third, FIONREAD, &waiting));
	saw(o, "waiting: %d", waiting);
	saw_result(o, "close", api->close(third));
	saw_events(o, epoll, 0);
	saw_result(o, "dup", api->dup(third));
	api->close(epoll);
}

/* A socket lives until its last descriptor is closed. */
TEST(duplicates_are_descriptors_of_one_socket)
{
	both_see(duplicates, "dup2: 1\n"
			     "above: 1\n"
			     "dup2: 1\n"
			     "add: 0\n"
			     "add: 0\n"
			     "FIONBIO: 0\n"
			     "flags: 2050\n"
			     "cloexec: 0\n"
			     "cloexec: 1\n"
			     "cloexec: 0\n"
			     "close: 0\n"
			     "epoll: 2, 14 of 7\n"
			     "mod: EBADF\n"
			     "close: 0\n"
			     "connect: EINPROGRESS\n"
			     "poll: 1\n"
			     "third: US:PORT PEER:80\n"
			     "FIONREAD: 0\n"
			     "waiting: 0\n"
			     "close: 0\n"
			     "epoll: 0\n"
			     "dup: EBADF\n");
}
