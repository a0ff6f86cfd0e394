/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/bytes.h"
#include "unit/base/traps.h"

static const uint8_t octets[] = { 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };

TEST(numbers_are_read_in_network_order)
{
	assert_int_equal(get16(octets), 0xfedc);
	assert_int_equal(get32(octets), UINT32_C(0xfedcba98));
	assert_true(get64(octets) == UINT64_C(0xfedcba9876543210));
}

TEST(numbers_are_written_in_network_order)
{
	uint8_t to[8];

	put64(to, UINT64_C(0xfedcba9876543210));
	assert_memory_equal(to, octets, 8);
	put32(to, UINT32_C(0xfedcba98));
	assert_memory_equal(to, octets, 4);
	put16(to, 0x9876);
	assert_memory_equal(to, octets + 3, 2);
}

TEST(a_reader_yields_fields_in_order_up_to_the_end)
{
	struct reader r = reader_of((struct bytes){ octets, 8 });

	assert_int_equal(read8(&r), 0xfe);
	assert_int_equal(read16(&r), 0xdcba);
	assert_int_equal(read32(&r), UINT32_C(0x98765432));
	assert_int_equal(reader_left(&r), 1);
	assert_int_equal(read8(&r), 0x10);
	assert_int_equal(reader_left(&r), 0);
	assert_false(r.failed);
}

TEST(reading_past_the_end_yields_zero_and_fails)
{
	struct reader r = reader_of((struct bytes){ octets, 3 });

	assert_int_equal(read32(&r), 0);
	assert_true(r.failed);
}

TEST(a_failed_reader_stays_failed_though_octets_were_left)
{
	struct reader r = reader_of((struct bytes){ octets, 3 });

	assert_int_equal(read_bytes(&r, 4).len, 0);
	assert_int_equal(reader_left(&r), 0);
	assert_int_equal(read8(&r), 0);
	assert_true(r.failed);
}

TEST(an_empty_range_without_an_address_can_be_read)
{
	struct reader r = reader_of((struct bytes){ NULL, 0 });

	assert_int_equal(read_bytes(&r, 0).len, 0);
	assert_false(r.failed);
	assert_int_equal(read16(&r), 0);
	assert_true(r.failed);
}

static void assert_truth(void)
{
	assert_that(true);
}

static void assert_falsehood(void)
{
	assert_that(false);
}

static void reach_the_unreachable(void)
{
	assert_unreachable();
}

TEST(an_assertion_that_does_not_hold_traps)
{
	assert_false(traps(assert_truth));
	assert_true(traps(assert_falsehood));
	assert_true(traps(reach_the_unreachable));
}
