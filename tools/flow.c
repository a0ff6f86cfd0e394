/* SPDX-License-Identifier: MIT */
#include "tools/flow.h"

#include <stdlib.h>
#include <string.h>

#include "tools/flow_notes.h"

enum {
	LOOK_BACK_ROWS = 512, /* for the departure of a segment that arrives */
	QUESTION_BEFORE_US =
		5000000, /* how long before a SYN a question may be part of its story */
};

static bool same_end(const struct tenon_endpoint *a, const struct tenon_endpoint *b)
{
	return a->port == b->port && tenon_ip_equal(&a->ip, &b->ip);
}

static uint32_t hash_of_end(const struct tenon_endpoint *end)
{
	uint32_t hash = end->port;
	unsigned i;

	for (i = 0; i < sizeof end->ip.octets; i++)
		hash = (hash ^ end->ip.octets[i]) * 16777619u;
	return hash;
}

/* The same for both directions. */
static struct flow **chain_of(struct flows *flows, const struct tenon_endpoint *a,
			      const struct tenon_endpoint *b)
{
	return &flows->by_ends[(hash_of_end(a) + hash_of_end(b)) % FLOW_CHAINS];
}

/* The newest flow between two ends; *side is the one of `from`. */
static struct flow *find_flow(struct flows *flows, const struct tenon_endpoint *from,
			      const struct tenon_endpoint *to, unsigned *side)
{
	struct flow *flow = *chain_of(flows, from, to);

	for (; flow != NULL; flow = flow->next_of_hash)
		for (*side = 0; *side < SIDES; ++*side)
			if (same_end(&flow->sides[*side].end, from) &&
			    same_end(&flow->sides[!*side].end, to))
				return flow;
	return NULL;
}

static struct flow *make_flow(struct flows *flows, const struct tenon_endpoint *opener,
			      const struct tenon_endpoint *other, uint64_t at_us)
{
	struct flow *flow = calloc(1, sizeof *flow), **chain = chain_of(flows, opener, other);

	if (flow != NULL && flows->count == flows->room) {
		size_t room = flows->room != 0 ? 2 * flows->room : 16;
		struct flow **all = realloc(flows->all, room * sizeof(struct flow *));

		if (all == NULL) {
			free(flow);
			return NULL;
		}
		flows->all = all;
		flows->room = room;
	}
	if (flow == NULL)
		return NULL;
	flow->sides[SIDE_OPENER].end = *opener;
	flow->sides[SIDE_OTHER].end = *other;
	flow->first_us = flow->last_us = at_us;
	flow->next_of_hash = *chain;
	*chain = flow;
	flows->all[flows->count++] = flow;
	return flow;
}

static struct row *add_row(struct flow *flow, enum row_kind kind, unsigned side, uint64_t at_us)
{
	struct row *row;

	if (flow->count == flow->room) {
		size_t room = flow->room != 0 ? 2 * flow->room : 16;

		row = realloc(flow->rows, room * sizeof *row);
		if (row == NULL)
			return NULL;
		flow->rows = row;
		flow->room = room;
	}
	row = &flow->rows[flow->count++];
	*row = (struct row){ .kind = kind, .side = (uint8_t)side, .at_us = at_us };
	if (at_us < flow->first_us)
		flow->first_us = at_us;
	if (at_us > flow->last_us)
		flow->last_us = at_us;
	return row;
}

static void put_packet(struct row *row, const struct capture_packet *packet)
{
	if (packet->direction == CAPTURE_IN || row->sent != NULL)
		row->arrived = packet;
	else
		row->sent = packet;
}

static bool may_be_departure(const struct row *row, const struct capture_packet *arriving)
{
	const struct capture_packet *sent = row->sent;

	if (sent == NULL || row->arrived != NULL || arriving->direction == CAPTURE_OUT)
		return false;
	if (sent->direction == CAPTURE_OUT && arriving->direction == CAPTURE_IN)
		return true;
	return sent->interface != arriving->interface;
}

static bool is_same_segment(const struct row *row, const struct seen *seen, unsigned side)
{
	return row->kind == ROW_SEGMENT && row->side == side &&
	       row->seen.segment.identity == seen->segment.identity;
}

static struct row *find_departure(struct flow *flow, const struct seen *seen, unsigned side,
				  const struct capture_packet *packet)
{
	size_t i;

	for (i = flow->count; i-- != 0 && flow->count - i <= LOOK_BACK_ROWS;)
		if (is_same_segment(&flow->rows[i], seen, side) &&
		    may_be_departure(&flow->rows[i], packet))
			return &flow->rows[i];
	return NULL;
}

/* The wire has doubled a segment that leaves once, under our eyes, and arrives twice. */
static bool has_arrived_before(const struct flow *flow, const struct seen *seen, unsigned side,
			       const struct capture_packet *packet)
{
	size_t i;

	if (packet->direction != CAPTURE_IN || !flow->sides[side].is_captured)
		return false;
	for (i = flow->count; i-- != 0 && flow->count - i <= LOOK_BACK_ROWS;)
		if (is_same_segment(&flow->rows[i], seen, side) && flow->rows[i].arrived != NULL)
			return true;
	return false;
}

static void learn_interface(struct flow *flow, unsigned side, const struct capture_packet *packet)
{
	struct flow_side *at = &flow->sides[packet->direction == CAPTURE_IN ? !side : side];

	if (packet->direction == CAPTURE_ANY)
		return;
	at->is_captured = true;
	at->interface = packet->interface;
}

static void count_segment(struct flow *flow, struct row *row)
{
	struct flow_side *from = &flow->sides[row->side];
	uint8_t flags = row->seen.segment.flags;
	uint32_t seq = row->seen.segment.seq;
	uint32_t space =
		row->seen.segment.len + ((flags & SEEN_SYN) != 0) + ((flags & SEEN_FIN) != 0);
	int32_t news;

	if (from->segments++ == 0)
		from->first_us = row->at_us;
	from->last_us = row->at_us;
	from->syns += (flags & SEEN_SYN) != 0;
	if (!from->has_first || (flags & SEEN_SYN && !from->has_syn)) {
		from->has_first = true;
		from->first_seq = from->next_seq = seq;
	}
	news = (int32_t)(seq + space - from->next_seq);
	row->is_retransmission = space != 0 && news <= 0 && !(flags & SEEN_RST);
	from->retransmissions += row->is_retransmission;
	if (news > 0 && !(flags & SEEN_RST)) {
		from->next_seq = seq + space;
		from->octets += (uint32_t)news < row->seen.segment.len ? (uint32_t)news
								       : row->seen.segment.len;
	}
	if (flags & SEEN_FIN && !from->has_fin && !flow->sides[!row->side].has_fin)
		flow->first_fin = row->side;
	from->has_syn |= (flags & SEEN_SYN) != 0;
	from->has_fin |= (flags & SEEN_FIN) != 0;
}

/* Established is what both have sent a SYN for and one has acknowledged outside of it. */
static void follow_state(struct flow *flow, const struct row *row)
{
	uint8_t flags = row->seen.segment.flags;

	if (flags & SEEN_RST && !flow->is_reset) {
		flow->is_reset = true;
		flow->reset_by = row->side;
	}
	if (!flow->is_established && flow->sides[0].has_syn && flow->sides[1].has_syn &&
	    (flags & (SEEN_SYN | SEEN_RST | SEEN_ACK)) == SEEN_ACK) {
		flow->is_established = true;
		flow->established_us = row->at_us;
	}
}

static bool has_ended(const struct flow *flow)
{
	return flow->is_reset || (flow->sides[0].has_fin && flow->sides[1].has_fin);
}

/* A SYN that is not the flow's own opens another one between the same ends. */
static bool opens_another(const struct flow *flow, unsigned side, const struct seen *seen)
{
	if ((seen->segment.flags & (SEEN_SYN | SEEN_ACK)) != SEEN_SYN)
		return false;
	return flow->sides[side].has_first && flow->sides[side].first_seq != seen->segment.seq &&
	       (has_ended(flow) || !flow->is_established);
}

static bool concerns(const struct flow *flow, const struct seen *question)
{
	unsigned side;

	for (side = 0; side < SIDES; side++)
		if (tenon_ip_equal(&question->from.ip, &flow->sides[side].end.ip) ||
		    tenon_ip_equal(&question->to.ip, &flow->sides[side].end.ip) ||
		    tenon_ip_equal(&question->neighbor.target, &flow->sides[side].end.ip))
			return true;
	return false;
}

static bool same_question(const struct seen *a, const struct seen *b)
{
	return a->kind == b->kind && tenon_ip_equal(&a->from.ip, &b->from.ip) &&
	       tenon_ip_equal(&a->neighbor.target, &b->neighbor.target);
}

static bool add_question(struct flow *flow, const struct seen *seen,
			 const struct capture_packet *packet)
{
	unsigned side = !tenon_ip_equal(&seen->from.ip, &flow->sides[SIDE_OPENER].end.ip);
	struct row *row;
	size_t i;

	/* A solicitation's sender may be a link-local address: then the target tells. */
	if (side == SIDE_OTHER && seen->kind == SEEN_QUESTION &&
	    tenon_ip_equal(&seen->neighbor.target, &flow->sides[SIDE_OTHER].end.ip))
		side = SIDE_OPENER;
	for (i = flow->count; i-- != 0 && packet->direction == CAPTURE_IN;)
		if (same_question(&flow->rows[i].seen, seen) && flow->rows[i].sent != NULL) {
			flow->rows[i].arrived = packet;
			return true;
		}
	row = add_row(flow, seen->kind == SEEN_QUESTION ? ROW_QUESTION : ROW_ANSWER, side,
		      packet->at_us);
	if (row == NULL)
		return false;
	row->seen = *seen;
	put_packet(row, packet);
	return true;
}

/* Takes what was asked before the flow began into it. */
static bool take_pending(struct flows *flows, struct flow *flow)
{
	size_t i, kept = 0;
	bool fits = true;

	for (i = 0; i < flows->pending_count; i++) {
		const struct capture_packet *packet = flows->pending[i];
		struct seen seen;

		dissect(&seen, packet);
		if (packet->at_us + QUESTION_BEFORE_US >= flow->first_us && concerns(flow, &seen))
			fits = add_question(flow, &seen, packet) && fits;
		else
			flows->pending[kept++] = packet;
	}
	flows->pending_count = kept;
	return fits;
}

static struct flow *add_flow(struct flows *flows, const struct tenon_endpoint *opener,
			     const struct tenon_endpoint *other, uint64_t at_us)
{
	struct flow *flow = make_flow(flows, opener, other, at_us);

	return flow != NULL && take_pending(flows, flow) ? flow : NULL;
}

static bool see_question(struct flows *flows, const struct seen *seen,
			 const struct capture_packet *packet)
{
	size_t i;

	for (i = flows->count; i-- != 0 && flows->count - i <= 8;) {
		struct flow *flow = flows->all[i];

		if (!flow->is_established && !flow->is_reset && concerns(flow, seen) &&
		    packet->at_us <= flow->last_us + QUESTION_BEFORE_US)
			return add_question(flow, seen, packet);
	}
	if (flows->pending_count == PENDING_MAX)
		memmove(flows->pending, flows->pending + 1,
			--flows->pending_count * sizeof *flows->pending);
	flows->pending[flows->pending_count++] = packet;
	return true;
}

/* A packet that a host threw away for its checksum says what nobody said. */
static bool is_damaged(const struct flows *flows, const struct capture_packet *packet)
{
	static const char damaged[] = "CHECKSUM)";
	size_t i;

	for (i = 0; i < packet->notes_count; i++) {
		const struct capture_note *note = &flows->capture->notes[packet->notes + i];

		if (memmem(note->text, note->len, damaged, sizeof damaged - 1) != NULL)
			return true;
	}
	return false;
}

/* The row of a segment. NULL: no memory. */
static struct row *see_segment(struct flows *flows, const struct seen *seen,
			       const struct capture_packet *packet, struct flow **flow)
{
	bool answers_syn = (seen->segment.flags & (SEEN_SYN | SEEN_ACK)) == (SEEN_SYN | SEEN_ACK);
	unsigned side;
	bool is_duplicate;
	struct row *row;

	*flow = find_flow(flows, &seen->from, &seen->to, &side);
	if (*flow == NULL || opens_another(*flow, side, seen)) {
		side = answers_syn ? SIDE_OTHER : SIDE_OPENER;
		*flow = add_flow(flows, answers_syn ? &seen->to : &seen->from,
				 answers_syn ? &seen->from : &seen->to, packet->at_us);
		if (*flow == NULL)
			return NULL;
	}
	learn_interface(*flow, side, packet);
	row = find_departure(*flow, seen, side, packet);
	if (row != NULL) {
		row->arrived = packet;
		return row;
	}
	is_duplicate = has_arrived_before(*flow, seen, side, packet);
	row = add_row(*flow, ROW_SEGMENT, side, packet->at_us);
	if (row == NULL)
		return NULL;
	row->seen = *seen;
	row->is_duplicate = is_duplicate;
	put_packet(row, packet);
	if (is_duplicate || is_damaged(flows, packet))
		return row;
	count_segment(*flow, row);
	follow_state(*flow, row);
	return row;
}

static struct row *see_icmp(struct flows *flows, const struct seen *seen,
			    const struct capture_packet *packet, struct flow **flow)
{
	unsigned side;
	struct row *row;
	size_t i;

	*flow = find_flow(flows, &seen->icmp.from, &seen->icmp.to, &side);
	if (*flow == NULL)
		return NULL;
	for (i = (*flow)->count; i-- != 0 && packet->direction != CAPTURE_OUT;) {
		row = &(*flow)->rows[i];
		if (row->kind == ROW_ICMP && may_be_departure(row, packet) &&
		    tenon_ip_equal(&row->seen.from.ip, &seen->from.ip)) {
			row->arrived = packet;
			return row;
		}
	}
	row = add_row(*flow, ROW_ICMP, !side, packet->at_us);
	if (row == NULL)
		return NULL;
	row->seen = *seen;
	put_packet(row, packet);
	return row;
}

static void remark(struct remark *at, const struct note *note)
{
	if (note->state.at != NULL)
		at->state = note->state;
	if (note->fate.at != NULL)
		at->fate = note->fate;
	if (note->failure.at != NULL)
		at->failure = note->failure;
}

/* The row beside which a side's note of this time stands: one that it sent or received then. */
static struct row *row_at(struct flow *flow, unsigned side, uint64_t at_us)
{
	size_t i;

	for (i = flow->count; i-- != 0 && flow->count - i <= 8;) {
		struct row *row = &flow->rows[i];
		const struct capture_packet *packet = row->side == side ? row->sent : row->arrived;

		if (row->kind == ROW_MOMENT ? row->at_us == at_us
					    : packet != NULL && packet->at_us == at_us)
			return row;
	}
	return add_row(flow, ROW_MOMENT, side, at_us);
}

static bool is_opening(const struct note *note)
{
	static const char opening[] = "SYN-SENT";

	return note->state.len == sizeof opening - 1 &&
	       memcmp(note->state.at, opening, sizeof opening - 1) == 0;
}

static bool note_elsewhere(struct flows *flows, const struct note *note, uint64_t at_us)
{
	unsigned side = SIDE_OPENER;
	struct flow *flow = find_flow(flows, &note->local, &note->peer, &side);
	struct row *row;

	if (flow != NULL && is_opening(note) && has_ended(flow))
		flow = NULL;
	if (flow == NULL && note->failure.at == NULL && !is_opening(note))
		return true;
	if (flow == NULL) {
		side = SIDE_OPENER;
		flow = add_flow(flows, &note->local, &note->peer, at_us);
	}
	if (flow == NULL)
		return false;
	row = row_at(flow, side, at_us);
	if (row == NULL)
		return false;
	remark(&row->remarks[side], note);
	if (note->failure.at != NULL)
		flow->failure = note->failure;
	return true;
}

/* The notes beside a packet; row is NULL where it is part of no flow. */
static bool read_notes(struct flows *flows, const struct capture_packet *packet, struct flow *flow,
		       size_t row_index)
{
	size_t i;

	for (i = 0; i < packet->notes_count; i++) {
		struct note note;

		note_parse(&note, &flows->capture->notes[packet->notes + i]);
		if (note.names_ends && !note_elsewhere(flows, &note, packet->at_us))
			return false;
		if (!note.names_ends && flow != NULL) {
			struct row *row = &flow->rows[row_index];

			remark(&row->remarks[row->arrived == packet ? !row->side : row->side],
			       &note);
		}
	}
	return true;
}

static bool read_packet(struct flows *flows, const struct capture_packet *packet)
{
	struct flow *flow = NULL;
	struct row *row = NULL;
	struct seen seen;
	unsigned side;

	if (packet->octets != NULL)
		flows->interface_last_us[packet->interface] = packet->at_us;
	dissect(&seen, packet);
	if (seen.kind == SEEN_SEGMENT && is_damaged(flows, packet) &&
	    find_flow(flows, &seen.from, &seen.to, &side) == NULL)
		seen.kind = SEEN_OTHER;
	switch (seen.kind) {
	case SEEN_SEGMENT:
		row = see_segment(flows, &seen, packet, &flow);
		if (row == NULL)
			return false;
		break;
	case SEEN_ICMP_ERROR:
		row = see_icmp(flows, &seen, packet, &flow);
		break;
	case SEEN_QUESTION: case SEEN_ANSWER:
		if (!see_question(flows, &seen, packet))
			return false;
		break;
	case SEEN_OTHER:
		flows->other_packets += packet->octets != NULL;
		break;
	}
	return read_notes(flows, packet, row != NULL ? flow : NULL,
			  row != NULL ? (size_t)(row - flow->rows) : 0);
}

/* What left a host, did not arrive at another whose capture went on after that, is lost. */
static void finish(const struct flows *flows, struct flow *flow)
{
	size_t i;

	for (i = 0; i < flow->count; i++) {
		struct row *row = &flow->rows[i];
		const struct flow_side *to = &flow->sides[!row->side];

		if (row->kind == ROW_ICMP && flow->answering_icmp == NULL &&
		    (!flow->is_established || row->at_us < flow->established_us))
			flow->answering_icmp = row;
		if (row->kind != ROW_SEGMENT || row->sent == NULL || row->arrived != NULL)
			continue;
		row->is_lost = row->sent->direction == CAPTURE_OUT && to->is_captured &&
			       flows->interface_last_us[to->interface] > row->at_us;
		flow->sides[row->side].lost += row->is_lost;
		row->is_kept = row->sent->direction == CAPTURE_OUT &&
			       row->remarks[row->side].fate.at != NULL;
	}
}

bool flows_read(struct flows *flows, const struct capture *capture)
{
	size_t i;

	*flows = (struct flows){ .capture = capture };
	flows->interface_last_us = calloc(capture->interfaces + 1u, sizeof(uint64_t));
	flows->by_ends = calloc(FLOW_CHAINS, sizeof(struct flow *));
	if (flows->interface_last_us == NULL || flows->by_ends == NULL)
		return false;
	for (i = 0; i < capture->count; i++)
		if (!read_packet(flows, &capture->packets[i]))
			return false;
	for (i = 0; i < flows->count; i++)
		finish(flows, flows->all[i]);
	return true;
}

void flows_free(struct flows *flows)
{
	size_t i;

	for (i = 0; i < flows->count; i++) {
		free(flows->all[i]->rows);
		free(flows->all[i]);
	}
	free(flows->all);
	free(flows->by_ends);
	free(flows->interface_last_us);
}

uint32_t flow_relative(const struct flow *flow, unsigned side, uint32_t number)
{
	return number - flow->sides[side].first_seq;
}
