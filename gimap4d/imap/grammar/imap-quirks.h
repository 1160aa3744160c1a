/* What servers send instead of what the RFC says, with who does it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-reader.h"

G_BEGIN_DECLS

/* What is known of a server that does otherwise than the RFC. */
typedef struct
{
  const char *name;
  const char *server;
  const char *symptom;
  const char *remedy;
  const char *source;
} ImapQuirk;

/* Of what servers send. */
const ImapQuirk *imap_quirks_get_sent (guint *out_n);
/* Of what they do. */
const ImapQuirk *imap_quirks_get_done (guint *out_n);

/* TRUE for what stands in an ENVELOPE where a mailbox or a host is missing. */
gboolean imap_quirk_is_placeholder (const ImapString *part);

/* A number in any way that servers write it; -1 when it is none, is negative or is too large. Moves
 * behind the value in any case; FALSE when there is no value. */
gboolean imap_quirk_read_number (ImapReader *reader, gint64 *out_number);

/* The delimiter of a LIST, 0 for NIL. */
gboolean imap_quirk_read_delimiter (ImapReader *reader, char *out_delimiter);

G_END_DECLS
