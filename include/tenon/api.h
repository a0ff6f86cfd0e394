/* SPDX-License-Identifier: MIT */
/* api.h - what stands around the declarations of a public header.
 *
 * Between TENON_BEGIN and TENON_END names have C linkage, and a shared library shows them;
 * everything else in libtenon.so is hidden. scripts/exports.txt lists what is shown, and CI
 * compares the list with the headers and the library, so that nothing is shown or lost by accident.
 */
#ifndef TENON_API_H
#define TENON_API_H

#ifdef __cplusplus
#define TENON_LINKAGE_BEGIN extern "C" {
#define TENON_LINKAGE_END }
#else
#define TENON_LINKAGE_BEGIN
#define TENON_LINKAGE_END
#endif

#ifdef __ELF__
#define TENON_BEGIN _Pragma("GCC visibility push(default)") TENON_LINKAGE_BEGIN
#define TENON_END TENON_LINKAGE_END _Pragma("GCC visibility pop")
#else
#define TENON_BEGIN TENON_LINKAGE_BEGIN
#define TENON_END TENON_LINKAGE_END
#endif

#endif
