/* SPDX-License-Identifier: MIT */
#include "lab_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "supervisor.h"

enum { SLICES_MAX = 16, FRAMES_MAX = 64 };

static enum tenon_result lab_send(void *driver, const struct tenon_frame *frame)
{
	struct lab_link *l = driver;
	struct iovec parts[SLICES_MAX];
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = frame->count };
	unsigned i;

	if (l->fd < 0)
		return TENON_LINK_DOWN;
	if (frame->count > SLICES_MAX)
		return TENON_LINK_BUSY;
	for (i = 0; i < frame->count; i++)
		parts[i] = (struct iovec){ (void *)(uintptr_t)frame->slices[i].at,
					   frame->slices[i].len };
	if (sendmsg(l->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return TENON_OK;
	return errno == EAGAIN || errno == ENOBUFS ? TENON_LINK_BUSY : TENON_LINK_DOWN;
}

static void lab_close(void *driver)
{
	struct lab_link *l = driver;

	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

const struct tenon_link_driver lab_link_driver = { .send = lab_send, .close = lab_close };

static bool refused(const char *lab, const struct lab_answer *answer)
{
	char text[INET6_ADDRSTRLEN];
	bool is_v4 = tenon_ip_is_v4(&answer->address);

	switch ((enum lab_verdict)answer->verdict) {
	case LAB_WELCOME:
		return false;
	case LAB_ADDRESS_IN_USE:
		inet_ntop(is_v4 ? AF_INET : AF_INET6, answer->address.octets + (is_v4 ? 12 : 0),
			  text, sizeof text);
		fprintf(stderr,
			"tenon: address in use: %s belongs to another host of lab %s; choose "
			"another --address\n",
			text, lab);
		return true;
	case LAB_MAC_IN_USE:
		fprintf(stderr,
			"tenon: a host of lab %s has the same MAC address; choose another --seed\n",
			lab);
		return true;
	case LAB_FULL:
		fprintf(stderr, "tenon: lab %s is full\n", lab);
		return true;
	case LAB_NOT_UNDERSTOOD:
		break;
	}
	fprintf(stderr, "tenon: the switch of lab %s is of another version of tenon; restart it\n",
		lab);
	return true;
}

static bool greet(int fd, const char *lab, const struct lab_hello *hello)
{
	const struct timeval limit = { .tv_sec = LAB_ANSWER_TIMEOUT_S };
	struct lab_answer answer;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	lab_lengthen_queue(fd);
	if (!lab_peer_is_user(fd)) {
		fprintf(stderr, "tenon: lab %s is run by another user\n", lab);
		return false;
	}
	if (send(fd, hello, sizeof *hello, MSG_NOSIGNAL) != sizeof *hello ||
	    recv(fd, &answer, sizeof answer, 0) != sizeof answer) {
		fprintf(stderr, "tenon: the switch of lab %s does not answer\n", lab);
		return false;
	}
	return !refused(lab, &answer);
}

bool lab_link_join(struct lab_link *l, const char *lab, const struct lab_hello *hello)
{
	struct sockaddr_un name;

	if (!lab_socket_name(lab, &name))
		return false;
	l->lab = lab;
	l->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (l->fd < 0) {
		perror("tenon: socket");
		return false;
	}
	if (connect(l->fd, (const struct sockaddr *)&name, sizeof name) != 0)
		fprintf(stderr, "tenon: there is no lab %s; start it with: tenon lab %s\n", lab,
			lab);
	else if (greet(l->fd, lab, hello))
		return true;
	lab_close(l);
	return false;
}

static void take_in(struct lab_link *l, size_t len)
{
	tenon_set_time(l->stack, supervisor_now());
	l->is_receiving = true;
	(void)tenon_input(l->stack, l->index, l->frame, len, 0);
	l->is_receiving = false;
}

void lab_link_ready(void *link, uint32_t events)
{
	struct lab_link *l = link;
	ssize_t n;
	int i;

	(void)events;
	for (i = 0; i < FRAMES_MAX && l->fd >= 0; i++) {
		n = recv(l->fd, l->frame, sizeof l->frame, MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n > 0) {
			take_in(l, (size_t)n);
			continue;
		}
		lab_close(l);
		(void)tenon_link_set_up(l->stack, l->index, false);
		fprintf(stderr, "tenon: lab %s has ended: the link lab0 is down\n", l->lab);
	}
}
