/* SPDX-License-Identifier: MIT */
/* checksum.h - the Internet checksum, RFC 1071, and its update, RFC 1624.
 *
 * A sum travels as a uint32_t whose value counts modulo 0xFFFF, in host order.
 * Add slices in any number, say of each whether it begins at an even or an odd
 * offset of the whole, then finish. A range that includes its own checksum field
 * finishes as 0 exactly when it is intact.
 *
 * Called by: wire.
 */
#ifndef TENON_BASE_CHECKSUM_H
#define TENON_BASE_CHECKSUM_H

#include "base/bytes.h"

/* The sum plus len octets that begin at an even offset. */
uint32_t checksum_add(uint32_t sum, const void *, size_t len);

/* The sum plus len octets that begin at an odd offset. */
uint32_t checksum_add_odd(uint32_t sum, const void *, size_t len);

/* The checksum: the complement of the folded sum. */
uint16_t checksum_finish(uint32_t sum);

/* The checksum after a 16-bit field of the range changed (RFC 1624 eqn. 3: never a false -0). */
uint16_t checksum_update16(uint16_t checksum, uint16_t before, uint16_t after);

/* The checksum after a 32-bit field at an even offset changed. */
uint16_t checksum_update32(uint16_t checksum, uint32_t before, uint32_t after);

#endif
