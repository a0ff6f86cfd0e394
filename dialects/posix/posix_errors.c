/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_errors.h"

#include <errno.h>

/* Result, linux, linux-man, posix. linux: measured on 6.18; ICMP kinds as its icmp_err_convert[]
 * and tab_unreach[] have them. Where a manual is silent its dialect says what linux says. */
#define ERRORS(X)                                                                                  \
	X(OK, 0, 0, 0)                                                                             \
	X(WOULD_BLOCK, EAGAIN, EAGAIN, EAGAIN)                                                     \
	X(CONNECT_STARTED, EINPROGRESS, EINPROGRESS, EINPROGRESS)                                  \
	X(CONNECT_PENDING, EALREADY, EALREADY, EALREADY)                                           \
	X(ALREADY_CONNECTED, EISCONN, EISCONN, EISCONN)                                            \
	X(IS_LISTENING, EISCONN, EISCONN, EOPNOTSUPP)                                              \
	X(EARLIER_ATTEMPT_FAILED, ECONNABORTED, ECONNABORTED, ECONNABORTED)                        \
	X(PEER_REFUSED, ECONNREFUSED, ECONNREFUSED, ECONNREFUSED)                                  \
	X(PEER_RESET_OPENING, ECONNRESET, ECONNRESET, ECONNRESET)                                  \
	X(OPEN_TIMED_OUT, ETIMEDOUT, ETIMEDOUT, ETIMEDOUT)                                         \
	X(BROADCAST_CONNECTION, ENETUNREACH, EACCES, ENETUNREACH)                                  \
	X(MULTICAST_CONNECTION, ENETUNREACH, ENETUNREACH, ENETUNREACH)                             \
	X(BROADCAST_DENIED, EACCES, EACCES, EACCES)                                                \
	X(FAMILY_MISMATCH, EAFNOSUPPORT, EAFNOSUPPORT, EAFNOSUPPORT)                               \
	X(SCOPE_MISSING, EINVAL, EINVAL, EINVAL)                                                   \
	X(SOURCE_UNUSABLE, EINVAL, EADDRNOTAVAIL, EADDRNOTAVAIL)                                   \
	X(DENIED, EPERM, EPERM, EACCES)                                                            \
	X(NO_ROUTE, ENETUNREACH, ENETUNREACH, ENETUNREACH)                                         \
	X(ROUTE_UNREACHABLE, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                             \
	X(ROUTE_PROHIBITED, EACCES, EACCES, EACCES)                                                \
	X(ROUTE_BLACKHOLE, EINVAL, EINVAL, ENETUNREACH)                                            \
	X(NO_SOURCE_ADDRESS, EADDRNOTAVAIL, EADDRNOTAVAIL, EADDRNOTAVAIL)                          \
	X(LINK_DOWN, ENETUNREACH, ENETUNREACH, ENETDOWN)                                           \
	X(LINK_BUSY, ENOBUFS, ENOBUFS, ENOBUFS)                                                    \
	X(NEIGHBOR_SILENT, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                               \
	X(FILTER_DROPPED, EPERM, EPERM, EACCES)                                                    \
	X(PORT_TAKEN, EADDRINUSE, EADDRINUSE, EADDRINUSE)                                          \
	X(TUPLE_TAKEN, EADDRNOTAVAIL, EADDRINUSE, EADDRINUSE)                                      \
	X(NO_PORT_LEFT, EADDRNOTAVAIL, EAGAIN, EADDRNOTAVAIL)                                      \
	X(NO_DATAGRAM_PORT_LEFT, EAGAIN, EAGAIN, EADDRNOTAVAIL)                                    \
	X(ADDRESS_NOT_LOCAL, EADDRNOTAVAIL, EADDRNOTAVAIL, EADDRNOTAVAIL)                          \
	X(ALREADY_BOUND, EINVAL, EINVAL, EINVAL)                                                   \
	X(NOT_CONNECTED, ENOTCONN, ENOTCONN, ENOTCONN)                                             \
	X(NO_DESTINATION, EDESTADDRREQ, EDESTADDRREQ, EDESTADDRREQ)                                \
	X(SEND_SIDE_CLOSED, EPIPE, EPIPE, EPIPE)                                                   \
	X(PEER_RESET, ECONNRESET, ECONNRESET, ECONNRESET)                                          \
	X(ABORTED, ECONNRESET, ECONNRESET, ECONNABORTED)                                           \
	X(TRANSFER_TIMED_OUT, ETIMEDOUT, ETIMEDOUT, ETIMEDOUT)                                     \
	X(USER_TIMED_OUT, ETIMEDOUT, ETIMEDOUT, ETIMEDOUT)                                         \
	X(KEEPALIVE_TIMED_OUT, ETIMEDOUT, ETIMEDOUT, ETIMEDOUT)                                    \
	X(MESSAGE_TOO_LONG, EMSGSIZE, EMSGSIZE, EMSGSIZE)                                          \
	X(NOT_LISTENING, EINVAL, EINVAL, EINVAL)                                                   \
	X(NO_SOCKET_LEFT, ENFILE, ENFILE, ENFILE)                                                  \
	X(NO_CONNECTION_LEFT, ENOBUFS, ENOBUFS, ENOBUFS)                                           \
	X(NO_MEMORY, ENOBUFS, ENOBUFS, ENOBUFS)                                                    \
	X(TABLE_FULL, ENOBUFS, ENOBUFS, ENOBUFS)                                                   \
	X(BAD_VALUE, EINVAL, EINVAL, EINVAL)                                                       \
	X(UNKNOWN_OPTION, ENOPROTOOPT, ENOPROTOOPT, ENOPROTOOPT)                                   \
	X(UNSUPPORTED, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP)                                         \
	X(KIND_ABSENT, EPROTONOSUPPORT, EPROTONOSUPPORT, EPROTONOSUPPORT)                          \
	X(FAMILY_ABSENT, EAFNOSUPPORT, EAFNOSUPPORT, EAFNOSUPPORT)                                 \
	X(EXISTS, EEXIST, EEXIST, EEXIST)                                                          \
	X(NOT_FOUND, ENOENT, ENOENT, ENOENT)                                                       \
	X(NAME_NOT_FOUND, ENOENT, ENOENT, ENOENT)                                                  \
	X(NAME_NOT_DIRECTORY, ENOTDIR, ENOTDIR, ENOTDIR)                                           \
	X(NAME_LOOP, ELOOP, ELOOP, ELOOP)                                                          \
	X(NAME_TOO_LONG, ENAMETOOLONG, ENAMETOOLONG, ENAMETOOLONG)                                 \
	X(NAME_DENIED, EACCES, EACCES, EACCES)                                                     \
	X(NAME_IO_ERROR, EIO, EIO, EIO)                                                            \
	X(NAME_TAKEN, EADDRINUSE, EADDRINUSE, EADDRINUSE)                                          \
	X(NAME_NO_SPACE, ENOSPC, ENOSPC, ENOSPC)                                                   \
	X(NAME_NOT_SOCKET, ECONNREFUSED, ECONNREFUSED, ECONNREFUSED)                               \
	X(NOBODY_BOUND, ECONNREFUSED, ECONNREFUSED, ECONNREFUSED)                                  \
	X(NOT_ACCEPTING, ECONNREFUSED, ECONNREFUSED, ECONNREFUSED)                                 \
	X(NOT_BOUND, EINVAL, EINVAL, EDESTADDRREQ)                                                 \
	X(WRONG_KIND, EPROTOTYPE, EPROTOTYPE, EPROTOTYPE)                                          \
	X(PEER_IS_ANOTHERS, EPERM, EPERM, EPERM)                                                   \
	X(PEER_GONE, ECONNREFUSED, ECONNREFUSED, ECONNREFUSED)                                     \
	X(ICMP_NET_UNREACHABLE, ENETUNREACH, ENETUNREACH, ENETUNREACH)                             \
	X(ICMP_HOST_UNREACHABLE, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                         \
	X(ICMP_PROTOCOL_UNREACHABLE, ENOPROTOOPT, ENOPROTOOPT, ECONNREFUSED)                       \
	X(ICMP_PORT_UNREACHABLE, ECONNREFUSED, ECONNREFUSED, ECONNREFUSED)                         \
	X(ICMP_FRAGMENTATION_NEEDED, EMSGSIZE, EMSGSIZE, EMSGSIZE)                                 \
	X(ICMP_SOURCE_ROUTE_FAILED, EOPNOTSUPP, EOPNOTSUPP, EHOSTUNREACH)                          \
	X(ICMP_NET_UNKNOWN, ENETUNREACH, ENETUNREACH, ENETUNREACH)                                 \
	X(ICMP_HOST_UNKNOWN, EHOSTDOWN, EHOSTDOWN, EHOSTUNREACH)                                   \
	X(ICMP_SOURCE_ISOLATED, ENONET, ENONET, EHOSTUNREACH)                                      \
	X(ICMP_NET_PROHIBITED, ENETUNREACH, ENETUNREACH, ENETUNREACH)                              \
	X(ICMP_HOST_PROHIBITED, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                          \
	X(ICMP_NET_TOS, ENETUNREACH, ENETUNREACH, ENETUNREACH)                                     \
	X(ICMP_HOST_TOS, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                                 \
	X(ICMP_ADMIN_PROHIBITED, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                         \
	X(ICMP_PRECEDENCE_VIOLATION, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                     \
	X(ICMP_PRECEDENCE_CUTOFF, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                        \
	X(ICMP_HOP_LIMIT, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                                \
	X(ICMP_REASSEMBLY, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                               \
	X(ICMP_PARAMETER_PROBLEM, EPROTO, EPROTO, EPROTO)                                          \
	X(ICMP6_NO_ROUTE, ENETUNREACH, ENETUNREACH, ENETUNREACH)                                   \
	X(ICMP6_ADMIN_PROHIBITED, EACCES, EACCES, EHOSTUNREACH)                                    \
	X(ICMP6_BEYOND_SCOPE, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                            \
	X(ICMP6_ADDRESS_UNREACHABLE, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                     \
	X(ICMP6_PORT_UNREACHABLE, ECONNREFUSED, ECONNREFUSED, ECONNREFUSED)                        \
	X(ICMP6_POLICY_FAILED, EACCES, EACCES, EHOSTUNREACH)                                       \
	X(ICMP6_REJECT_ROUTE, EACCES, EACCES, ENETUNREACH)                                         \
	X(ICMP6_PACKET_TOO_BIG, EMSGSIZE, EMSGSIZE, EMSGSIZE)                                      \
	X(ICMP6_HOP_LIMIT, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                               \
	X(ICMP6_REASSEMBLY, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH)                              \
	X(ICMP6_HEADER_FIELD, EPROTO, EPROTO, EPROTO)                                              \
	X(ICMP6_NEXT_HEADER, EPROTO, EPROTO, EPROTO)                                               \
	X(ICMP6_OPTION, EPROTO, EPROTO, EPROTO)

#define ERRORS_ROW(name, now, man, posix) [TENON_##name] = { now, man, posix },
static const uint8_t errno_of[TENON_RESULT_COUNT][TENON_POSIX_DIALECTS] = { ERRORS(ERRORS_ROW) };

/* As many rows as results; two rows of one name would not compile (-Woverride-init). */
#define ERRORS_ONE(name, now, man, posix) +1
_Static_assert((0 ERRORS(ERRORS_ONE)) == TENON_RESULT_COUNT, "every result has an errno");
_Static_assert(TENON_POSIX_DIALECTS == 3, "every dialect has a column");

int posix_errno(enum tenon_posix_dialect dialect, enum tenon_result result)
{
	return errno_of[result][dialect];
}

/* A v4-mapped name on an IPv6-only socket has the right family and no way to go [M]; a source
 * address that was removed has no way to go either (PX-13) [M]. */
static bool linux_finds_no_way(const struct tenon_socket *socket, enum tenon_result result)
{
	if (result == TENON_FAMILY_MISMATCH)
		return tenon_version_of(socket) == TENON_IP_V6;
	return result == TENON_ADDRESS_NOT_LOCAL;
}

int posix_connect_errno(enum tenon_posix_dialect dialect, const struct tenon_socket *socket,
			enum tenon_result result)
{
	if (dialect == TENON_POSIX_LINUX && linux_finds_no_way(socket, result))
		return ENETUNREACH;
	return posix_errno(dialect, result);
}

/* A v4-mapped address on an IPv6-only socket; no port left is told as a taken one [M]. */
int posix_bind_errno(enum tenon_posix_dialect dialect, enum tenon_result result)
{
	if (result == TENON_FAMILY_MISMATCH)
		return EINVAL;
	if (result == TENON_NO_PORT_LEFT || result == TENON_NO_DATAGRAM_PORT_LEFT)
		return EADDRINUSE;
	return posix_errno(dialect, result);
}

/* listen(2) on a connected socket; no port left is told as a taken one [M]. */
int posix_listen_errno(enum tenon_posix_dialect dialect, enum tenon_result result)
{
	if (result == TENON_ALREADY_CONNECTED || result == TENON_CONNECT_PENDING)
		return EINVAL;
	if (result == TENON_NO_PORT_LEFT)
		return EADDRINUSE;
	return posix_errno(dialect, result);
}

/* A stream that has no connection cannot be written to, as if it had been shut down [M]; POSIX
 * send(): ENOTCONN. */
int posix_send_errno(enum tenon_posix_dialect dialect, const struct tenon_socket *socket,
		     enum tenon_result result)
{
	if (result == TENON_NOT_CONNECTED && tenon_kind_of(socket) == TENON_STREAM &&
	    dialect != TENON_POSIX_POSIX)
		return EPIPE;
	return posix_errno(dialect, result);
}

/* Linux's unix_stream_read_generic() [M]; POSIX recv(): ENOTCONN. */
int posix_receive_errno(enum tenon_posix_dialect dialect, const struct tenon_socket *socket,
			enum tenon_result result)
{
	if (result == TENON_NOT_CONNECTED && tenon_kind_of(socket) == TENON_UNIX_STREAM &&
	    dialect != TENON_POSIX_POSIX)
		return EINVAL;
	return posix_errno(dialect, result);
}
