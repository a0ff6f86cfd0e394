/* SPDX-License-Identifier: MIT */
#include "unit/wire/wire_test.h"

#include "wire/ethernet.h"

static const uint8_t arp_frame[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
				     0,    0,    0,    0,    0x01, 0x08, 0x06 };

static bool parse(struct bytes frame)
{
	struct ethernet_header h;

	if (ethernet_parse(&h, &frame) != FATE_PASS)
		return false;
	touch(frame);
	return true;
}

TEST(a_frame_is_read)
{
	struct bytes frame = { arp_frame, sizeof arp_frame };
	struct ethernet_header h;

	assert_int_equal(ethernet_parse(&h, &frame), FATE_PASS);
	assert_true(mac_equal(h.destination, mac_broadcast()));
	assert_true(mac_equal(h.source, (struct mac){ { 2, 0, 0, 0, 0, 1 } }));
	assert_int_equal(h.type, ETHERTYPE_ARP);
	assert_int_equal(frame.len, 0);
}

TEST(what_is_emitted_parses_to_the_same)
{
	struct random r = test_random();
	struct ethernet_header in, out;
	struct ethernet_octets octets;
	int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		struct bytes frame = { (void *)&octets, sizeof octets };

		random_octets(&r, in.destination.octets, 6);
		random_octets(&r, in.source.octets, 6);
		in.type = (uint16_t)random_u32(&r);
		ethernet_emit(&octets, &in);
		assert_int_equal(ethernet_parse(&out, &frame), FATE_PASS);
		assert_true(mac_equal(in.destination, out.destination));
		assert_true(mac_equal(in.source, out.source));
		assert_int_equal(in.type, out.type);
	}
}

TEST(every_truncation_is_refused)
{
	refuses_every_truncation(parse, arp_frame, sizeof arp_frame);
}

TEST(random_input_does_no_harm)
{
	assert_true(survives_random_input(parse, (struct bytes){ arp_frame, sizeof arp_frame }) >
		    0);
}

TEST(group_addresses_are_told_from_stations)
{
	assert_true(mac_is_group(mac_broadcast()));
	assert_true(mac_is_group((struct mac){ { 0x33, 0x33, 0, 0, 0, 1 } }));
	assert_false(mac_is_group((struct mac){ { 2, 0xff, 0xff, 0xff, 0xff, 0xff } }));
}

/* RFC 1112 6.4: of the group the low 23 bits. */
TEST(an_ipv4_group_has_an_ethernet_address)
{
	struct mac mac = ethernet_multicast(tenon_ip4(224, 0x81, 2, 3));

	assert_true(mac_equal(mac, (struct mac){ { 0x01, 0x00, 0x5e, 0x01, 2, 3 } }));
}

/* RFC 2464 7: of the group the low 32 bits. */
TEST(an_ipv6_group_has_an_ethernet_address)
{
	struct tenon_ip group = { { 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0x81, 2, 3 } };

	assert_true(mac_equal(ethernet_multicast(group),
			      (struct mac){ { 0x33, 0x33, 0xff, 0x81, 2, 3 } }));
}
