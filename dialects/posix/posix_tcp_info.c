/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_tcp_info.h"

#include <linux/tcp.h>
#include <string.h>

#include "dialects/posix/posix_options.h"

/* Linux's numbers are the places in this list, from 1. */
static const char *const states[] = {
	"ESTABLISHED", "SYN-SENT",   "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
	"CLOSED",      "CLOSE-WAIT", "LAST-ACK",     "LISTEN",     "CLOSING",
};

enum { STATE_CLOSED = 7, STATE_LISTEN = 10 };

static uint8_t state_number(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(name, states[i]) == 0)
			return (uint8_t)(i + 1);
	return STATE_CLOSED;
}

static void fill(const struct tenon_tcp_status *status, struct tcp_info *info)
{
	info->tcpi_state = state_number(status->state);
	info->tcpi_retransmits = status->retransmissions;
	info->tcpi_options = (uint8_t)((status->timestamps ? TCPI_OPT_TIMESTAMPS : 0) |
				       (status->window_scaling ? TCPI_OPT_WSCALE : 0));
	info->tcpi_snd_wscale = status->send_scale & 0xfu;
	info->tcpi_rcv_wscale = status->receive_scale & 0xfu;
	info->tcpi_rto = status->rto_us;
	info->tcpi_rtt = status->srtt_us;
	info->tcpi_rttvar = status->rttvar_us;
	info->tcpi_snd_mss = status->send_mss;
	info->tcpi_rcv_mss = status->receive_mss;
	info->tcpi_snd_ssthresh = status->slow_start_threshold;
	info->tcpi_snd_cwnd = status->send_mss ? status->congestion_window / status->send_mss : 0;
	info->tcpi_snd_wnd = status->send_window;
	info->tcpi_rcv_space = status->receive_window;
	info->tcpi_total_retrans = (uint32_t)status->segments_retransmitted;
	info->tcpi_bytes_sent = status->octets_sent;
	info->tcpi_bytes_received = status->octets_received;
	info->tcpi_segs_out = (uint32_t)status->segments_sent;
	info->tcpi_segs_in = (uint32_t)status->segments_received;
}

int posix_tcp_info(const struct tenon_socket *socket, struct posix_option *option)
{
	struct tenon_tcp_status status;
	struct tcp_info info = { .tcpi_state = STATE_CLOSED };

	if (tenon_readiness(socket) & TENON_LISTENING)
		info.tcpi_state = STATE_LISTEN;
	else if (tenon_tcp_status(socket, &status) == TENON_OK)
		fill(&status, &info);
	if (option->len > sizeof info)
		option->len = sizeof info;
	memcpy(option->value, &info, option->len);
	return 0;
}
