/* What the files of the writer share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-writer.h"

#include "gimap4d/base/g-imap-error.h"

G_BEGIN_DECLS

struct _ImapWriter
{
  char *name; /* owned: of the command */
  ImapWriterFeatures features;
  GString *text;       /* owned: not in a segment yet */
  GPtrArray *segments; /* owned: of ImapSegment */
  gsize text_size;     /* of everything but literals and secrets */
  guint n_values;      /* begun, for messages */
  GError *error;       /* owned, nullable: the first one */
};

/* Keeps the first error. Always FALSE. */
gboolean imap_writer_fail (ImapWriter *writer, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* @length octets of a value, quoted or as a literal. They were checked. */
void imap_writer_put_string (ImapWriter *writer, const char *data, gsize length);
/* The same, always as a literal. */
void imap_writer_put_literal (ImapWriter *writer, const char *data, gsize length);
/* Text that has no control: FALSE and an error otherwise. */
gboolean imap_writer_check_text (ImapWriter *writer, const char *text);
gboolean imap_text_is_ascii (const char *text);

G_END_DECLS
