/* SPDX-License-Identifier: MIT */
/* What `tenon atlas` prints: every cell is as the manual of its dialect has it. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "test.h"
#include "tools/atlas_cells.h"

struct looked {
	unsigned count;
	const struct atlas_scenario *sheet; /* NULL: all */
};

static bool is_on(const struct atlas_scenario *sheet, const struct atlas_scenario *s)
{
	for (; sheet->run; sheet++)
		if (sheet == s)
			return true;
	return false;
}

static void must_be_good(void *context, struct atlas_cell *cell)
{
	struct looked *looked = context;

	if (!is_on(looked->sheet, cell->scenario))
		return;
	atlas_look(cell, NULL);
	if (!cell->is_good)
		fail_msg("%s %s, %s (%s, %s): %s after %llu us, cause of kind %d",
			 atlas_clause(cell), atlas_dialect(cell->dialect), cell->scenario->cause,
			 cell->family == AF_INET ? "IPv4" : "IPv6",
			 cell->is_waiting ? "waiting" : "later", atlas_error(cell->error),
			 (unsigned long long)cell->virtual_us,
			 cell->has_cause ? (int)cell->cause.kind : -1);
	looked->count++;
}

static void sheet_is_good(const struct atlas_scenario *sheet)
{
	struct looked looked = { .sheet = sheet };

	atlas_each(must_be_good, &looked);
	assert_true(looked.count > 0);
}

/* LX-02 LX-07 LX-08 LX-09 LX-10 LX-11 LX-12 LX-13 LX-14 LX-19 LX-22 LX-24 LX-27 LX-30
 * PX-02 PX-03 PX-04 PX-08 PX-10 PX-14 PX-15 PX-16 PX-18 PX-19 PX-20 PX-22 PX-34 PX-37 PX-38 */
TEST(each_dialect_tells_what_is_wrong_with_the_call_as_its_manual_does)
{
	sheet_is_good(atlas_by_call);
}

/* LX-04 LX-15 LX-16 LX-30 PX-05 PX-08 PX-17 PX-21 PX-24 PX-32 PX-33 */
TEST(each_dialect_tells_what_the_wire_answered_as_its_manual_does)
{
	sheet_is_good(atlas_by_wire);
}

/* LX-17 LX-18 LX-23 LX-25 LX-26 LX-27 LX-30
 * PX-12 PX-13 PX-17 PX-21 PX-24 PX-31 PX-33 PX-34 PX-35 PX-36 */
TEST(each_dialect_tells_what_the_host_refuses_as_its_manual_does)
{
	sheet_is_good(atlas_by_host);
}

static void refused_run(struct atlas_attempt *a)
{
	struct atlas_name to = atlas_name_there(a->world, 80);

	atlas_try(a, atlas_socket(a), &to);
}

static bool is_good(struct atlas_scenario s)
{
	struct atlas_cell cell = { .scenario = &s, .family = AF_INET, .is_waiting = true };

	s.run = refused_run;
	atlas_look(&cell, NULL);
	return cell.is_good;
}

/* A cell is bad for another error, time or cause than was expected. */
TEST(a_cell_that_is_not_as_expected_is_bad)
{
	assert_true(is_good(
		(struct atlas_scenario){ .error = { ECONNREFUSED }, .kind = TENON_CAUSE_SEGMENT }));
	assert_false(is_good((struct atlas_scenario){ .error = { ETIMEDOUT } }));
	assert_false(is_good((struct atlas_scenario){ .error = { 0 } }));
	assert_false(
		is_good((struct atlas_scenario){ .error = { ECONNREFUSED }, .seconds = { 131 } }));
	assert_false(is_good(
		(struct atlas_scenario){ .error = { ECONNREFUSED }, .kind = TENON_CAUSE_TIMER }));
}
