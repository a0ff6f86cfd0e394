/* SPDX-License-Identifier: MIT */
/* lwipopts.h - lwIP as the benchmark has it: one thread, no system, raw API, room for the windows
 * that Tenon and the kernel have. -DBENCH_MSS and -DBENCH_CHECKSUMS choose the variant. */
#ifndef LWIP_OPTS_H
#define LWIP_OPTS_H

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_IPV6 0
#define LWIP_ARP 0
#define LWIP_ICMP 1
#define LWIP_RAW 0
#define LWIP_UDP 0
#define LWIP_DHCP 0
#define LWIP_STATS 0
#define LWIP_TIMERS 1
#define IP_REASSEMBLY 0
#define IP_FRAG 0

#define MEM_ALIGNMENT 8
#define MEM_SIZE (16 * 1024 * 1024)
#define MEMP_NUM_TCP_PCB 1024
#define MEMP_NUM_TCP_PCB_LISTEN 8
#define MEMP_NUM_TCP_SEG 4096
#define MEMP_NUM_PBUF 4096
#define PBUF_POOL_SIZE 512
#define PBUF_POOL_BUFSIZE LWIP_MEM_ALIGN_SIZE(BENCH_MSS + 60)

#define TCP_MSS BENCH_MSS
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 3
#define TCP_WND (4 * 65536)
#define TCP_SND_BUF (2 * 65536)
#define TCP_SND_QUEUELEN 512
#define TCP_SNDLOWAT 100 /* unused by the raw API, but bounded by the sanity checks */
#define LWIP_TCP_TIMESTAMPS 1
#define LWIP_TCP_SACK_OUT 0
#define TCP_OVERSIZE TCP_MSS
#define TCP_LISTEN_BACKLOG 0

#define CHECKSUM_GEN_IP BENCH_CHECKSUMS
#define CHECKSUM_CHECK_IP BENCH_CHECKSUMS
#define CHECKSUM_GEN_TCP BENCH_CHECKSUMS
#define CHECKSUM_CHECK_TCP BENCH_CHECKSUMS
#define LWIP_CHECKSUM_ON_COPY BENCH_CHECKSUMS
#define LWIP_CHKSUM_ALGORITHM 3

/* Two interfaces stand for two hosts: a packet leaves by the one that has its source. */
struct netif *bench_route(const void *source, const void *destination);
#define LWIP_HOOK_IP4_ROUTE_SRC(source, destination) bench_route(source, destination)

#endif
