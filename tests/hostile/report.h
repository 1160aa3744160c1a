/* Tells of a play: for people, or as JSON for programs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "play.h"

G_BEGIN_DECLS

/* Returns: (transfer full): some lines; with what went to and fro when it is to be whole. */
char *report_to_text (const ScriptFile *file,
                      const PlayPlan *plan,
                      const PlayRecord *record,
                      GPtrArray *faults,
                      gboolean is_whole);

/* Returns: (transfer full): one line with one object. */
char *report_to_json (const ScriptFile *file,
                      const PlayPlan *plan,
                      const PlayRecord *record,
                      GPtrArray *faults);

G_END_DECLS
