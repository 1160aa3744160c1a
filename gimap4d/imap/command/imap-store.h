/* UID STORE: flags set and taken away.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

/* The result is TRUE. @flags as IMAP has them: "\\Seen", "$Forwarded". */
gpointer imap_store_operation_new (ImapUidSet *uids, gboolean is_added, const char *const *flags);

/* NULL when the selected box takes changes, and these flags; else why not. @flags may be NULL. */
GError *imap_store_check_box (const ImapBoxState *box, const char *const *flags);

/* Writes one UID STORE; its reply goes to @done. With @claim the server is asked to say which mails
 * have got the flags. */
void imap_store_submit (gpointer operation,
                        const ImapUidSet *uids,
                        gboolean is_added,
                        const char *const *flags,
                        gboolean (*claim) (ImapCommand *, const ImapResponse *),
                        void (*done) (ImapCommand *, const ImapResponse *));

G_END_DECLS
