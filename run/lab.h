/* SPDX-License-Identifier: MIT */
/* lab.h - a lab's place and manners: what hosts and the switch of one user agree on.
 *
 * A lab is a switch in a process of its own. Its UNIX socket (SEQPACKET, mode 0600) lies in
 * $XDG_RUNTIME_DIR/tenon, or in /tmp/tenon-UID, a folder of mode 0700; each side checks that the
 * other is the same user. A host's first message is a hello with its MAC and addresses, the
 * switch answers with a verdict; from then on one message is one Ethernet frame, either way.
 */
#ifndef RUN_LAB_H
#define RUN_LAB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>

#include <tenon/address.h>

enum {
	LAB_VERSION = 1,
	LAB_NAME_MAX = 32,
	LAB_ADDRESSES_MAX = 16,
	LAB_FRAME_MAX = 14 + 1500,
	LAB_ANSWER_TIMEOUT_S = 5,
	LAB_QUEUE_BYTES = 4 << 20 /* asked for; the kernel gives what net.core.wmem_max allows */
};

struct lab_hello {
	uint8_t version;
	uint8_t mac[6];
	uint8_t addresses_count;
	struct tenon_ip addresses[LAB_ADDRESSES_MAX];
};

enum lab_verdict {
	LAB_WELCOME,
	LAB_ADDRESS_IN_USE, /* address tells which */
	LAB_MAC_IN_USE,
	LAB_FULL,
	LAB_NOT_UNDERSTOOD
};

struct lab_answer {
	uint8_t verdict;
	struct tenon_ip address;
};

/* Letters, digits, '-', '_' and '.', not first; at most LAB_NAME_MAX. */
bool lab_name_is_good(const char *name);

/* The name of the lab's socket, in a folder that is made if need be and that belongs to this user
 * alone; otherwise one line on stderr and false. */
bool lab_socket_name(const char *lab, struct sockaddr_un *);

/* Makes the queue of frames that this end sends as long as the kernel allows: about a window. */
void lab_lengthen_queue(int fd);

/* Does the other side of this socket run as this user? */
bool lab_peer_is_user(int fd);

/* Runs the switch of a lab until SIGINT or SIGTERM. Returns an exit status; what went wrong stands
 * on stderr. */
int lab_switch(const char *lab);

#endif
