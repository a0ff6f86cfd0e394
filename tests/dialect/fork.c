/* SPDX-License-Identifier: MIT */
/* fork(): the child has no hosts, and the parent's are not disturbed. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outcome.h"
#include "test.h"

/* The number of the first thing that is not as it should be in the child; 0: none. */
static int look_in_child(int fd, int epoll)
{
	struct epoll_event event;
	char octet = 0;

	if (tenon_posix_send(fd, &octet, 1, 0) != -1 || errno != EBADF)
		return 1;
	if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
		return 2;
	if (tenon_posix_epoll_wait(epoll, &event, 1, 0) != -1 || errno != EBADF)
		return 3;
	if (tenon_posix_socket(AF_INET, SOCK_STREAM, 0) != -1 || errno != ENETDOWN)
		return 4;
	if (tenon_posix_close(fd) != -1 || errno != EBADF)
		return 5;
	return 0;
}

static int make_host_in_child(void)
{
	struct world w;
	int fd;

	world_begin_tenon(&w, AF_INET);
	fd = tenon_posix_socket(AF_INET, SOCK_DGRAM, 0);
	return fd < 0 || tenon_posix_close(fd) != 0;
}

static void forks(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM), epoll = tenon_posix_epoll_create1(0), status = -1;
	struct epoll_event event = { .events = EPOLLOUT };
	pid_t child;

	connects(o, fd, name_of_peer(o->world, 80));
	tenon_posix_epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	saw_wire(o);
	child = fork();
	if (child == 0) {
		status = look_in_child(fd, epoll);
		_exit(status ? status : make_host_in_child() * 9);
	}
	waitpid(child, &status, 0);
	saw(o, "child: %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	saw_wire(o);
	saw_result(o, "send", tenon_posix_send(fd, "x", 1, 0));
	saw_wire(o);
	saw_result(o, "epoll", tenon_posix_epoll_wait(epoll, &event, 1, 0));
	tenon_posix_close(epoll);
	tenon_posix_close(fd);
}

TEST(a_child_has_no_hosts_and_leaves_the_parents_alone)
{
	tenon_sees(forks, "connect: 0\n"
			  "wire: SYN ACK\n"
			  "child: 0\n"
			  "wire: \n"
			  "send: 1\n"
			  "wire: PSH,ACK\n"
			  "epoll: 1\n");
}

static void execs(struct outcome *o)
{
	int fd = makes_socket(o, SOCK_STREAM);

	saw(o, "FD_CLOEXEC, to the caller: %d", tenon_posix_fcntl(fd, F_GETFD));
	saw(o, "FD_CLOEXEC, to the kernel: %d", fcntl(fd, F_GETFD));
	tenon_posix_close(fd);
	saw_result(o, "kernel", fcntl(fd, F_GETFD));
}

TEST(no_descriptor_outlives_exec_or_close)
{
	tenon_sees(execs, "FD_CLOEXEC, to the caller: 0\n"
			  "FD_CLOEXEC, to the kernel: 1\n"
			  "kernel: EBADF\n");
}
