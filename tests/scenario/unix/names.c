/* SPDX-License-Identifier: MIT */
/* Each way in which a name can fail, by its cause in the file system. */
#include "files.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenon/names_linux.h>

static void adds(struct files *f, const char *path, enum tenon_sim_file kind, const char *target)
{
	const struct tenon_sim_entry entry = { kind, 0755, target };

	assert_result(tenon_sim_names_add(f->fs, path, &entry), OK);
}

/* A stream that was never connected tries it. */
static void is_refused_as(struct files *f, const char *name, const char *result)
{
	struct tenon_socket *s = opened(f, TENON_UNIX_STREAM);

	assert_string_equal(tenon_result_name(connects(s, name)), result);
	assert_int_equal(tenon_readiness(s), TENON_WRITABLE | TENON_CLOSED);
	tenon_close(s);
}

static void is_accepted(struct files *f, const char *name)
{
	struct tenon_socket *s = opened(f, TENON_UNIX_STREAM);

	assert_result(connects(s, name), OK);
	tenon_close(s);
}

/* LX-06: paths, abstract names; many paths, one socket. */
TEST(every_path_to_a_socket_leads_to_it)
{
	struct files f = files_new();
	struct tenon_socket *s;

	adds(&f, "/run", TENON_SIM_DIRECTORY, NULL);
	adds(&f, "/var", TENON_SIM_LINK, "run");
	s = listener(&f, TENON_UNIX_STREAM, "/run/x");
	adds(&f, "/y", TENON_SIM_LINK, "/var/../run/./x");
	is_accepted(&f, "/run/x");
	is_accepted(&f, "run//x");
	is_accepted(&f, "/var/x");
	is_accepted(&f, "/y");
	tenon_close(s);
	is_refused_as(&f, "/run/x", "NOBODY_BOUND");
	files_end(&f);
}

TEST(abstract_names_have_no_file_and_are_each_kinds_own)
{
	struct files f = files_new();
	struct tenon_socket *s = listener(&f, TENON_UNIX_STREAM, "@x");
	struct tenon_socket *d = opened(&f, TENON_UNIX_DATAGRAM);
	struct tenon_socket *other = opened(&f, TENON_UNIX_STREAM);

	is_accepted(&f, "@x");
	is_refused_as(&f, "@xy", "NOBODY_BOUND");
	is_refused_as(&f, "x", "NAME_NOT_FOUND");
	assert_result(connects(d, "@x"), NOBODY_BOUND);
	assert_result(binds(other, "@x"), NAME_TAKEN);
	assert_result(binds(d, "@x"), OK);
	tenon_close(other);
	tenon_close(d);
	tenon_close(s);
	is_refused_as(&f, "@x", "NOBODY_BOUND");
	files_end(&f);
}

TEST(a_name_is_chosen_for_bind_without_one)
{
	struct files f = files_new();
	struct tenon_socket *a = bound(&f, TENON_UNIX_STREAM, "");
	struct tenon_socket *b = bound(&f, TENON_UNIX_STREAM, "");
	struct tenon_unix_name one, again, other;

	tenon_unix_local(a, &one);
	assert_result(binds(a, ""), OK);
	tenon_unix_local(a, &again);
	tenon_unix_local(b, &other);
	assert_int_equal(one.len, 6);
	assert_int_equal(one.octets[0], 0);
	assert_memory_equal(one.octets, again.octets, 6);
	assert_memory_not_equal(one.octets, other.octets, 6);
	assert_result(binds(a, "@x"), ALREADY_BOUND);
	tenon_close(a);
	tenon_close(b);
	files_end(&f);
}

/* PX-25 */
TEST(a_file_system_that_fails_is_an_input_output_error)
{
	struct files f = files_new();
	struct tenon_socket *s = listener(&f, TENON_UNIX_STREAM, "/x");

	tenon_sim_names_fail(f.fs, true);
	is_refused_as(&f, "/x", "NAME_IO_ERROR");
	tenon_sim_names_fail(f.fs, false);
	is_accepted(&f, "/x");
	tenon_close(s);
	files_end(&f);
}

/* PX-26 */
TEST(links_in_a_ring_and_links_too_many_are_a_loop)
{
	struct files f = files_new();
	struct tenon_socket *s = listener(&f, TENON_UNIX_STREAM, "/l0");
	char name[8], target[8];
	int i;

	adds(&f, "/a", TENON_SIM_LINK, "b");
	adds(&f, "/b", TENON_SIM_LINK, "a");
	is_refused_as(&f, "/a", "NAME_LOOP");
	for (i = 1; i <= 41; i++) {
		snprintf(name, sizeof name, "/l%d", i);
		snprintf(target, sizeof target, "l%d", i - 1);
		adds(&f, name, TENON_SIM_LINK, target);
	}
	is_accepted(&f, "/l40");
	is_refused_as(&f, "/l41", "NAME_LOOP");
	tenon_close(s);
	files_end(&f);
}

/* PX-27: a part, the path, what a link makes of it. */
TEST(a_part_a_path_and_a_links_result_may_be_too_long)
{
	struct files f = files_new();
	struct tenon_socket *s;

	adds(&f, "/long", TENON_SIM_DIRECTORY, NULL);
	adds(&f, "/d", TENON_SIM_LINK, "/long/../long/.");
	tenon_sim_names_limit(f.fs, &(struct tenon_sim_names_limits){ 5, 18, 40 });
	s = listener(&f, TENON_UNIX_STREAM, "/long/x");
	is_refused_as(&f, "/long/abcdef", "NAME_TOO_LONG");
	is_refused_as(&f, "/long/abcde", "NAME_NOT_FOUND");
	is_accepted(&f, "long/../long/././x");
	is_refused_as(&f, "/long/../long/././x", "NAME_TOO_LONG");
	is_accepted(&f, "/d/x");
	is_refused_as(&f, "/d/././x", "NAME_TOO_LONG");
	tenon_close(s);
	files_end(&f);
}

/* PX-28, PX-29 */
TEST(what_is_missing_and_what_is_no_directory_are_told_apart)
{
	struct files f = files_new();

	adds(&f, "/file", TENON_SIM_FILE, NULL);
	is_refused_as(&f, "/none", "NAME_NOT_FOUND");
	is_refused_as(&f, "/none/x", "NAME_NOT_FOUND");
	is_refused_as(&f, "", "NAME_NOT_FOUND");
	is_refused_as(&f, "/file/x", "NAME_NOT_DIRECTORY");
	is_refused_as(&f, "/file", "NAME_NOT_SOCKET");
	files_end(&f);
}

/* PX-30 */
TEST(permission_is_asked_to_search_the_prefix_and_to_write_the_socket)
{
	const struct tenon_sim_entry closed = { TENON_SIM_DIRECTORY, 0766, NULL };
	struct files f = files_new();
	struct tenon_socket *s, *t;

	assert_result(tenon_sim_names_add(f.fs, "/shut", &closed), OK);
	s = listener(&f, TENON_UNIX_STREAM, "/shut/x");
	t = listener(&f, TENON_UNIX_STREAM, "/y");
	tenon_sim_names_user(f.fs, 1000);
	is_refused_as(&f, "/shut/x", "NAME_DENIED");
	is_refused_as(&f, "/y", "NAME_DENIED");
	tenon_sim_names_user(f.fs, 0);
	is_accepted(&f, "/shut/x");
	is_accepted(&f, "/y");
	tenon_close(s);
	tenon_close(t);
	files_end(&f);
}

/* PX-23 */
TEST(a_socket_of_another_kind_is_told_from_none)
{
	struct files f = files_new();
	struct tenon_socket *d = bound(&f, TENON_UNIX_DATAGRAM, "/d");
	struct tenon_socket *quiet = bound(&f, TENON_UNIX_STREAM, "/q");

	is_refused_as(&f, "/d", "WRONG_KIND");
	is_refused_as(&f, "/q", "NOT_ACCEPTING");
	tenon_close(d);
	is_refused_as(&f, "/d", "NOBODY_BOUND");
	tenon_close(quiet);
	files_end(&f);
}

TEST(a_name_is_taken_as_long_as_its_file_is_there)
{
	struct files f = files_new();
	struct tenon_socket *a = bound(&f, TENON_UNIX_STREAM, "/x");
	struct tenon_socket *b = opened(&f, TENON_UNIX_STREAM);

	assert_result(binds(b, "/x"), NAME_TAKEN);
	assert_result(binds(a, "/x"), NAME_TAKEN);
	assert_result(binds(a, "/y"), ALREADY_BOUND);
	tenon_close(a);
	assert_result(binds(b, "/x"), NAME_TAKEN);
	assert_result(tenon_sim_names_remove(f.fs, "/x"), OK);
	assert_result(binds(b, "/x"), OK);
	tenon_close(b);
	files_end(&f);
}

static void few_names(struct tenon_config *config)
{
	config->limits.unix_names = 1;
}

TEST(a_full_table_of_names_refuses_bind)
{
	struct files f = files_with(NULL, few_names);
	struct tenon_socket *a = bound(&f, TENON_UNIX_STREAM, "/x");
	struct tenon_socket *b = opened(&f, TENON_UNIX_STREAM);

	assert_result(binds(b, "/y"), TABLE_FULL);
	tenon_close(a);
	assert_result(binds(b, "/y"), OK);
	tenon_close(b);
	files_end(&f);
}

/* The same on the real file system, for the causes that it can be given without a mount. */
TEST(the_real_file_system_tells_the_same_causes)
{
	struct tenon_linux_names *names = tenon_linux_names_new();
	struct files f = files_with(tenon_linux_names_of(names), NULL);
	char folder[] = "/tmp/tenon-names-XXXXXX", before[512];
	struct tenon_socket *s;

	assert_non_null(getcwd(before, sizeof before));
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	s = listener(&f, TENON_UNIX_STREAM, "x");
	assert_int_equal(symlink("x", "link") | symlink("b", "a") | symlink("a", "b"), 0);
	is_accepted(&f, "x");
	is_accepted(&f, "link");
	is_refused_as(&f, "a", "NAME_LOOP");
	is_refused_as(&f, "none", "NAME_NOT_FOUND");
	is_refused_as(&f, "x/y", "NAME_NOT_DIRECTORY");
	is_refused_as(&f, ".", "NAME_NOT_SOCKET");
	assert_int_equal(unlink("x"), 0);
	is_refused_as(&f, "x", "NAME_NOT_FOUND");
	assert_int_equal(unlink("link") | unlink("a") | unlink("b"), 0);
	assert_int_equal(chdir(before), 0);
	assert_int_equal(rmdir(folder), 0);
	tenon_close(s);
	files_end(&f);
	tenon_linux_names_free(names);
}
