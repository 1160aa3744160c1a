/* What get_mails gives: mails, and the ids that there is nothing for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_MAILS (g_imap_mails_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GImapMails, g_imap_mails, G, IMAP_MAILS, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_imap_mails_get_list (GImapMails *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *const *g_imap_mails_get_not_found (GImapMails *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *const *g_imap_mails_get_failed (GImapMails *self);

G_END_DECLS
