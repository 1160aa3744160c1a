/* UID COPY and UID MOVE: mails into another box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-search.h"

G_BEGIN_DECLS

/* The result is an ImapFound: the ids in @box, an empty set when the server does not tell them. */
gpointer imap_copy_operation_new (ImapUidSet *uids, const char *box);

/* The same for UID MOVE. Without that extension the mails are copied, and those whose copy the server
 * names are removed, and no other; where that cannot be done safely nothing is removed and the error says so. */
gpointer imap_move_operation_new (ImapUidSet *uids, const char *box);

G_END_DECLS
