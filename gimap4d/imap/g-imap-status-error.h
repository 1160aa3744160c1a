/* One cause that a check of a connection failed for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>
#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_STATUS_ERROR (g_imap_status_error_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GImapStatusError, g_imap_status_error, G, IMAP_STATUS_ERROR, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
int g_imap_status_error_get_code (GImapStatusError *self);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_status_error_get_message (GImapStatusError *self);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_status_error_get_component (GImapStatusError *self);

G_END_DECLS
