/* GETQUOTAROOT: the limits that a box is under.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"
#include "gimap4d/imap/grammar/imap-quota-data.h"

G_BEGIN_DECLS

/* @name is nullable: the selected box, or INBOX. The result is a GPtrArray of ImapQuotaItem. */
gpointer imap_quota_operation_new (const char *name);

G_END_DECLS
