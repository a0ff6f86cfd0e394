/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tenon/pcapng.h>

#include "links/wire_path.h"
#include "tools/capture.h"
#include "tools/diagram.h"
#include "tools/story.h"

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

/* A SYN from 10.1.0.2:40000 to 10.1.0.3:80, bare. */
static const uint8_t syn[40] = {
	0x45, 0,    0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 10,   1, 0,    2,    10, 1, 0, 3,
	0x9c, 0x40, 0, 80, 0, 0, 0,    9, 0,  0, 0, 0, 0x50, 2, 0xff, 0xff, 0,  0, 0, 0,
};

static void event(struct tenon_pcapng_host *host, enum tenon_event_kind kind, uint64_t at_us,
		  enum tenon_fate fate)
{
	struct tenon_slice slice = { syn, sizeof syn };
	struct tenon_endpoint local = { tenon_ip4(10, 1, 0, 2), 40000, 0 };
	struct tenon_endpoint peer = { tenon_ip4(10, 1, 0, 3), 80, 0 };

	tenon_pcapng_event(host, &(struct tenon_event){ .kind = kind,
							.at_us = at_us,
							.link = 2,
							.fate = fate,
							.frame = &slice,
							.frame_slices = 1,
							.old_state = "CLOSED",
							.new_state = "SYN-SENT",
							.local = &local,
							.peer = &peer });
}

static void write_capture(struct output *output)
{
	struct tenon_pcapng file;
	struct tenon_pcapng_host host;

	output->len = 0;
	tenon_pcapng_begin(&file, write_to, output, 1000000);
	tenon_pcapng_host(&host, &file, "a");
	tenon_pcapng_link(&host, 2, &(struct tenon_link_facts){ .name = "sim0" });
	event(&host, TENON_EVENT_STATE, 10, TENON_FATE_PASS);
	event(&host, TENON_EVENT_FRAME_OUT, 10, TENON_FATE_SENT);
	event(&host, TENON_EVENT_FRAME_IN, 20, TENON_FATE_TCP_CHECKSUM);
	event(&host, TENON_EVENT_STATE, 30, TENON_FATE_PASS);
	tenon_pcapng_end(&host);
}

static bool parse(struct capture *capture, const void *octets, size_t len,
		  struct capture_error *error)
{
	uint8_t *copy = malloc(len != 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, octets, len);
	*capture = (struct capture){ .packets = NULL };
	return capture_parse(capture, copy, len, error);
}

static void assert_note(const struct capture *capture, size_t packet, const char *text)
{
	const struct capture_note *note = &capture->notes[capture->packets[packet].notes];

	assert_int_equal(capture->packets[packet].notes_count, 1);
	assert_int_equal(note->len, strlen(text));
	assert_memory_equal(note->text, text, note->len);
}

TEST(what_the_core_writes_is_read_back)
{
	struct capture capture;
	struct capture_error error;
	struct output output;

	write_capture(&output);
	assert_true(parse(&capture, output.octets, output.len, &error));
	assert_int_equal(capture.count, 3);
	assert_int_equal(capture.packets[0].at_us, 1000010);
	assert_int_equal(capture.packets[0].direction, CAPTURE_OUT);
	assert_int_equal(capture.packets[0].link_type, 101);
	assert_int_equal(capture.packets[0].len, sizeof syn);
	assert_memory_equal(capture.packets[0].octets, syn, sizeof syn);
	assert_note(&capture, 0, "10.1.0.2:40000 > 10.1.0.3:80 CLOSED -> SYN-SENT");
	assert_int_equal(capture.packets[1].direction, CAPTURE_IN);
	assert_note(&capture, 1, "bad TCP checksum (TCP_CHECKSUM)");
	assert_null(capture.packets[2].octets);
	assert_note(&capture, 2, "10.1.0.2:40000 > 10.1.0.3:80 CLOSED -> SYN-SENT");
	capture_free(&capture);
}

static void explain_into_nothing(const struct capture *capture)
{
	struct diagram_style style = { 80, 10, true };
	FILE *nothing = fopen("/dev/null", "w");
	struct flows flows;
	size_t i;

	assert_non_null(nothing);
	assert_true(flows_read(&flows, capture));
	for (i = 0; i < flows.count; i++) {
		story_tell(nothing, flows.all[i]);
		diagram_draw(nothing, flows.all[i], &style);
	}
	flows_free(&flows);
	fclose(nothing);
}

TEST(a_capture_that_is_cut_off_is_an_error_at_its_offset)
{
	struct capture_error error;
	struct capture capture;
	struct output output;
	size_t len;
	unsigned whole = 0;

	write_capture(&output);
	for (len = 0; len < output.len; len++) {
		bool is_whole = parse(&capture, output.octets, len, &error);

		whole += is_whole;
		assert_true(is_whole || (error.offset <= len && error.text[0] != '\0'));
		capture_sort(&capture);
		explain_into_nothing(&capture);
		capture_free(&capture);
	}
	assert_int_equal(whole, 4); /* after each block but the last */
}

TEST(changed_octets_do_no_harm)
{
	struct capture_error error;
	struct capture capture;
	struct output output;
	uint64_t random = 3;
	unsigned round, i;

	for (round = 0; round < 20000; round++) {
		write_capture(&output);
		for (i = 0; i < 1 + round % 4; i++)
			output.octets[wire_random(&random) % output.len] =
				(uint8_t)wire_random(&random);
		parse(&capture, output.octets, output.len, &error);
		capture_sort(&capture);
		explain_into_nothing(&capture);
		capture_free(&capture);
	}
}

TEST(random_octets_do_no_harm)
{
	static const uint8_t magics[][4] = { { 0x0a, 0x0d, 0x0d, 0x0a },
					     { 0xd4, 0xc3, 0xb2, 0xa1 },
					     { 0xa1, 0xb2, 0x3c, 0x4d } };
	struct capture_error error;
	struct capture capture;
	uint8_t octets[256];
	uint64_t random = 4;
	unsigned round, i;

	for (round = 0; round < 20000; round++) {
		size_t len = 4 + wire_random(&random) % (sizeof octets - 4);

		for (i = 0; i < sizeof octets; i++)
			octets[i] = (uint8_t)(wire_random(&random) & wire_random(&random));
		memcpy(octets, magics[round % 3], 4);
		if (!parse(&capture, octets, len, &error))
			assert_true(error.offset <= len);
		explain_into_nothing(&capture);
		capture_free(&capture);
	}
}

TEST(a_pcap_of_either_byte_order_and_resolution_is_read)
{
	uint8_t file[24 + 16 + 40] = { 0xa1,         0xb2,           0x3c,
				       0x4d,         [23] = 101,     [24 + 3] = 2,
				       [24 + 6] = 1, [24 + 11] = 40, [24 + 15] = 40 };
	struct capture_error error;
	struct capture capture;
	size_t i;

	memcpy(file + 40, syn, sizeof syn);
	assert_true(parse(&capture, file, sizeof file, &error));
	assert_int_equal(capture.count, 1);
	assert_int_equal(capture.packets[0].at_us, 2000000);
	assert_int_equal(capture.packets[0].link_type, 101);
	capture_free(&capture);
	for (i = 0; i < 40; i += 4) {
		uint8_t word[4] = { file[i + 3], file[i + 2], file[i + 1], file[i] };

		memcpy(file + i, word, 4);
	}
	memcpy(file, (uint8_t[]){ 0xd4, 0xc3, 0xb2, 0xa1 }, 4);
	assert_true(parse(&capture, file, sizeof file, &error));
	assert_int_equal(capture.packets[0].at_us, 2000256);
	assert_memory_equal(capture.packets[0].octets, syn, sizeof syn);
	capture_free(&capture);
}

TEST(a_file_that_is_not_there_says_so)
{
	struct capture capture = { .packets = NULL };
	struct capture_error error;

	assert_false(capture_read(&capture, "/nonexistent/capture", &error));
	assert_string_equal(error.text, "No such file or directory");
	assert_false(error.has_offset);
	assert_false(capture_read(&capture, "/dev", &error));
	assert_string_equal(error.text, "this is not a file");
	capture_free(&capture);
}
