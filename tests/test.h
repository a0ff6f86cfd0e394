/* SPDX-License-Identifier: MIT */
/* test.h - what every test file includes, and nothing else is needed.
 *
 * TEST(name) { ... } is one test and puts itself on the list; the name is a sentence that is
 * true of the stack. One file is one program, which runs its tests in their order and speaks TAP;
 * with an argument it runs those whose names contain it. The assertions are cmocka's.
 */
#ifndef TENON_TESTS_TEST_H
#define TENON_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct test_case {
	const char *name;
	void (*body)(void);
	struct test_case *next;
};

/* Appends a test to the program's list; TEST calls it before main. */
void test_register(struct test_case *);

/* Ends the running test as skipped; the reason is shown at the end of `make test`. Not cmocka's
 * skip(), which knows no reason and writes what TAP takes for a failure. */
_Noreturn void test_skip(const char *reason);

#define TEST(test_name)                                                                            \
	static void test_name(void);                                                               \
	__attribute__((constructor)) static void test_name##_register(void)                        \
	{                                                                                          \
		static struct test_case test_case = { #test_name, test_name, NULL };               \
		test_register(&test_case);                                                         \
	}                                                                                          \
	static void test_name(void)

#endif
