/* Threads as lists of objects that are made when somebody asks for them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-thread.h"
#include "gimap4d/imap/g-imap-thread.h"

G_BEGIN_DECLS

GImapThread *imap_thread_new (ImapThreadTree *tree, guint node);

#define IMAP_TYPE_THREAD_LIST (imap_thread_list_get_type ())
G_DECLARE_FINAL_TYPE (ImapThreadList, imap_thread_list, IMAP, THREAD_LIST, GObject)

/* What is below a node, of GImapThread. */
GListModel *imap_thread_list_new (ImapThreadTree *tree, guint node);

G_END_DECLS
