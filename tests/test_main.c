/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { TESTS_MAX = 512 };

static struct test_case *first;
static struct test_case **end = &first;

void test_register(struct test_case *test)
{
	*end = test;
	end = &test->next;
}

void test_skip(const char *reason)
{
	printf("# skip: %s\n", reason);
	fflush(stdout);
	skip();
}

int main(int argc, char **argv)
{
	static struct CMUnitTest chosen[TESTS_MAX];
	const struct test_case *test;
	size_t n = 0;

	for (test = first; test; test = test->next) {
		if (argc > 1 && !strstr(test->name, argv[1]))
			continue;
		if (n == TESTS_MAX) {
			fprintf(stderr, "%s: more than %d tests\n", argv[0], TESTS_MAX);
			return 2;
		}
		chosen[n++] = (struct CMUnitTest){ test->name, test->run, NULL, NULL, NULL };
	}
	if (n == 0) {
		fprintf(stderr, "%s: no test has that name\n", argv[0]);
		return 2;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests(argv[0], chosen, n, NULL, NULL) != 0;
}
