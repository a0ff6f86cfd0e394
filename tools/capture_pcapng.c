/* SPDX-License-Identifier: MIT */
#include "tools/capture.h"

#include <stdlib.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	BLOCK_LEAST = 12,
};

enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_PACKET_FLAGS = 2,
	OPTION_TIME_RESOLUTION = 9,
	OPTION_TIME_OFFSET = 14,
};

struct interface {
	uint32_t number; /* in the whole capture */
	uint16_t link_type;
	uint8_t resolution;
	uint32_t snap_len;
	int64_t offset_s;
};

/* A file while it is read. */
struct reading {
	struct capture *capture;
	const uint8_t *octets;
	size_t len;
	bool is_big;
	struct interface *interfaces; /* of this section */
	size_t interfaces_count, interfaces_room;
	uint64_t last_us;
	struct capture_error *error;
};

/* A block's content, or what is left of it; offsets are the file's. */
struct content {
	size_t at, end;
};

struct option {
	uint32_t code;
	size_t at, len;
};

static uint32_t u16_at(const struct reading *r, size_t at)
{
	uint32_t a = r->octets[at], b = r->octets[at + 1];

	return r->is_big ? a << 8 | b : b << 8 | a;
}

static uint32_t u32_at(const struct reading *r, size_t at)
{
	uint32_t low = u16_at(r, r->is_big ? at + 2 : at),
		 high = u16_at(r, r->is_big ? at : at + 2);

	return high << 16 | low;
}

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

/* The next option. False: that was the last one; error->text is set if they make no sense. */
static bool next_option(struct reading *r, struct content *options, struct option *out)
{
	if (options->end - options->at < 4)
		return false;
	out->code = u16_at(r, options->at);
	out->len = u16_at(r, options->at + 2);
	out->at = options->at + 4;
	if (out->code == OPTION_END)
		return false;
	if (padded(out->len) > options->end - out->at)
		return capture_fails(r->error, options->at, "an option is longer than its block");
	options->at = out->at + padded(out->len);
	return true;
}

static bool section_begins(struct reading *r, const struct content *content)
{
	if (content->end - content->at < 16)
		return capture_fails(r->error, content->at, "a section header is too short");
	if (u16_at(r, content->at + 4) != 1)
		return capture_fails(r->error, content->at + 4, "a section of an unknown version");
	r->interfaces_count = 0;
	return true;
}

static bool interface_described(struct reading *r, struct content content)
{
	struct interface *interface;
	struct option option;

	if (content.end - content.at < 8)
		return capture_fails(r->error, content.at, "an interface description is too short");
	if (r->interfaces_count == r->interfaces_room) {
		size_t room = r->interfaces_room != 0 ? 2 * r->interfaces_room : 8;

		interface = realloc(r->interfaces, room * sizeof *interface);
		if (interface == NULL)
			return capture_fails(r->error, content.at, "there is not enough memory");
		r->interfaces = interface;
		r->interfaces_room = room;
	}
	interface = &r->interfaces[r->interfaces_count++];
	*interface = (struct interface){ .number = r->capture->interfaces++,
					 .link_type = (uint16_t)u16_at(r, content.at),
					 .snap_len = u32_at(r, content.at + 4),
					 .resolution = 6 };
	content.at += 8;
	while (next_option(r, &content, &option)) {
		if (option.code == OPTION_TIME_RESOLUTION && option.len == 1)
			interface->resolution = r->octets[option.at];
		if (option.code == OPTION_TIME_OFFSET && option.len == 8)
			interface->offset_s = (int32_t)u32_at(r, option.at + (r->is_big ? 4 : 0));
	}
	return r->error->text[0] == '\0';
}

/* The resolution is ten, or with the top bit two, to minus its value. */
static uint64_t to_us(const struct interface *interface, uint64_t units)
{
	unsigned exponent = interface->resolution & 0x7f;
	uint64_t us = units, rest;

	if (interface->resolution & 0x80) {
		rest = exponent < 44 ? units & (((uint64_t)1 << exponent) - 1) : 0;
		us = exponent < 64 ? (units >> exponent) * 1000000 : 0;
		us += exponent < 44 ? rest * 1000000 >> exponent : 0;
	} else {
		for (; exponent > 6; exponent--)
			us /= 10;
		for (; exponent < 6; exponent++)
			us *= 10;
	}
	return us + (uint64_t)interface->offset_s * 1000000;
}

static bool take_options(struct reading *r, struct content options)
{
	struct capture_packet *packet = &r->capture->packets[r->capture->count - 1];
	struct option option;
	bool fits = true;

	while (fits && next_option(r, &options, &option)) {
		if (option.code == OPTION_COMMENT)
			fits = capture_add_note(r->capture, (const char *)r->octets + option.at,
						option.len);
		if (option.code == OPTION_PACKET_FLAGS && option.len == 4 && packet->octets != NULL)
			packet->direction = u32_at(r, option.at) & 3;
	}
	if (!fits)
		return capture_fails(r->error, options.at, "there is not enough memory");
	return r->error->text[0] == '\0';
}

/* The packet, or the statistics, of an interface at a time: what both kinds of blocks begin with.
 */
static struct capture_packet *add_of_interface(struct reading *r, const struct content *content,
					       size_t least)
{
	const struct interface *interface;
	struct capture_packet *packet;
	uint32_t number;

	if (content->end - content->at < least) {
		capture_fails(r->error, content->at, "a block is too short for its kind");
		return NULL;
	}
	number = u32_at(r, content->at);
	if (number >= r->interfaces_count) {
		capture_fails(r->error, content->at,
			      "a packet of an interface that is not described");
		return NULL;
	}
	interface = &r->interfaces[number];
	packet = capture_add(r->capture);
	if (packet == NULL) {
		capture_fails(r->error, content->at, "there is not enough memory");
		return NULL;
	}
	packet->interface = interface->number;
	packet->link_type = interface->link_type;
	packet->at_us = to_us(interface, (uint64_t)u32_at(r, content->at + 4) << 32 |
						 u32_at(r, content->at + 8));
	r->last_us = packet->at_us;
	return packet;
}

static bool packet_captured(struct reading *r, struct content content)
{
	struct capture_packet *packet = add_of_interface(r, &content, 20);
	size_t len;

	if (packet == NULL)
		return false;
	len = u32_at(r, content.at + 12);
	content.at += 20;
	if (len > content.end - content.at) {
		r->capture->count--;
		return capture_fails(r->error, content.at - 8, "a packet is longer than its block");
	}
	packet->octets = r->octets + content.at;
	packet->len = (uint32_t)len;
	content.at =
		padded(len) < content.end - content.at ? content.at + padded(len) : content.end;
	return take_options(r, content);
}

/* A simple packet has no time: that of the packet before must do. */
static bool simple_packet_captured(struct reading *r, const struct content *content)
{
	struct capture_packet *packet;
	size_t len;

	if (content->end - content->at < 4 || r->interfaces_count == 0)
		return capture_fails(r->error, content->at,
				     "a simple packet without its interface");
	packet = capture_add(r->capture);
	if (packet == NULL)
		return capture_fails(r->error, content->at, "there is not enough memory");
	len = u32_at(r, content->at);
	if (r->interfaces[0].snap_len != 0 && len > r->interfaces[0].snap_len)
		len = r->interfaces[0].snap_len;
	if (len > content->end - content->at - 4)
		len = content->end - content->at - 4;
	packet->at_us = r->last_us;
	packet->interface = r->interfaces[0].number;
	packet->link_type = r->interfaces[0].link_type;
	packet->octets = r->octets + content->at + 4;
	packet->len = (uint32_t)len;
	return true;
}

static bool statistics_written(struct reading *r, struct content content)
{
	if (add_of_interface(r, &content, 12) == NULL)
		return false;
	content.at += 12;
	return take_options(r, content);
}

static bool take_block(struct reading *r, uint32_t type, const struct content *content)
{
	switch (type) {
	case BLOCK_SECTION:
		return section_begins(r, content);
	case BLOCK_INTERFACE:
		return interface_described(r, *content);
	case BLOCK_PACKET:
		return packet_captured(r, *content);
	case BLOCK_SIMPLE_PACKET:
		return simple_packet_captured(r, content);
	case BLOCK_STATISTICS:
		return statistics_written(r, *content);
	default:
		return true;
	}
}

/* A section says in which order its octets are. */
static bool learn_order(struct reading *r, size_t at)
{
	r->is_big = false;
	if (u32_at(r, at + 8) == BYTE_ORDER_MAGIC)
		return true;
	r->is_big = true;
	if (u32_at(r, at + 8) == BYTE_ORDER_MAGIC)
		return true;
	return capture_fails(r->error, at + 8, "a section without a byte-order magic");
}

static bool read_blocks(struct reading *r)
{
	size_t at = 0, len;

	while (at < r->len) {
		uint32_t type;

		if (r->len - at < BLOCK_LEAST)
			return capture_fails(r->error, at, "a block is cut off");
		type = u32_at(r, at);
		if (type == BLOCK_SECTION && !learn_order(r, at))
			return false;
		len = u32_at(r, at + 4);
		if (len < BLOCK_LEAST || len % 4 != 0)
			return capture_fails(r->error, at, "a block has an impossible length");
		if (len > r->len - at)
			return capture_fails(r->error, at, "a block is cut off");
		if (!take_block(r, type, &(struct content){ at + 8, at + len - 4 }))
			return false;
		at += len;
	}
	return true;
}

bool capture_parse_pcapng(struct capture *capture, const struct capture_file *file,
			  struct capture_error *error)
{
	struct reading r = {
		.capture = capture, .octets = file->octets, .len = file->len, .error = error
	};
	bool is_whole;

	error->text[0] = '\0';
	is_whole = read_blocks(&r);
	free(r.interfaces);
	return is_whole;
}
