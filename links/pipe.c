/* SPDX-License-Identifier: MIT */
/* pipe.c - two queues' worth of frames in one: oldest first, whichever end sent it.
 *
 * Frames are blocks of one size. The one given back last is taken first, so that a pipe which
 * carries one frame at a time touches the same few cache lines, however many it could hold.
 */
#include <tenon/pipe.h>
#include <tenon/tenon.h>

#include <stdlib.h>
#include <string.h>

struct frame {
	struct frame *next;
	uint32_t len;
	uint16_t undone; /* enum tenon_offload bits: left to the driver by the sender */
	uint16_t to;     /* the end that it is for */
	uint8_t octets[];
};

struct pipe_end {
	struct tenon_pipe *pipe;
	struct tenon *stack; /* NULL: nobody is attached */
	unsigned link;
	uint16_t number;
};

struct tenon_pipe {
	struct tenon_pipe_config config;
	struct pipe_end ends[2];
	size_t frame_bytes;
	struct frame *free, *first, **last;
	uint8_t *memory;
};

static size_t frame_bytes(const struct tenon_pipe_config *config)
{
	uint32_t longest = config->mtu > config->segment_max ? config->mtu : config->segment_max;

	return (sizeof(struct frame) + longest + 15) / 16 * 16;
}

struct tenon_pipe *tenon_pipe_new(const struct tenon_pipe_config *config)
{
	struct tenon_pipe *pipe = malloc(sizeof *pipe);
	uint32_t i;

	if (pipe == NULL)
		return NULL;
	*pipe = (struct tenon_pipe){ .config = *config, .frame_bytes = frame_bytes(config) };
	pipe->last = &pipe->first;
	pipe->memory = malloc(pipe->frame_bytes * config->frames);
	if (pipe->memory == NULL) {
		free(pipe);
		return NULL;
	}
	for (i = 0; i < config->frames; i++) {
		struct frame *frame = (void *)(pipe->memory + i * pipe->frame_bytes);

		frame->next = pipe->free;
		pipe->free = frame;
	}
	return pipe;
}

void tenon_pipe_free(struct tenon_pipe *pipe)
{
	free(pipe->memory);
	free(pipe);
}

static void give(struct tenon_pipe *pipe, struct frame *frame)
{
	frame->next = pipe->free;
	pipe->free = frame;
}

static enum tenon_result driver_send(void *driver, const struct tenon_frame *what)
{
	struct pipe_end *end = driver;
	struct tenon_pipe *pipe = end->pipe;
	struct frame *frame = pipe->free;
	uint8_t *to;
	unsigned i;

	if (frame == NULL || sizeof *frame + what->len > pipe->frame_bytes)
		return TENON_LINK_BUSY;
	pipe->free = frame->next;
	frame->next = NULL;
	frame->len = what->len;
	frame->undone = what->offload;
	frame->to = !end->number;
	to = frame->octets;
	for (i = 0; i < what->count; i++) {
		memcpy(to, what->slices[i].at, what->slices[i].len);
		to += what->slices[i].len;
	}
	*pipe->last = frame;
	pipe->last = &frame->next;
	return TENON_OK;
}

static void driver_close(void *driver)
{
	struct pipe_end *end = driver;

	end->stack = NULL;
}

enum tenon_result tenon_pipe_attach(struct tenon_pipe *pipe, unsigned number, struct tenon *stack,
				    unsigned *link)
{
	static const struct tenon_link_driver driver = { driver_send, NULL, driver_close };
	struct tenon_link_facts facts = {
		.name = "pipe0",
		.offload = pipe->config.offload,
		.mtu = pipe->config.mtu,
		.segment_max = pipe->config.segment_max,
	};
	struct pipe_end *end;
	enum tenon_result result;

	if (number > 1 || pipe->ends[number].stack != NULL)
		return TENON_BAD_VALUE;
	end = &pipe->ends[number];
	*end = (struct pipe_end){ .pipe = pipe, .number = (uint16_t)number };
	result = tenon_link_add(stack, &facts, &driver, end, &end->link);
	if (result != TENON_OK)
		return result;
	end->stack = stack;
	*link = end->link;
	return TENON_OK;
}

static void hand_in(const struct pipe_end *end, const struct frame *frame)
{
	if (end->stack != NULL)
		(void)tenon_input(end->stack, end->link, frame->octets, frame->len, frame->undone);
}

unsigned tenon_pipe_carry(struct tenon_pipe *pipe, unsigned most)
{
	unsigned n;

	for (n = 0; n < most && pipe->first != NULL; n++) {
		struct frame *frame = pipe->first;

		pipe->first = frame->next;
		if (pipe->first == NULL)
			pipe->last = &pipe->first;
		hand_in(&pipe->ends[frame->to], frame);
		give(pipe, frame);
	}
	return n;
}
