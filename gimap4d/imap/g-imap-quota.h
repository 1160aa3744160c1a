/* How much of something a user may have, and has.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib-object.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_QUOTA (g_imap_quota_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GImapQuota, g_imap_quota, G, IMAP_QUOTA, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_quota_get_root (GImapQuota *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_quota_get_resource (GImapQuota *self);
G_IMAP4D_AVAILABLE_IN_1_0
gint64 g_imap_quota_get_usage (GImapQuota *self);
G_IMAP4D_AVAILABLE_IN_1_0
gint64 g_imap_quota_get_limit (GImapQuota *self);

G_END_DECLS
