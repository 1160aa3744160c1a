/* A mail whose bytes are at hand is a source too.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-bytes-source.h"

typedef struct
{
  EmailSource parent;

  GBytes *mime;
} EmailBytesSource;

static GBytes *
dup_mime (EmailSource *source)
{
  return g_bytes_ref (((EmailBytesSource *) source)->mime);
}

static void
finalize (EmailSource *source)
{
  EmailBytesSource *self = (EmailBytesSource *) source;

  g_bytes_unref (self->mime);
  g_free (self);
}

static const EmailSourceClass bytes_source_class = {
  .dup_mime = dup_mime,
  .finalize = finalize,
};

EmailSource *
email_bytes_source_new (GBytes *mime)
{
  EmailBytesSource *self = g_new0 (EmailBytesSource, 1);

  email_source_init (&self->parent, &bytes_source_class);
  self->mime = g_bytes_ref (mime);

  return &self->parent;
}
