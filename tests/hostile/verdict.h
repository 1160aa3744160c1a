/* What is wrong with a play: the rules that hold for each script, and what the script demands.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "play.h"

G_BEGIN_DECLS

/* Returns: (transfer full) (element-type utf8): a sentence for each fault. */
GPtrArray *verdict_find_faults (const ScriptFile *file,
                                const PlayPlan *plan,
                                const PlayRecord *record);

/* Only the rules that hold however a script is disturbed: nothing leaks, nothing grows, nothing
 * hangs, no secret gets out, and the transporter is left in order. */
GPtrArray *verdict_find_common_faults (const ScriptFile *file,
                                       const PlayPlan *plan,
                                       const PlayRecord *record);

/* Whether the text holds the word, or a form of it that a mechanism or a parser makes. */
gboolean verdict_contains (const char *text, gsize length, const char *word);

/* The name of what came out: ok, or that of the error. Returns: (transfer full) */
char *verdict_dup_outcome (const PlayCall *call);

G_END_DECLS
