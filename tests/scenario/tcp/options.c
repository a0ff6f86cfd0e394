/* SPDX-License-Identifier: MIT */
/* TCP options: RFC 9293 3.1, 3.2 and 3.7.1; RFC 7323. */
#include "peer.h"

#include "base/bytes.h"

static uint16_t mss_of(const struct peer *p, unsigned mtu)
{
	return (uint16_t)(mtu - (p->f->version == TENON_IP_V4 ? 40 : 60));
}

/* MUST-14, MUST-67, SHLD-5: what the link can carry, less the headers. MAY-3: always. */
SCENARIO(a_syn_tells_what_the_link_can_carry)
{
	static const unsigned mtus[] = { 1500, 1280, 1400 };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct peer *p = peer_in(TCP_SYN_SENT, .mtu = (uint16_t)mtus[i]);

		assert_true(p->got.options.present & TCP_HAS_MSS);
		assert_int_equal(p->got.options.mss, mss_of(p, mtus[i]));
		p = peer_in(TCP_SYN_RECEIVED, .mtu = (uint16_t)mtus[i]);
		assert_int_equal(p->got.options.mss, mss_of(p, mtus[i]));
	}
}

/* MUST-65 */
SCENARIO(only_a_syn_has_an_mss)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_int_equal(user_sends(p, 10), 10);
	gets_back(p, .len = 10);
	assert_int_equal(p->got.options.present & TCP_HAS_MSS, 0);
	shuts_down(p);
	gets_back(p, .flags = FIN | ACK);
	assert_int_equal(p->got.options.present & TCP_HAS_MSS, 0);
}

/* MUST-14, MUST-16: segments are as long as the peer can take, */
SCENARIO(segments_are_as_long_as_the_peer_can_take)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .mss = 700);

	assert_int_equal(user_sends(p, 2000), 2000);
	gets_back(p, .len = 700);
	gets_back(p, .len = 700);
	gets_nothing(p);
}

/* MUST-16: less the options that they carry, */
SCENARIO(options_count_in_the_length_of_a_segment)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .mss = 700, .timestamps = true);

	assert_int_equal(user_sends(p, 2000), 2000);
	gets_back(p, .len = 688, .has_ts = true);
}

/* MUST-16, SHLD-6: and no longer than our link carries. */
SCENARIO(segments_are_no_longer_than_the_link_carries)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .mss = 9000, .mtu = 1280);

	assert_int_equal(status_of(p).send_mss, mss_of(p, 1280));
	assert_int_equal(user_sends(p, 3000), 3000);
	gets_back(p, .len = mss_of(p, 1280));
	assert_int_equal(p->got.packet_len, 1280);
}

/* MUST-15: without the option 536, over IPv6 1220. */
SCENARIO(without_an_mss_segments_have_the_default_length)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .no_mss = true);

	assert_int_equal(user_sends(p, 4000), 4000);
	gets_back(p, .len = p->f->version == TENON_IP_V4 ? 536 : 1220);
	p = peer_in(TCP_ESTABLISHED, .no_mss = true, .passive = true);
	assert_int_equal(user_sends(p, 4000), 4000);
	gets_back(p, .len = p->f->version == TENON_IP_V4 ? 536 : 1220);
}

/* An MSS of almost nothing would be an attack on our work. */
SCENARIO(a_tiny_mss_is_raised)
{
	struct peer *p = peer_in(TCP_ESTABLISHED, .mss = 1);

	assert_int_equal(user_sends(p, 200), 200);
	gets_back(p, .len = 48);
}

static void prepare_mss(struct tenon_socket *s)
{
	assert_result(tenon_option_set(s, TENON_OPTION_MAX_SEGMENT, 600), OK);
}

SCENARIO(the_user_may_ask_for_shorter_segments)
{
	struct peer *p = peer_in(TCP_SYN_SENT, .prepare = prepare_mss);

	assert_int_equal(p->got.options.mss, 600);
	sends(p, .flags = SYN | ACK);
	gets_back(p);
	assert_int_equal(user_sends(p, 2000), 2000);
	gets_back(p, .len = 600);
}

/* The options of the segment looked at last, as octets. */
static struct bytes raw_options(const struct peer *p)
{
	size_t at = (p->f->version == TENON_IP_V4 ? 20 : 40) + TCP_HEADER_LEN;

	return (struct bytes){ p->last.octets + at, p->got.options_len };
}

/* MUST-68: every option of ours but end-of-list and no-operation has a length; MUST-69: behind the
 * end of the list there are zeros. MUST-4 */
SCENARIO(our_options_are_well_formed)
{
	struct peer *p = peer_in(TCP_SYN_SENT);
	struct bytes o = raw_options(p);
	size_t i = 0;

	assert_true(o.len >= 4 && o.len % 4 == 0);
	while (i < o.len && o.at[i] != 0) {
		if (o.at[i] == 1) {
			i++;
			continue;
		}
		assert_true(i + 1 < o.len && o.at[i + 1] >= 2 && i + o.at[i + 1] <= o.len);
		i += o.at[i + 1];
	}
	for (; i < o.len; i++)
		assert_int_equal(o.at[i], 0);
}

#define RAW(...)                                                                                   \
	(struct bytes)                                                                             \
	{                                                                                          \
		(const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })         \
	}

static void opens_with(struct bytes options, unsigned segment)
{
	struct peer *p = peer_in(TCP_SYN_SENT);

	assert_fate(sends(p, .flags = SYN | ACK, .raw_options = options), DELIVERED);
	gets_back(p, .seq = 1, .ack = 1);
	assert_int_equal(user_sends(p, 4000), 4000);
	gets_back(p, .len = (uint16_t)segment);
}

/* MUST-6: what is not known is stepped over by its length. MUST-4: end of list, no-operation, MSS.
 */
SCENARIO(an_unknown_option_is_ignored)
{
	opens_with(RAW(254, 4, 9, 9, 2, 4, 3, 0), 768);
	opens_with(RAW(1, 1, 253, 6, 0, 0, 0, 0, 2, 4, 3, 0), 768);
	opens_with(RAW(2, 4, 3, 0, 0, 0, 0, 0), 768);
}

/* MUST-64: it may begin at any octet. */
SCENARIO(an_option_may_begin_at_any_octet)
{
	opens_with(RAW(1, 2, 4, 3, 0, 1, 1, 0), 768);
	opens_with(RAW(1, 1, 1, 2, 4, 3, 0, 0), 768);
	opens_with(RAW(3, 3, 0, 2, 4, 3, 0, 0), 768);
}

/* MUST-7: a length that cannot be does no harm. */
SCENARIO(an_option_with_an_impossible_length_does_no_harm)
{
	unsigned standard = 0, i;

	for (i = 0; i < 4; i++) {
		struct peer *p = peer_in(TCP_SYN_SENT);
		struct bytes bad[] = { RAW(254, 0, 1, 1), RAW(254, 1, 1, 1), RAW(254, 200, 1, 1),
				       RAW(2, 3, 9, 0) };

		standard = p->f->version == TENON_IP_V4 ? 536 : 1220;
		opens_with(bad[i], standard);
	}
	opens_with(RAW(2, 4, 3, 0, 254, 0, 0, 0), 768);
}

/* MUST-5: in a segment that is no SYN they are read too, here the timestamps. MUST-6 */
SCENARIO(options_are_read_in_every_segment)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	assert_fate(sends(p, .len = 10, .raw_options = RAW(254, 4, 1, 2)), DELIVERED);
	assert_fate(sends(p, .len = 10, .raw_options = RAW(2, 4, 0, 50)), DELIVERED);
	assert_fate(sends(p, .len = 10, .raw_options = RAW(254, 0, 0, 0)), DELIVERED);
	assert_int_equal(user_receives(p, 100), 30);
	assert_int_equal(status_of(p).send_mss, PEER_MSS);
	p = peer_in(TCP_ESTABLISHED, .timestamps = true);
	sends(p, .len = 2000 - 1000, .ts_value = ts_now(p) + 5);
	sends(p, .len = 1000, .ts_value = ts_now(p) + 6);
	gets_back(p, .ack = 2001, .ts_echo = ts_now(p) + 5);
}

/* At any time. */
SCENARIO(the_user_may_ask_for_shorter_segments_later)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	sets(p, TENON_OPTION_MAX_SEGMENT, 500);
	assert_int_equal(user_sends(p, 2000), 2000);
	gets_back(p, .seq = 1, .len = 500);
}
