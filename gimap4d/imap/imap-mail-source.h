/* The facts of one fetched mail, for GEmail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-fetch-mails.h"
#include "gimap4d/imap/g-imap-transporter.h"
#include "gimap4d/mail/email-private.h"

G_BEGIN_DECLS

/* What all mails of one answer have in common. It holds the transporter weakly: parts that were not
 * fetched are asked for over it. */
typedef struct
{
  gatomicrefcount ref_count;
  ImapFetched *fetched; /* owned */
  GWeakRef transporter;

  GMutex mutex;
  /* Owned; one for each mail, unowned: those that somebody holds. Guarded by the mutex. */
  gpointer *mails;
} ImapMailOrigin;

ImapMailOrigin *imap_mail_origin_new (ImapFetched *fetched, GImapTransporter *transporter);
ImapMailOrigin *imap_mail_origin_ref (ImapMailOrigin *origin);
void imap_mail_origin_unref (ImapMailOrigin *origin);
/* A mail of its own each time that nobody holds the last one. Owned by the caller. */
GEmail *imap_mail_origin_get_mail (ImapMailOrigin *origin, guint index);

/* The mail at @index of what was fetched. */
EmailSource *imap_mail_source_new (ImapFetched *fetched,
                                   guint index,
                                   GImapTransporter *transporter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapMailOrigin, imap_mail_origin_unref)

G_END_DECLS
