/* What a check of a connection found.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/imap/g-imap-status-error.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_STATUS (g_imap_status_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GImapStatus, g_imap_status, G, IMAP_STATUS, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_status_get_success (GImapStatus *self);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_status_get_status_text (GImapStatus *self);

G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_imap_status_get_errors (GImapStatus *self);

G_END_DECLS
