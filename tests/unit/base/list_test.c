/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/list.h"

struct thing {
	int value;
	struct list_node node;
};

static void fill(struct list *l, struct thing things[3])
{
	int i;

	list_init(l);
	for (i = 0; i < 3; i++) {
		things[i].value = i;
		list_append(l, &things[i].node);
	}
}

static int value_of(struct list_node *n)
{
	return container_of(n, struct thing, node)->value;
}

/* The values in their order as decimal digits. */
static int order_of(const struct list *l)
{
	struct list_node *n = list_first(l);
	int digits = 0;

	while (n != NULL) {
		digits = digits * 10 + value_of(n) + 1;
		n = list_next(l, n);
	}
	return digits;
}

TEST(a_new_list_is_empty)
{
	struct list l;

	list_init(&l);
	assert_true(list_empty(&l));
	assert_null(list_first(&l));
	assert_null(list_last(&l));
	assert_null(list_take_first(&l));
}

TEST(appended_nodes_are_walked_in_order)
{
	struct thing things[3];
	struct list l;

	fill(&l, things);
	assert_int_equal(order_of(&l), 123);
	assert_int_equal(value_of(list_last(&l)), 2);
}

TEST(a_prepended_node_comes_first)
{
	struct thing things[3], first = { .value = 8 };
	struct list l;

	fill(&l, things);
	list_prepend(&l, &first.node);
	assert_int_equal(order_of(&l), 9123);
}

TEST(a_node_can_be_removed_anywhere_and_twice)
{
	struct thing things[3];
	struct list l;

	fill(&l, things);
	assert_true(list_has(&things[1].node));
	list_remove(&things[1].node);
	list_remove(&things[1].node);
	assert_false(list_has(&things[1].node));
	assert_int_equal(order_of(&l), 13);
	list_remove(&things[2].node);
	assert_int_equal(order_of(&l), 1);
}

TEST(taking_the_first_empties_the_list_in_order)
{
	struct thing things[3];
	struct list l;
	int i;

	fill(&l, things);
	for (i = 0; i < 3; i++)
		assert_int_equal(value_of(list_take_first(&l)), i);
	assert_true(list_empty(&l));
	assert_false(list_has(&things[0].node));
}
