/* SPDX-License-Identifier: MIT */
#include "base/fate.h"

#include "base/bytes.h"

_Static_assert((int)FATE_COUNT == (int)TENON_FATE_COUNT, "one list");

#define FATE_NAME(name, text) #name,
#define FATE_TEXT(name, text) text,
static const char *const names[] = { TENON_FATES(FATE_NAME) };
static const char *const texts[] = { TENON_FATES(FATE_TEXT) };
#undef FATE_NAME
#undef FATE_TEXT

const char *tenon_fate_name(enum tenon_fate fate)
{
	assert_that((unsigned)fate < TENON_FATE_COUNT);
	return names[fate];
}

const char *tenon_fate_text(enum tenon_fate fate)
{
	assert_that((unsigned)fate < TENON_FATE_COUNT);
	return texts[fate];
}

const char *fate_text(enum fate fate)
{
	return tenon_fate_text((enum tenon_fate)fate);
}
