/* SPDX-License-Identifier: MIT */
/* pcapng_notes.h - events in words, as they stand in a capture's comments.
 *
 *	bad TCP checksum (TCP_CHECKSUM)
 *	10.1.0.2:40000 > 10.1.0.3:80 SYN-SENT -> ESTABLISHED
 *	10.1.0.2:40000 > 10.1.0.9:80 failed: the peer answered the SYN with RST (PEER_REFUSED)
 *
 * `tenon explain` finds the connection by the two endpoints at the beginning, and the kind of the
 * note by the words after them.
 *
 * Called by: pcapng.
 */
#ifndef LINKS_PCAPNG_NOTES_H
#define LINKS_PCAPNG_NOTES_H

#include <tenon/event.h>

enum { NOTE_MAX = 256 };

/* Writes the note that belongs to the event and returns its length; 0: there is nothing to say. */
size_t note_of_event(char to[NOTE_MAX], const struct tenon_event *);

#endif
