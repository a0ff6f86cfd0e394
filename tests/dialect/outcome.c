/* SPDX-License-Identifier: MIT */
#include "outcome.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

enum { EPHEMERAL = 32768 };

void saw(struct outcome *o, const char *format, ...)
{
	size_t len = strlen(o->text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(o->text + len, sizeof o->text - len, format, arguments);
	va_end(arguments);
	strncat(o->text, "\n", sizeof o->text - strlen(o->text) - 1);
}

void saw_result(struct outcome *o, const char *what, long result)
{
	if (result == -1)
		saw(o, "%s: %s", what, strerrorname_np(errno));
	else
		saw(o, "%s: %ld", what, result);
}

static void spell_mask(short mask, char *text, size_t size)
{
	static const struct {
		short bit;
		const char *name;
	} names[] = { { POLLIN, "IN" },    { POLLPRI, "PRI" }, { POLLOUT, "OUT" },
		      { POLLERR, "ERR" },  { POLLHUP, "HUP" }, { POLLRDHUP, "RDHUP" },
		      { POLLNVAL, "NVAL" } };
	size_t i;

	text[0] = '\0';
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!(mask & names[i].bit))
			continue;
		if (text[0])
			strncat(text, "|", size - strlen(text) - 1);
		strncat(text, names[i].name, size - strlen(text) - 1);
	}
}

void saw_ready(struct outcome *o, const char *what, int fd)
{
	struct pollfd poll = { .fd = fd, .events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP };
	char text[64];
	int ready = o->world->api->poll(&poll, 1, 0);

	spell_mask(poll.revents, text, sizeof text);
	saw(o, "%s: %d %s", what, ready, text);
}

void saw_error(struct outcome *o, const char *what, int fd)
{
	int error = -1;
	socklen_t len = sizeof error;
	int result = o->world->api->getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);

	if (result != 0)
		saw_result(o, what, result);
	else
		saw(o, "%s: %s", what, error ? strerrorname_np(error) : "0");
}

static void spell_name(const struct name *name, char *text, size_t size)
{
	static const struct {
		const char *v4, *v6, *word;
	} places[] = { { "10.9.0.1", "fd09::1", "US" },
		       { "10.9.0.2", "fd09::2", "PEER" },
		       { "10.9.0.3", "fd09::3", "OTHER" },
		       { "127.0.0.1", "::1", "LO" },
		       { "0.0.0.0", "::", "ANY" } };
	bool is_v6 = name->at.ss_family == AF_INET6;
	const struct sockaddr_in *in = (const void *)&name->at;
	const struct sockaddr_in6 *in6 = (const void *)&name->at;
	unsigned port = ntohs(is_v6 ? in6->sin6_port : in->sin_port);
	char address[INET6_ADDRSTRLEN] = "?", number[16] = "PORT";
	const char *word = address;
	size_t i;

	inet_ntop(name->at.ss_family, is_v6 ? (const void *)&in6->sin6_addr : &in->sin_addr,
		  address, sizeof address);
	for (i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strcmp(address, is_v6 ? places[i].v6 : places[i].v4) == 0)
			word = places[i].word;
	if (port < EPHEMERAL)
		snprintf(number, sizeof number, "%u", port);
	snprintf(text, size, "%s:%s", word, number);
}

void saw_names(struct outcome *o, const char *what, int fd)
{
	struct name local = { .len = sizeof local.at }, peer = { .len = sizeof peer.at };
	char ours[64] = "", theirs[64] = "";

	if (o->world->api->getsockname(fd, (struct sockaddr *)&local.at, &local.len) == 0)
		spell_name(&local, ours, sizeof ours);
	else
		strcpy(ours, strerrorname_np(errno));
	if (o->world->api->getpeername(fd, (struct sockaddr *)&peer.at, &peer.len) == 0)
		spell_name(&peer, theirs, sizeof theirs);
	else
		strcpy(theirs, strerrorname_np(errno));
	saw(o, "%s: %s %s", what, ours, theirs);
}

void saw_wire(struct outcome *o)
{
	world_calm(o->world);
	world_lock(o->world);
	saw(o, "wire: %s", o->world->peer->log);
	o->world->peer->log[0] = '\0';
	world_unlock(o->world);
}

int makes_socket(struct outcome *o, int type)
{
	int fd = o->world->api->socket(o->world->family, type, 0);

	if (fd < 0)
		saw_result(o, "socket", fd);
	return fd;
}

void connects(struct outcome *o, int fd, struct name to)
{
	saw_result(o, "connect",
		   o->world->api->connect(fd, (const struct sockaddr *)&to.at, to.len));
}

void waits_writable(struct outcome *o, int fd, int timeout_ms)
{
	struct pollfd poll = { .fd = fd, .events = POLLOUT };

	saw_result(o, "poll", o->world->api->poll(&poll, 1, timeout_ms));
}

void peer_answers(struct outcome *o, enum peer_answer answer, uint32_t delay_us)
{
	world_lock(o->world);
	o->world->peer->answer = answer;
	o->world->peer->delay_us = delay_us;
	world_unlock(o->world);
}

void peer_reports(struct outcome *o, uint8_t icmp_type, uint8_t icmp_code, uint32_t delay_us)
{
	world_lock(o->world);
	o->world->peer->answer = PEER_REPORTS;
	o->world->peer->icmp_type = icmp_type;
	o->world->peer->icmp_code = icmp_code;
	o->world->peer->delay_us = delay_us;
	world_unlock(o->world);
}

void saw_fresh_connect(struct outcome *o)
{
	const struct api *api = o->world->api;
	struct name peer = name_of_peer(o->world, 80);
	int fd = makes_socket(o, SOCK_STREAM);

	peer_answers(o, PEER_ACCEPTS, 0);
	saw_result(o, "fresh", api->connect(fd, (const struct sockaddr *)&peer.at, peer.len));
	api->close(fd);
}

static const char *line_end(const char *line)
{
	return line + strcspn(line, "\n");
}

/* Shows the lines in which the two differ. */
static void show_difference(const struct world *w, const char *seen, const char *expected)
{
	const char *s_end, *e_end;

	print_error("%s, over %s:\n", w->api->name, w->family == AF_INET ? "IPv4" : "IPv6");
	while (*seen || *expected) {
		s_end = line_end(seen);
		e_end = line_end(expected);
		if (s_end - seen != e_end - expected ||
		    strncmp(seen, expected, (size_t)(s_end - seen)) != 0)
			print_error("    %.*s   (expected: %.*s)\n", (int)(s_end - seen), seen,
				    (int)(e_end - expected), expected);
		seen = s_end + (*s_end == '\n');
		expected = e_end + (*e_end == '\n');
	}
}

static bool sees(case_function *function, struct world *w, const char *expected)
{
	struct outcome o = { .world = w };
	bool same;

	function(&o);
	same = strcmp(o.text, expected) == 0;
	if (!same)
		show_difference(w, o.text, expected);
	world_end(w);
	return same;
}

static bool tenon_is_right(int family, case_function *function, const char *expected)
{
	struct world w;

	world_begin_tenon(&w, family);
	return sees(function, &w, expected);
}

/* *why: set if there is no kernel world. */
static bool kernel_is_right(int family, case_function *function, const char *expected,
			    const char **why)
{
	struct world w;

	*why = world_begin_kernel(&w, family);
	return *why || sees(function, &w, expected);
}

static void judge(bool right, const char *why_not_compared)
{
	if (!right)
		fail_msg("not as expected");
	if (why_not_compared)
		test_skip(why_not_compared);
}

void tenon_sees(case_function *function, const char *expected)
{
	bool right = tenon_is_right(AF_INET, function, expected);

	right &= tenon_is_right(AF_INET6, function, expected);
	judge(right, NULL);
}

void both_see_over(int family, case_function *function, const char *expected)
{
	bool right = tenon_is_right(family, function, expected);
	const char *why;

	right &= kernel_is_right(family, function, expected, &why);
	judge(right, why);
}

void both_see(case_function *function, const char *expected)
{
	bool right = tenon_is_right(AF_INET, function, expected);
	const char *why;

	right &= tenon_is_right(AF_INET6, function, expected);
	right &= kernel_is_right(AF_INET, function, expected, &why);
	right &= kernel_is_right(AF_INET6, function, expected, &why);
	judge(right, why);
}
