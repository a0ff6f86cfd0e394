/* SPDX-License-Identifier: MIT */
/* capture.h - reads pcap and pcapng files, with the comments that a pcapng has.
 *
 * A file is read whole and taken apart in place. A file that ends too early or makes no sense is
 * an error with its offset; the packets before that place are kept. Packets of several files are
 * merged by capture_sort().
 *
 * Owns: the files' octets, to which packets and notes point.    Called by: explain, flow.
 */
#ifndef TOOLS_CAPTURE_H
#define TOOLS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum capture_direction { CAPTURE_ANY, CAPTURE_IN, CAPTURE_OUT };

/* A packet, or (octets NULL) a moment that has notes only. */
struct capture_packet {
	uint64_t at_us;
	const uint8_t *octets;
	uint32_t len;       /* captured */
	uint32_t interface; /* unique in the capture */
	uint16_t link_type; /* LINKTYPE_ETHERNET … */
	uint8_t direction;  /* enum capture_direction */
	uint16_t notes_count;
	size_t notes; /* the first of them, in capture.notes */
	size_t order; /* in which it was read */
};

struct capture_note {
	const char *text; /* not ended by a zero octet */
	size_t len;
};

struct capture_file {
	uint8_t *octets;
	size_t len;
};

struct capture {
	struct capture_packet *packets;
	size_t count, room;
	struct capture_note *notes;
	size_t notes_count, notes_room;
	struct capture_file *files;
	size_t files_count;
	uint32_t interfaces;
};

struct capture_error {
	bool has_offset; /* else the file could not be read at all */
	uint64_t offset;
	char text[120];
};

/* An empty capture is all zero. */
void capture_free(struct capture *);

/* Adds a file's packets. False: *error says where and why it ended early. */
bool capture_read(struct capture *, const char *path, struct capture_error *error);

/* The same for octets in memory, allocated with malloc(): always takes them. */
bool capture_parse(struct capture *, uint8_t *octets, size_t len, struct capture_error *error);

/* By time; at the same time as they were read. */
void capture_sort(struct capture *);

/* For the two formats' parsers: adds a packet without notes. NULL: no memory. */
struct capture_packet *capture_add(struct capture *);

/* Adds a note to the packet added last. False: no memory. */
bool capture_add_note(struct capture *, const char *text, size_t len);

/* Fills *error; returns false. */
bool capture_fails(struct capture_error *error, uint64_t offset, const char *text);

/* capture_pcapng.c: a file of that format. */
bool capture_parse_pcapng(struct capture *, const struct capture_file *, struct capture_error *);

#endif
