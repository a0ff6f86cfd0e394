/* SPDX-License-Identifier: MIT */
#include "tools/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PCAP_MAGIC = 0xa1b2c3d4,
	PCAP_MAGIC_NANOSECONDS = 0xa1b23c4d,
	PCAPNG_MAGIC = 0x0a0d0d0a,
	PCAP_HEADER = 24,
	PCAP_RECORD = 16,
};

bool capture_fails(struct capture_error *error, uint64_t offset, const char *text)
{
	error->has_offset = true;
	error->offset = offset;
	snprintf(error->text, sizeof error->text, "%s", text);
	return false;
}

void capture_free(struct capture *capture)
{
	size_t i;

	for (i = 0; i < capture->files_count; i++)
		free(capture->files[i].octets);
	free(capture->files);
	free(capture->packets);
	free(capture->notes);
	*capture = (struct capture){ .packets = NULL };
}

static bool cannot_read(struct capture_error *error, int number)
{
	capture_fails(error, 0, number == ESPIPE ? "this is not a file" : strerror(number));
	error->has_offset = false;
	return false;
}

static void *grown(void *array, size_t *room, size_t size)
{
	size_t wanted = *room != 0 ? *room * 2 : 256;
	void *larger = realloc(array, wanted * size);

	if (larger != NULL)
		*room = wanted;
	return larger;
}

struct capture_packet *capture_add(struct capture *capture)
{
	struct capture_packet *packet;

	if (capture->count == capture->room) {
		packet = grown(capture->packets, &capture->room, sizeof *packet);
		if (packet == NULL)
			return NULL;
		capture->packets = packet;
	}
	packet = &capture->packets[capture->count];
	*packet = (struct capture_packet){ .order = capture->count, .notes = capture->notes_count };
	capture->count++;
	return packet;
}

bool capture_add_note(struct capture *capture, const char *text, size_t len)
{
	struct capture_note *notes;

	if (capture->notes_count == capture->notes_room) {
		notes = grown(capture->notes, &capture->notes_room, sizeof *notes);
		if (notes == NULL)
			return false;
		capture->notes = notes;
	}
	capture->notes[capture->notes_count++] = (struct capture_note){ text, len };
	capture->packets[capture->count - 1].notes_count++;
	return true;
}

static uint32_t get_u32(const uint8_t *at, bool is_big)
{
	uint32_t a = at[0], b = at[1], c = at[2], d = at[3];

	return is_big ? a << 24 | b << 16 | c << 8 | d : d << 24 | c << 16 | b << 8 | a;
}

static bool parse_pcap(struct capture *capture, const struct capture_file *file, bool is_big,
		       struct capture_error *error)
{
	const uint8_t *octets = file->octets;
	bool nanoseconds = get_u32(octets, is_big) == PCAP_MAGIC_NANOSECONDS;
	uint32_t interface = capture->interfaces++;
	size_t at = PCAP_HEADER;

	if (file->len < PCAP_HEADER)
		return capture_fails(error, file->len, "the file header is cut off");
	while (at < file->len) {
		struct capture_packet *packet;
		uint32_t fraction, len;

		if (file->len - at < PCAP_RECORD)
			return capture_fails(error, at, "a packet's header is cut off");
		len = get_u32(octets + at + 8, is_big);
		if (len > file->len - at - PCAP_RECORD)
			return capture_fails(error, at, "a packet is cut off");
		packet = capture_add(capture);
		if (packet == NULL)
			return capture_fails(error, at, "there is not enough memory");
		fraction = get_u32(octets + at + 4, is_big);
		packet->at_us = get_u32(octets + at, is_big) * (uint64_t)1000000 +
				(nanoseconds ? fraction / 1000 : fraction);
		packet->octets = octets + at + PCAP_RECORD;
		packet->len = len;
		packet->interface = interface;
		packet->link_type = (uint16_t)get_u32(octets + 20, is_big);
		at += PCAP_RECORD + len;
	}
	return true;
}

static bool is_pcap(uint32_t magic)
{
	return magic == PCAP_MAGIC || magic == PCAP_MAGIC_NANOSECONDS;
}

bool capture_parse(struct capture *capture, uint8_t *octets, size_t len,
		   struct capture_error *error)
{
	struct capture_file *file =
		realloc(capture->files, (capture->files_count + 1) * sizeof *file);
	bool is_big;

	if (file == NULL) {
		free(octets);
		return capture_fails(error, 0, "there is not enough memory");
	}
	capture->files = file;
	file += capture->files_count++;
	*file = (struct capture_file){ octets, len };
	if (len < 4)
		return capture_fails(error, len,
				     len == 0 ? "the file is empty"
					      : "the file is too short for a capture");
	if (get_u32(octets, false) == PCAPNG_MAGIC)
		return capture_parse_pcapng(capture, file, error);
	is_big = is_pcap(get_u32(octets, true));
	if (!is_big && !is_pcap(get_u32(octets, false)))
		return capture_fails(error, 0, "this is neither pcap nor pcapng");
	return parse_pcap(capture, file, is_big, error);
}

static bool read_all(int descriptor, uint8_t *to, size_t len, size_t *got)
{
	ssize_t n = 1;

	for (*got = 0; *got < len && n != 0; *got += (size_t)n) {
		n = read(descriptor, to + *got, len - *got);
		if (n < 0)
			return false;
	}
	return true;
}

bool capture_read(struct capture *capture, const char *path, struct capture_error *error)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *octets = NULL;
	struct stat facts;
	size_t len = 0;
	bool is_read;

	if (descriptor < 0)
		return cannot_read(error, errno);
	if (fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode))
		octets = malloc((size_t)facts.st_size + 1);
	else
		errno = ESPIPE;
	is_read = octets != NULL && read_all(descriptor, octets, (size_t)facts.st_size, &len);
	if (!is_read)
		cannot_read(error, errno);
	close(descriptor);
	if (is_read)
		return capture_parse(capture, octets, len, error);
	free(octets);
	return false;
}

static int by_time(const void *left, const void *right)
{
	const struct capture_packet *a = left, *b = right;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

void capture_sort(struct capture *capture)
{
	if (capture->count != 0)
		qsort(capture->packets, capture->count, sizeof *capture->packets, by_time);
}
