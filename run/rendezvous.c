/* SPDX-License-Identifier: MIT */
#include "rendezvous.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One connection waits at a time; the room for more only guards against surprises. */
enum { BACKLOG = 16 };

/* Binds the listener to a name in directory, takes a handle of the inode, removes the name. */
static int listen_in(struct rendezvous *r, const char *directory)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int error = 0;

	snprintf(name.sun_path, sizeof name.sun_path, "%s/rendezvous", directory);
	if (bind(r->listener, (const struct sockaddr *)&name, sizeof name) != 0)
		return -errno;
	r->inode = open(name.sun_path, O_PATH | O_CLOEXEC);
	if (r->inode < 0 || listen(r->listener, BACKLOG) != 0)
		error = -errno;
	unlink(name.sun_path);
	return error;
}

int rendezvous_open(struct rendezvous *r)
{
	const char *parent = getenv("TMPDIR");
	char directory[64];
	int error;

	*r = (struct rendezvous){ .inode = -1, .name.sun_family = AF_UNIX };
	r->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (r->listener < 0)
		return -errno;
	/* A long $TMPDIR would not fit into a UNIX socket's name. */
	if (parent == NULL || strlen(parent) > sizeof directory - sizeof "/tenon-XXXXXX")
		parent = "/tmp";
	snprintf(directory, sizeof directory, "%s/tenon-XXXXXX", parent);
	if (mkdtemp(directory) == NULL) {
		error = -errno;
		goto close;
	}
	error = listen_in(r, directory);
	rmdir(directory);
	if (error == 0) {
		snprintf(r->name.sun_path, sizeof r->name.sun_path, "/proc/self/fd/%d", r->inode);
		return 0;
	}
close:
	rendezvous_close(r);
	return error;
}

void rendezvous_close(struct rendezvous *r)
{
	close(r->listener);
	if (r->inode >= 0)
		close(r->inode);
}

int rendezvous_meet(const struct rendezvous *r, int program_end)
{
	int fd;

	if (connect(program_end, (const struct sockaddr *)&r->name, sizeof r->name) != 0)
		return -errno;
	fd = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
