/* UID FETCH of many mails, each handed out when it comes, in constant memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-fetch-mails.h"

G_BEGIN_DECLS

/* Runs in the caller's thread, with the object that the call is made on and one mail. FALSE ends the
 * operation. */
typedef gboolean (*ImapEachFunc) (gpointer object, ImapFetched *fetched, gpointer data);

/* The result is TRUE, however far it came. @data lives as long as the caller waits. */
gpointer imap_fetch_each_operation_new (ImapUidSet *uids,
                                        ImapFetchWhat what,
                                        ImapEachFunc func,
                                        gpointer data);

G_END_DECLS
