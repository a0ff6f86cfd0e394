/* SPDX-License-Identifier: MIT */
/* verbs.h - the verbs of the tool, one file each; tenon.c has their table.
 *
 * A verb is called with its own name as argv[0] and returns the exit status: 0, 1 for a failure,
 * 2 for wrong usage, unless its help says otherwise.
 */
#ifndef TOOLS_VERBS_H
#define TOOLS_VERBS_H

int verb_atlas(int argc, char **argv);
int verb_explain(int argc, char **argv);
int verb_lab(int argc, char **argv);
int verb_run(int argc, char **argv);

#endif
