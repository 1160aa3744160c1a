/* EXPUNGE and UID EXPUNGE: mails flagged as deleted are removed for good.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

/* The result is TRUE. @uids NULL: all that are flagged in the box, whoever flagged them. Else only these, or
 * G_IMAP_ERROR_NO_UIDPLUS: a server without UIDPLUS would remove others too. */
gpointer imap_expunge_operation_new (ImapUidSet *uids);

G_END_DECLS
