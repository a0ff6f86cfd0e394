/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include <tenon/result.h>

#define RESULT_NAME(name, text) #name,
#define RESULT_TEXT(name, text) text,
static const char *const names[] = { TENON_RESULTS(RESULT_NAME) };
static const char *const texts[] = { TENON_RESULTS(RESULT_TEXT) };
#undef RESULT_NAME
#undef RESULT_TEXT

const char *tenon_result_name(enum tenon_result result)
{
	assert_that((unsigned)result < TENON_RESULT_COUNT);
	return names[result];
}

const char *tenon_result_text(enum tenon_result result)
{
	assert_that((unsigned)result < TENON_RESULT_COUNT);
	return texts[result];
}
