/* A name and an address.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib-object.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

#define G_TYPE_EMAIL_ADDRESS (g_email_address_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GEmailAddress, g_email_address, G, EMAIL_ADDRESS, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GEmailAddress *g_email_address_new (const char *name, const char *email);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_address_get_name (GEmailAddress *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_email_address_get_email (GEmailAddress *self);

G_END_DECLS
