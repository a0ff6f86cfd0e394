/* SPDX-License-Identifier: MIT */
#include "packet/link.h"

enum { MTU_LEAST = 68 }; /* RFC 791 3.2: every link must carry this */

struct looped {
	struct list_node node;
	uint32_t len;
	uint8_t octets[];
};

static size_t looped_size(const struct tenon_limits *limits)
{
	return sizeof(struct looped) + limits->packet_bytes;
}

size_t links_need(const struct tenon_limits *limits)
{
	return arena_sum(arena_need(limits->links, sizeof(struct link)),
			 pool_need(limits->loopback_packets, looped_size(limits)));
}

static struct link *free_slot(struct links *links)
{
	uint32_t i;

	for (i = 0; i < links->limit; i++)
		if (links->table[i].index == LINK_NONE)
			return &links->table[i];
	return NULL;
}

static enum tenon_result occupy(struct links *links, const struct link *what, struct link **out)
{
	struct link *slot = free_slot(links);

	if (slot == NULL) {
		trace_cause(links->trace, TENON_TABLE_FULL, TENON_CAUSE_TABLE)->detail.table.name =
			"links";
		links->trace->cause.detail.table.size = links->limit;
		return TENON_TABLE_FULL;
	}
	*slot = *what;
	slot->index = (uint16_t)(slot - links->table + 1);
	*out = slot;
	return TENON_OK;
}

enum tenon_result link_add(struct links *links, const struct tenon_link_facts *facts,
			   const struct tenon_link_driver *driver, void *self, struct link **out)
{
	if (driver == NULL || driver->send == NULL || facts->mtu < MTU_LEAST)
		return TENON_BAD_VALUE;
	return occupy(links,
		      &(struct link){ .facts = *facts,
				      .driver = driver,
				      .driver_self = self,
				      .is_up = true },
		      out);
}

void link_remove(struct links *links, struct link *link)
{
	assert_that(link->index != LINK_NONE && link->index <= links->limit);
	if (link->driver->close != NULL)
		link->driver->close(link->driver_self);
	*link = (struct link){ .index = LINK_NONE };
}

struct link *link_find(const struct links *links, unsigned index)
{
	if (index == LINK_NONE || index > links->limit)
		return NULL;
	return links->table[index - 1].index == LINK_NONE ? NULL : &links->table[index - 1];
}

static enum fate fate_of_sending(enum tenon_result result)
{
	if (result == TENON_OK)
		return FATE_SENT;
	return result == TENON_LINK_DOWN ? FATE_LINK_DOWN : FATE_LINK_BUSY;
}

/* A driver is asked; what it says beyond the three results of its contract counts as busy. */
static enum tenon_result ask_driver(const struct link *link, const struct tenon_frame *frame)
{
	enum tenon_result result;

	if (!link->is_up)
		return TENON_LINK_DOWN;
	result = link->driver->send(link->driver_self, frame);
	return result == TENON_OK || result == TENON_LINK_DOWN ? result : TENON_LINK_BUSY;
}

enum tenon_result link_send(struct links *links, struct link *link, const struct packet *p)
{
	struct tenon_slice slices[PACKET_SLICES_MAX + 1];
	struct bytes headers = packet_headers(p);
	enum tenon_result result;

	slices[0] = (struct tenon_slice){ headers.at, headers.len };
	if (p->payload_count != 0)
		memcpy(slices + 1, p->payload, p->payload_count * sizeof *slices);
	result = ask_driver(link, &(struct tenon_frame){
					  .slices = slices,
					  .count = p->payload_count + 1,
					  .len = packet_len(p),
					  .offload = p->offload,
					  .segment_payload = p->segment_payload,
					  .checksum_start = (uint16_t)(p->transport - p->head),
					  .checksum_offset = p->checksum_offset,
				  });
	trace_left(links->trace, link->index, p, fate_of_sending(result));
	return result;
}

enum tenon_result link_send_octets(struct links *links, struct link *link, struct bytes octets)
{
	struct tenon_slice whole = { octets.at, octets.len };
	enum tenon_result result;

	result = ask_driver(link, &(struct tenon_frame){ .slices = &whole,
							 .count = 1,
							 .len = (uint32_t)octets.len });
	trace_left_octets(links->trace, link->index, octets, fate_of_sending(result));
	return result;
}

static enum tenon_result loopback_send(void *self, const struct tenon_frame *frame)
{
	struct links *links = self;
	struct looped *looped;
	uint8_t *to;
	unsigned i;

	if (frame->len > links->loopback_bytes)
		return TENON_LINK_BUSY;
	looped = pool_take(&links->loopback_pool);
	if (looped == NULL)
		return TENON_LINK_BUSY;
	to = looped->octets;
	for (i = 0; i < frame->count; i++) {
		memcpy(to, frame->slices[i].at, frame->slices[i].len);
		to += frame->slices[i].len;
	}
	looped->len = frame->len;
	list_append(&links->loopback_queue, &looped->node);
	return TENON_OK;
}

size_t loopback_take(struct links *links, void *to)
{
	struct list_node *first = list_take_first(&links->loopback_queue);
	struct looped *looped;
	size_t len;

	if (first == NULL)
		return 0;
	looped = container_of(first, struct looped, node);
	len = looped->len;
	memcpy(to, looped->octets, len);
	pool_give(&links->loopback_pool, looped);
	return len;
}

bool loopback_waiting(const struct links *links)
{
	return !list_empty(&links->loopback_queue);
}

static const struct tenon_link_driver loopback_driver = { .send = loopback_send };

void links_init(struct links *links, struct arena *arena, const struct tenon_limits *limits,
		struct trace *trace)
{
	uint32_t mtu = limits->packet_bytes < LOOPBACK_MTU ? limits->packet_bytes : LOOPBACK_MTU;
	struct tenon_link_facts facts = { .name = "lo",
					  .mtu = mtu,
					  .offload = TENON_OFFLOAD_CHECKSUM };
	struct link *loopback;

	*links = (struct links){ .limit = limits->links,
				 .loopback_bytes = limits->packet_bytes,
				 .trace = trace };
	links->table = arena_take(arena, limits->links, sizeof *links->table);
	memset(links->table, 0, limits->links * sizeof *links->table);
	pool_init(&links->loopback_pool, arena, limits->loopback_packets, looped_size(limits),
		  false);
	list_init(&links->loopback_queue);
	assert_that(link_add(links, &facts, &loopback_driver, links, &loopback) == TENON_OK);
	assert_that(loopback->index == LINK_LOOPBACK);
}
