/* How a received mail makes its attachments, and what the files of GMailAttachment share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/mail/email-content.h"
#include "gimap4d/mail/g-mail-attachment.h"

G_BEGIN_DECLS

struct _GMailAttachment
{
  GObject parent;

  char *name;         /* nullable */
  char *cid;          /* nullable */
  char *content_type; /* of MIME */
  char *disposition;

  /* Exactly one of these three is set. */
  GBytes *bytes;
  GFile *file;
  EmailContent *content;
  const EmailStructure *part; /* the content's */

  char *path; /* of the file, nullable */
  GMutex lock;
  gboolean is_measured; /* under the lock */
  guint64 size;
};

/* @part: a leaf of @content's structure. */
GMailAttachment *mail_attachment_new_for_part (EmailContent *content, const EmailStructure *part);

/* Only for a part whose bytes are here. */
GInputStream *mail_attachment_decode (GMailAttachment *self);

G_END_DECLS
