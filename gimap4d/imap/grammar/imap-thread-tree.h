/* Mails as a tree of answers, whoever put them in order: the server's THREAD or we.
 *
 * Nodes are numbers; 0 is above all threads. Immutable once handed on; reference counted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/grammar/imap-response.h"

G_BEGIN_DECLS

typedef struct _ImapThreadTree ImapThreadTree;

ImapThreadTree *imap_thread_tree_new (void);
ImapThreadTree *imap_thread_tree_ref (ImapThreadTree *tree);
void imap_thread_tree_unref (ImapThreadTree *tree);

/* Adds the last child of a node; @uid 0 is a mail that is not there. */
guint imap_thread_tree_add (ImapThreadTree *tree, guint parent, guint32 uid);
guint imap_thread_tree_get_size (ImapThreadTree *tree); /* 0 counted */
guint32 imap_thread_tree_get_uid (ImapThreadTree *tree, guint node);
guint imap_thread_tree_get_first_child (ImapThreadTree *tree, guint node);  /* 0 = none */
guint imap_thread_tree_get_next_sibling (ImapThreadTree *tree, guint node); /* 0 = none */

/* THREAD (RFC 5256): adds its threads. FALSE when it cannot be read whole. */
gboolean imap_data_parse_thread (const ImapResponse *response,
                                 ImapThreadTree *tree,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapThreadTree, imap_thread_tree_unref)

G_END_DECLS
