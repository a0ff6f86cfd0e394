/* SPDX-License-Identifier: MIT */
/* pcapng.c - the blocks of draft-ietf-opsawg-pcapng: section header, interface descriptions,
 * enhanced packets, interface statistics. All numbers little-endian, on every machine.
 *
 * A block carries its length in front, so each writer first adds up what it will write.
 */
#include <tenon/pcapng.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "links/pcapng_notes.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
};

enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_PACKET_FLAGS = 2,
	OPTION_INTERFACE_NAME = 2,
	OPTION_APPLICATION = 4,
	OPTION_INTERFACE_MAC = 6,
	OPTION_TIME_RESOLUTION = 9,
};

enum { LINKTYPE_ETHERNET = 1, LINKTYPE_RAW = 101 };
enum { FLAG_INBOUND = 1, FLAG_OUTBOUND = 2 };
enum { MICROSECONDS = 6 }; /* ten to minus this */

static void put(struct tenon_pcapng *file, const void *octets, size_t len)
{
	if (len != 0)
		file->write(file->context, octets, len);
}

static void put_u16(struct tenon_pcapng *file, uint32_t n)
{
	put(file, (uint8_t[]){ (uint8_t)n, (uint8_t)(n >> 8) }, 2);
}

static void put_u32(struct tenon_pcapng *file, uint32_t n)
{
	put(file,
	    (uint8_t[]){ (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24) },
	    4);
}

static size_t padding(size_t len)
{
	return -len % 4;
}

static void pad(struct tenon_pcapng *file, size_t len)
{
	put(file, (uint8_t[3]){ 0 }, padding(len));
}

static size_t option_size(size_t len)
{
	return 4 + len + padding(len);
}

static void put_option(struct tenon_pcapng *file, unsigned code, const void *value, size_t len)
{
	put_u16(file, code);
	put_u16(file, (uint32_t)len);
	put(file, value, len);
	pad(file, len);
}

/* What frames a block: type and length in front, the length again behind; content is what is
 * between. */
static size_t block_size(size_t content)
{
	return 12 + content;
}

static void put_block_start(struct tenon_pcapng *file, uint32_t type, size_t content)
{
	put_u32(file, type);
	put_u32(file, (uint32_t)block_size(content));
}

static void put_block_end(struct tenon_pcapng *file, size_t content)
{
	put_option(file, OPTION_END, NULL, 0);
	put_u32(file, (uint32_t)block_size(content));
}

void tenon_pcapng_begin(struct tenon_pcapng *file, void (*write)(void *, const void *, size_t),
			void *context, uint64_t epoch_us)
{
	static const char application[] = "Tenon";
	size_t name_len = sizeof application - 1;
	size_t content = 16 + option_size(name_len) + option_size(0);

	*file = (struct tenon_pcapng){ write, context, epoch_us, 0 };
	put_block_start(file, BLOCK_SECTION, content);
	put_u32(file, BYTE_ORDER_MAGIC);
	put_u16(file, 1);
	put_u16(file, 0);
	put_u32(file, UINT32_MAX); /* with the next: the section's length is not given */
	put_u32(file, UINT32_MAX);
	put_option(file, OPTION_APPLICATION, application, name_len);
	put_block_end(file, content);
}

void tenon_pcapng_host(struct tenon_pcapng_host *host, struct tenon_pcapng *file, const char *name)
{
	memset(host, 0, sizeof *host);
	host->file = file;
	host->name = name;
}

/* mac is NULL where the interface has none. Returns the interface's number + 1. */
static uint32_t describe(struct tenon_pcapng_host *host, const char *link_name, const char *suffix,
			 const uint8_t *mac)
{
	static const uint8_t resolution = MICROSECONDS;
	struct tenon_pcapng *file = host->file;
	char name[64];
	size_t name_len, content;

	snprintf(name, sizeof name, "%s%s%s%s", host->name != NULL ? host->name : "",
		 host->name != NULL ? ":" : "", link_name, suffix);
	name_len = strlen(name);
	content = 8 + option_size(name_len) + (mac != NULL ? option_size(6) : 0) + option_size(1) +
		  option_size(0);
	put_block_start(file, BLOCK_INTERFACE, content);
	put_u16(file, mac != NULL ? LINKTYPE_ETHERNET : LINKTYPE_RAW);
	put_u16(file, 0);
	put_u32(file, 0);
	put_option(file, OPTION_INTERFACE_NAME, name, name_len);
	if (mac != NULL)
		put_option(file, OPTION_INTERFACE_MAC, mac, 6);
	put_option(file, OPTION_TIME_RESOLUTION, &resolution, 1);
	put_block_end(file, content);
	return ++file->interfaces;
}

void tenon_pcapng_link(struct tenon_pcapng_host *host, unsigned link,
		       const struct tenon_link_facts *facts)
{
	if (link >= TENON_PCAPNG_LINKS_MAX)
		return;
	host->whole[link] = describe(host, facts->name, "", facts->is_ethernet ? facts->mac : NULL);
	if (!facts->is_ethernet)
		host->bare[link] = host->whole[link];
}

/* The number of the interface for a link's frames, or for its packets without a frame. */
static uint32_t interface_of(struct tenon_pcapng_host *host, unsigned link, bool is_bare)
{
	char name[16];

	if (link >= TENON_PCAPNG_LINKS_MAX)
		link = 0;
	if (host->whole[link] != 0 && !is_bare)
		return host->whole[link] - 1;
	if (host->bare[link] == 0) {
		snprintf(name, sizeof name, link == 1 ? "lo" : "link%u", link);
		host->bare[link] =
			describe(host, name, host->whole[link] != 0 ? " (lost)" : "", NULL);
		if (host->whole[link] == 0)
			host->whole[link] = host->bare[link];
	}
	return host->bare[link] - 1;
}

static size_t comments_size(const struct tenon_pcapng_host *host)
{
	size_t size = 0, at, len;

	for (at = 0; at < host->notes_len; at += len + 1) {
		len = strlen(host->notes + at);
		size += option_size(len);
	}
	return size;
}

static void put_comments(struct tenon_pcapng_host *host)
{
	size_t at, len;

	for (at = 0; at < host->notes_len; at += len + 1) {
		len = strlen(host->notes + at);
		put_option(host->file, OPTION_COMMENT, host->notes + at, len);
	}
	host->notes_len = 0;
}

static void put_time(struct tenon_pcapng *file, uint64_t at_us)
{
	at_us += file->epoch_us;
	put_u32(file, (uint32_t)(at_us >> 32));
	put_u32(file, (uint32_t)at_us);
}

static uint32_t any_interface(struct tenon_pcapng_host *host)
{
	unsigned link;

	for (link = 0; link < TENON_PCAPNG_LINKS_MAX; link++)
		if (host->whole[link] != 0)
			return host->whole[link] - 1;
	return interface_of(host, 1, true);
}

void tenon_pcapng_end(struct tenon_pcapng_host *host)
{
	struct tenon_pcapng *file = host->file;
	size_t content = 12 + comments_size(host) + option_size(0);
	uint32_t interface;

	if (host->notes_len == 0)
		return;
	interface = any_interface(host);
	put_block_start(file, BLOCK_STATISTICS, content);
	put_u32(file, interface);
	put_time(file, host->notes_at_us);
	put_comments(host);
	put_block_end(file, content);
}

static void keep_note(struct tenon_pcapng_host *host, const struct tenon_event *event)
{
	char note[NOTE_MAX];
	size_t len = note_of_event(note, event);

	if (host->notes_at_us != event->at_us || host->notes_len + len + 1 > sizeof host->notes)
		tenon_pcapng_end(host);
	host->notes_at_us = event->at_us;
	if (len == 0)
		return;
	memcpy(host->notes + host->notes_len, note, len);
	host->notes_len += (uint32_t)len;
	host->notes[host->notes_len++] = '\0';
}

static void put_packet(struct tenon_pcapng_host *host, const struct tenon_event *event,
		       bool is_bare)
{
	struct tenon_pcapng *file = host->file;
	uint32_t interface = interface_of(host, event->link, is_bare);
	uint8_t flags[4] = { event->kind == TENON_EVENT_FRAME_IN ? FLAG_INBOUND : FLAG_OUTBOUND };
	size_t len = 0, content;
	unsigned i;

	for (i = 0; i < event->frame_slices; i++)
		len += event->frame[i].len;
	content = 20 + len + padding(len) + option_size(sizeof flags) + comments_size(host) +
		  option_size(0);
	put_block_start(file, BLOCK_PACKET, content);
	put_u32(file, interface);
	put_time(file, event->at_us);
	put_u32(file, (uint32_t)len);
	put_u32(file, (uint32_t)len);
	for (i = 0; i < event->frame_slices; i++)
		put(file, event->frame[i].at, event->frame[i].len);
	pad(file, len);
	put_option(file, OPTION_PACKET_FLAGS, flags, sizeof flags);
	put_comments(host);
	put_block_end(file, content);
}

/* Whether what was lost on its way out had its IP header already. What waits is not lost. */
static bool is_lost_packet(const struct tenon_event *event)
{
	const uint8_t *first = event->frame_slices != 0 ? event->frame[0].at : NULL;

	if (event->fate == TENON_FATE_NEIGHBOR_WAITS)
		return false;
	if (first == NULL || event->frame[0].len < 20)
		return false;
	return first[0] >> 4 == 4 || (first[0] >> 4 == 6 && event->frame[0].len >= 40);
}

void tenon_pcapng_event(void *context, const struct tenon_event *event)
{
	struct tenon_pcapng_host *host = context;

	keep_note(host, event);
	switch (event->kind) {
	case TENON_EVENT_FRAME_IN: case TENON_EVENT_FRAME_OUT:
		put_packet(host, event, false);
		break;
	case TENON_EVENT_LOST:
		if (is_lost_packet(event))
			put_packet(host, event, true);
		break;
	case TENON_EVENT_STATE: case TENON_EVENT_FAILURE:
		break;
	}
}
