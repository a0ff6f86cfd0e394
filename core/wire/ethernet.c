/* SPDX-License-Identifier: MIT */
#include "wire/ethernet.h"

enum fate ethernet_parse(struct ethernet_header *out, struct bytes *frame)
{
	const struct ethernet_octets *o = (const void *)frame->at;

	if (frame->len < sizeof *o)
		return FATE_ETHERNET_TRUNCATED;
	*out = (struct ethernet_header){
		.destination = mac_get(o->destination),
		.source = mac_get(o->source),
		.type = get16(o->type),
	};
	*frame = (struct bytes){ frame->at + sizeof *o, frame->len - sizeof *o };
	return FATE_PASS;
}

void ethernet_emit(struct ethernet_octets *to, const struct ethernet_header *h)
{
	mac_put(to->destination, h->destination);
	mac_put(to->source, h->source);
	put16(to->type, h->type);
}

struct mac ethernet_multicast(struct tenon_ip group)
{
	const uint8_t *low = group.octets + 12;

	assert_that(tenon_ip_is_multicast(&group));
	if (tenon_ip_is_v4(&group))
		return (struct mac){ { 0x01, 0x00, 0x5e, low[1] & 0x7f, low[2], low[3] } };
	return (struct mac){ { 0x33, 0x33, low[0], low[1], low[2], low[3] } };
}
