/* SPDX-License-Identifier: MIT */
/* posix_address.h - struct sockaddr to struct tenon_endpoint and back, by Linux's rules.
 *
 * Each call has rules of its own about lengths and families (an AF_INET name is good for sendto()
 * and connect() on an IPv6 datagram socket, but not on a stream), so each has its function. The
 * octets given must have been copied from the caller; lengths of more than sizeof(struct
 * sockaddr_storage) were refused before. All return 0 or an errno.
 */
#ifndef DIALECTS_POSIX_ADDRESS_H
#define DIALECTS_POSIX_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include <tenon/socket.h>

/* A name as the caller gave it. */
struct posix_name {
	struct sockaddr_storage at;
	socklen_t len;
};

/* Does the name ask to dissolve the association (AF_UNSPEC)? False if too short to say. */
bool posix_name_is_unspecified(const struct posix_name *);

int posix_name_for_connect(const struct tenon_socket *, const struct posix_name *,
			   struct tenon_endpoint *);
int posix_name_for_bind(const struct tenon_socket *, const struct posix_name *,
			struct tenon_endpoint *);
/* *has_peer: false if the name means "the peer" (AF_UNSPEC on an IPv6 socket). */
int posix_name_for_send(const struct tenon_socket *, const struct posix_name *,
			struct tenon_endpoint *, bool *has_peer);

/* The endpoint's name for this socket's family; its length is sizeof(struct sockaddr_in) or
 * sizeof(struct sockaddr_in6). */
void posix_name_of(const struct tenon_socket *, const struct tenon_endpoint *, struct posix_name *);

#endif
