/* UID EXPUNGE of the mails that were flagged as deleted here, before their box is left.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

/* Called once when it is over; @error is NULL when they are gone. */
typedef void (*ImapLeftFunc) (gpointer data, const GError *error);

/* An operation that nobody waits for. @left may be called when the connection is gone, too. */
gpointer imap_leave_operation_new (ImapUidSet *uids, ImapLeftFunc left, gpointer data);

G_END_DECLS
