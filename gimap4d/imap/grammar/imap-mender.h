/* Puts a FETCH together again that has line breaks in its quoted strings (DavMail).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-frame.h"

G_BEGIN_DECLS

typedef struct
{
  GString *held;       /* owned, nullable: a FETCH that does not end with its line, so far */
  ImapFrame *ready[2]; /* owned, nullable: to be handed out */
} ImapMender;

/* Takes the next frame as it was cut. */
void imap_mender_push (ImapMender *mender, ImapFrame *frame);
/* The next frame as it was meant; NULL when there is none before the next push. To be called until then. */
ImapFrame *imap_mender_pop (ImapMender *mender);
void imap_mender_clear (ImapMender *mender);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapMender, imap_mender_clear)

G_END_DECLS
