/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tenon/pcapng.h>

#include "tools/diagram.h"
#include "tools/story.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { CLIENT, SERVER, HOSTS };

/* Two hosts on a wire that are made to see what a test wants, and their common capture. */
struct stage {
	struct tenon_pcapng file;
	struct tenon_pcapng_host hosts[HOSTS];
	char *octets;
	size_t len;
	FILE *stream;
	uint64_t at_us;
};

struct segment {
	unsigned from, flags, seq, ack, len;
	bool is_lost, arrives_only;
	enum tenon_fate fate;
};

static void write_to(void *context, const void *octets, size_t len)
{
	assert_int_equal(fwrite(octets, 1, len, context), len);
}

static void begin(struct stage *stage)
{
	unsigned i;

	*stage = (struct stage){ .octets = NULL };
	stage->stream = open_memstream(&stage->octets, &stage->len);
	assert_non_null(stage->stream);
	tenon_pcapng_begin(&stage->file, write_to, stage->stream, 0);
	for (i = 0; i < HOSTS; i++) {
		tenon_pcapng_host(&stage->hosts[i], &stage->file, i == CLIENT ? "a" : "b");
		tenon_pcapng_link(&stage->hosts[i], 2, &(struct tenon_link_facts){ .name = "sim" });
	}
}

static struct tenon_endpoint end_of(unsigned host)
{
	return (struct tenon_endpoint){ tenon_ip4(10, 1, 0, host == CLIENT ? 2 : 3),
					host == CLIENT ? 40000 : 80, 0 };
}

static void show(struct stage *stage, unsigned host, struct tenon_event event,
		 const struct tenon_slice *frame)
{
	struct tenon_endpoint local = end_of(host), peer = end_of(!host);

	event.at_us = stage->at_us;
	event.link = 2;
	event.frame = frame;
	event.frame_slices = frame != NULL;
	event.local = &local;
	event.peer = &peer;
	tenon_pcapng_event(&stage->hosts[host], &event);
}

static void state(struct stage *stage, unsigned host, const char *new_state)
{
	show(stage, host,
	     (struct tenon_event){
		     .kind = TENON_EVENT_STATE, .old_state = "OLD", .new_state = new_state },
	     NULL);
}

static void put_u32(uint8_t *at, uint32_t n)
{
	at[0] = (uint8_t)(n >> 24);
	at[1] = (uint8_t)(n >> 16);
	at[2] = (uint8_t)(n >> 8);
	at[3] = (uint8_t)n;
}

/* One segment leaves and, 100 us later, arrives. */
static void goes(struct stage *stage, struct segment segment)
{
	uint8_t packet[40 + 1500] = {
		0x45, [6] = 0x40, [8] = 64, [9] = 6, [32] = 0x50, [34] = 0xff
	};
	struct tenon_endpoint from = end_of(segment.from), to = end_of(!segment.from);
	struct tenon_slice slice = { packet, 40 + segment.len };

	packet[2] = (uint8_t)(slice.len >> 8);
	packet[3] = (uint8_t)slice.len;
	memcpy(packet + 12, from.ip.octets + 12, 4);
	memcpy(packet + 16, to.ip.octets + 12, 4);
	put_u32(packet + 20, (uint32_t)from.port << 16 | to.port);
	put_u32(packet + 24, 0xffffff00 + segment.seq);
	put_u32(packet + 28, 0xffffff00 + segment.ack);
	packet[33] = (uint8_t)segment.flags;
	if (!segment.arrives_only)
		show(stage, segment.from,
		     (struct tenon_event){ .kind = TENON_EVENT_FRAME_OUT, .fate = TENON_FATE_SENT },
		     &slice);
	stage->at_us += 100;
	if (!segment.is_lost)
		show(stage, !segment.from,
		     (struct tenon_event){ .kind = TENON_EVENT_FRAME_IN, .fate = segment.fate },
		     &slice);
}

static void failure(struct stage *stage, enum tenon_result result)
{
	struct tenon_cause cause = { .result = result,
				     .kind = TENON_CAUSE_TIMER,
				     .local = end_of(CLIENT),
				     .peer = end_of(SERVER),
				     .transmissions = 3 };

	tenon_pcapng_event(&stage->hosts[CLIENT],
			   &(struct tenon_event){ .kind = TENON_EVENT_FAILURE,
						  .at_us = stage->at_us,
						  .cause = &cause });
}

/* What explain makes of it: the stories, and the diagrams if a style is given. */
static void assert_explained(struct stage *stage, const struct diagram_style *style,
			     const char *expected)
{
	struct capture capture = { .packets = NULL };
	struct capture_error error;
	struct flows flows;
	char *text = NULL;
	size_t len, i;
	FILE *to = open_memstream(&text, &len);

	for (i = 0; i < HOSTS; i++)
		tenon_pcapng_end(&stage->hosts[i]);
	fclose(stage->stream);
	assert_true(capture_parse(&capture, (uint8_t *)stage->octets, stage->len, &error));
	capture_sort(&capture);
	assert_true(flows_read(&flows, &capture));
	for (i = 0; i < flows.count; i++) {
		if (style == NULL)
			story_tell(to, flows.all[i]);
		else
			diagram_draw(to, flows.all[i], style);
	}
	fclose(to);
	assert_string_equal(text, expected);
	free(text);
	flows_free(&flows);
	capture_free(&capture);
}

static void opens(struct stage *stage)
{
	state(stage, CLIENT, "SYN-SENT");
	goes(stage, (struct segment){ .from = CLIENT, SYN, 0, 0 });
	state(stage, SERVER, "SYN-RECEIVED");
	goes(stage, (struct segment){ .from = SERVER, SYN | ACK, 0, 1 });
	state(stage, CLIENT, "ESTABLISHED");
	goes(stage, (struct segment){ .from = CLIENT, ACK, 1, 1 });
}

TEST(a_connection_that_went_well_is_told_in_a_sentence)
{
	struct stage stage;

	begin(&stage);
	opens(&stage);
	goes(&stage, (struct segment){ .from = CLIENT, PSH | ACK, 1, 1, 1200 });
	goes(&stage, (struct segment){ .from = SERVER, FIN | ACK, 1, 1201 });
	goes(&stage, (struct segment){ .from = CLIENT, FIN | ACK, 1201, 2 });
	goes(&stage, (struct segment){ .from = SERVER, ACK, 2, 1202 });
	assert_explained(&stage, NULL,
			 "Established after 200 us; 1,200 octets there, 0 octets back, closed by "
			 "10.1.0.3:80 first, after 600 us.\n");
}

TEST(a_refusal_names_the_port)
{
	struct stage stage;

	begin(&stage);
	goes(&stage, (struct segment){ .from = CLIENT, SYN, 0, 0 });
	goes(&stage, (struct segment){ .from = SERVER, RST | ACK, 0, 1 });
	assert_explained(
		&stage, NULL,
		"10.1.0.3 refused: it answered the SYN with RST, so nothing listens on port "
		"80 there; after 100 us.\n");
}

TEST(silence_is_counted_in_syns)
{
	struct stage stage;
	unsigned i;

	begin(&stage);
	for (i = 0; i < 3; i++) {
		goes(&stage, (struct segment){ .from = CLIENT, SYN, 0, 0, .is_lost = true });
		stage.at_us += 999900;
	}
	failure(&stage, TENON_OPEN_TIMED_OUT);
	assert_explained(&stage, NULL,
			 "No answer from 10.1.0.3: 3 SYNs in 2.0 s.\n"
			 "  The stack says: no answer to the SYN (OPEN_TIMED_OUT), retransmission "
			 "timer, sent 3 times.\n");
}

static void arrives_at_client(struct stage *stage, const uint8_t *packet, size_t len)
{
	struct tenon_slice slice = { packet, len };

	show(stage, CLIENT,
	     (struct tenon_event){ .kind = TENON_EVENT_FRAME_IN, .fate = TENON_FATE_ICMP_REPORTED },
	     &slice);
}

/* RFC 792: the SYN's IP header and eight octets are quoted. */
TEST(an_icmp_error_is_told_with_its_sender)
{
	uint8_t error[20 + 8 + 28] = { 0x45, [3] = 56, [8] = 64, [9] = 1, 10, 1, 0,
				       1,    10,       1,        0,       2,  3, 1 };
	struct stage stage;

	memcpy(error + 12, (uint8_t[]){ 10, 1, 0, 1, 10, 1, 0, 2, 3, 1 }, 10);
	memcpy(error + 28, (uint8_t[]){ 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 1, 0, 2 }, 16);
	memcpy(error + 44, (uint8_t[]){ 10, 1, 0, 3, 0x9c, 0x40, 0, 80, 0xff, 0xff, 0xff, 0 }, 12);
	begin(&stage);
	goes(&stage, (struct segment){ .from = CLIENT, SYN, 0, 0, .is_lost = true });
	arrives_at_client(&stage, error, sizeof error);
	assert_explained(&stage, NULL,
			 "10.1.0.1 answered the SYN with ICMP: host unreachable, after 100 us.\n");
}

/* ARP, RFC 826, on an Ethernet: twice asked, never answered, and the SYN never left. */
TEST(an_unanswered_question_is_told_and_the_segment_that_waited_for_it)
{
	static const uint8_t question[42] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0,  0, 0, 0, 1, 8, 6, 0, 1, 8, 0,  6, 4, 0,
		1,    2,    0,    0,    0,    0,    1, 10, 1, 0, 2, 0, 0, 0, 0, 0, 0, 10, 1, 0, 3,
	};
	static const uint8_t syn[40] = {
		0x45, 0,    0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10,   1, 0,    2,    10, 1, 0, 3,
		0x9c, 0x40, 0, 80, 0, 0, 0, 9, 0,  0, 0, 0, 0x50, 2, 0xff, 0xff, 0,  0, 0, 0,
	};
	struct tenon_slice asked = { question, sizeof question }, waited = { syn, sizeof syn };
	struct stage stage;
	unsigned i;

	begin(&stage);
	tenon_pcapng_link(&stage.hosts[CLIENT], 2,
			  &(struct tenon_link_facts){ .name = "eth0", .is_ethernet = true });
	for (i = 0; i < 2; i++) {
		show(&stage, CLIENT,
		     (struct tenon_event){ .kind = TENON_EVENT_FRAME_OUT, .fate = TENON_FATE_SENT },
		     &asked);
		stage.at_us += 1000000;
	}
	show(&stage, CLIENT,
	     (struct tenon_event){ .kind = TENON_EVENT_LOST, .fate = TENON_FATE_NEIGHBOR_SILENT },
	     &waited);
	failure(&stage, TENON_NEIGHBOR_SILENT);
	assert_explained(&stage, &(struct diagram_style){ 80, 40, false },
			 "                         10.1.0.2:40000                 10.1.0.3:80\n"
			 "   0.000000              |-- who has 10.1.0.3? ------------------>|\n"
			 "   1.000000              |-- who has 10.1.0.3? ------------------>|\n"
			 "   2.000000              |-- SYN seq 0 x                          |\n"
			 "                         | * the next hop did not answer          |\n"
			 "                         | * the next hop does not answer ARP ... |\n");
}

TEST(a_doubled_segment_is_no_retransmission)
{
	struct stage stage;

	begin(&stage);
	opens(&stage);
	goes(&stage, (struct segment){ .from = CLIENT, PSH | ACK, 1, 1, 10 });
	goes(&stage, (struct segment){ .from = CLIENT, PSH | ACK, 1, 1, 10, .arrives_only = true });
	assert_explained(&stage, NULL,
			 "Established after 200 us; 10 octets there, 0 octets back, open where the "
			 "capture ends, after 500 us.\n");
}

TEST(a_reset_names_who_sent_it)
{
	struct stage stage;

	begin(&stage);
	opens(&stage);
	goes(&stage, (struct segment){ .from = CLIENT, RST, 1, 0 });
	assert_explained(&stage, NULL,
			 "Established after 200 us; 0 octets there, 0 octets back, reset by "
			 "10.1.0.2:40000, after 300 us.\n");
}

TEST(a_second_connection_between_the_same_ends_is_another)
{
	struct stage stage;

	begin(&stage);
	goes(&stage, (struct segment){ .from = CLIENT, SYN, 0, 0 });
	goes(&stage, (struct segment){ .from = SERVER, RST | ACK, 0, 1 });
	goes(&stage, (struct segment){ .from = CLIENT, SYN, 5000, 0 });
	goes(&stage, (struct segment){ .from = SERVER, RST | ACK, 0, 5001 });
	assert_explained(
		&stage, NULL,
		"10.1.0.3 refused: it answered the SYN with RST, so nothing listens on port "
		"80 there; after 100 us.\n"
		"10.1.0.3 refused: it answered the SYN with RST, so nothing listens on port "
		"80 there; after 100 us.\n");
}

TEST(the_diagram_shows_arrows_states_losses_and_fates)
{
	struct stage stage;

	begin(&stage);
	opens(&stage);
	state(&stage, SERVER, "ESTABLISHED");
	goes(&stage, (struct segment){ .from = CLIENT, PSH | ACK, 1, 1, 100, .is_lost = true });
	goes(&stage,
	     (struct segment){
		     .from = CLIENT, PSH | ACK, 1, 1, 100, .fate = TENON_FATE_TCP_CHECKSUM });
	goes(&stage, (struct segment){ .from = SERVER, ACK, 1, 1 });
	goes(&stage, (struct segment){ .from = CLIENT, RST, 1, 0 });
	assert_explained(
		&stage, &(struct diagram_style){ 80, 40, false },
		"                         10.1.0.2:40000                 10.1.0.3:80\n"
		"   0.000000     SYN-SENT |-- SYN seq 0 -------------------------->|\n"
		"   0.000100              |<---------------- SYN,ACK seq 0 ack 1 --| SYN-RECEIVED\n"
		"   0.000200  ESTABLISHED |-- ACK ack 1 -------------------------->| ESTABLISHED\n"
		"   0.000300              |-- PSH,ACK seq 1 len 100 ack 1 ----x    |\n"
		"   0.000400              |-- PSH,ACK seq 1 len 100 ack 1, again ->|\n"
		"                         |      * bad TCP checksum (TCP_CHECKSUM) |\n"
		"   0.000500              |<-------------------------- ACK ack 1 --|\n"
		"   0.000600              |-- RST -------------------------------->|\n");
}

TEST(a_long_connection_is_folded_in_the_middle)
{
	struct stage stage;
	unsigned i;

	begin(&stage);
	for (i = 0; i < 100; i++)
		goes(&stage, (struct segment){ .from = CLIENT, ACK, 1 + 1000 * i, 1, 1000 });
	assert_explained(
		&stage, &(struct diagram_style){ 80, 5, false },
		"                         10.1.0.2:40000                 10.1.0.3:80\n"
		"   0.000000              |-- ACK seq 0 len 1000 ----------------->|\n"
		"   0.000100              |-- ACK seq 1000 len 1000 -------------->|\n"
		"   0.000200              |-- ACK seq 2000 len 1000 -------------->|\n"
		"            ... 95 segments more: 95,000 octets there, 0 octets back ...\n"
		"   0.009800              |-- ACK seq 98000 len 1000 ------------->|\n"
		"   0.009900              |-- ACK seq 99000 len 1000 ------------->|\n");
}
