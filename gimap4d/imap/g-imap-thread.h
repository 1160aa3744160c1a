/* A mail with those that answer it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_THREAD (g_imap_thread_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GImapThread, g_imap_thread, G, IMAP_THREAD, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_thread_get_id (GImapThread *self);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_imap_thread_get_children (GImapThread *self);
G_IMAP4D_AVAILABLE_IN_1_0
char **g_imap_thread_dup_ids (GImapThread *self);

G_END_DECLS
