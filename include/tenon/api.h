/* SPDX-License-Identifier: MIT */
/* api.h - which functions a shared library shows.
 *
 * Everything in libtenon.so is hidden but for the functions that a public header
 * declares with TENON_API. scripts/exports.txt lists them, and CI compares the list
 * with the library, so that nothing is shown or lost by accident.
 */
#ifndef TENON_API_H
#define TENON_API_H

#ifdef __ELF__
#define TENON_API __attribute__((visibility("default")))
#else
#define TENON_API
#endif

#endif
