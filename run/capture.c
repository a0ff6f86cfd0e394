/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct held_frame {
	struct held_frame *next;
	struct tenon_event event;
	struct tenon_slice slice;
	uint8_t octets[];
};

static void write_file(void *context, const void *octets, size_t len)
{
	(void)!fwrite(octets, 1, len, context);
}

bool capture_open(struct capture *c, const char *path, uint64_t epoch_us)
{
	c->file = fopen(path, "wbe");
	c->held = NULL;
	c->held_end = &c->held;
	if (c->file == NULL) {
		fprintf(stderr, "tenon: cannot write the capture %s: %s\n", path, strerror(errno));
		return false;
	}
	tenon_pcapng_begin(&c->pcapng, write_file, c->file, epoch_us);
	tenon_pcapng_host(&c->host, &c->pcapng, NULL);
	return true;
}

void capture_link(struct capture *c, unsigned link, const struct tenon_link_facts *facts)
{
	if (c->file != NULL)
		tenon_pcapng_link(&c->host, link, facts);
}

static void release(struct capture *c)
{
	struct held_frame *held;

	while ((held = c->held) != NULL) {
		c->held = held->next;
		tenon_pcapng_event(&c->host, &held->event);
		free(held);
	}
	c->held_end = &c->held;
}

/* False: no memory to hold it. */
static bool hold(struct capture *c, const struct tenon_event *event)
{
	struct held_frame *held;
	size_t len = 0;
	unsigned i;

	for (i = 0; i < event->frame_slices; i++)
		len += event->frame[i].len;
	held = malloc(sizeof *held + len);
	if (held == NULL)
		return false;
	held->next = NULL;
	held->event = *event;
	held->event.frame = &held->slice;
	held->event.frame_slices = 1;
	held->slice = (struct tenon_slice){ held->octets, len };
	for (i = 0, len = 0; i < event->frame_slices; i++) {
		memcpy(held->octets + len, event->frame[i].at, event->frame[i].len);
		len += event->frame[i].len;
	}
	*c->held_end = held;
	c->held_end = &held->next;
	return true;
}

void capture_event(struct capture *c, const struct tenon_event *event, bool is_arriving)
{
	bool leaves = event->kind == TENON_EVENT_FRAME_OUT;

	if (c->file == NULL || (leaves && event->link == c->loopback))
		return;
	if (is_arriving && leaves && hold(c, event))
		return;
	tenon_pcapng_event(&c->host, event);
	if (event->kind == TENON_EVENT_FRAME_IN || !is_arriving)
		release(c);
}

void capture_close(struct capture *c)
{
	if (c->file == NULL)
		return;
	release(c);
	tenon_pcapng_end(&c->host);
	if (fclose(c->file) != 0)
		fprintf(stderr, "tenon: the capture is not whole: %s\n", strerror(errno));
	c->file = NULL;
}
