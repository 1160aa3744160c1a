/* The facts of one fetched mail, for GEmail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-fetch-mails.h"
#include "gimap4d/imap/g-imap-transporter.h"
#include "gimap4d/mail/email-source.h"

G_BEGIN_DECLS

/* The mail at @index of what was fetched. Holds @fetched, and the transporter weakly: parts that were
 * not fetched are asked for over it. */
EmailSource *imap_mail_source_new (ImapFetched *fetched,
                                   guint index,
                                   GImapTransporter *transporter);

G_END_DECLS
