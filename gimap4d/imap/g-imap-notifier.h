/* What happens in the selected box, as signals.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_NOTIFIER (g_imap_notifier_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GImapNotifier, g_imap_notifier, G, IMAP_NOTIFIER, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_notifier_get_is_started (GImapNotifier *self);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_notifier_start (GImapNotifier *self, GCancellable *cancellable, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_notifier_start_async (GImapNotifier *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_notifier_start_finish (GImapNotifier *self, GAsyncResult *result, GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_notifier_stop (GImapNotifier *self, GCancellable *cancellable, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_notifier_stop_async (GImapNotifier *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_notifier_stop_finish (GImapNotifier *self, GAsyncResult *result, GError **error);

G_END_DECLS
