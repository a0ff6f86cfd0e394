/* SPDX-License-Identifier: MIT */
/* tcp_status.h - what can be asked of streams and listeners beyond what all sockets tell. */
#ifndef TENON_TCP_STATUS_H
#define TENON_TCP_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include <tenon/api.h>
#include <tenon/result.h>

TENON_BEGIN

struct tenon_socket;

/* A stream's facts, RFC 9293 3.9.1.6 STATUS. Times in microseconds, windows in octets. */
struct tenon_tcp_status {
	char state[16];          /* "ESTABLISHED" */
	uint8_t retransmissions; /* of the segment now unanswered */
	uint8_t send_scale, receive_scale;
	bool timestamps, window_scaling;
	uint32_t rto_us, srtt_us, rttvar_us;
	uint32_t send_mss, receive_mss;
	uint32_t congestion_window, slow_start_threshold;
	uint32_t send_window, receive_window;
	uint32_t in_flight, unread;
	uint64_t octets_sent, octets_received;
	uint64_t segments_sent, segments_received, segments_retransmitted;
};

/* NOT_CONNECTED on other than streams that have or had a connection. */
enum tenon_result tenon_tcp_status(const struct tenon_socket *, struct tenon_tcp_status *);

/* A listener's accept queue: how many wait, and its length. NOT_LISTENING. */
enum tenon_result tenon_listen_queue(const struct tenon_socket *, unsigned *waiting,
				     unsigned *backlog);

TENON_END
#endif
