/* The page that shows one mail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/serve/page-view.h"

G_BEGIN_DECLS

typedef struct
{
  guint uid_validity;
  GEmail *mail;
  GListModel *attachments;
  const char *text;       /* (nullable) */
  const char *html;       /* (nullable) */
  gboolean is_cut;        /* there is more of the text */
  gboolean shows_text;    /* the text, although there is HTML */
  gboolean has_remote;    /* the HTML wants something from the net */
  const char *images_key; /* (nullable): allows images from the net in this mail */
  gboolean shows_images;
  const char *newer_id; /* (nullable) */
  const char *older_id; /* (nullable) */
  const char *events;   /* (nullable) */
} PageMail;

char *page_mail_build (const PageView *view, const PageMail *mail);
char *page_mail_name_attachment (const PageWords *words, GMailAttachment *attachment, guint index);

G_END_DECLS
