/* One field of the header of a mail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib-object.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_EMAIL_HEADER (g_email_header_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GEmailHeader, g_email_header, G, EMAIL_HEADER, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GEmailHeader *g_email_header_new (const char *name, const char *value);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_header_get_name (GEmailHeader *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_header_get_value (GEmailHeader *self);

G_END_DECLS
