/* The body of an outgoing message as it goes to the wire: bytes, a file or a stream, and its type.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Immutable. Exactly one of bytes, file and stream is set. */
typedef struct
{
  GBytes *bytes;        /* owned, nullable */
  GFile *file;          /* owned, nullable */
  GInputStream *stream; /* owned, nullable; can be read once */
  gint64 length;        /* -1 when it is not known */
  GDateTime *modified;  /* owned, nullable: when a file was changed last */
  char *content_type;   /* owned, without charset */
  gboolean is_text;     /* UTF-8 text: its charset belongs to the type on the wire */
} OutgoingBody;

/* Takes what GOutgoingMessage takes as a body, or fails with UNSUPPORTED_BODY. A picture and the
 * first bytes of a file are read here. */
OutgoingBody *outgoing_body_new (const GValue *value, GError **error);
OutgoingBody *outgoing_body_new_for_stream (GInputStream *stream, gint64 length, const char *type);
void outgoing_body_free (OutgoingBody *body);

/* A stream over the body; @out_length is its length then, -1 when it is not known. */
GInputStream *outgoing_body_open (OutgoingBody *body,
                                  gint64 *out_length,
                                  GCancellable *cancellable,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OutgoingBody, outgoing_body_free)

G_END_DECLS
