/* SPDX-License-Identifier: MIT */
/* Any frames into a stack with open sockets. Half of the steps are frames as the input has them,
 * with checksums that fit, for otherwise few would come past them; the others answer what the stack
 * sent last, so that connections open and live. */
#include "base/checksum.h"
#include "fuzz.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/tcp.h"
#include "world.h"

enum { LISTENER, OPENER, RECEIVER, SENDER, FIRST_ACCEPTED };

struct run {
	struct world world;
	struct reader input;
	uint8_t frame[WORLD_FRAME_MAX];
};

static struct tenon_endpoint end4(uint8_t host, uint16_t port)
{
	return (struct tenon_endpoint){ tenon_ip4(10, 1, 0, host), port, 0 };
}

static struct tenon_socket *opened(struct run *run, enum tenon_ip_version version,
				   enum tenon_socket_kind kind)
{
	struct tenon_socket *socket;

	assert_that(tenon_open(run->world.stack, version, kind, &socket) == TENON_OK);
	return socket;
}

static void open_sockets(struct run *run)
{
	struct tenon_socket **sockets = run->world.sockets;
	struct tenon_endpoint here = { .port = 80 }, peer = end4(2, 80);

	sockets[LISTENER] = opened(run, TENON_IP_V6, TENON_STREAM);
	assert_that(tenon_bind(sockets[LISTENER], &here) == TENON_OK);
	assert_that(tenon_listen(sockets[LISTENER], 2) == TENON_OK);
	sockets[OPENER] = opened(run, TENON_IP_V4, TENON_STREAM);
	assert_that(tenon_connect(sockets[OPENER], &peer) == TENON_CONNECT_STARTED);
	here.port = 53;
	sockets[RECEIVER] = opened(run, TENON_IP_V6, TENON_DATAGRAM);
	assert_that(tenon_bind(sockets[RECEIVER], &here) == TENON_OK);
	peer.port = 53;
	sockets[SENDER] = opened(run, TENON_IP_V4, TENON_DATAGRAM);
	assert_that(tenon_connect(sockets[SENDER], &peer) == TENON_OK);
	world_pass(&run->world, 0);
}

static void arrives(struct run *run, unsigned link, size_t len)
{
	(void)tenon_input(run->world.stack, link, run->frame, len, TENON_OFFLOAD_CHECKSUM);
	tenon_advance(run->world.stack);
}

/* Lengths and checksums of a packet, as far as it is one. */
static void mend_ipv4(uint8_t *packet, size_t len)
{
	struct ipv4_octets *o = (void *)packet;
	size_t head_len = (size_t)(packet[0] & 15) * 4;
	struct icmp4_octets *icmp = (void *)(packet + head_len);

	if (len < sizeof *o || head_len < sizeof *o || head_len > len)
		return;
	put16(o->total_length, (uint16_t)len);
	put16(o->checksum, 0);
	put16(o->checksum, checksum_finish(checksum_add(0, packet, head_len)));
	if (o->protocol != IP_PROTOCOL_ICMP4 || len - head_len < sizeof *icmp)
		return;
	put16(icmp->checksum, 0);
	put16(icmp->checksum, checksum_finish(checksum_add(0, icmp, len - head_len)));
}

static void mend_ipv6(uint8_t *packet, size_t len)
{
	struct ipv6_octets *o = (void *)packet;
	struct icmp6_octets *icmp = (void *)(packet + sizeof *o);
	struct pseudo_header pseudo = { .protocol = IP_PROTOCOL_ICMP6 };

	if (len < sizeof *o)
		return;
	put16(o->payload_length, (uint16_t)(len - sizeof *o));
	if (o->next_header != IP_PROTOCOL_ICMP6 || len - sizeof *o < sizeof *icmp)
		return;
	pseudo.source = ip6_get(o->source);
	pseudo.destination = ip6_get(o->destination);
	pseudo.length = (uint32_t)(len - sizeof *o);
	put16(icmp->checksum, 0);
	put16(icmp->checksum,
	      checksum_finish(checksum_add(pseudo_sum(&pseudo), icmp, len - sizeof *o)));
}

static void mend(uint8_t *packet, size_t len)
{
	if (len != 0 && packet[0] >> 4 == 4)
		mend_ipv4(packet, len);
	else if (len != 0 && packet[0] >> 4 == 6)
		mend_ipv6(packet, len);
}

static void any_frame(struct run *run, unsigned link, size_t header_len, bool is_mended)
{
	struct bytes octets = read_bytes(&run->input, read8(&run->input));

	if (octets.len == 0)
		return;
	memcpy(run->frame, octets.at, octets.len);
	if (is_mended && octets.len > header_len)
		mend(run->frame + header_len, octets.len - header_len);
	arrives(run, link, octets.len);
}

/* What is at tcp becomes a packet to the host whose packet was sent last. */
static void answers(struct run *run, struct bytes sent, const struct tcp_header *reply,
		    struct bytes text)
{
	size_t head_len = sent.at[0] >> 4 == 4 ? IPV4_HEADER_LEN : IPV6_HEADER_LEN;
	size_t tcp_len = tcp_emit_unsummed(run->frame + head_len, reply, 0);
	size_t payload_len = fuzz_append(run->frame + head_len, tcp_len, text);

	if (head_len == IPV4_HEADER_LEN) {
		struct ipv4_header ip;

		assert_that(ipv4_parse_quoted(&ip, &sent) == FATE_PASS);
		ipv4_emit(run->frame,
			  &(struct ipv4_header){ .source = ip.destination,
						 .destination = ip.source,
						 .ttl = 64,
						 .protocol = IP_PROTOCOL_TCP },
			  payload_len);
	} else {
		struct ipv6_header ip;

		assert_that(ipv6_parse_quoted(&ip, &sent) == FATE_PASS);
		ipv6_emit((void *)run->frame,
			  &(struct ipv6_header){ .source = ip.destination,
						 .destination = ip.source,
						 .hop_limit = 64,
						 .next_header = IP_PROTOCOL_TCP },
			  payload_len);
	}
	arrives(run, run->world.bare, head_len + payload_len);
}

static void answer_segment(struct run *run)
{
	const struct world_frame *last = &run->world.last_tcp;
	size_t head_len = last->octets[0] >> 4 == 4 ? IPV4_HEADER_LEN : IPV6_HEADER_LEN;
	struct bytes sent = { last->octets + head_len, last->len - head_len }, text;
	struct tcp_header was, reply;
	uint8_t flags = read8(&run->input);
	int8_t seq_off = (int8_t)read8(&run->input), ack_off = (int8_t)read8(&run->input);

	if (last->len == 0)
		return;
	assert_that(tcp_parse(&was, &sent) == FATE_PASS);
	reply = (struct tcp_header){
		.src_port = was.dst_port,
		.dst_port = was.src_port,
		.seq = seq_add(was.ack, (uint32_t)(int32_t)seq_off),
		.ack = seq_add(was.seq, (uint32_t)sent.len +
						(was.flags & (TCP_SYN | TCP_FIN) ? 1u : 0u) +
						(uint32_t)(int32_t)ack_off),
		.window = read16(&run->input),
		.flags = flags,
	};
	reply.options = read_bytes(&run->input, (size_t)(read8(&run->input) % 11) * 4);
	text = read_bytes(&run->input, (size_t)read8(&run->input));
	answers(run, (struct bytes){ last->octets, last->len }, &reply, text);
}

/* An error about the packet that left last, from the host it went to. */
static void answer_error(struct run *run)
{
	const struct world_frame *last = &run->world.last;
	bool is_v4 = last->octets[0] >> 4 == 4;
	size_t head_len = is_v4 ? IPV4_HEADER_LEN : IPV6_HEADER_LEN, quote_len = last->len;
	uint8_t *message = run->frame + head_len;

	quote_len = quote_len < 600 ? quote_len : 600;
	message[0] = read8(&run->input);
	message[1] = read8(&run->input);
	put32(message + 4, read32(&run->input) >> read8(&run->input) % 32);
	if (last->len == 0)
		return;
	memcpy(message + 8, last->octets, quote_len);
	memcpy(run->frame, last->octets, head_len);
	if (is_v4) {
		run->frame[0] = 0x45;
		put16(run->frame + 6, 0);
		run->frame[9] = IP_PROTOCOL_ICMP4;
		memcpy(run->frame + 12, last->octets + 16, 4);
		memcpy(run->frame + 16, last->octets + 12, 4);
	} else {
		run->frame[6] = IP_PROTOCOL_ICMP6;
		memcpy(run->frame + 8, last->octets + 24, 16);
		memcpy(run->frame + 24, last->octets + 8, 16);
	}
	mend(run->frame, head_len + 8 + quote_len);
	arrives(run, run->world.bare, head_len + 8 + quote_len);
}

static void call(struct run *run)
{
	uint8_t how = read8(&run->input);
	struct tenon_socket **slot = &run->world.sockets[how % WORLD_SOCKETS];
	char octets[700] = { 0 };
	struct tenon_slice slice = { octets, (size_t)how * 2 };
	struct tenon_received received;
	size_t sent;

	if (*slot == NULL) {
		struct tenon_socket *fresh;

		if (run->world.sockets[LISTENER] != NULL && how % WORLD_SOCKETS >= FIRST_ACCEPTED &&
		    tenon_accept(run->world.sockets[LISTENER], &fresh) == TENON_OK)
			*slot = fresh;
	} else if (how >> 3 == 31) {
		tenon_close(*slot);
		*slot = NULL;
	} else if (how >> 3 == 30) {
		(void)tenon_shutdown(*slot, TENON_SENDING);
	} else if (how >> 3 >= 15) {
		(void)tenon_send(*slot, &(struct tenon_message){ .slices = &slice, .count = 1 },
				 &sent);
	} else {
		(void)tenon_receive(*slot, &(struct tenon_room){ octets, sizeof octets }, 1, 0,
				    &received);
	}
	tenon_advance(run->world.stack);
}

static void step(struct run *run, uint8_t what)
{
	switch (what & 7) {
	case 0: case 1:
		any_frame(run, run->world.bare, 0, (what & 8) == 0);
		break;
	case 2:
		any_frame(run, run->world.ethernet, 14, (what & 8) == 0);
		break;
	case 3: case 4:
		answer_segment(run);
		break;
	case 5:
		answer_error(run);
		break;
	case 6:
		world_pass(&run->world, UINT64_C(1) << (what >> 3));
		break;
	default:
		call(run);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct run run;
	unsigned what;

	if (len > FUZZ_INPUT_MAX)
		return 0;
	run.input = reader_of((struct bytes){ octets, len });
	world_begin(&run.world);
	open_sockets(&run);
	while (reader_left(&run.input) != 0) {
		step(&run, read8(&run.input));
		(void)tenon_news(run.world.stack, &what);
	}
	world_end(&run.world);
	return 0;
}
