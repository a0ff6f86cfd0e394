/* SPDX-License-Identifier: MIT */
/* result.h - every outcome of a call, one closed list.
 *
 * Finer than any API's codes: a result says what happened in the stack, and a dialect's table says
 * what its manual calls that. The text is one clause of English, for people.
 */
#ifndef TENON_RESULT_H
#define TENON_RESULT_H

#include <tenon/api.h>

TENON_BEGIN

#define TENON_RESULTS(X)                                                                           \
	X(OK, "done")                                                                              \
	X(WOULD_BLOCK, "nothing can be done now; wait until the socket is ready")                  \
	/* connect() */                                                                            \
	X(CONNECT_STARTED, "the connection attempt has begun")                                     \
	X(CONNECT_PENDING, "an earlier connection attempt has not finished")                       \
	X(ALREADY_CONNECTED, "the socket is connected")                                            \
	X(IS_LISTENING, "the socket is listening")                                                 \
	X(EARLIER_ATTEMPT_FAILED, "an earlier attempt failed and its error was collected")         \
	X(PEER_REFUSED, "the peer answered the SYN with RST")                                      \
	X(PEER_RESET_OPENING, "the peer reset the connection while it was being opened")           \
	X(OPEN_TIMED_OUT, "no answer to the SYN")                                                  \
	X(BROADCAST_CONNECTION, "a connection cannot go to a broadcast address")                   \
	X(MULTICAST_CONNECTION, "a connection cannot go to a multicast address")                   \
	X(BROADCAST_DENIED, "broadcast was not allowed on this socket")                            \
	X(FAMILY_MISMATCH, "the address is of another family than the socket")                     \
	X(SCOPE_MISSING, "a link-local address needs a link")                                      \
	X(SOURCE_UNUSABLE, "the bound source address cannot reach that destination")               \
	X(DENIED, "the caller was denied by a rule")                                               \
	/* routes, links, neighbors */                                                             \
	X(NO_ROUTE, "no route to the destination")                                                 \
	X(ROUTE_UNREACHABLE, "an unreachable route covers the destination")                        \
	X(ROUTE_PROHIBITED, "a prohibit route covers the destination")                             \
	X(ROUTE_BLACKHOLE, "a blackhole route covers the destination")                             \
	X(NO_SOURCE_ADDRESS, "no local address can be the source")                                 \
	X(LINK_DOWN, "the link is down")                                                           \
	X(LINK_BUSY, "the link's queue is full")                                                   \
	X(NEIGHBOR_SILENT, "the next hop does not answer ARP or NDP")                              \
	X(FILTER_DROPPED, "an outgoing filter rule dropped the packet")                            \
	/* ports and addresses */                                                                  \
	X(PORT_TAKEN, "the local address and port are in use")                                     \
	X(TUPLE_TAKEN, "the same local and remote endpoints are already connected")                \
	X(NO_PORT_LEFT, "every port of the local range is in use")                                 \
	X(NO_DATAGRAM_PORT_LEFT, "every datagram port of the local range is in use")               \
	X(ADDRESS_NOT_LOCAL, "the address is not one of this host's")                              \
	X(ALREADY_BOUND, "the socket has a local address")                                         \
	/* transfer */                                                                             \
	X(NOT_CONNECTED, "the socket is not connected")                                            \
	X(NO_DESTINATION, "no destination was given and the socket has no peer")                   \
	X(SEND_SIDE_CLOSED, "the sending side was shut down")                                      \
	X(PEER_RESET, "the peer reset the connection")                                             \
	X(ABORTED, "the connection was aborted on this side")                                      \
	X(TRANSFER_TIMED_OUT, "data was retransmitted without an answer")                          \
	X(USER_TIMED_OUT, "the user timeout ran out")                                              \
	X(KEEPALIVE_TIMED_OUT, "keepalive probes were not answered")                               \
	X(MESSAGE_TOO_LONG, "the datagram is longer than can be sent")                             \
	X(NOT_LISTENING, "the socket is not listening")                                            \
	/* memory and limits */                                                                    \
	X(NO_SOCKET_LEFT, "the socket table is full")                                              \
	X(NO_CONNECTION_LEFT, "the connection table is full")                                      \
	X(NO_MEMORY, "packet or buffer memory is exhausted")                                       \
	X(TABLE_FULL, "a table of the configuration is full")                                      \
	/* the call itself */                                                                      \
	X(BAD_VALUE, "a value is out of range")                                                    \
	X(UNKNOWN_OPTION, "there is no such option")                                               \
	X(UNSUPPORTED, "this kind of socket cannot do that")                                       \
	X(KIND_ABSENT, "no module for this kind of socket was configured")                         \
	X(FAMILY_ABSENT, "no module for this address family was configured")                       \
	X(EXISTS, "it is there already")                                                           \
	X(NOT_FOUND, "there is no such thing")                                                     \
	/* names of AF_UNIX sockets */                                                             \
	X(NAME_NOT_FOUND, "there is no such file")                                                 \
	X(NAME_NOT_DIRECTORY, "a part of the path is no directory")                                \
	X(NAME_LOOP, "the path leads through too many symbolic links")                             \
	X(NAME_TOO_LONG, "the path or a part of it is too long")                                   \
	X(NAME_DENIED, "the caller may not search or write there")                                 \
	X(NAME_IO_ERROR, "the file system failed")                                                 \
	X(NAME_TAKEN, "the name is in use")                                                        \
	X(NAME_NO_SPACE, "the file system has no room for the name")                               \
	X(NAME_NOT_SOCKET, "the file is no socket")                                                \
	X(NOBODY_BOUND, "no socket is bound to the name")                                          \
	X(NOT_ACCEPTING, "the socket bound to the name does not listen")                           \
	X(NOT_BOUND, "the socket has no name")                                                     \
	X(WRONG_KIND, "the socket bound to the name is of another kind")                           \
	X(PEER_IS_ANOTHERS, "the socket bound to the name is connected to another")                \
	X(PEER_GONE, "the connected datagram socket was closed")                                   \
	/* ICMP errors, RFC 792 and RFC 1122 3.2.2.1, by type and code */                          \
	X(ICMP_NET_UNREACHABLE, "ICMP: network unreachable")                                       \
	X(ICMP_HOST_UNREACHABLE, "ICMP: host unreachable")                                         \
	X(ICMP_PROTOCOL_UNREACHABLE, "ICMP: protocol unreachable")                                 \
	X(ICMP_PORT_UNREACHABLE, "ICMP: port unreachable")                                         \
	X(ICMP_FRAGMENTATION_NEEDED, "ICMP: fragmentation needed")                                 \
	X(ICMP_SOURCE_ROUTE_FAILED, "ICMP: source route failed")                                   \
	X(ICMP_NET_UNKNOWN, "ICMP: destination network unknown")                                   \
	X(ICMP_HOST_UNKNOWN, "ICMP: destination host unknown")                                     \
	X(ICMP_SOURCE_ISOLATED, "ICMP: source host isolated")                                      \
	X(ICMP_NET_PROHIBITED, "ICMP: network administratively prohibited")                        \
	X(ICMP_HOST_PROHIBITED, "ICMP: host administratively prohibited")                          \
	X(ICMP_NET_TOS, "ICMP: network unreachable for this type of service")                      \
	X(ICMP_HOST_TOS, "ICMP: host unreachable for this type of service")                        \
	X(ICMP_ADMIN_PROHIBITED, "ICMP: communication administratively prohibited")                \
	X(ICMP_PRECEDENCE_VIOLATION, "ICMP: host precedence violation")                            \
	X(ICMP_PRECEDENCE_CUTOFF, "ICMP: precedence cutoff in effect")                             \
	X(ICMP_HOP_LIMIT, "ICMP: time to live exceeded in transit")                                \
	X(ICMP_REASSEMBLY, "ICMP: fragment reassembly time exceeded")                              \
	X(ICMP_PARAMETER_PROBLEM, "ICMP: parameter problem")                                       \
	/* ICMPv6 errors, RFC 4443 3 */                                                            \
	X(ICMP6_NO_ROUTE, "ICMPv6: no route to destination")                                       \
	X(ICMP6_ADMIN_PROHIBITED, "ICMPv6: communication administratively prohibited")             \
	X(ICMP6_BEYOND_SCOPE, "ICMPv6: beyond scope of source address")                            \
	X(ICMP6_ADDRESS_UNREACHABLE, "ICMPv6: address unreachable")                                \
	X(ICMP6_PORT_UNREACHABLE, "ICMPv6: port unreachable")                                      \
	X(ICMP6_POLICY_FAILED, "ICMPv6: source address failed ingress/egress policy")              \
	X(ICMP6_REJECT_ROUTE, "ICMPv6: reject route to destination")                               \
	X(ICMP6_PACKET_TOO_BIG, "ICMPv6: packet too big")                                          \
	X(ICMP6_HOP_LIMIT, "ICMPv6: hop limit exceeded in transit")                                \
	X(ICMP6_REASSEMBLY, "ICMPv6: fragment reassembly time exceeded")                           \
	X(ICMP6_HEADER_FIELD, "ICMPv6: erroneous header field")                                    \
	X(ICMP6_NEXT_HEADER, "ICMPv6: unrecognized next header")                                   \
	X(ICMP6_OPTION, "ICMPv6: unrecognized IPv6 option")

#define TENON_RESULT_ENUMERATOR(name, text) TENON_##name,
enum tenon_result { TENON_RESULTS(TENON_RESULT_ENUMERATOR) TENON_RESULT_COUNT };
#undef TENON_RESULT_ENUMERATOR

/* The enumerator's name without TENON_ ("PEER_REFUSED"), and its text; static strings. */
const char *tenon_result_name(enum tenon_result);
const char *tenon_result_text(enum tenon_result);

TENON_END
#endif
