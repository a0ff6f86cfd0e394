/* SPDX-License-Identifier: MIT */
#include "wire/ipv6_ext.h"

#include "wire/icmp6.h"
#include "wire/ipv6.h"

enum {
	OPTION_PAD1 = 0,
	OPTION_PADN = 1,
};

struct walk {
	struct ipv6_ext *ext;
	const uint8_t *start; /* right behind the IPv6 header */
	struct reader r;
};

static uint32_t place_of(const struct walk *w, const uint8_t *at)
{
	return IPV6_HEADER_LEN + (uint32_t)(at - w->start);
}

static enum fate refuse(struct walk *w, uint8_t code, uint32_t pointer)
{
	w->ext->problem = (struct ipv6_problem){ IPV6_PROBLEM_REPORT_UNICAST, code, pointer };
	return FATE_IP_EXTENSION;
}

/* RFC 8200 4.2: the two highest bits of an unknown option's type say what to do. */
static enum fate unknown_option(struct walk *w, const uint8_t *option)
{
	static const enum ipv6_problem_kind kinds[] = {
		[1] = IPV6_PROBLEM_SILENT,
		[2] = IPV6_PROBLEM_REPORT,
		[3] = IPV6_PROBLEM_REPORT_UNICAST,
	};
	unsigned action = *option >> 6;

	if (action == 0)
		return FATE_PASS;
	w->ext->problem = (struct ipv6_problem){ kinds[action], ICMP6_OPTION, place_of(w, option) };
	return FATE_IP_EXTENSION;
}

static enum fate walk_options(struct walk *w, struct bytes options)
{
	struct reader r = reader_of(options);
	enum fate fate = FATE_PASS;
	unsigned seen = 0;

	while (fate == FATE_PASS && reader_left(&r) > 0) {
		const uint8_t *option = r.at;
		uint8_t type = read8(&r);

		if (type == OPTION_PAD1)
			continue;
		read_bytes(&r, read8(&r));
		if (r.failed || (type != OPTION_PADN && ++seen > IPV6_OPTIONS_SEEN_MAX))
			return FATE_IP_EXTENSION;
		if (type != OPTION_PADN)
			fate = unknown_option(w, option);
	}
	return fate;
}

/* Steps over a header that begins with a next header and a length in units of eight octets. */
static enum fate step_over(struct walk *w, struct bytes *header)
{
	const uint8_t *at = w->r.at;
	uint8_t next_header = read8(&w->r);
	size_t len = ((size_t)read8(&w->r) + 1) * 8;

	read_bytes(&w->r, len - 2);
	if (w->r.failed)
		return FATE_IP_TRUNCATED;
	*header = (struct bytes){ at, len };
	w->ext->next_header = next_header;
	w->ext->next_header_at = place_of(w, at);
	return FATE_PASS;
}

static enum fate step_options(struct walk *w)
{
	struct bytes header;
	enum fate fate = step_over(w, &header);

	if (fate != FATE_PASS)
		return fate;
	return walk_options(w, (struct bytes){ header.at + 2, header.len - 2 });
}

/* RFC 8200 4.4: no routing type is known here, so one with segments left is refused. */
static enum fate step_routing(struct walk *w)
{
	struct bytes header;
	enum fate fate = step_over(w, &header);
	uint8_t segments_left;

	if (fate != FATE_PASS)
		return fate;
	segments_left = header.at[3];
	if (segments_left != 0)
		return refuse(w, ICMP6_HEADER_FIELD, place_of(w, header.at + 2));
	return FATE_PASS;
}

static enum fate step_fragment(struct walk *w)
{
	struct bytes header = read_bytes(&w->r, IPV6_FRAGMENT_LEN);
	const struct ipv6_fragment_octets *o = (const void *)header.at;
	struct ipv6_fragment f;

	if (w->r.failed)
		return FATE_IP_TRUNCATED;
	f = (struct ipv6_fragment){
		.identification = get32(o->identification),
		.offset = (uint16_t)(get16(o->offset_more) & ~7u),
		.more = (o->offset_more[1] & 1) != 0,
	};
	w->ext->fragment_named_at = w->ext->next_header_at;
	w->ext->fragment_at = place_of(w, header.at);
	w->ext->next_header = o->next_header;
	w->ext->next_header_at = w->ext->fragment_at;
	if (f.offset == 0 && !f.more)
		return FATE_PASS;
	w->ext->has_fragment = true;
	w->ext->fragment = f;
	return FATE_PASS;
}

/* One header more, or *done. RFC 8200 4.1: hop-by-hop options stand right behind the IPv6 header or
 * count as unrecognized. */
static enum fate step(struct walk *w, bool is_first, bool *done)
{
	switch (w->ext->next_header) {
	case IPV6_HOP_BY_HOP:
		if (!is_first)
			return refuse(w, ICMP6_NEXT_HEADER, w->ext->next_header_at);
		return step_options(w);
	case IPV6_DESTINATION_OPTIONS:
		return step_options(w);
	case IPV6_ROUTING:
		return step_routing(w);
	case IPV6_FRAGMENT:
		return step_fragment(w);
	default:
		*done = true;
		return FATE_PASS;
	}
}

enum fate ipv6_ext_parse(struct ipv6_ext *out, uint8_t next_header, struct bytes *payload)
{
	struct walk w = { .ext = out, .start = payload->at, .r = reader_of(*payload) };
	enum fate fate = FATE_PASS;
	bool done = false;
	int i;

	*out = (struct ipv6_ext){ .next_header = next_header, .next_header_at = 6 };
	for (i = 0; fate == FATE_PASS && !done && i <= IPV6_EXT_MAX; i++) {
		fate = step(&w, i == 0, &done);
		done = done || out->has_fragment;
	}
	if (fate != FATE_PASS)
		return fate;
	if (!done)
		return FATE_IP_EXTENSION;
	out->payload_at = place_of(&w, w.r.at);
	*payload = (struct bytes){ w.r.at, reader_left(&w.r) };
	return FATE_PASS;
}

void ipv6_fragment_emit(struct ipv6_fragment_octets *to, const struct ipv6_fragment *f,
			uint8_t next_header)
{
	assert_that(f->offset % 8 == 0);
	*to = (struct ipv6_fragment_octets){ .next_header = next_header };
	put16(to->offset_more, (uint16_t)(f->offset | (f->more ? 1u : 0u)));
	put32(to->identification, f->identification);
}
