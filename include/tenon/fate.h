/* SPDX-License-Identifier: MIT */
/* fate.h - every end of a packet, one closed list.
 *
 * A packet that arrives or that should leave meets exactly one fate; each has a counter
 * (tenon_fate_count()) and stands as a comment beside the packet in a capture.
 */
#ifndef TENON_FATE_H
#define TENON_FATE_H

#include <tenon/api.h>

TENON_BEGIN

#define TENON_FATES(X)                                                                             \
	X(PASS, "passed")                                                                          \
	X(DELIVERED, "delivered")                                                                  \
	X(SENT, "sent")                                                                            \
	/* link */                                                                                 \
	X(LINK_DOWN, "the link is down")                                                           \
	X(LINK_BUSY, "the link's queue is full")                                                   \
	X(LINK_OTHER_HOST, "the frame is for another host")                                        \
	X(ETHERNET_TRUNCATED, "shorter than an Ethernet header")                                   \
	X(ETHERTYPE_UNKNOWN, "no module for this EtherType")                                       \
	X(PACKET_TOO_LONG, "longer than the link's MTU")                                           \
	X(LOOPBACK_FULL, "the loopback queue is full")                                             \
	/* ARP, NDP, neighbors */                                                                  \
	X(ARP_TRUNCATED, "shorter than an ARP packet")                                             \
	X(ARP_KIND, "not ARP for IPv4 over Ethernet")                                              \
	X(ARP_NOT_FOR_US, "ARP for another host")                                                  \
	X(ARP_BAD_SENDER, "ARP with an impossible sender")                                         \
	X(ARP_REQUEST, "ARP request answered")                                                     \
	X(ARP_REPLY, "ARP reply learnt")                                                           \
	X(NDP_INVALID, "NDP message fails RFC 4861's validity checks")                             \
	X(NDP_NOT_FOR_US, "NDP for another host")                                                  \
	X(NDP_SOLICITATION, "neighbor solicitation answered")                                      \
	X(NDP_ADVERTISEMENT, "neighbor advertisement learnt")                                      \
	X(NDP_IGNORED, "NDP message of a kind this host does not use")                             \
	X(NEIGHBOR_WAITS, "parked until the next hop's address is known")                          \
	X(NEIGHBOR_QUEUE_FULL, "gave way in the neighbor's queue")                                 \
	X(NEIGHBOR_SILENT, "the next hop did not answer")                                          \
	X(NEIGHBOR_TABLE_FULL, "the neighbor table is full")                                       \
	/* IP */                                                                                   \
	X(IP_TRUNCATED, "shorter than its IP header says")                                         \
	X(IP_VERSION, "wrong IP version")                                                          \
	X(IP_HEADER_LENGTH, "bad IP header length")                                                \
	X(IP_CHECKSUM, "bad IP header checksum")                                                   \
	X(IP_OPTION, "bad or unsupported IP option")                                               \
	X(IP_SOURCE, "impossible source address")                                                  \
	X(IP_NOT_FOR_US, "not one of this host's addresses")                                       \
	X(IP_FRAGMENT, "a fragment, and reassembly is not configured")                             \
	X(IP_FRAGMENT_KEPT, "a fragment, kept until the rest has come")                            \
	X(IP_FRAGMENT_DUPLICATE, "a fragment that is there already")                               \
	X(IP_FRAGMENT_OVERLAP, "fragments of its datagram overlap or contradict each other")       \
	X(IP_FRAGMENT_LENGTH, "a fragment of impossible length")                                   \
	X(IP_FRAGMENT_NO_MEMORY, "no room to keep the fragment")                                   \
	X(IP_EXTENSION, "bad or unknown IPv6 extension header")                                    \
	X(IP_PROTOCOL_UNKNOWN, "no module for this protocol")                                      \
	X(IP_NO_ROUTE, "no route")                                                                 \
	X(IP_ROUTE_REJECTS, "the route rejects")                                                   \
	X(IP_MTU, "longer than the path's MTU")                                                    \
	X(FILTER_DROPPED, "dropped by a filter rule")                                              \
	X(FILTER_REJECTED, "rejected by a filter rule")                                            \
	/* ICMP */                                                                                 \
	X(ICMP_TRUNCATED, "shorter than its ICMP message needs")                                   \
	X(ICMP_CHECKSUM, "bad ICMP checksum")                                                      \
	X(ICMP_ECHO_ANSWERED, "echo request answered")                                             \
	X(ICMP_ECHO_IGNORED, "echo request not answered")                                          \
	X(ICMP_ECHO_REPLY, "echo reply")                                                           \
	X(ICMP_REPORTED, "ICMP error given to its conversation")                                   \
	X(ICMP_NOBODY, "ICMP error for no conversation of ours")                                   \
	X(ICMP_UNKNOWN, "ICMP message of a kind this host does not use")                           \
	X(ICMP_RATE_LIMITED, "ICMP error not sent: rate limit")                                    \
	/* UDP */                                                                                  \
	X(UDP_TRUNCATED, "shorter than a UDP header")                                              \
	X(UDP_LENGTH, "bad UDP length")                                                            \
	X(UDP_CHECKSUM, "bad UDP checksum")                                                        \
	X(UDP_NO_SOCKET, "no socket for this datagram")                                            \
	X(UDP_OTHER_SENDER, "the socket listens to another peer only")                             \
	X(UDP_QUEUE_FULL, "the socket's receive buffer is full")                                   \
	X(UDP_NO_MEMORY, "no memory to keep the datagram")                                         \
	/* TCP */                                                                                  \
	X(TCP_TRUNCATED, "shorter than its TCP header")                                            \
	X(TCP_DATA_OFFSET, "bad TCP data offset")                                                  \
	X(TCP_CHECKSUM, "bad TCP checksum")                                                        \
	X(TCP_PORT_ZERO, "TCP port 0")                                                             \
	X(TCP_NOT_UNICAST, "TCP to or from a broadcast or multicast address")                      \
	X(TCP_CLOSED_PORT, "nobody listens here; answered with RST")                               \
	X(TCP_RST_TO_CLOSED, "RST for no connection")                                              \
	X(TCP_LISTEN_RST, "RST to a listener")                                                     \
	X(TCP_LISTEN_ACK, "ACK to a listener; answered with RST")                                  \
	X(TCP_LISTEN_OTHER, "neither SYN nor ACK to a listener")                                   \
	X(TCP_BACKLOG_FULL, "the listener's accept queue is full")                                 \
	X(TCP_SYN_QUEUE_FULL, "the listener's SYN queue is full")                                  \
	X(TCP_NO_CONNECTION_LEFT, "the connection table is full")                                  \
	X(TCP_UNACCEPTABLE_ACK, "ACK of what was not sent")                                        \
	X(TCP_UNACCEPTABLE_SEQ, "outside the receive window")                                      \
	X(TCP_DUPLICATE, "received before")                                                        \
	X(TCP_PAWS, "timestamp older than the last (PAWS)")                                        \
	X(TCP_NO_TIMESTAMP, "the agreed timestamp is missing")                                     \
	X(TCP_RST_CHALLENGED, "RST in the window but not exact: challenged")                       \
	X(TCP_SYN_CHALLENGED, "SYN on a synchronized connection: challenged")                      \
	X(TCP_OLD_ACK_CHALLENGED, "ACK older than the largest window: challenged")                 \
	X(TCP_CHALLENGE_LIMITED, "challenge not sent: rate limit")                                 \
	X(TCP_RESET, "the connection was reset")                                                   \
	X(TCP_NO_ACK, "no ACK bit")                                                                \
	X(TCP_DATA_AFTER_CLOSE, "data after close; answered with RST")                             \
	X(TCP_WINDOW_FULL, "the receive window has no room")                                       \
	X(TCP_NO_MEMORY, "no page to keep the data")                                               \
	X(TCP_TIME_WAIT, "for a connection in TIME-WAIT")                                          \
	X(TCP_STATE_IGNORES, "the state ignores it")

#define TENON_FATE_ENUMERATOR(name, text) TENON_FATE_##name,
enum tenon_fate { TENON_FATES(TENON_FATE_ENUMERATOR) TENON_FATE_COUNT };
#undef TENON_FATE_ENUMERATOR

/* "TCP_CHECKSUM", and "bad TCP checksum"; static strings. */
const char *tenon_fate_name(enum tenon_fate);
const char *tenon_fate_text(enum tenon_fate);

TENON_END
#endif
