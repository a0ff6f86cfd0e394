/* SPDX-License-Identifier: MIT */
/* AF_UNIX: Tenon on the real file system, and the live kernel, in a folder of its own for each. */
#include "test.h"

#include "api.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <tenon/names_linux.h>
#include <tenon/port.h>

struct seen {
	const struct api *api;
	char text[4096];
};

__attribute__((format(printf, 2, 3))) static void notes(struct seen *s, const char *format, ...)
{
	size_t len = strlen(s->text);
	va_list list;

	va_start(list, format);
	vsnprintf(s->text + len, sizeof s->text - len, format, list);
	va_end(list);
}

static void result(struct seen *s, const char *what, long value)
{
	if (value < 0)
		notes(s, "%s: %s\n", what, strerrorname_np(errno));
	else
		notes(s, "%s: %ld\n", what, value);
}

static socklen_t name_of(struct sockaddr_un *un, const char *path)
{
	size_t len = strlen(path);

	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(un->sun_path, path, len);
	if (path[0] == '@')
		un->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static int opened(struct seen *s, int type)
{
	return s->api->socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
}

static int connects(struct seen *s, int fd, const char *path)
{
	struct sockaddr_un un;
	socklen_t len = name_of(&un, path);

	return s->api->connect(fd, (struct sockaddr *)&un, len);
}

static int binds(struct seen *s, int fd, const char *path)
{
	struct sockaddr_un un;
	socklen_t len = name_of(&un, path);

	return s->api->bind(fd, (struct sockaddr *)&un, len);
}

static int listener(struct seen *s, int type, const char *path, int backlog)
{
	int fd = opened(s, type);

	assert_int_equal(binds(s, fd, path), 0);
	assert_int_equal(s->api->listen(fd, backlog), 0);
	return fd;
}

static void tries(struct seen *s, int type, const char *path)
{
	int fd = opened(s, type);

	result(s, path, connects(s, fd, path));
	s->api->close(fd);
}

static void polls(struct seen *s, const char *what, int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLRDHUP | POLLRDNORM | POLLWRNORM | POLLWRBAND,
			    0 };

	s->api->poll(&p, 1, 0);
	notes(s, "%s: %#x\n", what, (unsigned)p.revents);
}

static void shows_names(struct seen *s, const char *what, int fd)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof un;

	result(s, what, s->api->getsockname(fd, (struct sockaddr *)&un, &len));
	notes(s, " own %u %.20s\n", (unsigned)len, un.sun_path);
	un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	len = sizeof un;
	result(s, what, s->api->getpeername(fd, (struct sockaddr *)&un, &len));
	notes(s, " peer %u %.20s\n", (unsigned)len, un.sun_path);
}

static int remove_all(const char *folder)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static void in_a_folder(void (*body)(struct seen *), struct seen *s)
{
	char folder[] = "/tmp/tenon-unix-XXXXXX", before[1024];

	assert_non_null(getcwd(before, sizeof before));
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	body(s);
	assert_int_equal(chdir(before), 0);
	assert_int_equal(remove_all(folder), 0);
}

static struct tenon *stack_new(struct tenon_linux_names *names, void **memory)
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, NULL };
	static const struct tenon_transport *const transports[] = { &tenon_unix, NULL };
	static const uint8_t seed[16] = { 3 };
	struct tenon_config config;

	tenon_config_linux(&config);
	config.families = families;
	config.transports = transports;
	config.names = tenon_linux_names_of(names);
	*memory = aligned_alloc(16, (tenon_size(&config) + 15) / 16 * 16);
	return tenon_init(*memory, tenon_size(&config), &config, seed, 0);
}

static void on_tenon(void (*body)(struct seen *), enum tenon_posix_dialect dialect, struct seen *s)
{
	struct tenon_linux_names *names = tenon_linux_names_new();
	struct tenon_port *port = tenon_linux_port_new();
	void *memory;
	struct tenon *stack = stack_new(names, &memory);
	struct tenon_posix_host *host = tenon_posix_host_new(stack, port, dialect);

	*s = (struct seen){ .api = &api_tenon };
	in_a_folder(body, s);
	tenon_posix_host_free(host);
	tenon_port_part(port, stack);
	tenon_linux_port_free(port);
	free(memory);
	tenon_linux_names_free(names);
}

static void both_see_the_same(void (*body)(struct seen *))
{
	struct seen kernel = { .api = &api_kernel }, tenon;

	in_a_folder(body, &kernel);
	on_tenon(body, TENON_POSIX_LINUX, &tenon);
	assert_string_equal(tenon.text, kernel.text);
}

static void makes(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static void paths(struct seen *s)
{
	char part[300];
	int fd = listener(s, SOCK_STREAM, "x", 100), datagram = opened(s, SOCK_DGRAM), i;

	memset(part, 'p', 256);
	part[256] = '\0';
	makes("file");
	assert_int_equal(binds(s, datagram, "d"), 0);
	assert_int_equal(symlink("b", "a") | symlink("a", "b") | symlink("x", "to") |
				 symlink(part, "long") | symlink("x", "l0"),
			 0);
	for (i = 1; i <= 40; i++) {
		char from[8], to[8];

		snprintf(from, sizeof from, "l%d", i);
		snprintf(to, sizeof to, "l%d", i - 1);
		assert_int_equal(symlink(to, from), 0);
	}
	tries(s, SOCK_STREAM, "x");
	tries(s, SOCK_STREAM, "to");
	tries(s, SOCK_STREAM, "./x");
	tries(s, SOCK_STREAM, "l39");
	tries(s, SOCK_STREAM, "l40");
	tries(s, SOCK_STREAM, "a");
	tries(s, SOCK_STREAM, "long");
	tries(s, SOCK_STREAM, "none");
	tries(s, SOCK_STREAM, "none/x");
	tries(s, SOCK_STREAM, "file/x");
	tries(s, SOCK_STREAM, "file");
	tries(s, SOCK_STREAM, "d");
	tries(s, SOCK_SEQPACKET, "x");
	tries(s, SOCK_DGRAM, "x");
	tries(s, SOCK_STREAM, "@tenon-nobody");
	tries(s, SOCK_STREAM, "");
	s->api->close(fd);
	tries(s, SOCK_STREAM, "x");
	s->api->close(datagram);
}

/* PX-23, PX-26 to PX-29, LX-06 */
TEST(paths_fail_as_the_kernels_do)
{
	both_see_the_same(paths);
}

static void permissions(struct seen *s)
{
	int fd, second;

	assert_int_equal(mkdir("shut", 0755), 0);
	fd = listener(s, SOCK_STREAM, "shut/x", 100);
	second = listener(s, SOCK_STREAM, "y", 100);
	assert_int_equal(chmod(".", 0755) | chmod("shut", 0700) | chmod("y", 0755), 0);
	assert_int_equal(seteuid(65534), 0);
	tries(s, SOCK_STREAM, "shut/x");
	tries(s, SOCK_STREAM, "y");
	assert_int_equal(seteuid(0), 0);
	tries(s, SOCK_STREAM, "shut/x");
	tries(s, SOCK_STREAM, "y");
	s->api->close(fd);
	s->api->close(second);
}

/* PX-30 */
TEST(permissions_are_asked_as_by_the_kernel)
{
	if (geteuid() != 0)
		test_skip("only root can become another user");
	both_see_the_same(permissions);
}

static void states(struct seen *s)
{
	struct sockaddr unspecified = { .sa_family = AF_UNSPEC };
	struct sockaddr_un un;
	int fd = opened(s, SOCK_STREAM), c = opened(s, SOCK_STREAM), a;
	char room[8];

	result(s, "listen unbound", s->api->listen(fd, 1));
	result(s, "unspec", s->api->connect(fd, &unspecified, sizeof unspecified));
	result(s, "recv", s->api->recv(fd, room, sizeof room, 0));
	result(s, "send", s->api->send(fd, room, sizeof room, MSG_NOSIGNAL));
	result(s, "short", s->api->connect(fd, &unspecified, 1));
	result(s, "long", s->api->connect(fd, (struct sockaddr *)&un, sizeof un + 1));
	result(s, "bind", binds(s, fd, "x"));
	result(s, "bind again", binds(s, fd, "y"));
	result(s, "bind the same", binds(s, fd, "x"));
	result(s, "unlistening", connects(s, c, "x"));
	result(s, "listen", s->api->listen(fd, 5));
	result(s, "accept", s->api->accept(fd, NULL, NULL) < 0 ? -1 : 0);
	result(s, "connect", connects(s, c, "x"));
	result(s, "connect again", connects(s, c, "x"));
	result(s, "connect elsewhere", connects(s, c, "none"));
	result(s, "connect listener", connects(s, fd, "x"));
	shows_names(s, "listener", fd);
	shows_names(s, "client", c);
	a = s->api->accept(fd, NULL, NULL);
	shows_names(s, "accepted", a);
	result(s, "unspec connected", s->api->connect(c, &unspecified, sizeof unspecified));
	result(s, "listen connected", s->api->listen(c, 1));
	s->api->close(a);
	s->api->close(c);
	s->api->close(fd);
}

/* LX-04, LX-30 (AF_UNSPEC) */
TEST(states_are_answered_in_the_kernels_order)
{
	both_see_the_same(states);
}

static void full_backlog(struct seen *s)
{
	int fd = listener(s, SOCK_STREAM, "x", 1), c[4], i, room = 0;
	socklen_t len = sizeof room;

	for (i = 0; i < 4; i++) {
		c[i] = opened(s, SOCK_STREAM);
		result(s, "connect", connects(s, c[i], "x"));
	}
	s->api->close(fd);
	polls(s, "reset", c[0]);
	polls(s, "never connected", c[3]);
	result(s, "error", s->api->getsockopt(c[0], SOL_SOCKET, SO_ERROR, &room, &len));
	notes(s, "%s\n", strerrorname_np(room));
	result(s, "closed", connects(s, c[3], "x"));
	for (i = 0; i < 4; i++)
		s->api->close(c[i]);
}

/* PX-32 */
TEST(a_full_backlog_and_a_closed_listener_answer_as_the_kernels)
{
	both_see_the_same(full_backlog);
}

struct closing {
	const struct api *api;
	int fd;
};

static void *closes_later(void *context)
{
	const struct closing *c = context;

	usleep(100000);
	c->api->close(c->fd);
	return NULL;
}

static void blocked(struct seen *s)
{
	struct closing c = { s->api, listener(s, SOCK_STREAM, "x", 0) };
	int first = opened(s, SOCK_STREAM), second = s->api->socket(AF_UNIX, SOCK_STREAM, 0);
	pthread_t thread;

	result(s, "first", connects(s, first, "x"));
	assert_int_equal(pthread_create(&thread, NULL, closes_later, &c), 0);
	result(s, "second", connects(s, second, "x"));
	pthread_join(thread, NULL);
	s->api->close(first);
	s->api->close(second);
}

/* PX-32: who waits for a place is refused when the listener is closed. */
TEST(a_blocked_connect_is_refused_when_the_listener_closes)
{
	both_see_the_same(blocked);
}

static void masks_of(struct seen *s, int type)
{
	int fd = opened(s, type), c = opened(s, type), a;
	char room[8];

	polls(s, "fresh", fd);
	assert_int_equal(binds(s, fd, "x"), 0);
	polls(s, "bound", fd);
	assert_int_equal(s->api->listen(fd, 5), 0);
	polls(s, "listening", fd);
	assert_int_equal(connects(s, c, "x"), 0);
	polls(s, "somebody waits", fd);
	polls(s, "connected", c);
	a = s->api->accept4(fd, NULL, NULL, SOCK_NONBLOCK);
	result(s, "send", s->api->send(c, "abc", 3, 0));
	result(s, "send", s->api->send(c, "def", 3, 0));
	polls(s, "data", a);
	result(s, "recv", s->api->recv(a, room, sizeof room, 0));
	result(s, "shutdown", s->api->shutdown(c, SHUT_WR));
	polls(s, "shut", c);
	polls(s, "peer shut", a);
	s->api->close(c);
	polls(s, "peer closed", a);
	result(s, "send", s->api->send(a, "x", 1, MSG_NOSIGNAL));
	result(s, "recv", s->api->recv(a, room, sizeof room, 0));
	result(s, "recv", s->api->recv(a, room, sizeof room, 0));
	s->api->close(a);
	s->api->close(fd);
	unlink("x");
}

static void masks(struct seen *s)
{
	masks_of(s, SOCK_STREAM);
	masks_of(s, SOCK_SEQPACKET);
}

/* LX-05 */
TEST(readiness_and_record_boundaries_are_the_kernels)
{
	both_see_the_same(masks);
}

static void datagrams(struct seen *s)
{
	struct sockaddr unspecified = { .sa_family = AF_UNSPEC };
	int a = opened(s, SOCK_DGRAM), b = opened(s, SOCK_DGRAM), c = opened(s, SOCK_DGRAM), i;
	struct sockaddr_un un;
	socklen_t len = name_of(&un, "a");
	char room[8];

	polls(s, "fresh", a);
	result(s, "send", s->api->send(c, "x", 1, 0));
	assert_int_equal(binds(s, a, "a") | binds(s, b, "b"), 0);
	result(s, "connect", connects(s, a, "b"));
	result(s, "stranger", s->api->sendto(c, "x", 1, 0, (struct sockaddr *)&un, len));
	result(s, "strange connect", connects(s, c, "a"));
	result(s, "peer", s->api->sendto(b, "xy", 2, 0, (struct sockaddr *)&un, len));
	len = sizeof un;
	result(s, "recv", s->api->recvfrom(a, room, 1, MSG_TRUNC, (struct sockaddr *)&un, &len));
	notes(s, "from %u %s\n", (unsigned)len, un.sun_path);
	result(s, "unspec", s->api->connect(a, &unspecified, sizeof unspecified));
	shows_names(s, "dissolved", a);
	result(s, "connect", connects(s, c, "a"));
	for (i = 0; i < 12; i++)
		result(s, "send", s->api->send(c, "x", 1, 0));
	polls(s, "full", c);
	s->api->close(a);
	polls(s, "closed", c);
	result(s, "send", s->api->send(c, "x", 1, 0));
	result(s, "send", s->api->send(c, "x", 1, 0));
	s->api->close(b);
	s->api->close(c);
}

TEST(datagrams_are_the_kernels)
{
	both_see_the_same(datagrams);
}

static void empty(struct seen *s)
{
	struct sockaddr_un un;

	tries(s, SOCK_STREAM, "");
	tries(s, SOCK_STREAM, "@nobody");
	name_of(&un, "x");
	result(s, "listen", s->api->listen(opened(s, SOCK_STREAM), 1));
}

/* PX-28: an empty path, which the kernel's abstract names have taken the place of. */
TEST(posix_has_empty_paths_and_no_abstract_names)
{
	struct seen tenon;

	on_tenon(empty, TENON_POSIX_POSIX, &tenon);
	assert_string_equal(tenon.text, ": ENOENT\n@nobody: ENOENT\nlisten: EDESTADDRREQ\n");
}
