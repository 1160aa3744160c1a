/* Lines of a mail, which end with CRLF, as this system and its mailboxes have them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Feeds on pieces of any size; no CR before an LF is left. */
typedef struct
{
  gboolean is_cr_held;
} CliLineEnds;

void cli_line_ends_init (CliLineEnds *ends);
void cli_line_ends_convert (CliLineEnds *ends, const char *octets, gsize length, GString *out);
void cli_line_ends_finish (CliLineEnds *ends, GString *out);

/* The same for the mbox that is called mboxrd: each line that is “From ” with any number of “>” before it
 * gets one more. */
typedef struct
{
  CliLineEnds ends;
  gboolean is_at_start;  /* of a line, perhaps after some “>” */
  guint n_matched;       /* octets of “From ” that are held */
  gboolean has_line_end; /* whether the last octet ended a line */
} CliMboxQuoter;

void cli_mbox_quoter_init (CliMboxQuoter *quoter);
void cli_mbox_quoter_convert (CliMboxQuoter *quoter,
                              const char *octets,
                              gsize length,
                              GString *out);
/* With the empty line that ends a mail. */
void cli_mbox_quoter_finish (CliMboxQuoter *quoter, GString *out);

G_END_DECLS
