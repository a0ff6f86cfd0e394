/* SPDX-License-Identifier: MIT */
/* Two hosts in real time, each with a port of its own, on a link with a descriptor. */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tenon/link.h>
#include <tenon/port.h>
#include <tenon/posix.h>

#include "test.h"

enum { FRAME_MAX = 2048, SLICES_MAX = 16, PORT = 7200, OCTETS = 1000000 };

struct end {
	struct tenon_port *port;
	struct tenon_posix_host *host;
	struct tenon *stack;
	unsigned link;
	int fd;
};

static enum tenon_result send_frame(void *driver, const struct tenon_frame *frame)
{
	const struct end *end = driver;
	struct iovec slices[SLICES_MAX];
	struct msghdr message = { .msg_iov = slices, .msg_iovlen = frame->count };
	unsigned i;

	for (i = 0; i < frame->count && i < SLICES_MAX; i++)
		slices[i] = (struct iovec){ (void *)(uintptr_t)frame->slices[i].at,
					    frame->slices[i].len };
	return sendmsg(end->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? TENON_LINK_BUSY
									   : TENON_OK;
}

static void close_link(void *driver)
{
	close(((struct end *)driver)->fd);
}

static void read_frames(void *context)
{
	const struct end *end = context;
	static _Thread_local char frame[FRAME_MAX];
	ssize_t len;

	while ((len = recv(end->fd, frame, sizeof frame, MSG_DONTWAIT)) > 0)
		tenon_input(end->stack, end->link, frame, (size_t)len, 0);
}

static const struct tenon_link_driver driver = { .send = send_frame, .close = close_link };

static void begin(struct end *end, int fd, uint8_t number)
{
	struct tenon_link_facts facts = { .name = "pair", .is_ethernet = true, .mtu = 1500 };
	struct tenon_ip ip = tenon_ip4(10, 8, 0, number);

	facts.mac[0] = 2;
	facts.mac[5] = number;
	end->fd = fd;
	end->port = tenon_linux_port_new();
	assert_non_null(end->port);
	end->host = tenon_posix_host_make(end->port);
	assert_non_null(end->host);
	end->stack = tenon_posix_enter(end->host);
	assert_int_equal(tenon_link_add(end->stack, &facts, &driver, end, &end->link), TENON_OK);
	assert_int_equal(tenon_address_add(end->stack, end->link, &ip, 24), TENON_OK);
	tenon_posix_leave(end->host);
	assert_true(tenon_linux_port_watch(end->port, end->stack, fd, read_frames, end));
}

static void finish(struct end *end)
{
	tenon_linux_port_forget(end->port, end->fd);
	tenon_posix_enter(end->host);
	assert_int_equal(tenon_link_remove(end->stack, end->link), TENON_OK);
	tenon_posix_leave(end->host);
	tenon_posix_host_free(end->host);
	tenon_linux_port_free(end->port);
}

static struct sockaddr_in server_at(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };

	at.sin_addr.s_addr = htonl(0x0a080002);
	return at;
}

static void *serve(void *context)
{
	struct sockaddr_in at = server_at(PORT);
	static char octets[OCTETS];
	int listener, fd;
	ssize_t len;

	tenon_posix_use(context);
	listener = tenon_posix_socket(AF_INET, SOCK_STREAM, 0);
	if (tenon_posix_bind(listener, (struct sockaddr *)&at, sizeof at) != 0 ||
	    tenon_posix_listen(listener, 1) != 0)
		return "listen";
	fd = tenon_posix_accept(listener, NULL, NULL);
	len = tenon_posix_recv(fd, octets, sizeof octets, MSG_WAITALL);
	if (len != (ssize_t)sizeof octets || octets[OCTETS - 1] != 'z')
		return "recv";
	if (tenon_posix_write(fd, octets, sizeof octets) != (ssize_t)sizeof octets)
		return "send";
	tenon_posix_close(fd);
	tenon_posix_close(listener);
	return NULL;
}

/* ARP, the handshake and a megabyte each way, with frames that the link loses when it is full. */
TEST(two_hosts_talk_over_a_link_with_a_descriptor)
{
	struct sockaddr_in at = server_at(PORT);
	static char octets[OCTETS];
	struct end client, server;
	pthread_t thread;
	void *trouble;
	int fds[2], fd, tries;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	begin(&client, fds[0], 1);
	begin(&server, fds[1], 2);
	pthread_create(&thread, NULL, serve, server.host);
	tenon_posix_use(client.host);
	fd = tenon_posix_socket(AF_INET, SOCK_STREAM, 0);
	for (tries = 0; tries < 200; tries++) {
		if (tenon_posix_connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
			break;
		assert_int_equal(errno, ECONNREFUSED);
		usleep(10000);
	}
	memset(octets, 'z', sizeof octets);
	assert_int_equal(tenon_posix_write(fd, octets, sizeof octets), OCTETS);
	assert_int_equal(tenon_posix_recv(fd, octets, sizeof octets, MSG_WAITALL), OCTETS);
	assert_int_equal(tenon_posix_recv(fd, octets, 1, 0), 0);
	pthread_join(thread, &trouble);
	assert_null(trouble);
	assert_int_equal(tenon_posix_close(fd), 0);
	tenon_posix_use(NULL);
	finish(&client);
	finish(&server);
}
