/* One mail, as much of it as a page shows: a large one is not fetched for its text.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

typedef struct
{
  GEmail *mail;    /* owned: its text or its header */
  GEmail *summary; /* owned: its flags, structure and attachments */
  char *text;      /* owned, nullable */
  char *html;      /* owned, nullable */
  gboolean is_cut;
} ServeLetter;

ServeLetter *serve_letter_load (GImapTransporter *transporter,
                                const char *id,
                                GCancellable *cancellable,
                                GError **error);
void serve_letter_free (gpointer letter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServeLetter, serve_letter_free)

G_END_DECLS
