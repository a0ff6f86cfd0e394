/* SPDX-License-Identifier: MIT */
/* pcapng.h - a capture file that says why: pcapng written from what an observer is shown.
 *
 * Each frame stands with its direction, and with comments: the fate of a packet that was not
 * simply delivered or sent, and the state changes and failures of connections that go with it.
 * What happens without a frame (a timer gives up) stands in a statistics block of its time.
 * Wireshark shows the former as packet comments; `tenon explain` reads both.
 *
 * Nothing is allocated and no octet is kept back but comments waiting for their frame: several
 * hosts may write one capture. The octets depend on the events only, not on the machine.
 */
#ifndef TENON_PCAPNG_H
#define TENON_PCAPNG_H

#include <tenon/api.h>
#include <tenon/event.h>

TENON_BEGIN

enum { TENON_PCAPNG_LINKS_MAX = 32, TENON_PCAPNG_NOTE_BYTES = 1024 };

struct tenon_pcapng {
	void (*write)(void *context, const void *octets, size_t len);
	void *context;
	uint64_t epoch_us;   /* what the stacks' time 0 is, in microseconds since 1970 */
	uint32_t interfaces; /* described so far */
};

struct tenon_pcapng_host {
	struct tenon_pcapng *file;
	const char *name;
	uint32_t whole[TENON_PCAPNG_LINKS_MAX]; /* interface number + 1 of a link's frames */
	uint32_t bare[TENON_PCAPNG_LINKS_MAX];  /* … of its packets that had no frame yet */
	uint64_t notes_at_us;
	uint32_t notes_len;
	char notes[TENON_PCAPNG_NOTE_BYTES]; /* texts, each ended by a zero octet */
};

/* Writes the file's beginning. The struct is the caller's; write is called from events. */
void tenon_pcapng_begin(struct tenon_pcapng *, void (*write)(void *, const void *, size_t),
			void *context, uint64_t epoch_us);

/* A host that is to be captured; name stands before its links' names, may be NULL, must last. */
void tenon_pcapng_host(struct tenon_pcapng_host *, struct tenon_pcapng *, const char *name);

/* Describes a link, before its first frame. A link that is not described is one of bare IP. */
void tenon_pcapng_link(struct tenon_pcapng_host *, unsigned link, const struct tenon_link_facts *);

/* An observer's function; context is the struct tenon_pcapng_host. */
void tenon_pcapng_event(void *host, const struct tenon_event *);

/* Writes the comments that still wait for a frame. */
void tenon_pcapng_end(struct tenon_pcapng_host *);

TENON_END
#endif
