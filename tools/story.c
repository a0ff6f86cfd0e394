/* SPDX-License-Identifier: MIT */
#include "tools/story.h"

#include "tools/text.h"

/* Only what a connection attempt may meet; RFC 792 and RFC 4443 3. */
static const char *icmp_text(const struct seen *seen)
{
	static const char *const unreachable[] = {
		"network unreachable",
		"host unreachable",
		"protocol unreachable",
		"port unreachable",
		"fragmentation needed",
		"source route failed",
		"network unknown",
		"host unknown",
		"source host isolated",
		"network prohibited",
		"host prohibited",
		"network unreachable for this type of service",
		"host unreachable for this type of service",
		"communication prohibited",
	};
	static const char *const unreachable6[] = {
		"no route to destination",
		"communication prohibited",
		"beyond scope of the source",
		"address unreachable",
		"port unreachable",
		"source address failed policy",
		"reject route",
	};
	unsigned code = seen->icmp.code;

	if (tenon_ip_is_v4(&seen->from.ip)) {
		if (seen->icmp.type == 3 && code < sizeof unreachable / sizeof *unreachable)
			return unreachable[code];
		return seen->icmp.type == 11 ? "time exceeded" : "error";
	}
	if (seen->icmp.type == 1 && code < sizeof unreachable6 / sizeof *unreachable6)
		return unreachable6[code];
	return seen->icmp.type == 2   ? "packet too big"
	       : seen->icmp.type == 3 ? "time exceeded"
				      : "error";
}

static unsigned count_questions(const struct flow *flow, bool *answered, uint64_t *last_us,
				struct tenon_ip *target)
{
	unsigned questions = 0;
	size_t i;

	*answered = false;
	for (i = 0; i < flow->count; i++) {
		const struct row *row = &flow->rows[i];

		if (row->kind == ROW_QUESTION && row->side == SIDE_OPENER) {
			questions++;
			*last_us = row->at_us;
			*target = row->seen.neighbor.target;
		}
		*answered |= row->kind == ROW_ANSWER && row->side == SIDE_OTHER;
	}
	return questions;
}

static bool tell_silence_of_neighbor(FILE *to, const struct flow *flow)
{
	char count[TEXT_MAX], ip[TEXT_MAX], time[TEXT_MAX];
	struct tenon_ip target = flow->sides[SIDE_OTHER].end.ip;
	uint64_t last_us = flow->first_us;
	bool answered;
	unsigned questions = count_questions(flow, &answered, &last_us, &target);
	bool is_v4 = tenon_ip_is_v4(&target);

	if (questions == 0 || answered || flow->sides[SIDE_OTHER].segments != 0)
		return false;
	fprintf(to, "Nobody said that %s is theirs: %s in %s.", text_ip(ip, &target),
		text_count(count, questions, is_v4 ? "ARP request" : "neighbor solicitation"),
		text_duration(time, flow->last_us - flow->first_us));
	return true;
}

static void tell_no_answer(FILE *to, const struct flow *flow)
{
	const struct flow_side *opener = &flow->sides[SIDE_OPENER];
	char count[TEXT_MAX], ip[TEXT_MAX], time[TEXT_MAX];

	if (flow->answering_icmp != NULL) {
		const struct seen *icmp = &flow->answering_icmp->seen;

		fprintf(to, "%s answered the SYN with ICMP: %s, after %s.",
			text_ip(ip, &icmp->from.ip), icmp_text(icmp),
			text_duration(time, flow->answering_icmp->at_us - opener->first_us));
		return;
	}
	if (tell_silence_of_neighbor(to, flow))
		return;
	fprintf(to, "No answer from %s: %s in %s.", text_ip(ip, &flow->sides[SIDE_OTHER].end.ip),
		text_count(count, opener->syns, "SYN"),
		text_duration(time, opener->last_us - opener->first_us));
}

static void tell_refusal(FILE *to, const struct flow *flow)
{
	const struct flow_side *other = &flow->sides[SIDE_OTHER];
	char ip[TEXT_MAX], time[TEXT_MAX];

	if (flow->reset_by == SIDE_OPENER) {
		fprintf(to, "%s gave up its attempt with RST.",
			text_ip(ip, &flow->sides[SIDE_OPENER].end.ip));
		return;
	}
	fprintf(to, "%s refused: it answered the SYN with RST", text_ip(ip, &other->end.ip));
	fprintf(to,
		other->has_syn ? " after its own SYN, after %s."
			       : ", so nothing listens on port %2$u there; after %1$s.",
		text_duration(time, other->first_us - flow->sides[SIDE_OPENER].first_us),
		other->end.port);
}

static void tell_end(FILE *to, const struct flow *flow)
{
	bool both = flow->sides[0].has_fin && flow->sides[1].has_fin;
	unsigned fin_side = flow->first_fin;
	char end[TEXT_MAX], time[TEXT_MAX];

	if (flow->is_reset)
		fprintf(to, "reset by %s", text_end(end, &flow->sides[flow->reset_by].end));
	else if (both)
		fprintf(to, "closed by %s first", text_end(end, &flow->sides[fin_side].end));
	else if (flow->sides[0].has_fin || flow->sides[1].has_fin)
		fprintf(to, "half closed, by %s, where the capture ends",
			text_end(end, &flow->sides[fin_side].end));
	else
		fprintf(to, "open where the capture ends");
	fprintf(to, ", after %s.", text_duration(time, flow->last_us - flow->first_us));
}

static void tell_losses(FILE *to, const struct flow *flow)
{
	uint64_t again = flow->sides[0].retransmissions + flow->sides[1].retransmissions;
	uint64_t lost = flow->sides[0].lost + flow->sides[1].lost;
	char count[TEXT_MAX];

	if (again != 0)
		fprintf(to, "%s, ", text_count(count, again, "retransmission"));
	if (lost != 0)
		fprintf(to, "%s lost on the way, ", text_count(count, lost, "segment"));
}

static void tell_connection(FILE *to, const struct flow *flow)
{
	const struct flow_side *opener = &flow->sides[SIDE_OPENER];
	char there[TEXT_MAX], back[TEXT_MAX], time[TEXT_MAX];

	if (flow->is_established)
		fprintf(to, "Established after %s; ",
			text_duration(time, flow->established_us - opener->first_us));
	else
		fprintf(to, "The capture does not have its beginning; ");
	fprintf(to, "%s there, %s back, ", text_count(there, opener->octets, "octet"),
		text_count(back, flow->sides[SIDE_OTHER].octets, "octet"));
	tell_losses(to, flow);
	tell_end(to, flow);
}

void story_tell(FILE *to, const struct flow *flow)
{
	bool any_syn = flow->sides[0].has_syn || flow->sides[1].has_syn;
	bool any_segment = flow->sides[0].segments != 0 || flow->sides[1].segments != 0;

	if (flow->is_established || (any_segment && !any_syn))
		tell_connection(to, flow);
	else if (flow->is_reset)
		tell_refusal(to, flow);
	else if (any_segment && flow->sides[SIDE_OTHER].has_syn)
		fprintf(to, "Never established: the answer to the SYN was not acknowledged.");
	else if (any_segment)
		tell_no_answer(to, flow);
	else
		fprintf(to, "No packet left.");
	if (flow->failure.at != NULL) {
		fputs("\n  The stack says: ", to);
		text_put(to, flow->failure.at, flow->failure.len);
		fputc('.', to);
	}
	fputc('\n', to);
}
