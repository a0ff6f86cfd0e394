/* SPDX-License-Identifier: MIT */
/* unix.h - AF_UNIX sockets: sockets of <tenon/socket.h> whose endpoints have names.
 *
 * A stack has them if its configuration names tenon_unix; paths work if it also gives names.
 * The calls of socket.h that take no endpoint are theirs, too; those that take one answer
 * FAMILY_MISMATCH. A name that begins with a zero octet is abstract: it is the stack's own and
 * has no file.
 */
#ifndef TENON_UNIX_H
#define TENON_UNIX_H

#include <tenon/api.h>
#include <tenon/names.h>
#include <tenon/socket.h>

TENON_BEGIN

#define TENON_UNIX_NAME_MAX 108

/* len 0: none. */
struct tenon_unix_name {
	uint8_t len;
	char octets[TENON_UNIX_NAME_MAX];
};

/* TENON_UNIX_STREAM, TENON_UNIX_DATAGRAM, TENON_UNIX_SEQPACKET. FAMILY_ABSENT, KIND_ABSENT,
 * NO_SOCKET_LEFT. */
enum tenon_result tenon_unix_open(struct tenon *, enum tenon_socket_kind, struct tenon_socket **);

/* Two open, unused sockets of one kind and stack are connected: socketpair(). BAD_VALUE. */
enum tenon_result tenon_unix_pair(struct tenon_socket *, struct tenon_socket *);

/* No name: one is chosen. ALREADY_BOUND, NAME_TAKEN, TABLE_FULL, names.h's. */
enum tenon_result tenon_unix_bind(struct tenon_socket *, const struct tenon_unix_name *);

/* NOBODY_BOUND, NAME_NOT_SOCKET, WRONG_KIND, names.h's. Streams and seqpackets: NOT_ACCEPTING,
 * WOULD_BLOCK (the backlog is full; call again when anything has happened), ALREADY_CONNECTED,
 * IS_LISTENING, NO_CONNECTION_LEFT. Datagrams: PEER_IS_ANOTHERS. */
enum tenon_result tenon_unix_connect(struct tenon_socket *, const struct tenon_unix_name *);

/* tenon_send() to a name. Streams: ALREADY_CONNECTED or UNSUPPORTED. */
enum tenon_result tenon_unix_send(struct tenon_socket *, const struct tenon_message *,
				  const struct tenon_unix_name *, size_t *sent);

void tenon_unix_local(const struct tenon_socket *, struct tenon_unix_name *);
/* NOT_CONNECTED. */
enum tenon_result tenon_unix_peer(const struct tenon_socket *, struct tenon_unix_name *);
/* Whose the datagram was that tenon_receive() gave last. */
void tenon_unix_sender(const struct tenon_socket *, struct tenon_unix_name *);

TENON_END
#endif
