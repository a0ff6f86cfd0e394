/* SPDX-License-Identifier: MIT */
/* fragments.h - datagrams in parts: put together when they arrive, cut when they are too long.
 *
 * A module of the configuration (tenon_fragments): a stack that does not name it drops fragments
 * and answers MESSAGE_TOO_LONG instead of cutting.
 *
 * Reassembly (RFC 791 3.2, RFC 815, RFC 8200 4.5) keeps the parts of at most
 * limits.fragmented_datagrams datagrams in limits.fragment_pages pages; when either runs out, the
 * oldest datagram gives way. Parts that overlap condemn their datagram, later parts included
 * (RFC 5722 4); the same part again is dropped alone. A datagram that is not whole in time goes,
 * and its sender is told if the first part had come (RFC 792, RFC 4443 3.3). What is whole goes
 * through its family once more, as if it had arrived so.
 *
 * The family checks a part's lengths and says where it belongs (struct ip_part); nothing here
 * knows a header.
 *
 * Owns: the parts.    Calls: pages, timers, the families, ip_output.    Called by: stack_input,
 * ip_output, host.
 */
#ifndef TENON_IP_FRAGMENTS_H
#define TENON_IP_FRAGMENTS_H

#include "ip/family.h"

struct tenon_fragment_module {
	size_t (*need)(const struct tenon_config *);
	struct reassembly *(*make)(struct arena *, const struct tenon_config *, struct random *);

	/* An arrival that is a part. FATE_PASS: *whole is the datagram, header and all, valid until
	 * the next call; every other fate is final. */
	enum fate (*take)(struct ip *, const struct ip_arrival *, struct bytes *whole);

	/* A timer of ours (TIMER_REASSEMBLY) was due. */
	void (*expired)(struct ip *, struct timer *);

	/* Sends in parts a packet that is too long for its flow's path, which is chosen. As
	 * ip_send; the last result other than OK stands. */
	enum tenon_result (*send)(struct ip *, const struct ip_flow *, struct packet *);

	/* The pools: 0 the datagrams, 1 the pages. */
	struct tenon_pool_use (*pool_use)(const struct ip *, unsigned which);
};

/* What ip_output.c does with a packet that has its IP header. */
enum tenon_result ip_send_over(struct ip *, const struct ip_path *, uint16_t ethertype,
			       struct packet *);

/* tenon_fragments.need and its kin, in reassembly.c. */
size_t reassembly_need(const struct tenon_config *);
struct reassembly *reassembly_make(struct arena *, const struct tenon_config *, struct random *);
enum fate reassembly_take(struct ip *, const struct ip_arrival *, struct bytes *whole);
void reassembly_expired(struct ip *, struct timer *);
struct tenon_pool_use reassembly_pool_use(const struct ip *, unsigned which);

#endif
