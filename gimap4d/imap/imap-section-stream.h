/* One section of a mail as a stream: asked for piece by piece, as it is read.
 *
 * Holds one piece in memory, whatever the size of the mail. Between two pieces the connection is free for others, so
 * that a slow reader holds up nobody.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-transporter.h"

G_BEGIN_DECLS

#define IMAP_TYPE_SECTION_STREAM (imap_section_stream_get_type ())
G_DECLARE_FINAL_TYPE (ImapSectionStream, imap_section_stream, IMAP, SECTION_STREAM, GInputStream)

/* How much is asked for at once. */
#define IMAP_SECTION_WINDOW ((guint32) (1024 * 1024))

/* Which section of which mail; @box and @uid_validity as far as they are known. */
typedef struct
{
  guint32 uid;
  const char *section;
  const char *box;      /* nullable: the selected one */
  guint32 uid_validity; /* 0: whatever it is */
  gboolean update_seen;
  gboolean is_best_decoded; /* the server decodes the part, if it can */
} ImapSectionPlace;

/* Gets the first piece, so that a mail that is not there is noticed now. */
GInputStream *imap_section_stream_open (GImapTransporter *transporter,
                                        const ImapSectionPlace *place,
                                        GCancellable *cancellable,
                                        GError **error);
void imap_section_stream_open_async (GImapTransporter *transporter,
                                     const ImapSectionPlace *place,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
GInputStream *imap_section_stream_open_finish (GAsyncResult *result, GError **error);
GImapTransporter *imap_section_stream_get_transporter (ImapSectionStream *self);
/* Binds @place to the box that the stream is of: what is opened next is of the same mail. */
void imap_section_stream_bind_place (GInputStream *stream, ImapSectionPlace *place);
/* Whether the server has decoded it. */
gboolean imap_section_stream_is_decoded (GInputStream *stream);
/* What was not read yet of the piece that is here. */
GBytes *imap_section_stream_dup_piece (GInputStream *stream);

G_END_DECLS
