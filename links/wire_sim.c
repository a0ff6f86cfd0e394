/* SPDX-License-Identifier: MIT */
/* wire_sim.c - ends, frames on their way, and the switch between them.
 *
 *	sender's end -- leaving path --> the switch -- arriving path --> each receiver's end
 *
 * A frame is one block of memory, shared by all for whom it is on its way. What is on its way is a
 * heap by time and, at the same time, by serial. The switch knows the MACs of its stacks from the
 * beginning (a hash table), so a unicast frame costs the same however many ends there are.
 */
#include <tenon/tenon.h>
#include <tenon/wire_sim.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "links/wire_path.h"

enum { ETHERNET_HEADER = 14, IP_MTU_USUAL = 1500 };

struct frame {
	uint32_t references;
	uint32_t len;
	uint16_t undone; /* enum tenon_offload bits: left to the driver by the sender */
	uint16_t checksum_start, checksum_offset;
	uint8_t octets[];
};

struct tenon_wire_end {
	struct tenon_wire *wire;
	struct tenon *stack; /* NULL: a scripted peer, or a link that was removed */
	void (*receive)(void *context, const void *frame, size_t len);
	void *receive_context;
	struct tenon_link_facts facts;
	unsigned link;
	struct wire_path paths[2];
	struct tenon_wire_hook hook;
	struct tenon_wire_end *next_of_mac, *next_peer;
};

/* A frame at the end of a path of this end. */
struct passing {
	uint64_t due_us, serial;
	struct tenon_wire_end *end;
	enum tenon_wire_direction direction;
	struct frame *frame;
};

struct tenon_wire {
	struct tenon_wire_config config;
	struct tenon_wire_world world;
	uint64_t random;
	uint64_t serial;
	struct passing *passing;
	size_t passing_count, passing_room;
	struct tenon_wire_end **ends, **by_mac;
	struct tenon_wire_end *peers; /* who see every frame */
	unsigned count, room; /* room is 0 or a power of two, and by_mac has as many chains */
};

static void release(struct frame *frame)
{
	if (--frame->references == 0)
		free(frame);
}

static bool is_before(const struct passing *a, const struct passing *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->serial < b->serial;
}

static bool push(struct tenon_wire *wire, const struct passing *new)
{
	struct passing *heap = wire->passing;
	size_t i = wire->passing_count;

	if (i == wire->passing_room) {
		size_t room = i != 0 ? 2 * i : 64;

		heap = realloc(heap, room * sizeof *heap);
		if (heap == NULL)
			return false;
		wire->passing = heap;
		wire->passing_room = room;
	}
	wire->passing_count++;
	for (; i != 0 && is_before(new, &heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = *new;
	return true;
}

static struct passing pop(struct tenon_wire *wire)
{
	struct passing *heap = wire->passing;
	struct passing first = heap[0], last = heap[--wire->passing_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < wire->passing_count) {
		if (child + 1 < wire->passing_count && is_before(&heap[child + 1], &heap[child]))
			child++;
		if (!is_before(&heap[child], &last))
			break;
		heap[i] = heap[child];
		i = child;
	}
	if (wire->passing_count != 0)
		heap[i] = last;
	return first;
}

/* The driver's part of the checksum (tenon/link.h): RFC 1071's sum from checksum_start on. */
static void finish_checksum(struct frame *frame)
{
	size_t at = frame->checksum_start, field = at + frame->checksum_offset;
	uint32_t sum = 0;

	if (!(frame->undone & TENON_OFFLOAD_CHECKSUM) || field + 2 > frame->len)
		return;
	for (; at < frame->len; at++)
		sum += (at - frame->checksum_start) % 2 == 0 ? (uint32_t)frame->octets[at] << 8
							     : frame->octets[at];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	if (sum == 0)
		sum = 0xffff;
	frame->octets[field] = (uint8_t)(sum >> 8);
	frame->octets[field + 1] = (uint8_t)sum;
	frame->undone &= (uint16_t)~TENON_OFFLOAD_CHECKSUM;
}

static struct frame *corrupted(const struct frame *frame, size_t bit)
{
	struct frame *copy = malloc(sizeof *copy + frame->len);

	if (copy == NULL)
		return NULL;
	memcpy(copy, frame, sizeof *copy + frame->len);
	copy->references = 1;
	finish_checksum(copy);
	copy->octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
	return copy;
}

/* Puts the frame, borrowed, onto a path. False: no memory. */
static bool carry(struct tenon_wire_end *end, enum tenon_wire_direction direction,
		  struct frame *frame)
{
	struct tenon_wire *wire = end->wire;
	uint64_t earliest = tenon_wire_deadline(wire);
	size_t header = wire->config.is_ethernet ? ETHERNET_HEADER : 0;
	struct wire_passage passage;
	bool fits = true;
	unsigned i;

	wire_path_carry(&end->paths[direction], *wire->world.now_us, frame->len,
			frame->len > header ? frame->len - header : 0, &passage);
	if (passage.copies == 0)
		return true;
	if (passage.corrupt)
		frame = corrupted(frame, passage.bit);
	else
		frame->references++;
	if (frame == NULL)
		return false;
	for (i = 0; i < passage.copies && fits; i++) {
		fits = push(wire, &(struct passing){ passage.at_us[i], wire->serial++, end,
						     direction, frame });
		frame->references += fits;
	}
	release(frame);
	if (tenon_wire_deadline(wire) < earliest && wire->world.sooner != NULL)
		wire->world.sooner(wire->world.context);
	return fits;
}

static struct tenon_wire_sight sight_of(struct tenon_wire_end *end,
					enum tenon_wire_direction direction,
					const struct frame *frame)
{
	return (struct tenon_wire_sight){ end, direction, *end->wire->world.now_us, frame->octets,
					  frame->len };
}

static bool is_dropped(struct tenon_wire_end *end, const struct tenon_wire_sight *sight)
{
	if (end->hook.drop == NULL || !end->hook.drop(end->hook.context, sight))
		return false;
	end->paths[sight->direction].counts.dropped++;
	return true;
}

static enum tenon_result leave(struct tenon_wire_end *end, struct frame *frame)
{
	struct tenon_wire_sight sight = sight_of(end, TENON_WIRE_LEAVING, frame);
	bool fits = true;

	if (end->hook.tap != NULL)
		end->hook.tap(end->hook.context, &sight);
	if (!is_dropped(end, &sight))
		fits = carry(end, TENON_WIRE_LEAVING, frame);
	release(frame);
	return fits ? TENON_OK : TENON_NO_MEMORY;
}

static enum tenon_result driver_send(void *driver, const struct tenon_frame *from)
{
	struct frame *frame = malloc(sizeof *frame + from->len);
	size_t at = 0;
	unsigned i;

	if (frame == NULL)
		return TENON_LINK_BUSY;
	*frame = (struct frame){ .references = 1,
				 .len = from->len,
				 .undone = from->offload,
				 .checksum_start = from->checksum_start,
				 .checksum_offset = from->checksum_offset };
	for (i = 0; i < from->count; i++) {
		memcpy(frame->octets + at, from->slices[i].at, from->slices[i].len);
		at += from->slices[i].len;
	}
	return leave(driver, frame) == TENON_OK ? TENON_OK : TENON_LINK_BUSY;
}

enum tenon_result tenon_wire_send(struct tenon_wire_end *end, const void *octets, size_t len)
{
	struct frame *frame = malloc(sizeof *frame + len);

	if (frame == NULL)
		return TENON_NO_MEMORY;
	*frame = (struct frame){ .references = 1, .len = (uint32_t)len };
	if (len != 0)
		memcpy(frame->octets, octets, len);
	return leave(end, frame);
}

static unsigned chain_of(const struct tenon_wire *wire, const uint8_t mac[6])
{
	uint32_t low =
		(uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 | mac[5];

	return (unsigned)(low * 2654435761u >> 7) & (wire->room - 1);
}

static struct tenon_wire_end *end_of_mac(const struct tenon_wire *wire, const uint8_t mac[6])
{
	struct tenon_wire_end *end = wire->by_mac[chain_of(wire, mac)];

	while (end != NULL && memcmp(end->facts.mac, mac, 6) != 0)
		end = end->next_of_mac;
	return end;
}

/* Where the frame goes from the switch: to its MAC's end and all scripted peers, or to all. */
static void spread(struct tenon_wire_end *from, struct frame *frame)
{
	struct tenon_wire *wire = from->wire;
	struct tenon_wire_end *only = NULL, *peer;
	unsigned i;

	if (wire->config.is_ethernet && frame->len >= 6 && (frame->octets[0] & 1) == 0)
		only = end_of_mac(wire, frame->octets);
	if (only == NULL) {
		for (i = 0; i < wire->count; i++)
			if (wire->ends[i] != from)
				carry(wire->ends[i], TENON_WIRE_ARRIVING, frame);
		return;
	}
	if (only != from)
		carry(only, TENON_WIRE_ARRIVING, frame);
	for (peer = wire->peers; peer != NULL; peer = peer->next_peer)
		if (peer != from)
			carry(peer, TENON_WIRE_ARRIVING, frame);
}

static void hand_in(struct tenon_wire_end *end, const struct frame *frame)
{
	struct tenon_wire *wire = end->wire;
	struct tenon_wire_sight sight = sight_of(end, TENON_WIRE_ARRIVING, frame);

	if (is_dropped(end, &sight))
		return;
	if (end->hook.tap != NULL)
		end->hook.tap(end->hook.context, &sight);
	if (end->receive != NULL)
		end->receive(end->receive_context, frame->octets, frame->len);
	if (end->stack == NULL)
		return;
	tenon_set_time(end->stack, *wire->world.now_us);
	tenon_input(end->stack, end->link, frame->octets, frame->len, frame->undone);
	if (wire->world.entered != NULL)
		wire->world.entered(wire->world.context, end->stack);
}

uint64_t tenon_wire_deadline(const struct tenon_wire *wire)
{
	return wire->passing_count != 0 ? wire->passing[0].due_us : TENON_NEVER;
}

bool tenon_wire_step(struct tenon_wire *wire)
{
	struct passing first;

	if (tenon_wire_deadline(wire) > *wire->world.now_us)
		return false;
	first = pop(wire);
	if (first.direction == TENON_WIRE_LEAVING)
		spread(first.end, first.frame);
	else
		hand_in(first.end, first.frame);
	release(first.frame);
	return true;
}

struct tenon_wire *tenon_wire_new(const struct tenon_wire_config *config,
				  const struct tenon_wire_world *world, uint64_t seed)
{
	struct tenon_wire *wire = malloc(sizeof *wire);

	if (wire == NULL)
		return NULL;
	*wire = (struct tenon_wire){ .config = *config, .world = *world, .random = seed };
	if (wire->config.mtu == 0)
		wire->config.mtu = IP_MTU_USUAL;
	return wire;
}

void tenon_wire_free(struct tenon_wire *wire)
{
	size_t i;

	for (i = 0; i < wire->passing_count; i++)
		release(wire->passing[i].frame);
	for (i = 0; i < wire->count; i++)
		free(wire->ends[i]);
	free(wire->passing);
	free(wire->ends);
	free(wire->by_mac);
	free(wire);
}

static void add_to_switch(struct tenon_wire *wire, struct tenon_wire_end *end)
{
	unsigned chain = chain_of(wire, end->facts.mac);

	end->next_of_mac = wire->by_mac[chain];
	wire->by_mac[chain] = end;
}

static bool make_room(struct tenon_wire *wire)
{
	unsigned room = wire->room != 0 ? 2 * wire->room : 8, i;
	struct tenon_wire_end **ends, **by_mac;

	if (wire->count < wire->room)
		return true;
	by_mac = calloc(room, sizeof *by_mac);
	if (by_mac == NULL)
		return false;
	ends = realloc(wire->ends, room * sizeof *ends);
	if (ends == NULL) {
		free(by_mac);
		return false;
	}
	free(wire->by_mac);
	wire->ends = ends;
	wire->by_mac = by_mac;
	wire->room = room;
	for (i = 0; i < wire->count; i++)
		if (wire->ends[i]->stack != NULL)
			add_to_switch(wire, wire->ends[i]);
	return true;
}

/* An end that is on the wire but in the switch's table of MACs. NULL: no memory. */
static struct tenon_wire_end *add_end(struct tenon_wire *wire, const char *name, const uint8_t *mac)
{
	struct tenon_wire_end *end;
	unsigned number = wire->count + 1;

	if (!make_room(wire) || (end = calloc(1, sizeof *end)) == NULL)
		return NULL;
	end->wire = wire;
	end->facts = (struct tenon_link_facts){
		.mac = { 2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number },
		.is_ethernet = wire->config.is_ethernet,
		.offload = wire->config.offload,
		.mtu = wire->config.mtu,
		.segment_max = wire->config.segment_max,
	};
	if (mac != NULL)
		memcpy(end->facts.mac, mac, sizeof end->facts.mac);
	snprintf(end->facts.name, sizeof end->facts.name, "%s", name);
	wire_path_init(&end->paths[TENON_WIRE_LEAVING], wire_random(&wire->random));
	wire_path_init(&end->paths[TENON_WIRE_ARRIVING], wire_random(&wire->random));
	wire->ends[wire->count++] = end;
	return end;
}

static bool cable_is_full(const struct tenon_wire *wire)
{
	return !wire->config.is_ethernet && wire->count == 2;
}

static void driver_close(void *driver)
{
	struct tenon_wire_end *end = driver;
	struct tenon_wire_end **link = &end->wire->by_mac[chain_of(end->wire, end->facts.mac)];

	while (*link != end)
		link = &(*link)->next_of_mac;
	*link = end->next_of_mac;
	end->stack = NULL;
}

void tenon_wire_detach(struct tenon_wire *wire, struct tenon *stack)
{
	unsigned i;

	for (i = 0; i < wire->count; i++)
		if (wire->ends[i]->stack == stack)
			driver_close(wire->ends[i]);
}

enum tenon_result tenon_wire_attach(struct tenon_wire *wire, struct tenon *stack, const char *name,
				    const uint8_t *mac, struct tenon_wire_end **out)
{
	static const struct tenon_link_driver driver = { driver_send, NULL, driver_close };
	struct tenon_wire_end *end;
	enum tenon_result result;

	if (cable_is_full(wire))
		return TENON_UNSUPPORTED;
	end = add_end(wire, name, mac);
	if (end == NULL)
		return TENON_NO_MEMORY;
	result = tenon_link_add(stack, &end->facts, &driver, end, &end->link);
	if (result != TENON_OK) {
		wire->count--;
		free(end);
		return result;
	}
	end->stack = stack;
	add_to_switch(wire, end);
	*out = end;
	return TENON_OK;
}

struct tenon_wire_end *tenon_wire_peer(struct tenon_wire *wire,
				       void (*receive)(void *context, const void *frame,
						       size_t len),
				       void *context)
{
	struct tenon_wire_end *end = cable_is_full(wire) ? NULL : add_end(wire, "peer", NULL);

	if (end == NULL)
		return NULL;
	end->receive = receive;
	end->receive_context = context;
	end->next_peer = wire->peers;
	wire->peers = end;
	return end;
}

unsigned tenon_wire_link(const struct tenon_wire_end *end)
{
	return end->link;
}

const struct tenon_link_facts *tenon_wire_facts(const struct tenon_wire_end *end)
{
	return &end->facts;
}

void tenon_wire_set_path(struct tenon_wire_end *end, enum tenon_wire_direction direction,
			 const struct tenon_wire_path *path)
{
	end->paths[direction].set = *path;
}

void tenon_wire_set_hook(struct tenon_wire_end *end, const struct tenon_wire_hook *hook)
{
	end->hook = *hook;
}

void tenon_wire_counts(const struct tenon_wire_end *end, enum tenon_wire_direction direction,
		       struct tenon_wire_counts *out)
{
	*out = end->paths[direction].counts;
}
