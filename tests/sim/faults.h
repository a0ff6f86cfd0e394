/* SPDX-License-Identifier: MIT */
/* faults.h - what may go wrong in a simulated network, and what hosts may want, by chance. */
#ifndef TENON_TESTS_FAULTS_H
#define TENON_TESTS_FAULTS_H

#include <tenon/sim.h>
#include <tenon/tenon.h>

/* Delay, loss, duplication, reordering, corruption and a bottleneck, each now and then. */
struct tenon_wire_path bad_path(uint64_t *random);

/* From 1 to most, small numbers more often. */
uint32_t small_more_often(uint64_t *random, uint32_t most);

/* Hosts that want different things, each within what RFC 9293 lets it want. */
void change_behavior(struct tenon *, uint64_t *random);

/* Pages so small that segments are cut from several. */
void small_pages(struct tenon_config *);

/* Neighbors are asked for longer than a bad wire hides them. */
void patient(struct tenon_config *);

#endif
