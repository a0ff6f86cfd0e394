/* SPDX-License-Identifier: MIT */
/* The dialects that follow a manual's letter where Linux does not: linux-man and posix. */
#include <pthread.h>

#include <tenon/sim.h>

#include "outcome.h"
#include "test.h"

static void use_dialect(struct outcome *o, enum tenon_posix_dialect dialect)
{
	tenon_posix_host_free(o->world->host);
	o->world->host =
		tenon_posix_host_new(o->world->stack, tenon_sim_port(o->world->sim), dialect);
	assert_non_null(o->world->host);
	tenon_posix_use(o->world->host);
}

static void do_nothing(int number)
{
	(void)number;
}

static void send_signal(void *context)
{
	pthread_kill(*(pthread_t *)context, SIGUSR1);
}

static void asynchronous_success(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM | SOCK_NONBLOCK);

	connects(o, fd, name_of_peer(o->world, 80));
	connects(o, fd, name_of_peer(o->world, 80));
	waits_writable(o, fd, 100);
	connects(o, fd, name_of_peer(o->world, 80));
	tenon_posix_close(fd);
}

static void timed_out(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM);
	uint64_t begun_us;

	world_sleep(o->world, 1000000);
	peer_reset(o->world->peer);
	peer_answers(o, PEER_SILENT, 0);
	begun_us = tenon_sim_now(o->world->sim);
	connects(o, fd, name_of_peer(o->world, 82));
	saw(o, "seconds: %u", (unsigned)((tenon_sim_now(o->world->sim) - begun_us) / 1000000));
	saw_wire(o);
	tenon_posix_close(fd);
}

static void on_listener(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM);

	saw_result(o, "listen", tenon_posix_listen(fd, 1));
	connects(o, fd, name_of_peer(o->world, 80));
	tenon_posix_close(fd);
}

static void same_tuple(struct outcome *o)
{
	struct name at = name_of_us(o->world, 6100);
	int first = makes_socket(o, SOCK_STREAM), second = makes_socket(o, SOCK_STREAM), on = 1;

	tenon_posix_setsockopt(first, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	tenon_posix_setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	saw_result(o, "bind", tenon_posix_bind(first, (struct sockaddr *)&at.at, at.len));
	saw_result(o, "bind", tenon_posix_bind(second, (struct sockaddr *)&at.at, at.len));
	connects(o, first, name_of_peer(o->world, 80));
	connects(o, second, name_of_peer(o->world, 80));
	tenon_posix_close(first);
	tenon_posix_close(second);
}

static void interrupted(struct outcome *o)
{
	struct sigaction action = { .sa_handler = do_nothing };
	static pthread_t self;
	int fd = makes_socket(o, SOCK_STREAM);

	self = pthread_self();
	sigaction(SIGUSR1, &action, NULL);
	peer_answers(o, PEER_ACCEPTS, 200000);
	world_at(o->world, 50000, send_signal, &self);
	connects(o, fd, name_of_peer(o->world, 80));
	connects(o, fd, name_of_peer(o->world, 80));
	waits_writable(o, fd, 1000);
	connects(o, fd, name_of_peer(o->world, 80));
	tenon_posix_close(fd);
}

static void datagrams(struct outcome *o)
{
	struct name at = name_of_us(o->world, 6300), null = name_of(o->world, "0.0.0.0", "::", 53);
	int first = makes_socket(o, SOCK_DGRAM), second = makes_socket(o, SOCK_DGRAM), on = 1;

	tenon_posix_setsockopt(first, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	tenon_posix_setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	saw_result(o, "bind", tenon_posix_bind(first, (struct sockaddr *)&at.at, at.len));
	saw_result(o, "bind", tenon_posix_bind(second, (struct sockaddr *)&at.at, at.len));
	connects(o, first, name_of_peer(o->world, 53));
	connects(o, second, name_of_peer(o->world, 53));
	connects(o, first, null);
	saw_result(o, "send", tenon_posix_send(first, "x", 1, 0));
	connects(o, second, name_of_peer(o->world, 53));
	tenon_posix_close(first);
	tenon_posix_close(second);
}

#define DATAGRAMS(send)                                                                            \
	"bind: 0\nbind: 0\nconnect: 0\nconnect: EADDRINUSE\nconnect: 0\nsend: " send               \
	"\nconnect: 0\n"

static void by_posix(struct outcome *o)
{
	use_dialect(o, TENON_POSIX_POSIX);
	asynchronous_success(o);
	on_listener(o);
	same_tuple(o);
	datagrams(o);
	interrupted(o);
	timed_out(o);
}

/* PX-04 PX-08 PX-10 PX-15 PX-24 PX-31 PX-37 LX-07 LX-16 LX-18 LX-22: as POSIX has it. */
TEST(posix_is_followed_to_the_letter)
{
	tenon_sees(by_posix, "connect: EINPROGRESS\n"
			     "connect: EALREADY\n"
			     "poll: 1\n"
			     "connect: EISCONN\n"
			     "listen: 0\n"
			     "connect: EOPNOTSUPP\n"
			     "bind: 0\n"
			     "bind: 0\n"
			     "connect: 0\n"
			     "connect: EADDRINUSE\n" DATAGRAMS(
				     "EDESTADDRREQ") "connect: EINTR\n"
						     "connect: EALREADY\n"
						     "poll: 1\n"
						     "connect: EISCONN\n"
						     "connect: ETIMEDOUT\n"
						     "seconds: 127\n"
						     "wire: SYN SYN SYN SYN SYN SYN SYN\n");
}

static void by_linux_man(struct outcome *o)
{
	use_dialect(o, TENON_POSIX_LINUX_MAN);
	asynchronous_success(o);
	on_listener(o);
	same_tuple(o);
	datagrams(o);
	timed_out(o);
}

/* LX-07 LX-16 LX-18 LX-22: as connect(2) has it, where the kernel does otherwise. */
TEST(the_linux_manual_is_followed_to_the_letter)
{
	tenon_sees(by_linux_man,
		   "connect: EINPROGRESS\n"
		   "connect: EALREADY\n"
		   "poll: 1\n"
		   "connect: EISCONN\n"
		   "listen: 0\n"
		   "connect: EISCONN\n"
		   "bind: 0\n"
		   "bind: 0\n"
		   "connect: 0\n"
		   "connect: EADDRINUSE\n" DATAGRAMS("1") "connect: ETIMEDOUT\n"
							  "seconds: 127\n"
							  "wire: SYN SYN SYN SYN SYN SYN SYN\n");
}
