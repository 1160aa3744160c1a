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

gboolean serve_letter_load (ServeLetter *letter,
                            GImapTransporter *transporter,
                            const char *id,
                            GCancellable *cancellable,
                            GError **error);
void serve_letter_clear (ServeLetter *letter);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ServeLetter, serve_letter_clear)

G_END_DECLS
