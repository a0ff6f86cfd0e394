/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <tenon/pcapng.h>

#include "links/pcapng_notes.h"

struct output {
	uint8_t octets[4096];
	size_t len;
};

static void write_to(void *context, const void *octets, size_t len)
{
	struct output *output = context;

	assert_true(len <= sizeof output->octets - output->len);
	memcpy(output->octets + output->len, octets, len);
	output->len += len;
}

static uint32_t u32(const struct output *output, size_t at)
{
	const uint8_t *o = output->octets + at;

	return (uint32_t)o[3] << 24 | (uint32_t)o[2] << 16 | (uint32_t)o[1] << 8 | o[0];
}

/* The offset of the n-th block of a type; each block's two lengths are compared on the way. */
static size_t block(const struct output *output, uint32_t type, unsigned n)
{
	size_t at = 0, len;

	for (; at < output->len; at += len) {
		len = u32(output, at + 4);
		assert_true(len >= 12 && len % 4 == 0 && len <= output->len - at);
		assert_int_equal(u32(output, at + len - 4), len);
		if (u32(output, at) == type && n-- == 0)
			return at;
	}
	fail_msg("there is no such block");
	return 0;
}

static const struct tenon_link_facts ethernet = { .name = "eth0",
						  .mac = { 2, 0, 0, 0, 0, 9 },
						  .is_ethernet = true };

static void begin(struct tenon_pcapng *file, struct tenon_pcapng_host *host, struct output *output)
{
	output->len = 0;
	tenon_pcapng_begin(file, write_to, output, 0x100000000u);
	tenon_pcapng_host(host, file, "a");
	tenon_pcapng_link(host, 2, &ethernet);
}

static void show_frame(struct tenon_pcapng_host *host, enum tenon_fate fate)
{
	struct tenon_slice slices[] = { { "0123456789abcd", 14 }, { "xyz", 3 } };

	tenon_pcapng_event(host, &(struct tenon_event){ .kind = TENON_EVENT_FRAME_OUT,
							.at_us = 5,
							.link = 2,
							.fate = fate,
							.frame = slices,
							.frame_slices = 2 });
}

TEST(a_packet_has_its_interface_time_octets_and_direction)
{
	static const uint8_t packet[20] = "0123456789abcdxyz";
	struct tenon_pcapng file;
	struct tenon_pcapng_host host;
	struct output output;
	size_t at;

	begin(&file, &host, &output);
	show_frame(&host, TENON_FATE_SENT);
	assert_int_equal(u32(&output, 8), 0x1a2b3c4d);
	assert_int_equal(u32(&output, block(&output, 1, 0) + 8), 1);
	at = block(&output, 6, 0);
	assert_int_equal(u32(&output, at + 8), 0);
	assert_int_equal(u32(&output, at + 12), 1);
	assert_int_equal(u32(&output, at + 16), 5);
	assert_int_equal(u32(&output, at + 20), 17);
	assert_int_equal(u32(&output, at + 24), 17);
	assert_memory_equal(output.octets + at + 28, packet, sizeof packet);
	assert_int_equal(u32(&output, at + 48), 2 | 4 << 16);
	assert_int_equal(u32(&output, at + 52), 2);
	assert_int_equal(u32(&output, at + 56), 0);
}

TEST(a_fate_is_a_comment)
{
	static const char text[] = "the link's queue is full (LINK_BUSY)";
	struct tenon_pcapng file;
	struct tenon_pcapng_host host;
	struct output output;
	size_t at;

	begin(&file, &host, &output);
	show_frame(&host, TENON_FATE_LINK_BUSY);
	at = block(&output, 6, 0) + 56;
	assert_int_equal(u32(&output, at), 1 | (uint32_t)(sizeof text - 1) << 16);
	assert_memory_equal(output.octets + at + 4, text, sizeof text - 1);
}

static void show_state(struct tenon_pcapng_host *host, uint64_t at_us)
{
	struct tenon_endpoint local = { tenon_ip4(10, 1, 0, 2), 40000, 0 };
	struct tenon_endpoint peer = { tenon_ip4(10, 1, 0, 3), 80, 0 };

	tenon_pcapng_event(host, &(struct tenon_event){ .kind = TENON_EVENT_STATE,
							.at_us = at_us,
							.old_state = "SYN-SENT",
							.new_state = "ESTABLISHED",
							.local = &local,
							.peer = &peer });
}

TEST(a_state_change_stands_beside_the_packet_of_its_moment)
{
	static const char text[] = "10.1.0.2:40000 > 10.1.0.3:80 SYN-SENT -> ESTABLISHED";
	struct tenon_pcapng file;
	struct tenon_pcapng_host host;
	struct output output;
	size_t at;

	begin(&file, &host, &output);
	show_state(&host, 5);
	show_frame(&host, TENON_FATE_SENT);
	at = block(&output, 6, 0) + 56;
	assert_int_equal(u32(&output, at), 1 | (uint32_t)(sizeof text - 1) << 16);
	assert_memory_equal(output.octets + at + 4, text, sizeof text - 1);
}

TEST(a_state_change_without_a_packet_stands_alone)
{
	struct tenon_pcapng file;
	struct tenon_pcapng_host host;
	struct output output;

	begin(&file, &host, &output);
	show_state(&host, 4);
	show_frame(&host, TENON_FATE_SENT);
	assert_int_equal(u32(&output, block(&output, 5, 0) + 16), 4);
	assert_int_equal(u32(&output, block(&output, 6, 0) + 56), 0);
	show_state(&host, 6);
	tenon_pcapng_end(&host);
	assert_int_equal(u32(&output, block(&output, 5, 1) + 16), 6);
}

TEST(more_comments_than_there_is_room_for_are_not_lost)
{
	struct tenon_pcapng file;
	struct tenon_pcapng_host host;
	struct output output;
	unsigned i;

	begin(&file, &host, &output);
	for (i = 0; i < 25; i++)
		show_state(&host, 5);
	show_frame(&host, TENON_FATE_SENT);
	block(&output, 5, 0);
	assert_true(u32(&output, block(&output, 6, 0) + 56) != 0);
}

TEST(a_packet_that_was_lost_before_it_had_a_frame_has_an_interface_of_its_own)
{
	uint8_t packet[20] = { 0x45 };
	struct tenon_slice slice = { packet, sizeof packet };
	struct tenon_pcapng file;
	struct tenon_pcapng_host host;
	struct output output;

	begin(&file, &host, &output);
	tenon_pcapng_event(&host, &(struct tenon_event){ .kind = TENON_EVENT_LOST,
							 .link = 2,
							 .fate = TENON_FATE_NEIGHBOR_SILENT,
							 .frame = &slice,
							 .frame_slices = 1 });
	assert_int_equal(u32(&output, block(&output, 1, 1) + 8), 101);
	assert_int_equal(u32(&output, block(&output, 6, 0) + 8), 1);
}

static void assert_failure_text(const struct tenon_cause *cause, const char *text)
{
	struct tenon_event event = { .kind = TENON_EVENT_FAILURE, .cause = cause };
	char note[NOTE_MAX];
	size_t len = note_of_event(note, &event);

	note[len] = '\0';
	assert_string_equal(note, text);
}

TEST(a_failure_is_told_with_its_cause)
{
	struct tenon_cause cause = { .result = TENON_OPEN_TIMED_OUT,
				     .kind = TENON_CAUSE_TIMER,
				     .local = { tenon_ip4(10, 1, 0, 2), 40000, 0 },
				     .peer = { tenon_ip4(10, 1, 0, 9), 80, 0 },
				     .transmissions = 11 };

	assert_failure_text(&cause, "10.1.0.2:40000 > 10.1.0.9:80 failed: no answer to the SYN "
				    "(OPEN_TIMED_OUT), retransmission timer, sent 11 times");
	cause.local = (struct tenon_endpoint){ { { 0xfd, [15] = 1 } }, 40000, 0 };
	cause.peer = (struct tenon_endpoint){ { { 0 } }, 80, 0 };
	cause.result = TENON_NEIGHBOR_SILENT;
	cause.kind = TENON_CAUSE_NEIGHBOR;
	cause.detail.neighbor.next_hop = (struct tenon_ip){ { 0, 1, 0, 0, 0, 2, [14] = 0, 3 } };
	cause.detail.neighbor.probes = 3;
	assert_failure_text(&cause,
			    "[fd00::1]:40000 > [::]:80 failed: the next hop does not answer "
			    "ARP or NDP (NEIGHBOR_SILENT), 1:0:2::3 asked 3 times");
}
