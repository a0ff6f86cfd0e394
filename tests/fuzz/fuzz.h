/* SPDX-License-Identifier: MIT */
/* fuzz.h - what a fuzz target is made of.
 *
 * A target is one file that defines LLVMFuzzerTestOneInput(). With libFuzzer (scripts/fuzz) it
 * looks for inputs of its own; with replay.c it takes those of corpus/TARGET.hex, one a line, and
 * is a test like any other. Nothing of the C library is needed: what must hold is asserted by
 * assert_that().
 */
#ifndef TENON_TESTS_FUZZ_H
#define TENON_TESTS_FUZZ_H

#include "base/bytes.h"

enum { FUZZ_INPUT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/* Parses input and, if it passes, writes to `to` what the parsed form means. Returns how many
 * octets that is; 0 if the input was refused. `to` has room for twice FUZZ_INPUT_MAX. */
typedef size_t fuzz_speaker(uint8_t *to, struct bytes input);

/* Asserts that parse(emit(x)) is x: what is said again is understood, and said again the same way.
 */
void fuzz_respeaks(fuzz_speaker *, struct bytes input);

/* The place behind head_len octets of to, where the rest of the input now stands. */
size_t fuzz_append(uint8_t *to, size_t head_len, struct bytes rest);

#endif
