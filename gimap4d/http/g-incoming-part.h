/* One field or file of a form that was sent as multipart/form-data.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

/**
 * G_TYPE_INCOMING_PART:
 *
 * The #GType of #GIncomingPart.
 *
 * Since: 1.0
 */
#define G_TYPE_INCOMING_PART (g_incoming_part_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GIncomingPart, g_incoming_part, G, INCOMING_PART, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_incoming_part_get_name (GIncomingPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_incoming_part_get_file_name (GIncomingPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_incoming_part_get_is_file (GIncomingPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_incoming_part_get_content_type (GIncomingPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
GHashTable *g_incoming_part_get_headers (GIncomingPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
guint64 g_incoming_part_get_size (GIncomingPart *self);

G_IMAP4D_AVAILABLE_IN_1_0
char *g_incoming_part_get_text (GIncomingPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_incoming_part_get_bytes (GIncomingPart *self);
G_IMAP4D_AVAILABLE_IN_1_0
GInputStream *g_incoming_part_open (GIncomingPart *self);

G_END_DECLS
