/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fate.h"

#include <stdbool.h>
#include <string.h>

#include <tenon/result.h>

static bool is_shouted(const char *name)
{
	return name[0] != '\0' &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(name);
}

TEST(every_fate_has_a_name_and_a_text)
{
	int fate;

	for (fate = 0; fate < FATE_COUNT; fate++) {
		assert_true(is_shouted(tenon_fate_name((enum tenon_fate)fate)));
		assert_true(strlen(fate_text((enum fate)fate)) > 0);
	}
}

TEST(no_two_fates_share_a_text)
{
	int a, b;

	for (a = 0; a < FATE_COUNT; a++)
		for (b = 0; b < a; b++)
			assert_string_not_equal(fate_text((enum fate)a), fate_text((enum fate)b));
}

TEST(the_cores_fates_are_the_public_ones)
{
	assert_int_equal(FATE_PASS, 0);
	assert_int_equal(FATE_TCP_CHECKSUM, TENON_FATE_TCP_CHECKSUM);
	assert_string_equal(tenon_fate_name(TENON_FATE_TCP_CHECKSUM), "TCP_CHECKSUM");
	assert_string_equal(fate_text(FATE_TCP_CHECKSUM), "bad TCP checksum");
}

TEST(every_result_has_a_name_and_a_text)
{
	int result;

	for (result = 0; result < TENON_RESULT_COUNT; result++) {
		assert_true(is_shouted(tenon_result_name((enum tenon_result)result)));
		assert_true(strlen(tenon_result_text((enum tenon_result)result)) > 0);
	}
}

TEST(a_result_is_named_without_its_prefix)
{
	assert_string_equal(tenon_result_name(TENON_PEER_REFUSED), "PEER_REFUSED");
	assert_string_equal(tenon_result_text(TENON_PEER_REFUSED),
			    "the peer answered the SYN with RST");
}
