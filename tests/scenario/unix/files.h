/* SPDX-License-Identifier: MIT */
/* files.h - one stack with AF_UNIX and a file system, and the calls as a test writes them. */
#ifndef TENON_TESTS_UNIX_FILES_H
#define TENON_TESTS_UNIX_FILES_H

#include "pair.h"

#include <tenon/names_sim.h>
#include <tenon/unix.h>

#include <stdlib.h>
#include <string.h>

struct files {
	struct tenon *stack;
	void *memory;
	struct tenon_sim_names *fs;
};

/* names: NULL: the in-memory file system. change may be NULL. */
static inline struct files files_with(const struct tenon_names *names,
				      void (*change)(struct tenon_config *))
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, NULL };
	static const struct tenon_transport *const transports[] = { &tenon_udp, &tenon_unix, NULL };
	static const uint8_t seed[16] = { 7 };
	struct files f = { .fs = tenon_sim_names_new() };
	struct tenon_config config;

	tenon_config_linux(&config);
	config.families = families;
	config.transports = transports;
	config.names = names != NULL ? names : tenon_sim_names_of(f.fs);
	if (change != NULL)
		change(&config);
	f.memory = aligned_alloc(16, (tenon_size(&config) + 15) / 16 * 16);
	f.stack = tenon_init(f.memory, tenon_size(&config), &config, seed, 0);
	assert_non_null(f.stack);
	return f;
}

static inline struct files files_new(void)
{
	return files_with(NULL, NULL);
}

/* Everything must have been given back. */
static inline void files_end(struct files *f)
{
	static const char *const pools[] = { "sockets",      "causes",        "pages",
					     "unix sockets", "unix messages", "unix names" };
	size_t i;

	for (i = 0; i < sizeof pools / sizeof pools[0]; i++)
		assert_int_equal(pair_pool_used(f->stack, pools[i]), 0);
	free(f->memory);
	tenon_sim_names_free(f->fs);
}

/* '@' stands for the zero of an abstract name. */
static inline struct tenon_unix_name named(const char *text)
{
	struct tenon_unix_name name = { .len = (uint8_t)strlen(text) };

	memcpy(name.octets, text, name.len);
	if (name.octets[0] == '@')
		name.octets[0] = '\0';
	return name;
}

static inline struct tenon_socket *opened(struct files *f, enum tenon_socket_kind kind)
{
	struct tenon_socket *s;

	assert_result(tenon_unix_open(f->stack, kind, &s), OK);
	return s;
}

static inline enum tenon_result binds(struct tenon_socket *s, const char *text)
{
	const struct tenon_unix_name name = named(text);

	return tenon_unix_bind(s, &name);
}

static inline enum tenon_result connects(struct tenon_socket *s, const char *text)
{
	const struct tenon_unix_name name = named(text);

	return tenon_unix_connect(s, &name);
}

static inline struct tenon_socket *bound(struct files *f, enum tenon_socket_kind kind,
					 const char *text)
{
	struct tenon_socket *s = opened(f, kind);

	assert_result(binds(s, text), OK);
	return s;
}

static inline struct tenon_socket *listener(struct files *f, enum tenon_socket_kind kind,
					    const char *text)
{
	struct tenon_socket *s = bound(f, kind, text);

	assert_result(tenon_listen(s, 8), OK);
	return s;
}

static inline enum tenon_result says_to(struct tenon_socket *s, const char *name, const char *text)
{
	const struct tenon_slice slice = { text, strlen(text) };
	const struct tenon_message message = { .slices = &slice, .count = 1 };
	const struct tenon_unix_name to = named(name);
	size_t sent;

	return tenon_unix_send(s, &message, &to, &sent);
}

#endif
