/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { TESTS_MAX = 512, NAME_MAX_LEN = 512 };

static struct test_case *first;
static struct test_case **end = &first;

static struct CMUnitTest chosen[TESTS_MAX];
static char skipped[TESTS_MAX][NAME_MAX_LEN];
static size_t chosen_count;
static size_t running;
static jmp_buf before_body;

void test_register(struct test_case *test)
{
	*end = test;
	end = &test->next;
}

/* cmocka writes a test's name when it has ended: what is put there now, TAP reads as skipped. */
_Noreturn void test_skip(const char *reason)
{
	char *name = skipped[running];

	snprintf(name, NAME_MAX_LEN, "%s # SKIP %s", chosen[running].name, reason);
	chosen[running].name = name;
	longjmp(before_body, 1);
}

static void run(void **state)
{
	const struct test_case *test = *state;

	while (strcmp(chosen[running].name, test->name) != 0)
		running++;
	if (setjmp(before_body) == 0)
		test->body();
}

static bool choose(struct test_case *test)
{
	if (chosen_count == TESTS_MAX)
		return false;
	chosen[chosen_count++] = (struct CMUnitTest){
		.name = test->name,
		.test_func = run,
		.initial_state = test,
	};
	return true;
}

int main(int argc, char **argv)
{
	struct test_case *test;

	for (test = first; test; test = test->next) {
		if (argc > 1 && !strstr(test->name, argv[1]))
			continue;
		if (!choose(test)) {
			fprintf(stderr, "%s: more than %d tests\n", argv[0], TESTS_MAX);
			return 2;
		}
	}
	if (chosen_count == 0) {
		fprintf(stderr, "%s: no test has that name\n", argv[0]);
		return 2;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests(argv[0], chosen, chosen_count, NULL, NULL) != 0;
}
