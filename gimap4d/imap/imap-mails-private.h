/* How the result of get_mails is made.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-fetch-mails.h"
#include "gimap4d/imap/g-imap-mails.h"
#include "gimap4d/imap/g-imap-transporter.h"

G_BEGIN_DECLS

GImapMails *imap_mails_new (ImapFetched *fetched, GImapTransporter *transporter);

/* The list inside it: a GListModel of GEmail. */
#define IMAP_TYPE_MAIL_LIST (imap_mail_list_get_type ())
G_DECLARE_FINAL_TYPE (ImapMailList, imap_mail_list, IMAP, MAIL_LIST, GObject)

ImapMailList *imap_mail_list_new (ImapFetched *fetched, GImapTransporter *transporter);

G_END_DECLS
