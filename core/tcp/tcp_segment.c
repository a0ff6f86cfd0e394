/* SPDX-License-Identifier: MIT */
#include "tcp/tcp_segment.h"

#include "tcp/tcp_handshake.h"
#include "tcp/tcp_output.h"
#include "tcp/tcp_rtt.h"
#include "tcp/tcp_user.h"

enum { CHECKSUM_OFFSET = 16 };

/* What is built before it is put into a packet. */
struct draft {
	struct tcp_header header;
	struct tcp_options options;
	uint8_t option_octets[TCP_OPTIONS_MAX];
};

/* Does the link complete the checksum? Should another take its place meanwhile, IP does. */
static bool is_left_to_link(const struct ip_flow *flow)
{
	return flow->path.link != NULL &&
	       (flow->path.link->facts.offload & TENON_OFFLOAD_CHECKSUM) != 0;
}

static void push_header(struct packet *p, const struct ip_flow *flow, struct draft *d)
{
	size_t options_len = tcp_options_emit(d->option_octets, &d->options);
	size_t len = TCP_HEADER_LEN + options_len;
	uint32_t sum = ip_pseudo_sum(flow, p->payload_len + (uint32_t)len);

	d->header.options = (struct bytes){ d->option_octets, options_len };
	if (is_left_to_link(flow)) {
		tcp_emit_unsummed(packet_push(p, len), &d->header, sum);
		p->offload |= TENON_OFFLOAD_CHECKSUM;
	} else {
		sum = (uint16_t)~packet_checksum(p, sum);
		tcp_emit(packet_push(p, len), &d->header, sum); /* MUST-2 */
	}
	p->transport = p->head;
	p->checksum_offset = CHECKSUM_OFFSET;
}

static void add_timestamps(const struct tcp_conn *c, struct tcp_options *o)
{
	o->present |= TCP_HAS_TIMESTAMPS;
	o->ts_value = tcp_now_ms(c->tcp) + c->ts_offset;
	o->ts_echo = c->state == TCP_SYN_SENT ? 0 : c->ts_recent;
}

static void draft_for(struct tcp_conn *c, seq32 seq_number, uint8_t flags, struct draft *d)
{
	d->options = (struct tcp_options){ 0 };
	d->header = (struct tcp_header){
		.src_port = c->local_port,
		.dst_port = c->peer_port,
		.seq = seq_number,
		.flags = flags,
	};
	if (flags & TCP_ACK)
		d->header.ack = c->rcv.nxt;
	if (flags & TCP_SYN) {
		d->header.window = tcp_advertise_syn_window(c);
		tcp_handshake_offer(c, &d->options); /* MUST-65: in a SYN only. */
	} else if (!(flags & TCP_RST)) {
		d->header.window = tcp_advertise_window(c);
	}
	if (c->flags & CONN_TIMESTAMPS)
		add_timestamps(c, &d->options);
}

enum tenon_result tcp_send_segment(struct tcp_conn *c, seq32 seq_number, uint8_t flags,
				   uint32_t *len)
{
	struct tenon_slice slices[PACKET_SLICES_MAX];
	struct stream_range text = { .len = *len };
	struct packet packet;
	struct draft draft;
	unsigned count = 0;

	if (text.len > 0) {
		text.position = seq_sub(seq_number, tcp_data_begin(c));
		count = stream_slices(&c->out, c->tcp->pages, &text, slices, PACKET_SLICES_MAX);
	}
	if (text.len < *len)
		flags &= (uint8_t) ~(TCP_FIN | TCP_PSH);
	*len = (uint32_t)text.len;
	packet_init(&packet, slices, count);
	if (text.len > c->window.mss) {
		packet.offload = TENON_OFFLOAD_SEGMENTATION;
		packet.segment_payload = c->window.mss;
	}
	draft_for(c, seq_number, flags, &draft);
	push_header(&packet, &c->flow, &draft);
	c->ack_sent = c->rcv.nxt;
	if (c->user != NULL)
		c->user->segments_sent++;
	return ip_send(c->tcp->ip, &c->flow, &packet); /* MUST-48, MUST-49, SHLD-22 */
}

static void send_empty(struct tcp_conn *c, seq32 seq_number, uint8_t flags)
{
	uint32_t len = 0;

	/* A RST or a probe that is lost is not sent again: the peer's next segment gets its answer.
	 */
	(void)!tcp_send_segment(c, seq_number, flags, &len);
}

void tcp_send_abort(struct tcp_conn *c)
{
	send_empty(c, tcp_acceptable_seq(c), TCP_RST | TCP_ACK);
}

void tcp_send_keepalive(struct tcp_conn *c)
{
	send_empty(c, seq_add(c->snd.una, UINT32_MAX), TCP_ACK); /* SHLD-12 */
}

void tcp_send_rst(struct tcp *tcp, const struct tcp_segment *seg)
{
	struct ip_flow flow = {
		.source = seg->arrival->destination,
		.destination = seg->arrival->source,
		.protocol = IP_PROTOCOL_TCP,
		.flags = IP_DONT_FRAGMENT,
	};
	struct draft d = { .header = { .src_port = seg->local_port, .dst_port = seg->peer_port } };
	struct packet packet;

	if (seg->flags & TCP_RST)
		return;
	if (tenon_ip_is_link_local(&flow.destination))
		flow.bound_link = seg->arrival->link;
	if (seg->flags & TCP_ACK) {
		d.header.seq = seg->ack;
		d.header.flags = TCP_RST;
	} else {
		d.header.ack = seq_add(seg->seq, seg->len);
		d.header.flags = TCP_RST | TCP_ACK;
	}
	if (ip_route(tcp->ip, &flow) != TENON_OK)
		return;
	packet_init(&packet, NULL, 0);
	push_header(&packet, &flow, &d);
	(void)!ip_send(tcp->ip, &flow, &packet);
}

/* RFC 5961 7: a limit on all challenges of the host, refilled each second. */
static bool take_token(struct tcp *tcp)
{
	if (tcp->timers->now >= tcp->challenge_refill) {
		tcp->challenge_refill = time_add(tcp->timers->now, SECOND_US);
		tcp->challenge_tokens = tcp->behavior->challenge_acks_per_second;
	}
	if (tcp->challenge_tokens == 0)
		return false;
	tcp->challenge_tokens--;
	return true;
}

enum fate tcp_challenge(struct tcp_conn *c, enum fate fate)
{
	if (!take_token(c->tcp))
		return FATE_TCP_CHALLENGE_LIMITED;
	c->flags |= CONN_ACK_NOW;
	return fate;
}
