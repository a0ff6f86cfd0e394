/* SPDX-License-Identifier: MIT */
#include "links/wire_path.h"

#include <string.h>

/* SplitMix64: every seed is as good as another, and the same on every machine. */
uint64_t wire_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* The product's bias is n in 2^32, far below what a millionth can show. */
static uint32_t below(struct wire_path *path, uint32_t n)
{
	return (uint32_t)(((wire_random(&path->random) >> 32) * n) >> 32);
}

static bool happens(struct wire_path *path, uint32_t millionths)
{
	return millionths != 0 && below(path, TENON_WIRE_ALWAYS) < millionths;
}

void wire_path_init(struct wire_path *path, uint64_t seed)
{
	memset(path, 0, sizeof *path);
	path->random = seed;
}

static bool is_lost(struct wire_path *path)
{
	if (happens(path, path->in_burst ? path->set.burst_leave : path->set.burst_enter))
		path->in_burst = !path->in_burst;
	return path->in_burst || happens(path, path->set.loss);
}

/* Waits behind the frames before it; false: there is no room to wait in. */
static bool take_turn(struct wire_path *path, uint64_t now_us, size_t len, uint64_t *sent_us)
{
	uint64_t now_ns = now_us * 1000, rate = path->set.bytes_per_second, waiting;

	*sent_us = now_us;
	if (rate == 0)
		return true;
	if (path->free_ns < now_ns)
		path->free_ns = now_ns;
	waiting = (path->free_ns - now_ns) / 1000 * rate / 1000000;
	if (path->set.queue_bytes != 0 && waiting + len > path->set.queue_bytes && waiting != 0)
		return false;
	path->free_ns += (uint64_t)len * 1000000000u / rate;
	*sent_us = (path->free_ns + 999) / 1000;
	return true;
}

static uint64_t comes_out(struct wire_path *path, uint64_t sent_us)
{
	uint64_t at_us = sent_us + path->set.delay_us;

	if (path->set.jitter_us != 0)
		at_us += below(path, path->set.jitter_us) + 1;
	if (happens(path, path->set.reorder)) {
		path->counts.reordered++;
		return at_us + path->set.reorder_us;
	}
	if (at_us < path->last_us)
		at_us = path->last_us;
	path->last_us = at_us;
	return at_us;
}

void wire_path_carry(struct wire_path *path, uint64_t now_us, size_t frame_len, size_t packet_len,
		     struct wire_passage *out)
{
	uint64_t sent_us;
	unsigned i;

	*out = (struct wire_passage){ .copies = 0 };
	path->counts.frames++;
	path->counts.bytes += frame_len;
	if (path->set.mtu != 0 && packet_len > path->set.mtu) {
		path->counts.too_long++;
		return;
	}
	if (is_lost(path)) {
		path->counts.lost++;
		return;
	}
	if (!take_turn(path, now_us, frame_len, &sent_us)) {
		path->counts.queue_full++;
		return;
	}
	out->copies = happens(path, path->set.duplicate) ? 2 : 1;
	path->counts.duplicated += out->copies - 1;
	out->corrupt = frame_len != 0 && happens(path, path->set.corrupt);
	if (out->corrupt) {
		out->bit = below(path, (uint32_t)frame_len * 8);
		path->counts.corrupted++;
	}
	for (i = 0; i < out->copies; i++)
		out->at_us[i] = comes_out(path, sent_us);
}
