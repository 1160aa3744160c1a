/* What the files of the reader share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-frame-private.h"
#include "gimap4d/imap/wire/imap-reader.h"

G_BEGIN_DECLS

static inline const char *
imap_reader_text_at (const ImapReader *reader)
{
  return reader->frame->text + reader->at;
}

static inline gsize
imap_reader_rest (const ImapReader *reader)
{
  return reader->end - reader->at;
}

/* Always FALSE. */
gboolean imap_reader_fail (ImapReader *reader, const char *expected);
gboolean imap_reader_fail_too_large (ImapReader *reader, gsize measured, gsize limit);

/* Finds the closing quote of the quoted string that the reader stands at: FALSE when there is none.
 * @out_escaped says whether there is a backslash on the way. */
gboolean imap_reader_find_quote (const ImapReader *reader,
                                 gsize *out_length,
                                 gboolean *out_escaped);
/* Passes the literal that the reader stands at. */
gboolean imap_reader_pass_literal (ImapReader *reader,
                                   const char **out_data,
                                   gsize *out_length,
                                   ImapBlock **out_block);

G_END_DECLS
