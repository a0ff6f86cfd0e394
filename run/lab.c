/* SPDX-License-Identifier: MIT */
#include "lab.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

bool lab_name_is_good(const char *name)
{
	const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
	size_t len = strlen(name);

	return len > 0 && len <= LAB_NAME_MAX && name[0] != '.' && strspn(name, allowed) == len;
}

/* A folder of this user's that nobody else can look into; made if need be. */
static bool private_folder(const char *path)
{
	struct stat status;

	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		fprintf(stderr, "tenon: cannot make the folder %s for labs: %s\n", path,
			strerror(errno));
		return false;
	}
	if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
	    (status.st_mode & 0077) == 0)
		return true;
	fprintf(stderr,
		"tenon: %s must be a folder of user %u alone (mode 0700); remove it or set "
		"XDG_RUNTIME_DIR\n",
		path, (unsigned)geteuid());
	return false;
}

bool lab_socket_name(const char *lab, struct sockaddr_un *name)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char folder[sizeof name->sun_path];
	int len;

	memset(name, 0, sizeof *name);
	name->sun_family = AF_UNIX;
	if (runtime != NULL && runtime[0] == '/')
		len = snprintf(folder, sizeof folder, "%s/tenon", runtime);
	else
		len = snprintf(folder, sizeof folder, "/tmp/tenon-%u", (unsigned)geteuid());
	if ((size_t)len + 1 + strlen(lab) + sizeof ".lab" > sizeof name->sun_path) {
		fprintf(stderr, "tenon: XDG_RUNTIME_DIR is too long for a UNIX socket: %s\n",
			runtime);
		return false;
	}
	if (!private_folder(folder))
		return false;
	stpcpy(stpcpy(stpcpy(stpcpy(name->sun_path, folder), "/"), lab), ".lab");
	return true;
}

void lab_lengthen_queue(int fd)
{
	const int octets = LAB_QUEUE_BYTES;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
}

bool lab_peer_is_user(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid();
}
