/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "filter/rule.h"

static const struct tenon_ip v6_host = { { 0xfd, 1, [14] = 0x12, [15] = 0x34 } };

static struct filter_subject segment(void)
{
	return (struct filter_subject){ .source = tenon_ip4(10, 1, 2, 3),
					.destination = tenon_ip4(192, 0, 2, 1),
					.source_port = 1000,
					.destination_port = 80,
					.version = TENON_IP_V4,
					.protocol = 6,
					.link = 2,
					.state = TENON_FILTER_NEW };
}

static bool matches(struct tenon_filter_rule r, struct filter_subject s)
{
	assert_true(rule_is_valid(&r));
	return rule_matches(&r, &s);
}

static struct tenon_filter_rule from(struct tenon_ip prefix, uint8_t len)
{
	return (struct tenon_filter_rule){ .source = { .prefix = prefix, .prefix_len = len } };
}

TEST(an_empty_rule_matches_everything)
{
	assert_true(matches((struct tenon_filter_rule){ .chain = TENON_FILTER_IN }, segment()));
}

TEST(a_prefix_matches_to_its_last_bit)
{
	struct filter_subject s = segment();

	assert_true(matches(from(tenon_ip4(10, 1, 2, 3), 32), s));
	assert_true(matches(from(tenon_ip4(10, 1, 2, 2), 31), s));
	assert_false(matches(from(tenon_ip4(10, 1, 2, 2), 32), s));
	assert_true(matches(from(tenon_ip4(10, 1, 255, 255), 16), s));
	assert_true(matches(from(tenon_ip4(11, 0, 0, 0), 7), s));
	assert_false(matches(from(tenon_ip4(11, 0, 0, 0), 8), s));
	assert_false(matches(from(v6_host, 1), s));
	s.source = v6_host;
	s.version = TENON_IP_V6;
	assert_true(matches(from(v6_host, 128), s));
	s.source.octets[15] ^= 1;
	assert_false(matches(from(v6_host, 128), s));
	assert_true(matches(from(v6_host, 127), s));
	assert_false(matches(from(tenon_ip4(10, 1, 2, 3), 1), s));
}

TEST(a_range_of_ports_has_both_its_ends)
{
	struct tenon_filter_rule r = { .destination = { .port_first = 79, .port_last = 80 } };
	struct filter_subject s = segment();

	assert_true(matches(r, s));
	s.destination_port = 79;
	assert_true(matches(r, s));
	s.destination_port = 81;
	assert_false(matches(r, s));
	s.destination_port = 78;
	assert_false(matches(r, s));
	r.destination.port_last = 0;
	assert_false(matches(r, s));
	s.destination_port = 79;
	assert_true(matches(r, s));
	s.is_broken = true;
	assert_false(matches(r, s));
}

TEST(each_other_member_narrows_the_rule)
{
	struct filter_subject s = segment();

	assert_true(matches((struct tenon_filter_rule){ .version = TENON_IP_V4 }, s));
	assert_false(matches((struct tenon_filter_rule){ .version = TENON_IP_V6 }, s));
	assert_true(matches((struct tenon_filter_rule){ .protocol = 6 }, s));
	assert_false(matches((struct tenon_filter_rule){ .protocol = 17 }, s));
	assert_true(matches((struct tenon_filter_rule){ .link = 2 }, s));
	assert_false(matches((struct tenon_filter_rule){ .link = 1 }, s));
	assert_true(matches((struct tenon_filter_rule){ .states = TENON_FILTER_NEW |
								  TENON_FILTER_RELATED },
			    s));
	assert_false(matches((struct tenon_filter_rule){ .states = TENON_FILTER_INVALID }, s));
	s.call = TENON_FILTER_BIND;
	assert_true(matches((struct tenon_filter_rule){ .chain = TENON_FILTER_CALL,
							.calls = TENON_FILTER_BIND },
			    s));
	assert_false(matches((struct tenon_filter_rule){ .chain = TENON_FILTER_CALL,
							 .calls = TENON_FILTER_SEND },
			     s));
}

TEST(type_and_code_of_icmp_are_matched)
{
	struct tenon_filter_rule type = { .protocol = 1, .has_icmp_type = true };
	struct tenon_filter_rule code = { .protocol = 1, .has_icmp_code = true, .icmp_code = 4 };
	struct filter_subject s = { .protocol = 1 };
	const uint8_t echo_reply[8] = { 0 }, too_big[8] = { 3, 4 };

	subject_read(&s, (struct bytes){ echo_reply, 8 });
	assert_true(matches(type, s));
	assert_false(matches(code, s));
	assert_false(s.is_icmp_error);
	subject_read(&s, (struct bytes){ too_big, 8 });
	assert_false(matches(type, s));
	assert_true(matches(code, s));
	assert_true(s.is_icmp_error);
	subject_read(&s, (struct bytes){ too_big, 7 });
	assert_true(s.is_broken);
	assert_false(matches(code, s));
}

TEST(a_transport_cut_short_is_broken)
{
	const uint8_t octets[20] = { 0, 53, 0, 80, [12] = 0x50, [13] = 2 };
	struct filter_subject s = { .protocol = 6 };

	subject_read(&s, (struct bytes){ octets, 20 });
	assert_false(s.is_broken);
	assert_int_equal(s.source_port, 53);
	assert_int_equal(s.destination_port, 80);
	assert_int_equal(s.tcp_flags, 2);
	subject_read(&s, (struct bytes){ octets, 19 });
	assert_true(s.is_broken);
	s = (struct filter_subject){ .protocol = 17 };
	subject_read(&s, (struct bytes){ octets, 3 });
	assert_true(s.is_broken);
	s = (struct filter_subject){ .protocol = 6 };
	subject_read_quoted(&s, (struct bytes){ octets, 8 });
	assert_false(s.is_broken);
	assert_int_equal(s.destination_port, 80);
}

TEST(rules_without_sense_are_refused)
{
	const struct tenon_filter_rule bad[] = {
		{ .chain = TENON_FILTER_CHAINS },
		{ .verdict = 3 },
		{ .version = 5 },
		{ .states = 32 },
		{ .calls = TENON_FILTER_BIND },
		{ .chain = TENON_FILTER_CALL, .states = TENON_FILTER_NEW },
		{ .chain = TENON_FILTER_CALL, .calls = 8 },
		{ .has_icmp_type = true, .protocol = 6 },
		{ .chain = TENON_FILTER_CALL, .protocol = 1, .has_icmp_code = true },
		{ .source = { .port_first = 2, .port_last = 1 } },
		{ .source = { .prefix = { { [10] = 0xff, 0xff } }, .prefix_len = 33 } },
		{ .destination = { .prefix = { { 0xfd } }, .prefix_len = 129 } },
		{ .version = TENON_IP_V4, .source = { .prefix = { { 0xfd } }, .prefix_len = 8 } },
		{ .verdict = TENON_FILTER_REJECT, .answer = TENON_FILTER_WITH_RESET },
		{ .verdict = TENON_FILTER_REJECT, .answer = 2 },
		{ .verdict = TENON_FILTER_REJECT, .icmp4_code = 16 },
		{ .verdict = TENON_FILTER_REJECT, .icmp6_code = 7 },
	};
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (rule_is_valid(&bad[i]))
			fail_msg("rule %zu makes no sense", i);
}
